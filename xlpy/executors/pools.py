"""The facet `pools`: cpupools, each some pCPUs with a scheduler of their own, and the domains in them."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import


class Pool(Record):
    """A cpupool. Several may have the same name: Xen knows them by number."""

    number: int
    name: str
    scheduler: str
    """credit, credit2, rtds, arinc653 or null."""
    cpus: tuple[int, ...]
    domains: int
    """How many are in it."""


def chosen(pools: Sequence[Pool], word: str) -> Pool | None:
    """The one with this name, the first where several have it; digits are its number."""
    if word.isascii() and word.isdigit():
        return next((pool for pool in pools if pool.number == int(word)), None)
    return next((pool for pool in pools if pool.name == word), None)


class Pools(Protocol):
    """All but `pools` raise LibxlError where libxl refuses. pCPUs that are in no pool: HostFacts.free_cpus."""

    def pools(self) -> Sequence[Pool]:
        """All, by number; the first is number 0, in which Domain-0 is."""

    def create(self, name: str, scheduler: str, cpus: Sequence[int]) -> int:
        """A pool of these free pCPUs, or of none; gives its number. A pool that cannot have one of them is not made."""

    def destroy(self, pool: int) -> None:
        """Remove a pool without domains; its pCPUs become free. Pool 0 stays."""

    def rename(self, pool: int, name: str) -> None:
        """Give it another name, whether another pool has that name or not."""

    def add_cpu(self, pool: int, cpu: int) -> None:
        """Give a free pCPU to a pool."""

    def remove_cpu(self, pool: int, cpu: int) -> None:
        """Take a pCPU from a pool; not the last one while domains are in it."""

    def move(self, domid: int, pool: int) -> None:
        """Put a domain into a pool; Domain-0 stays in pool 0."""
