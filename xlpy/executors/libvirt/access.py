"""Access: how all parts of a LibvirtHost get at its domains, and what they know of it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from xlpy.executors import Failure, LibxlError, LibxlMessage, NoPvDrivers, UnknownDomain
from xlpy.executors.libvirt import errors, logs, modules
from xlpy.executors.libvirt.link import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlpy.executors.libvirt.facts import Told
    from xlpy.executors.libvirt.link import Link
    from xlpy.executors.libvirt.modules import Modules

T = TypeVar("T")

XEN, TEST = "Xen", "TEST"
_CONTROL_DOMAIN = "/proc/xen/capabilities"
_GREATEST = 2**31 - 1


class Access:
    """A host of Xen behind libvirt, or libvirt's test driver."""

    def __init__(self, link: Link, tell: Callable[[str], None]) -> None:
        """TELL shows the user a line about something that goes on all the same."""
        self.link = link
        self.api = link.api
        self.tell = tell
        kind = link.call(lambda connection: connection.getType())
        if kind not in (XEN, TEST):
            raise Failure(advice=f"{errors.shown(link.uri)}: this is a host of {kind}, not of Xen")
        self.is_test = kind == TEST
        self.local = kind == XEN and _is_here(link.uri)
        self._foreign: set[str] = set()

    @cached_property
    def modules(self) -> Modules:
        """Xen's own Python modules, as far as they are here."""
        return modules.load() if self.local else modules.NONE

    @cached_property
    def told(self) -> Told:
        """What libvirt said of the host when it was first asked."""
        return self.ask()

    def ask(self) -> Told:
        """What libvirt says of the host now."""
        from xlpy.executors.libvirt.facts import ask

        return self.link.call(lambda connection: ask(self.api, connection))

    def on(self, domid: int, work: Callable[[Any], T], limit: float = LIMIT) -> T:
        """What WORK makes of the domain, in the thread of the link, within LIMIT seconds."""
        if domid > _GREATEST:
            raise UnknownDomain(str(domid))
        try:
            return self.link.call(lambda connection: work(connection.lookupByID(domid)), limit)
        except UnknownDomain:
            self.mention_foreign(str(domid))
            raise UnknownDomain(str(domid)) from None

    def act(self, domid: int, work: Callable[[Any], T], limit: float = LIMIT) -> T:
        """The same as `on`, for what changes a domain: what libxl said about a failure is shown, where it can be."""
        with self.causes(self.on(domid, lambda domain: str(domain.name())) if self.local else "", domid):
            return self.on(domid, work, limit)

    @contextmanager
    def causes(self, name: str, domid: int | None = None) -> Iterator[None]:
        """Failures begin with what libxl said about the domain of this name meanwhile, if it said something here."""
        before = logs.ends(name) if self.local else {}
        try:
            yield
        except (UnknownDomain, NoPvDrivers):
            raise
        except Failure as failure:
            messages = logs.since(before, domid)
            if not messages:
                raise
            if errors.is_empty(failure):
                raise LibxlError(*messages, status=failure.status) from None
            own = (LibxlMessage(place="", lines=(0, 0), text=line) for line in failure.lines)
            raise LibxlError(*messages, *own, status=failure.status, advice=failure.advice) from None

    def mention_foreign(self, wanted: str) -> None:
        """Say, once, where a domain runs on Xen that libvirt does not see; WANTED is a domid or a name."""
        found = self.modules.find(wanted)
        if found is not None and wanted not in self._foreign:
            self._foreign.add(wanted)
            domid, name = found
            self.tell(
                f"{name or wanted} (domain {domid}) runs, but Xen's own xl or another toolstack made it: libvirt does "
                "not see it, use xl for it"
            )


def _is_here(uri: str) -> bool:
    """Whether the host is this machine."""
    scheme, _, place = uri.partition("://")
    if not (scheme == "xen" and place.startswith("/") and "socket=" not in place):
        return False
    try:
        with open(_CONTROL_DOMAIN, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - pathlib is slow
            return "control_d" in file.read()
    except OSError:
        return False
