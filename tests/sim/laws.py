"""The laws of a simulated host, checked from its tables and not by its own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.guests import state
from xlpy.devices.disk import Disk
from xlpy.executors.sim import saved
from xlpy.planner import decisions

if TYPE_CHECKING:
    from xlpy.executors.sim import SimHost
    from xlpy.libxl import DomainConfig

STATES = {"r", "b", "", "p", "s", "ps"}
"""Where pCPUs are short, a vCPU that has work to do may wait: no letter."""


def check_laws(host: SimHost) -> None:
    """Assert all of them."""
    domains = host.domains()
    guests = {d.domid: saved.config_from_text(_config(host, d.domid)) for d in domains if d.domid}
    _memory(host, guests)
    _cpus(host)
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
        event = host.stopped(domain.domid)
        assert (event is not None) == domain.shutdown
        assert event is None or not event.gone


def _config(host: SimHost, domid: int) -> str:
    return str(host.db.execute("SELECT config FROM domain WHERE domid = ?", (domid,)).fetchone()[0])


def _memory(host: SimHost, guests: dict[int, DomainConfig]) -> None:
    """Each page is Xen's, a domain's or free, in each node; a domain holds what it has and what Xen keeps for it."""
    info = host.info()
    held = dict(host.db.execute("SELECT domid, sum(kib) FROM placed GROUP BY domid").fetchall())
    for domain in host.domains():
        guest = guests.get(domain.domid)
        overhead = decisions.need(guest, info.facts) - guest.memory_kib if guest else 0
        assert held[domain.domid] == domain.memory_kib + overhead
        assert 0 < domain.memory_kib <= domain.max_memory_kib
    nodes = host.db.execute("SELECT size_kib - xen_kib FROM node ORDER BY node").fetchall()
    of_node = dict(host.db.execute("SELECT node, sum(kib) FROM placed GROUP BY node").fetchall())
    assert info.node_free_kib == tuple(kib - of_node.get(node, 0) for node, (kib,) in enumerate(nodes))
    assert min(info.node_free_kib) >= 0
    everybody = info.facts.guest_memory_kib + info.facts.dom0_memory_kib
    assert info.free_memory_kib == sum(info.node_free_kib) == everybody - sum(held.values())


def _cpus(host: SimHost) -> None:
    """Every pCPU is in one pool or free; vCPUs run on those of their pool and affinity; no time is given twice."""
    info, pools = host.info(), host.pools.pools()
    owned = [cpu for pool in pools for cpu in pool.cpus]
    assert sorted([*owned, *info.facts.free_cpus]) == list(range(info.facts.cpus))
    domains = host.domains()
    assert [pool.domains for pool in pools] == [sum(d.pool_number == pool.number for d in domains) for pool in pools]
    by_number = {pool.number: pool for pool in pools}
    running, all_of_them = list[int](), host.all_vcpus()
    for domain in domains:
        assert domain.pool == by_number[domain.pool_number].name
        for vcpu in all_of_them.get(domain.domid, ()):
            assert vcpu.cpu in set(vcpu.hard_affinity).intersection(by_number[domain.pool_number].cpus)
            running += [vcpu.cpu] * vcpu.running
    assert len(set(running)) == len(running)
    assert sum(domain.cpu_time for domain in domains) <= (domains[0].uptime or 0) * info.facts.cpus + 1e-6
    assert all(load.load <= 1 + 1e-6 for load in host.cpus.loads())
    counted = "SELECT count(*) FROM vcpu WHERE share = id"
    assert not host.db.execute(f"SELECT 1 FROM share WHERE count <> ({counted})").fetchone()
    assert not host.db.execute("SELECT 1 FROM stirred").fetchone()
    crowd = host.db.execute("SELECT hard, soft, count(*) FROM vcpu WHERE online GROUP BY hard, soft").fetchall()
    assert list(map(tuple, crowd)) == list(map(tuple, host.db.execute("SELECT * FROM crowd").fetchall()))
    for pool in pools:
        given = host.db.execute("SELECT sum(count * rate) FROM share WHERE pool = ?", (pool.number,)).fetchone()[0]
        assert (given or 0) <= len(pool.cpus) + 1e-6


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
    online = "SELECT cpu, count(*) FROM vcpu WHERE online GROUP BY cpu"
    assert dict(host.db.execute("SELECT * FROM busy WHERE number").fetchall()) == dict(
        host.db.execute(online).fetchall()
    )
    _devices(host)


def _devices(host: SimHost) -> None:
    """No number twice in a class, what is stored is what is attached, and both ends name each other."""
    for domain in host.domains()[1:]:
        found = {node.path: node.value for node in host.xenstore.tree(f"/local/domain/{domain.domid}")}
        for kind in ("disk", "vif"):
            infos = host.devices.attached(domain.domid, kind)
            stored = [device for device in host.config(domain.domid).devices if kind == device.KIND]
            assert len({info.devid for info in infos}) == len(infos)
            assert sorted(map(repr, stored)) == sorted(repr(info.device) for info in infos)
            for info in infos:
                assert found[f"{info.frontend}/backend"] == info.backend
                assert host.xenstore.node(f"{info.backend}/frontend").value == info.frontend
        query = "SELECT what FROM claim WHERE domid = ? AND kind = 'disk'"
        held = {row[0] for row in host.db.execute(query, (domain.domid,))}
        disks = (info.device for info in host.devices.attached(domain.domid, "disk"))
        assert held == {taken.what for disk in disks for taken in disk.claims()}
