"""Thousands of domains: what one look or one change asks of the tables does not grow with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sim.guests import GIB, Lab, config
from xlpy.host import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGE = BUILT_IN.replace(memory_kib=512 * GIB)
FEW, MANY = 3, 120
_CHANCE = 5
"""A vCPU moves, or is already where it should be."""


def filled(folder: Path, count: int) -> Lab:
    """A host with so many guests that are up, two vCPUs each."""
    folder.mkdir()
    lab = Lab(folder, LARGE)
    lab.host.db.execute("PRAGMA synchronous = OFF")
    for number in range(count):
        lab.create(config(f"g{number}", vcpus=2))
    lab.clock.go(5)
    lab.host.domains()
    return lab


def statements(lab: Lab, act: Callable[[Lab], object]) -> int:
    """How many statements an act takes, without what triggers do."""
    seen: list[str] = []
    lab.host.db.set_trace_callback(seen.append)
    act(lab)
    lab.host.db.set_trace_callback(None)
    return sum(not text.startswith("--") for text in seen)


def _stored_cpu(lab: Lab) -> int:
    return int(lab.host.db.execute("SELECT cpu FROM vcpu WHERE domid = 2 AND vcpu = 0").fetchone()[0])


def test_costs_do_not_grow(tmp_path: Path) -> None:
    few, many = filled(tmp_path / "few", FEW), filled(tmp_path / "many", MANY)
    acts: list[Callable[[Lab], object]] = [
        lambda lab: lab.host.domains(),
        lambda lab: lab.host.all_vcpus(),
        lambda lab: lab.host.info(),
        lambda lab: lab.host.pools.pools(),
        lambda lab: lab.host.cpus.loads(),
        lambda lab: lab.host.pause(2),
        lambda lab: lab.host.unpause(2),
        lambda lab: lab.host.cpus.set_share(2, "credit2", weight=512),
        lambda lab: lab.host.cpus.set_affinity(2, 0, hard=[(_stored_cpu(lab) + 1) % 8]),
        lambda lab: lab.host.memory.set_target(2, 64 * 1024),
        lambda lab: lab.create(config("late", vcpus=2)),
        lambda lab: lab.host.destroy(2),
    ]
    for number, act in enumerate(acts):
        assert 0 < statements(many, act) <= statements(few, act) + _CHANCE, number


def test_alike_vcpus_have_one_share(tmp_path: Path) -> None:
    lab = filled(tmp_path / "many", MANY)
    assert lab.host.db.execute("SELECT count(*) FROM share").fetchone()[0] <= 5
