"""What libvirt says of configurations -> DomainConfig."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args
from xml.etree.ElementTree import fromstring

from xlpy.config import load
from xlpy.diagnostic import xl_output
from xlpy.executors import Failure
from xlpy.executors.libvirt.errors import printable
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Pv, SchedParams, Scheduler
from xlpy.libxl_read import from_json
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.executors import DomainInfo
    from xlpy.executors.libvirt.modules import Modules
    from xlpy.host import HostFacts

_KEPT = "/var/lib/xen/userdata-d.{}.{}.libxl-json"
_MEMORY = {"target_memkb": "target", "max_memkb": "static-max"}
"""Where xenstore has what is in KiB."""
_MOVED = ("kernel", "ramdisk", "cmdline", "bootloader", "bootloader_args")
"""What libvirt sets where libxl had it before all kinds of guests had a kernel."""


def native(api: Any, domain: Any) -> str:
    """A domain as the xl.cfg that libvirt makes of it; in the thread of the link."""
    text: str = domain.connect().domainXMLToNative("xen-xl", domain.XMLDesc(api.VIR_DOMAIN_XML_SECURE))
    return text


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


def kept_by_libxl(domid: int, uuid: str) -> DomainConfig | None:
    """What libxl itself keeps of a domain on its machine, for any toolstack; None where that cannot be read."""
    try:
        with open(_KEPT.format(domid, uuid), encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow
            data = json.loads(file.read().rstrip("\0"))
        info = data["b_info"]
        old = info.get(f"type.{data['c_info']['type']}", {})
        info |= {name: old[name] for name in _MOVED if name in old and name not in info}
        return from_json(json.dumps(data))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def with_present(config: DomainConfig, domain: Any, modules: Modules) -> DomainConfig:
    """The same as it was changed since: memory, vCPUs, scheduler; in the thread of the link."""
    top = f"/local/domain/{config.c_info.domid}"
    found = {field: modules.read(f"{top}/memory/{node}") for field, node in _MEMORY.items()}
    memory = {field: int(value) for field, value in found.items() if value and value.isdecimal()}
    if "target_memkb" in memory:
        memory["target_memkb"] += _apart(config.b_info)
    info = config.b_info.replace(
        avail_vcpus=_online(config, top, modules) or _first_ones(domain),
        sched_params=_shares(domain),
        **memory,
    )
    return config.replace(b_info=info)


def _apart(info: BuildInfo) -> int:
    """The memory of the display, in KiB, which is not in xenstore's target."""
    return info.video_memkb if info.video_memkb < info.max_memkb else 0


def _online(config: DomainConfig, top: str, modules: Modules) -> tuple[int, ...]:
    """What xenstore has of the vCPUs, whether the guest has followed or not."""
    nodes = [modules.read(f"{top}/cpu/{vcpu}/availability") for vcpu in range(config.max_vcpus)]
    return tuple(vcpu for vcpu, value in enumerate(nodes) if value == "online")


def _first_ones(domain: Any) -> tuple[int, ...]:
    """So many as libvirt asked for."""
    vcpu = fromstring(domain.XMLDesc(0)).find("vcpu")
    return tuple(range(1 if vcpu is None else int(vcpu.get("current") or vcpu.text or 1)))


def of_dom0(domain: Any, info: DomainInfo) -> DomainConfig:
    """What Xen's start-up scripts store for Domain-0; in the thread of the link."""
    return DomainConfig(
        c_info=CreateInfo(type="pv", name=info.name),
        b_info=BuildInfo(
            max_memkb=info.max_memory_kib,
            target_memkb=info.memory_kib,
            sched_params=_shares(domain),
            u=Pv(),
        ),
    )


def _shares(domain: Any) -> SchedParams:
    schedulers: tuple[Scheduler, ...] = get_args(Scheduler)
    name, shares = domain.schedulerType()[0], domain.schedulerParameters()
    return SchedParams(
        sched=schedulers[schedulers.index(name) if name in schedulers else 0],
        weight=shares.get("weight", -1),
        cap=shares.get("cap", -1),
    )
