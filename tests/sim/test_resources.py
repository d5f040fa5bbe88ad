"""Memory, CPUs and cpupools in any order of commands: the laws hold, and CPU time goes where it should."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.sim.guests import GIB, MIB, VIF, Lab, config
from tests.sim.test_machine import Machine, names
from xlpy.executors import Failure, LibxlError
from xlpy.executors.sim.fairness import Group, fair_rates
from xlpy.host import BUILT_IN
from xlpy.libxl import Hvm, VgaInterfaceInfo

cpu_numbers = st.integers(0, 7)
cpu_sets = st.frozensets(cpu_numbers, min_size=1, max_size=8)
some_names = st.sampled_from(("Domain-0", "a", "b", "c", "d"))
pool_numbers = st.integers(0, 3)


class Resources(Machine):
    """The same machine with the verbs of memory, CPUs and pools."""

    @rule(name=some_names, mib=st.sampled_from((16, 64, 130, 1000, 2500, 4096)), limit=st.booleans())
    def memory(self, name: str, mib: int, *, limit: bool) -> None:
        domid = self.domid(name)
        if domid is not None:
            with suppress(LibxlError):
                memory = self.lab.host.memory
                (memory.set_maximum if limit else memory.set_target)(domid, mib * MIB)

    @rule(name=some_names, count=st.integers(0, 5))
    def vcpus(self, name: str, count: int) -> None:
        domid = self.domid(name)
        if domid is not None:
            with suppress(LibxlError):
                self.lab.host.cpus.set_online(domid, range(count))

    @rule(name=some_names, vcpu=st.integers(0, 3), hard=cpu_sets | st.none(), soft=cpu_sets | st.none())
    def pin(self, name: str, vcpu: int, hard: frozenset[int] | None, soft: frozenset[int] | None) -> None:
        domid = self.domid(name)
        if domid is not None:
            with suppress(LibxlError):
                self.lab.host.cpus.set_affinity(domid, vcpu, hard=hard, soft=soft)

    @rule(name=some_names, weight=st.sampled_from((1, 256, 512, 70000)), cap=st.sampled_from((0, 10, 150, -5)))
    def share(self, name: str, weight: int, cap: int) -> None:
        domid = self.domid(name)
        if domid is not None:
            with suppress(LibxlError):
                scheduler = self.lab.host.cpus.share(domid).scheduler
                if scheduler in ("credit", "credit2"):
                    self.lab.host.cpus.set_share(domid, scheduler, weight=weight, cap=cap)

    @rule(
        name=st.sampled_from(("x", "Pool-0")),
        scheduler=st.sampled_from(("credit", "credit2", "rtds", "arinc653", "null")),
        cpus=cpu_sets,
    )
    def new_pool(self, name: str, scheduler: str, cpus: frozenset[int]) -> None:
        free = set(self.lab.host.info().facts.free_cpus)
        try:
            self.lab.host.pools.create(name, scheduler, sorted(cpus))
        except LibxlError:
            assert not cpus <= free
        else:
            assert cpus <= free

    @rule(pool=pool_numbers, cpu=cpu_numbers, add=st.booleans())
    def move_cpu(self, pool: int, cpu: int, *, add: bool) -> None:
        pools = self.lab.host.pools
        if any(one.number == pool for one in pools.pools()):
            with suppress(LibxlError):
                (pools.add_cpu if add else pools.remove_cpu)(pool, cpu)

    @rule(name=some_names, pool=pool_numbers)
    def migrate(self, name: str, pool: int) -> None:
        domid, pools = self.domid(name), self.lab.host.pools
        if domid is not None and any(one.number == pool for one in pools.pools()):
            try:
                pools.move(domid, pool)
            except LibxlError:
                assert domid == 0 or not next(one for one in pools.pools() if one.number == pool).cpus

    @rule(pool=pool_numbers, name=names)
    def end_pool(self, pool: int, name: str) -> None:
        pools = self.lab.host.pools
        found = next((one for one in pools.pools() if one.number == pool), None)
        if found is None:
            return
        pools.rename(pool, name)
        if found.domains:
            with pytest.raises(Failure):
                pools.destroy(pool)
        else:
            pools.destroy(pool)


Resources.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestResources = Resources.TestCase


# ---- who gets how much

groups = st.lists(
    st.builds(
        lambda count, demand, weight, cpus: Group(count=count, demand=demand, weight=weight, cpus=cpus),
        st.integers(1, 4),
        st.sampled_from((0.003, 0.3, 0.8, 1.0)),
        st.sampled_from((64.0, 256.0, 512.0)),
        st.frozensets(st.integers(0, 5), min_size=1),
    ),
    max_size=7,
)


@given(groups)
@settings(deadline=None)
def test_shares_are_fair(found: list[Group]) -> None:
    """Nobody gets more than it asks for, no set of CPUs is overrun, and who gets less has no idle CPU."""
    rates = fair_rates(found)
    for cpus in {frozenset().union(*(one.cpus for one in found if one.cpus <= group.cpus)) for group in found}:
        inside = [at for at, one in enumerate(found) if one.cpus <= cpus]
        assert sum(found[at].count * rates[at] for at in inside) <= len(cpus) + 1e-6
    for at, group in enumerate(found):
        assert 0 <= rates[at] <= group.demand + 1e-9
        if rates[at] < group.demand - 1e-6:
            busy = sum(found[o].count * rates[o] for o in range(len(found)) if not found[o].cpus.isdisjoint(group.cpus))
            assert busy >= len(group.cpus) - 1e-6


def _spent(lab: Lab, seconds: float) -> dict[str, float]:
    before = {d.name: d.cpu_time for d in lab.host.domains()}
    lab.clock.go(seconds)
    return {d.name: (d.cpu_time - before[d.name]) / seconds for d in lab.host.domains()}


def _work(lab: Lab, name: str, load: float = 1.0) -> None:
    with lab.host.store.change():
        lab.host.db.execute("UPDATE domain SET load = ? WHERE name = ?", (load, name))


def test_weights_and_caps(lab: Lab) -> None:
    for name in ("light", "heavy", "capped"):
        lab.booted(config(name, vcpus=8))
        _work(lab, name)
    lab.host.cpus.set_share(2, "credit2", weight=512)
    spent = _spent(lab, 100)
    assert spent["heavy"] == pytest.approx(2 * spent["light"], rel=1e-6)
    assert sum(spent.values()) == pytest.approx(8)
    lab.host.cpus.set_share(3, "credit2", cap=50)
    spent = _spent(lab, 100)
    assert spent["capped"] == pytest.approx(0.5)
    assert sum(spent.values()) == pytest.approx(8)


def test_pinned_guests_share_a_cpu(lab: Lab) -> None:
    for name in ("a", "b", "free"):
        lab.booted(config(name))
        _work(lab, name)
    for domid in (1, 2):
        lab.host.cpus.set_affinity(domid, 0, hard=[7])
    spent = _spent(lab, 10)
    assert spent["a"] == pytest.approx(0.5)
    assert spent["b"] == pytest.approx(0.5)
    assert spent["free"] == pytest.approx(1)
    assert lab.host.cpus.loads()[7].load == pytest.approx(1)
    running = {d.name for d in lab.host.domains() if d.running}
    assert "free" in running
    assert len(running & {"a", "b"}) == 1


def test_a_pool_is_for_its_own(lab: Lab) -> None:
    for cpu in (6, 7):
        lab.host.pools.remove_cpu(0, cpu)
    pool = lab.host.pools.create("small", "credit", [6, 7])
    for name in ("a", "b", "c"):
        lab.booted(config(name, created={"pool_name": "small"}))
        _work(lab, name)
    lab.booted(config("outside"))
    _work(lab, "outside")
    spent = _spent(lab, 30)
    assert [spent[name] for name in "abc"] == pytest.approx([2 / 3] * 3)
    assert spent["outside"] == pytest.approx(1)
    lab.host.pools.move(1, 0)
    assert _spent(lab, 30)["a"] == pytest.approx(1)
    assert lab.host.pools.pools()[1].number == pool
    assert [pool.domains for pool in lab.host.pools.pools()] == [3, 2]


def test_reservations(lab: Lab) -> None:
    lab.host.pools.remove_cpu(0, 7)
    lab.host.pools.create("rt", "rtds", [7])
    lab.booted(config("a", created={"pool_name": "rt"}))
    _work(lab, "a")
    assert _spent(lab, 10)["a"] == pytest.approx(1)
    old = lab.host.cpus.reservations(1)[0]
    lab.host.cpus.set_reservations(1, [old.replace(period=10_000, budget=2_500, extratime=False)])
    assert _spent(lab, 10)["a"] == pytest.approx(0.25)


def test_a_paused_guest_uses_nothing(lab: Lab) -> None:
    domid = lab.booted(config("a"))
    _work(lab, "a")
    lab.host.pause(domid)
    assert _spent(lab, 10)["a"] == 0
    lab.host.unpause(domid)
    assert _spent(lab, 10)["a"] == pytest.approx(1)


# ---- memory


def test_memory_comes_from_the_nodes_of_the_guest(lab: Lab) -> None:
    before = lab.host.info().node_free_kib
    lab.booted(config("a", memory=1024, info={"vcpu_hard_affinity": ((4, 5),)}))
    after = lab.host.info().node_free_kib
    assert before[0] == after[0]
    assert before[1] - after[1] >= 1 * GIB
    lab.host.memory.set_target(1, 512 * MIB)
    lab.clock.go(2)
    assert lab.host.info().node_free_kib[1] - after[1] == 512 * MIB


def test_a_pc_has_a_hole_in_its_memory(lab: Lab) -> None:
    bare = {"u": Hvm(vga=VgaInterfaceInfo(kind="none"))}
    lab.create(config("bare", "hvm", memory=64, info=bare))
    lab.create(config("card", "hvm", memory=64, info=bare, devices=(VIF,)))
    lab.create(config("seen", "hvm", memory=64))
    lab.create(config("pvh", "pvh", memory=64))
    sizes = {domain.name: domain.memory_kib for domain in lab.host.domains() if domain.domid}
    assert sizes == {"bare": 64 * MIB - 128, "card": 64 * MIB, "seen": 64 * MIB, "pvh": 64 * MIB}


def test_a_guest_without_drivers_does_not_follow(lab: Lab) -> None:
    domid = lab.booted(config("a", "hvm", memory=512, info={"u": Hvm(xen_platform_pci=False)}))
    lab.host.memory.set_target(domid, 256 * MIB)
    lab.clock.go(100)
    assert lab.host.find("a").memory_kib == 512 * MIB


def test_a_paused_guest_follows_later(lab: Lab) -> None:
    domid = lab.booted(config("a", memory=512))
    lab.host.pause(domid)
    lab.host.memory.set_target(domid, 256 * MIB)
    lab.clock.go(100)
    assert lab.host.find("a").memory_kib == 512 * MIB
    lab.host.unpause(domid)
    lab.clock.go(0.1)
    assert 256 * MIB < lab.host.find("a").memory_kib < 512 * MIB
    lab.clock.go(1)
    assert lab.host.find("a").memory_kib == 256 * MIB


def test_a_guest_grows_as_far_as_there_is_memory(lab: Lab) -> None:
    whole = lab.host.info().free_memory_kib
    domid = lab.booted(config("a", memory=1024, info={"max_memkb": whole}))
    lab.create(config("b", memory=(lab.host.info().free_memory_kib - GIB) // MIB))
    left = lab.host.info().free_memory_kib
    lab.host.memory.set_target(domid, whole - GIB)
    lab.clock.go(1000)
    assert lab.host.find("a").memory_kib == 1 * GIB + left
    lab.host.destroy(2)
    lab.clock.go(1000)
    assert lab.host.find("a").memory_kib == whole - GIB + 1 * MIB


def test_numa_facts_are_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    facts = BUILT_IN.replace(node_memory_kib=(16 * GIB, 48 * GIB), node_free_kib=(12 * GIB, 48 * GIB - 512 * MIB))
    lab = Lab(tmp_path_factory.mktemp("numa"), facts)
    assert lab.host.info().node_free_kib == facts.node_free_kib
    lab.host.close()


def test_guests_that_behave_in_their_own_way(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_GUESTS", "slow=slow-balloon:1,lame=no-hotplug,eager=busy:25")
    for name in ("slow", "lame", "eager"):
        lab.booted(config(name, memory=256, vcpus=2))
    lab.host.memory.set_target(1, 128 * MIB)
    lab.clock.go(10)
    assert lab.host.find("slow").memory_kib == 246 * MIB
    lab.host.cpus.set_online(2, range(1))
    lab.host.cpus.set_online(2, range(2))
    assert (lab.host.find("lame").vcpus, lab.host.config(2).b_info.avail_vcpus) == (1, (0, 1))
    assert _spent(lab, 10)["eager"] == pytest.approx(0.5)


def test_a_pcpu_of_the_null_scheduler_has_one_vcpu(lab: Lab) -> None:
    for cpu in (6, 7):
        lab.host.pools.remove_cpu(0, cpu)
    lab.host.pools.create("null", "null", [6, 7])
    for name in ("a", "b", "c"):
        lab.booted(config(name, created={"pool_name": "null"}))
        _work(lab, name)
    spent = _spent(lab, 10)
    assert [spent[name] for name in "abc"] == pytest.approx([1, 1, 0])
    lab.host.destroy(1)
    assert _spent(lab, 10)["c"] == pytest.approx(1)


def test_a_guest_that_needs_more_than_it_has(lab: Lab) -> None:
    """Memory that is populated on demand is not for guests without a balloon driver."""
    small = {"u": Hvm(xen_platform_pci=False), "max_memkb": 512 * MIB}
    domid = lab.booted(config("a", "hvm", memory=256, info=small, on_crash="preserve"))
    event = lab.host.stopped(domid)
    assert event is not None
    assert event.reason == 3
    domid = lab.booted(config("b", "hvm", memory=256, info={**small, "u": Hvm()}))
    assert lab.host.stopped(domid) is None


def test_what_outlasts_a_reboot(lab: Lab) -> None:
    """xl takes target, vCPUs and weight from the domain that goes; pinning is lost."""
    domid = lab.booted(config("a", memory=512, vcpus=2, on_reboot="restart"))
    lab.host.memory.set_target(domid, 256 * MIB)
    lab.host.cpus.set_online(domid, range(1))
    lab.host.cpus.set_share(domid, "credit2", weight=512)
    lab.host.cpus.set_affinity(domid, 0, hard=[3])
    lab.clock.go(1)
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(10)
    again = lab.host.find("a")
    assert (again.memory_kib, again.max_memory_kib, again.vcpus) == (256 * MIB, 512 * MIB, 1)
    assert lab.host.cpus.share(again.domid).weight == 512
    assert lab.host.vcpus(again.domid)[0].hard_affinity == tuple(range(8))


def test_a_paused_guest_plugs_its_vcpus_later(lab: Lab) -> None:
    domid = lab.create(config("a", vcpus=4))
    lab.host.cpus.set_online(domid, range(2))
    assert lab.host.find("a").vcpus == 4
    lab.clock.go(5)
    assert lab.host.find("a").vcpus == 2
    lab.host.pause(domid)
    lab.host.cpus.set_online(domid, range(3))
    lab.clock.go(5)
    nodes = [lab.host.xenstore.node(f"/local/domain/{domid}/cpu/{vcpu}/availability").value for vcpu in range(4)]
    assert (nodes, lab.host.find("a").vcpus) == (["online"] * 3 + ["offline"], 2)
    lab.host.unpause(domid)
    assert lab.host.find("a").vcpus == 3
