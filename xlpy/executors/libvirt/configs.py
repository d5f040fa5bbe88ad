"""What libvirt says of configurations -> DomainConfig."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from xlpy.config import load
from xlpy.diagnostic import xl_output
from xlpy.executors import Failure
from xlpy.executors.libvirt.errors import printable
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Pv, SchedParams, Scheduler
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.executors import DomainInfo
    from xlpy.host import HostFacts


def read_back(native: str, facts: HostFacts) -> DomainConfig:
    """The xl.cfg that libvirt makes of a domain, read as any other."""
    loaded = load(Source("libvirt", native), host=facts, masked=False)
    text, status = xl_output(loaded.diagnostics)
    if status is not None:
        raise Failure(
            *map(printable, text.splitlines()),
            advice="libvirt's own translation of this domain to xl.cfg cannot be read: virsh dumpxml shows its XML",
        )
    return loaded.config


def of_dom0(domain: Any, info: DomainInfo) -> DomainConfig:
    """What Xen's start-up scripts store for Domain-0; in the thread of the link."""
    schedulers: tuple[Scheduler, ...] = get_args(Scheduler)
    name = domain.schedulerType()[0]
    shares = domain.schedulerParameters()
    return DomainConfig(
        c_info=CreateInfo(type="pv", name=info.name),
        b_info=BuildInfo(
            max_memkb=info.max_memory_kib,
            target_memkb=info.memory_kib,
            sched_params=SchedParams(
                sched=schedulers[schedulers.index(name) if name in schedulers else 0],
                weight=shares.get("weight", -1),
                cap=shares.get("cap", -1),
            ),
            u=Pv(),
        ),
    )
