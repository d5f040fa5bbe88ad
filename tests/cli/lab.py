"""The host on which the real xl of Xen 4.17 was recorded, simulated: 4 pCPUs in 2 NUMA nodes, a PV guest pv1."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.sim.guests import Clock, config
from xlpy.cli.main import run
from xlpy.executors.sim import SimHost, open_host
from xlpy.host import HostFacts
from xlpy.planner.plan import make_plan

if TYPE_CHECKING:
    import pytest

MIB = 1024
FACTS = HostFacts(
    name="dom0",
    xen_version="4.17.7",
    nodes=(0, 0, 1, 1),
    memory_kib=4095 * MIB,
    dom0_memory_kib=1536 * MIB,
    dom0_vcpus=2,
    xen_memory_kib=45 * MIB,
    node_memory_kib=(2048 * MIB, 2048 * MIB),
    node_free_kib=(1695 * MIB, 819 * MIB),
)


class Said(NamedTuple):
    status: int
    out: str
    err: str


class Recorded:
    """The host, its clock, and xl upon it."""

    def __init__(self, path: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.clock = Clock()
        self.host: SimHost = open_host(path, clock=self.clock, facts=FACTS)
        self.capsys = capsys

    def xl(self, *words: str) -> Said:
        status = run(list(words), "xl")
        return Said(status, *self.capsys.readouterr())

    def guest(self, name: str = "pv1", *, paused: bool = False) -> int:
        """128 of 256 MiB, 2 of 4 vCPUs; it has booted, or is still paused."""
        built = {"max_memkb": 256 * MIB, "avail_vcpus": (0, 1)}
        plan = make_plan(config(name, memory=128, vcpus=4, info=built), self.host.info().facts)
        domid = self.host.create(plan, paused=paused)
        self.clock.go(3)
        return domid
