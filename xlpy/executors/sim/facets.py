"""The abilities of a simulated host beyond the core: each in a module that is read when it is needed."""

from __future__ import annotations

from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.executors.sim.counters import SimCounters
    from xlpy.executors.sim.cpus import SimCpus
    from xlpy.executors.sim.devices import SimDevices
    from xlpy.executors.sim.events import SimEvents
    from xlpy.executors.sim.faults import SimFaults
    from xlpy.executors.sim.hypervisor import SimHypervisor
    from xlpy.executors.sim.memory import SimMemory
    from xlpy.executors.sim.pci import SimPci
    from xlpy.executors.sim.pools import SimPools
    from xlpy.executors.sim.saving import SimSaving
    from xlpy.executors.sim.settings import SimSettings
    from xlpy.executors.sim.signals import SimSignals
    from xlpy.executors.sim.store import Store
    from xlpy.executors.sim.xenstore import SimXenstore
    from xlpy.libxl import DomainConfig


class Facets:
    """What SimHost is built upon."""

    store: Store
    db: sqlite3.Connection

    def config(self, domid: int) -> DomainConfig:
        """What a domain was built from, under its present name."""
        from xlpy.executors.sim.configs import shown

        with self.store.look():
            return shown(self.db, rows.domain(self.db, domid), rows.facts(self.db))

    @property
    def memory(self) -> SimMemory:
        """Balloon targets, limits, claims and shared pages."""
        from xlpy.executors.sim.memory import SimMemory

        return SimMemory(self)

    @property
    def cpus(self) -> SimCpus:
        """The vCPUs at run time, and the schedulers."""
        from xlpy.executors.sim.cpus import SimCpus

        return SimCpus(self)

    @property
    def pools(self) -> SimPools:
        """The cpupools."""
        from xlpy.executors.sim.pools import SimPools

        return SimPools(self)

    @property
    def counters(self) -> SimCounters:
        """What the devices of domains have moved."""
        from xlpy.executors.sim.counters import SimCounters

        return SimCounters(self)

    @property
    def hypervisor(self) -> SimHypervisor:
        """Xen itself."""
        from xlpy.executors.sim.hypervisor import SimHypervisor

        return SimHypervisor(self)

    @property
    def devices(self) -> SimDevices:
        """The devices of running domains."""
        from xlpy.executors.sim.devices import SimDevices

        return SimDevices(self.store)

    @property
    def pci(self) -> SimPci:
        """PCI devices that are passed through."""
        from xlpy.executors.sim.pci import SimPci

        return SimPci(self.store)

    @property
    def xenstore(self) -> SimXenstore:
        """The tree in which domains tell each other things."""
        from xlpy.executors.sim.xenstore import SimXenstore

        return SimXenstore(self.store)

    @property
    def settings(self) -> SimSettings:
        """What the host itself is like, and a new first day."""
        from xlpy.executors.sim.settings import SimSettings

        return SimSettings(self.store)

    @property
    def faults(self) -> SimFaults:
        """What shall go wrong."""
        from xlpy.executors.sim.faults import SimFaults

        return SimFaults(self.store)

    @property
    def signals(self) -> SimSignals:
        """Triggers, sysrq, debug keys, Xen's console, QEMU's monitor."""
        from xlpy.executors.sim.signals import SimSignals

        return SimSignals(self)

    @property
    def events(self) -> SimEvents:
        """What happened."""
        from xlpy.executors.sim.events import SimEvents

        return SimEvents(self.store)

    @property
    def saving(self) -> SimSaving:
        """Saving, restoring, migrating, suspending, core dumps."""
        from xlpy.executors.sim.saving import SimSaving

        return SimSaving(self)
