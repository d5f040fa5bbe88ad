"""The facet `saving` through libvirt: it writes and reads files of its own format, on its host, and moves domains.

libvirt ends a domain that it saves. For `save -c` and `-p` it is restored at once, so that it has another domid then.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xlpy.executors import Failure
from xlpy.executors.libvirt import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.executors.libvirt.access import Access
    from xlpy.executors.saving import Then
    from xlpy.libxl import DomainConfig

LIMIT = 24 * 3600.0
"""How long a state may be on its way, in seconds; a host that is gone is noticed much sooner."""
_MEMORY = 0
"""What libvirt calls suspending to RAM (VIR_NODE_SUSPEND_TARGET_MEM)."""
_AS_IT_IS = "libvirt takes no other configuration for a domain that is restored or moved; Xen's own xl does"

_FOREIGN = "image magic is incorrect"
_OF_FILES = {
    "Failed to create domain save file": "Failed to open temp file {path} for writing",
    "Failed to open domain image file": "Can't open restore file: {why}",
    _FOREIGN: "File has wrong magic number - corrupt or for a different tool?",
}
"""What libvirt says, and xl."""
_ADVICE = {_FOREIGN: "libvirt restores what libvirt has saved; a file of Xen's own xl is for that"}


class LibvirtSaving:
    """See the protocols Saving and OwnSaving."""

    streams = None

    def __init__(self, access: Access) -> None:
        self._access = access

    @property
    def own(self) -> LibvirtSaving:
        """libvirt saves by itself."""
        return self

    def save(self, domid: int, path: str, *, then: Then) -> None:
        """Write a file; PATH is on libvirt's host."""
        target = self._path(path)
        with _said_as_xl(path):
            self._access.act(domid, lambda domain: domain.save(target), LIMIT)
        if then != "destroy":
            again = self.restore(path, config=None, paused=then == "pause")
            self._access.tell(f"libvirt ends what it saves, so the domain was put back: it is domain {again} now")

    def restore(self, path: str, *, config: DomainConfig | None, paused: bool) -> int:
        """A domain from libvirt's file, as it was when it was saved."""
        if config is not None:
            raise Failure(advice=_AS_IT_IS)
        source = self._path(path)
        access = self._access
        with _said_as_xl(path), access.causes(""):
            return access.link.call(
                lambda connection: _restore(access.api, connection, source, paused=paused), LIMIT, errors.BUILDING
            )

    def migrate(self, domid: int, host: str, *, config: DomainConfig | None, paused: bool) -> None:
        """From libvirt to libvirt, through ssh or the connection that a URI names; the guest runs meanwhile."""
        if config is not None:
            raise Failure(advice=_AS_IT_IS)
        from xlpy.executors.libvirt.migration import migrate

        migrate(self._access, domid, host if "://" in host else f"xen+ssh://{host}/system", paused=paused)

    def suspend(self, domid: int) -> None:
        """Ask the guest to suspend itself to RAM."""
        self._access.act(domid, lambda domain: domain.pMSuspendForDuration(_MEMORY, 0), LIMIT)

    def resume(self, domid: int) -> None:
        """Wake it."""
        self._access.act(domid, lambda domain: domain.pMWakeup(0))

    def dump_core(self, domid: int, path: str) -> None:
        """PATH is on libvirt's host."""
        target = self._path(path)
        self._access.act(domid, lambda domain: domain.coreDump(target, 0), LIMIT)

    def _path(self, path: str) -> str:
        """A path from the root of libvirt's host."""
        if self._access.local or os.path.isabs(path):  # noqa: PTH117 - pathlib is slow
            return os.path.abspath(path)  # noqa: PTH100 - it may be no file of this machine
        where = errors.host_of(self._access.link.uri)
        raise Failure(advice=f"{errors.printable(path)}: name it from the root: the file is on {where}, with libvirt")


@contextmanager
def _said_as_xl(path: str) -> Iterator[None]:
    """What is wrong with the file, in xl's words."""
    try:
        yield
    except Failure as failure:
        for words, line in _OF_FILES.items():
            if words in str(failure):
                why = str(failure).rpartition(": ")[2]
                raise Failure(
                    line.format(path=errors.printable(path), why=why), advice=_ADVICE.get(words, "")
                ) from None
        raise


def _restore(api: Any, connection: Any, path: str, *, paused: bool) -> int:
    """Libvirt does not say which domain it is: the one that was not there before."""
    flags = api.VIR_DOMAIN_SAVE_PAUSED if paused else 0
    before = {domain.ID() for domain in connection.listAllDomains(api.VIR_CONNECT_LIST_DOMAINS_ACTIVE)}
    connection.restoreFlags(path, None, flags)
    after = {domain.ID() for domain in connection.listAllDomains(api.VIR_CONNECT_LIST_DOMAINS_ACTIVE)}
    return max(after - before, default=-1)
