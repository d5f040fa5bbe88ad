"""What a host behind libvirt can do beside the core of the Executor protocol; each facet is imported when used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xlpy.executors import Failure

if TYPE_CHECKING:
    from xlpy.executors.hypervisor import Hypervisor
    from xlpy.executors.libvirt.access import Access
    from xlpy.executors.libvirt.counters import LibvirtCounters
    from xlpy.executors.libvirt.cpus import LibvirtCpus
    from xlpy.executors.libvirt.devices import LibvirtDevices
    from xlpy.executors.libvirt.events import LibvirtEvents
    from xlpy.executors.libvirt.memory import LibvirtMemory
    from xlpy.executors.libvirt.pci import LibvirtPci
    from xlpy.executors.libvirt.pools import LibvirtPools
    from xlpy.executors.libvirt.saving import LibvirtSaving
    from xlpy.executors.libvirt.signals import LibvirtSignals
    from xlpy.executors.libvirt.xenstore import LibvirtXenstore


class Facets:
    """The facets of a host."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @property
    def memory(self) -> LibvirtMemory:
        """Balloons and limits."""
        from xlpy.executors.libvirt.memory import LibvirtMemory

        return LibvirtMemory(self._access)

    @property
    def cpus(self) -> LibvirtCpus:
        """vCPUs and the scheduler."""
        from xlpy.executors.libvirt.cpus import LibvirtCpus

        return LibvirtCpus(self._access)

    @property
    def pools(self) -> LibvirtPools:
        """Cpupools, with Xen's own Python modules."""
        from xlpy.executors.libvirt.pools import LibvirtPools

        return LibvirtPools(self._access)

    @property
    def saving(self) -> LibvirtSaving:
        """Save files, migration, core dumps."""
        from xlpy.executors.libvirt.saving import LibvirtSaving

        return LibvirtSaving(self._access)

    @property
    def signals(self) -> LibvirtSignals:
        """Triggers, keys, the hypervisor's log."""
        from xlpy.executors.libvirt.signals import LibvirtSignals

        return LibvirtSignals(self._access)

    @cached_property
    def events(self) -> LibvirtEvents:
        """What happens from now on."""
        from xlpy.executors.libvirt.events import LibvirtEvents

        return LibvirtEvents(self._access)

    @property
    def devices(self) -> LibvirtDevices:
        """Disks, network interfaces, USB."""
        from xlpy.executors.libvirt.devices import LibvirtDevices

        return LibvirtDevices(self._access)

    @property
    def pci(self) -> LibvirtPci:
        """PCI devices that are passed through."""
        from xlpy.executors.libvirt.pci import LibvirtPci

        return LibvirtPci(self._access)

    @cached_property
    def xenstore(self) -> LibvirtXenstore:
        """Xenstore, with Xen's own Python modules."""
        from xlpy.executors.libvirt.xenstore import LibvirtXenstore

        return LibvirtXenstore(self._access)

    @property
    def hypervisor(self) -> Hypervisor:
        """libvirt does not reach so far into Xen."""
        raise Failure(advice="libvirt does not reach Flask and Xen's parameters; Xen's own xl does")

    @property
    def counters(self) -> LibvirtCounters:
        """What the devices of domains have moved."""
        from xlpy.executors.libvirt.counters import LibvirtCounters

        return LibvirtCounters(self._access)
