"""The laws of a simulated host, checked from its tables and not by its own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.guests import state
from xlpy import decisions
from xlpy.devices.disk import Disk
from xlpy.executors.sim import saved

if TYPE_CHECKING:
    from xlpy.executors.sim import SimHost
    from xlpy.libxl import DomainConfig

STATES = {"r", "b", "", "p", "s", "ps"}
"""Where pCPUs are short, a vCPU that has work to do may wait: no letter."""


def check_laws(host: SimHost) -> None:
    """Assert all of them."""
    domains = host.domains()
    guests = {d.domid: saved.config_from_text(_config(host, d.domid)) for d in domains if d.domid}
    _memory(host, list(guests.values()))
    _disks(list(guests.values()))
    _rest(host)
    assert (domains[0].domid, domains[0].name, state(domains[0])) == (0, "Domain-0", "r")
    assert len({d.name for d in domains}) == len({d.uuid for d in domains}) == len(domains)
    for domain in domains:
        vcpus = host.vcpus(domain.domid)
        assert state(domain) in STATES
        assert domain.uptime is not None
        assert domain.uptime >= 0
        assert domain.cpu_time >= 0
        assert sum(v.online for v in vcpus) == domain.vcpus
        assert len(vcpus) == domain.max_vcpus
        assert all(v.cpu in v.hard_affinity for v in vcpus)
        event = host.stopped(domain.domid)
        assert (event is not None) == domain.shutdown
        assert event is None or not event.gone


def _config(host: SimHost, domid: int) -> str:
    return str(host.db.execute("SELECT config FROM domain WHERE domid = ?", (domid,)).fetchone()[0])


def _memory(host: SimHost, guests: list[DomainConfig]) -> None:
    info = host.info()
    used = sum(decisions.need(guest, info.facts) for guest in guests)
    assert info.free_memory_kib == info.facts.guest_memory_kib - used >= 0


def _disks(guests: list[DomainConfig]) -> None:
    users: dict[str, list[tuple[str, int]]] = {}
    for guest in guests:
        for disk in (disk for disk in guest.devices_of(Disk) if not disk.is_cdrom):
            users.setdefault(disk.pdev_path or "", []).append((guest.name, disk.readwrite))
    for path, held in users.items():
        if any(writes for _, writes in held):
            assert len({name for name, _ in held}) == 1, path


def _rest(host: SimHost) -> None:
    """Nothing refers to a domain that is gone; nobody waits for the past."""

    def count(query: str, *values: Any) -> int:
        return int(host.db.execute(f"SELECT count(*) FROM {query}", values).fetchone()[0])

    assert count("claim WHERE domid NOT IN (SELECT domid FROM domain)") == 0
    assert count("vcpu WHERE domid NOT IN (SELECT domid FROM domain)") == 0
    assert count("domain WHERE NOT built") == 0
    assert count("domain WHERE (wake IS NULL) <> (since IS NULL OR due IS NULL)") == 0
    assert count("domain WHERE domid AND (since IS NULL) <> (pauses > 0 OR shutdown IS NOT NULL)") == 0
    assert host.db.execute("PRAGMA foreign_key_check").fetchall() == []
