"""A guest that runs, as a value: what it was built from, and what was changed of it since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.planner import decisions
from xlpy.planner.feasible_devices import claims
from xlpy.planner.together import Guest
from xlpy.record import Record

if TYPE_CHECKING:
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig


class Running(Record):
    """A guest. What is None the host does not tell; memory is in KiB."""

    name: str
    domid: int
    uuid: str
    config: DomainConfig | None
    """What it was built from, with the devices that it has now."""
    exact: bool = True
    """The host keeps all of the configuration; else what it does not say may be there all the same."""
    target_kib: int | None = None
    online: tuple[int, ...] | None = None
    """The vCPUs that it shall have, as the target is the memory that it shall have: it follows when it can."""
    hard: tuple[tuple[int, ...], ...] | None = None
    """For each vCPU the pCPUs where it may run."""
    soft: tuple[tuple[int, ...], ...] | None = None
    pool: str = "Pool-0"
    """Empty where the host does not tell."""
    scheduler: str = ""
    weight: int | None = None
    cap: int | None = None
    stopped: str = ""
    """Why it runs no more, where it is only kept: poweroff, crash ..."""
    memory_kib: int = 0
    """What it has just now."""


def need(running: Running, facts: HostFacts) -> int:
    """What the host gets back when it ends."""
    if running.config is None:
        return running.memory_kib
    built = decisions.need(running.config, facts)
    return max(0, built - running.config.memory_kib + running.memory_kib)


def as_guest(running: Running, config: DomainConfig | None = None) -> Guest:
    """What it takes of the host; of the configuration that it is to have, where one is given."""
    of = config or running.config
    held = () if of is None else tuple(claim for _, claim in claims(of))
    return Guest(name=running.name, uuid=running.uuid, domid=running.domid, held=held)
