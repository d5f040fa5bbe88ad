"""The facet `pci` through libvirt: its node devices are what could be passed through, its hostdevs what is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, fromstring, tostring

from xlpy.executors import Failure
from xlpy.executors.libvirt import devices, facts, reading
from xlpy.executors.pci import Assignable, PassedThrough
from xlpy.executors.sim import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.devices.pci import Pci
    from xlpy.executors import LibxlMessage
    from xlpy.executors.libvirt.access import Access

_PCIBACK = ("pciback", "xen-pciback")
_NO_NAMES = "libvirt keeps no names of PCI devices; Xen's own xl does (pci-assignable-add -n)"


class LibvirtPci:
    """See the PassThrough protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def assignable(self) -> Sequence[Assignable]:
        """What pciback has and no domain of libvirt's."""
        bound = facts.assignable() if self._access.local else None
        return self._access.link.call(lambda connection: [*_assignable(self._access.api, connection, bound)])

    def make_assignable(self, bdf: str, name: str = "") -> Sequence[LibxlMessage]:
        """Take it from its driver, for good."""
        if name:
            raise Failure(advice=_NO_NAMES)
        said = _before_binding(bdf) if self._access.local else ()
        self._access.link.call(lambda connection: _device(connection, bdf).detachFlags(None))
        return said

    def take_back(self, bdf: str, *, rebind: bool = False) -> Sequence[LibxlMessage]:
        """libvirt always gives it back to its driver."""
        local = self._access.local
        if local and bdf not in facts.assignable():
            return (refusals.not_bound(),)
        self._access.link.call(lambda connection: _device(connection, bdf).reAttach())
        if not local or bdf not in facts.assignable():
            return ()
        _let_go(bdf)  # it has no driver of its own
        return (refusals.no_way_back(),) if rebind else ()

    def named(self, name: str) -> str | None:
        """libvirt keeps no names."""
        raise Failure(advice=_NO_NAMES)

    def passed(self, domid: int) -> Sequence[PassedThrough]:
        """The devices of a domain."""
        root = self._access.on(domid, lambda domain: fromstring(domain.XMLDesc(0)))
        return [PassedThrough(bdf=_bdf(device)) for _, device in _hostdevs(root)]

    def attach(self, domid: int, device: Pci) -> Sequence[LibxlMessage]:
        """One function; libvirt takes it from its driver where it is to be seized."""
        return devices.LibvirtDevices(self._access).attach(domid, device)

    def detach(self, domid: int, device: Pci, *, force: bool = False) -> Sequence[LibxlMessage]:
        """With the guest's consent."""
        root = self._access.on(domid, lambda domain: fromstring(domain.XMLDesc(0)))
        found = [element for element, other in _hostdevs(root) if _bdf(other) == _bdf(device)]
        if not found:
            raise refusals.pci_not_there(domid)
        xml = tostring(found[0], encoding="unicode")
        live = self._access.api.VIR_DOMAIN_AFFECT_LIVE
        self._access.act(domid, lambda domain: domain.detachDeviceFlags(xml, live))
        return ()


def _before_binding(bdf: str) -> Sequence[LibxlMessage]:
    """What libxl says of a device of this machine that has no driver, or pciback already."""
    if bdf in facts.assignable():
        return (refusals.already_assignable(bdf),)
    return () if os.path.exists(f"{facts.PCI_DEVICES}/{bdf}/driver") else (refusals.no_driver(bdf),)  # noqa: PTH110 - pathlib is slow


def _let_go(bdf: str) -> None:
    """Take a device of this machine from pciback, as libxl does it."""
    for name in ("unbind", "remove_slot"):
        try:
            with open(f"{facts.PCIBACK}/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib is slow
                file.write(bdf)
        except OSError as error:
            raise Failure(advice=f"{bdf} stays with pciback: {facts.PCIBACK}/{name}: {error.strerror}") from None


def _hostdevs(root: Element) -> Iterator[tuple[Element, Any]]:
    return ((element, device) for element, device, _ in reading.devices(root, "pci"))


def _assignable(api: Any, connection: Any, bound: Sequence[str] | None) -> Iterator[Assignable]:
    """Without those of libvirt's domains; BOUND is what pciback has, None where only libvirt can tell."""
    domains = connection.listAllDomains(api.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
    roots = [fromstring(domain.XMLDesc(0)) for domain in domains]
    taken = {_bdf(device) for root in roots for _, device in _hostdevs(root)}
    free = _bound(api, connection) if bound is None else bound
    yield from (Assignable(bdf=bdf) for bdf in free if bdf not in taken)


def _bound(api: Any, connection: Any) -> Iterator[str]:
    """What libvirt says that pciback has."""
    found = connection.listAllDevices(api.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV)
    for root in (fromstring(device.XMLDesc(0)) for device in found):
        where = root.find("./capability[@type='pci']")
        if where is not None and root.findtext("./driver/name") in _PCIBACK:
            domain, bus, slot, function = (
                int(where.findtext(name) or 0) for name in ("domain", "bus", "slot", "function")
            )
            yield f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}"


def _device(connection: Any, bdf: str) -> Any:
    return connection.nodeDeviceLookupByName("pci_" + bdf.replace(":", "_").replace(".", "_"))


def _bdf(device: Pci) -> str:
    return f"{device.domain:04x}:{device.bus:02x}:{device.dev:02x}.{device.func:x}"
