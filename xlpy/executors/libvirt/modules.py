"""The one door to Xen's own Python modules, xen.lowlevel.xc and xs, which Debian's xen-utils bring to Dom0.

They know what libvirt does not: hypervisor's log and keys, cpupools, xenstore. Without them all goes on, with less.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from xlpy.executors import Failure
from xlpy.record import Record

_FOLDERS = "/usr/lib/xen-*/lib/python"
_DOMAINS = "/local/domain"
SCHEDULERS = {5: "credit", 6: "credit2", 7: "arinc653", 8: "rtds", 9: "null"}
"""By Xen's numbers."""


class Modules(Record):
    """What there is of them."""

    control: Any = None
    """xc.xc(): calls of the hypervisor; None without."""
    store: Any = None
    """xs.xs(): xenstore; None without."""

    def xen(self, what: str, method: str, *arguments: Any, **more: Any) -> Any:
        """What a method of the hypervisor gives; Failure where it refuses, or where there is none to do WHAT."""
        return _call(_needed(self.control, "xc", what), "xc", method, arguments, more)

    def xenstore(self, what: str, method: str, *arguments: str) -> Any:
        """The same of xenstore, outside of transactions."""
        return _call(self.need_store(what), "xs", method, ("", *arguments), {})

    def need_store(self, what: str) -> Any:
        """xs.xs() itself; Failure where there is none to do WHAT."""
        return _needed(self.store, "xs", what)

    def read(self, path: str) -> str | None:
        """The value of a node; None where there is none, or no xenstore."""
        value = None if self.store is None else self.xenstore("xenstore", "read", path)
        return None if value is None else value.decode("utf-8", "surrogateescape")

    def find(self, wanted: str) -> tuple[int, str] | None:
        """Domid and name of a domain that runs on Xen, by either; None where there is none, or nobody knows."""
        if self.store is None:
            return None
        by_domid = wanted.isascii() and wanted.isdigit()
        domids = [wanted] if by_domid else self.xenstore("xenstore", "ls", _DOMAINS) or []
        names = {domid: self.read(f"{_DOMAINS}/{domid}/name") for domid in domids}
        found = (int(domid) for domid, name in names.items() if wanted in (domid if name else None, name))
        return next(((domid, names[str(domid)] or "") for domid in found if not self._is_dying(domid)), None)

    def scheduler(self, domid: int) -> str:
        """That of the cpupool of a domain; empty where nobody knows."""
        if self.control is None:
            return ""
        pools = {pool["cpupool"]: pool["sched"] for pool in self.xen("cpupools", "cpupool_getinfo")}
        seen = [one for one in self.xen("cpupools", "domain_getinfo", domid, 1) if one["domid"] == domid]
        return SCHEDULERS.get(pools.get(seen[0]["cpupool"], 0), "") if seen else ""

    def _is_dying(self, domid: int) -> bool:
        """Whether a domain is on its way out, so that libvirt has forgotten it already."""
        seen = [] if self.control is None else self.xen("a look at domains", "domain_getinfo", domid, 1)
        return any(one["domid"] == domid and one["dying"] for one in seen)


class ModuleError(Failure):
    """One of the modules refused; `number` is the errno."""

    def __init__(self, module: str, method: str, error: Exception) -> None:
        self.number, text = (*error.args, "", "")[:2] if error.args else (0, str(error))
        super().__init__(f"xen.lowlevel.{module}: error: {method}: {text or self.number}")


NONE = Modules()


def load() -> Modules:
    """The modules of this Python, or those that lie beside the tools of Xen."""
    from glob import glob

    folders = sorted(glob(_FOLDERS), reverse=True)  # noqa: PTH207 - pathlib is slow
    sys.path.extend(path for path in folders if path not in sys.path)
    return Modules(control=_open("xc"), store=_open("xs"))


def _open(name: str) -> Any:
    """The handle of a module; None where it is not there, is for another Python, or has no hypervisor."""
    try:
        return getattr(import_module(f"xen.lowlevel.{name}"), name)()
    except Exception:  # it is not there, or errors of its own
        return None


def _needed(handle: Any, module: str, what: str) -> Any:
    if handle is None:
        raise Failure(
            advice=f"libvirt has no way for {what}; Xen's own xl has, and xlpy on the host itself with Xen's Python "
            f"module xen.lowlevel.{module} (Debian: xen-utils)"
        )
    return handle


def _call(handle: Any, module: str, method: str, arguments: Any, more: Any) -> Any:
    try:
        return getattr(handle, method)(*arguments, **more)
    except Exception as error:  # the classes of their errors, which hold errno and text, are known only to them
        raise ModuleError(module, method, error) from None
