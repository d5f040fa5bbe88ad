"""The facet `pools`: libvirt knows no cpupools, so Xen's own Python modules on Dom0 do it."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from xlpy.executors import Failure, LibxlError, LibxlMessage
from xlpy.executors.libvirt.errors import printable
from xlpy.executors.libvirt.modules import SCHEDULERS, ModuleError
from xlpy.executors.pools import Pool, chosen
from xlpy.executors.refusals import before_domid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.executors.libvirt.access import Access
    from xlpy.libxl import DomainConfig

_ERROR_INVAL = -6
_REFUSED = 6
"""The exit status of xl create."""
_NAME = "/local/pool/{}/name"


class LibvirtPools:
    """See the Pools protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def pools(self) -> Sequence[Pool]:
        """All, by number."""
        found = self._xen("cpupool_getinfo")
        return [self._pool(pool) for pool in sorted(found, key=lambda pool: int(pool["cpupool"]))]

    def create(self, name: str, scheduler: str, cpus: Sequence[int]) -> int:
        """A pool; nothing is left of it where it cannot have one of the CPUs."""
        numbers = {word: number for number, word in SCHEDULERS.items()}
        pool: int = self._xen("cpupool_create", sched=numbers[scheduler])
        try:
            for cpu in cpus:
                with _in_libxls_words("libxl_cpupool_create", (167, 167), "Error moving cpu to cpupool"):
                    self._xen("cpupool_addcpu", pool, cpu)
            self.rename(pool, name)
        except BaseException:
            with suppress(Failure):
                self.destroy(pool)
            raise
        return pool

    def destroy(self, pool: int) -> None:
        """Free its pCPUs, then remove it."""
        for cpu in [cpu for one in self.pools() if (one.number, one.domains) == (pool, 0) for cpu in one.cpus]:
            self.remove_cpu(pool, cpu)
        try:
            self._xen("cpupool_destroy", pool)
        except ModuleError:
            raise LibxlError(rc=_ERROR_INVAL) from None
        self._access.modules.xenstore("cpupools", "rm", f"/local/pool/{pool}")

    def rename(self, pool: int, name: str) -> None:
        """Its name stands in xenstore."""
        self._access.modules.xenstore("cpupools", "write", _NAME.format(pool), name)

    def add_cpu(self, pool: int, cpu: int) -> None:
        """Xen would choose one for -1."""
        with _in_libxls_words("libxl_cpupool_cpuadd", (302, 302), f"Error moving cpu {cpu} to cpupool: {{}}"):
            self._xen("cpupool_addcpu", pool, cpu)

    def remove_cpu(self, pool: int, cpu: int) -> None:
        """Not the last one of a pool with domains."""
        with _in_libxls_words("libxl_cpupool_cpuremove", (365, 365), f"Error removing cpu {cpu} from cpupool: {{}}"):
            self._xen("cpupool_removecpu", pool, cpu)

    def move(self, domid: int, pool: int) -> None:
        """Put a domain into a pool."""
        with _in_libxls_words("libxl_cpupool_movedomain", (437, 437), f"Domain {domid}:Error moving domain to cpupool"):
            self._xen("cpupool_movedomain", pool, domid)

    def _pool(self, found: dict[str, Any]) -> Pool:
        number = int(found["cpupool"])
        name = self._access.modules.read(_NAME.format(number))
        return Pool(
            number=number,
            name=f"Pool-{number}" if name is None else name,
            scheduler=SCHEDULERS.get(found["sched"], "?"),
            cpus=tuple(found["cpulist"]),
            domains=found["n_dom"],
        )

    def _xen(self, method: str, *numbers: int, **more: int) -> Any:
        return self._access.modules.xen("cpupools", method, *numbers, **more)


def outside_of_libvirt(config: DomainConfig, access: Access) -> tuple[DomainConfig, Pool | None]:
    """The configuration without its cpupool, and that pool, where Xen's own modules can put a domain into it.

    Raises LibxlError in libxl's words where there is no such pool.
    """
    name = config.c_info.pool_name
    if name is None or access.modules.control is None:
        return config, None
    pools = LibvirtPools(access).pools()
    pool = chosen(pools, name)
    if pool is None:
        raise LibxlError(
            *before_domid("no-such-pool", f"Illegal pool specified: {name}"),
            status=_REFUSED,
            advice=f"pools of this host: {', '.join(printable(pool.name) for pool in pools)}",
        )
    return config.replace(c_info=config.c_info.replace(pool_name=None)), pool if pool.number else None


@contextmanager
def _in_libxls_words(function: str, lines: tuple[int, int], text: str) -> Iterator[None]:
    """What libxl says where Xen refuses, with the reason in the place of {}."""
    try:
        yield
    except ModuleError as error:
        message = LibxlMessage(
            place=f"libxl_cpupool.c:{function}", lines=lines, text=text.format(os.strerror(error.number))
        )
        raise LibxlError(message) from None
