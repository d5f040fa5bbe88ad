"""Stub domains: the device model of an HVM guest in a small domain of its own, which comes and goes with the guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.executors.sim import rows, saved
from xlpy.libxl import UNSET64, BuildInfo, CreateInfo, DomainConfig, Pv

if TYPE_CHECKING:
    import sqlite3

    from xlpy.planner.plan import Plan

_KERNEL = "/usr/lib/xen/boot/qemu-stubdom-linux-kernel"
_RAMDISK = "/usr/lib/xen/boot/qemu-stubdom-linux-rootfs"
_MEMORY_KIB = 128 * 1024


def start(db: sqlite3.Connection, plan: Plan, target: int, domid: int, now: float) -> None:
    """The domain NAME-dm; its memory was made free together with the guest's, and it runs at once."""
    from xlpy.executors.sim.build import random_uuid

    info = plan.config.b_info
    memory = _MEMORY_KIB if info.stubdomain_memkb == UNSET64 else info.stubdomain_memkb
    name, uuid = f"{plan.name}-dm", random_uuid()
    guest = rows.domain(db, target)
    config = _config(plan, name, uuid, memory)
    values = {
        "domid": domid,
        "name": rows.bind(name),
        "uuid": uuid,
        "type": "pv",
        "pool": guest["pool"],
        "pool_number": guest["pool_number"],
        "config": saved.to_text(config),
        "memory_kib": memory,
        "max_memory_kib": memory,
        "target_kib": memory,
        "limit_kib": memory,
        "max_vcpus": 1,
        "watched": 0,
        "built": 1,
        "pauses": 0,
        "created": now,
        "since": now,
        "target": target,
    }
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO domain ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    cpu = db.execute("SELECT cpu FROM vcpu WHERE domid = ? AND vcpu = 0", (target,)).fetchone()[0]
    vcpu = "INSERT INTO vcpu (domid, vcpu, cpu, online, hard, soft) VALUES (?, 0, ?, 1, '', '')"
    db.execute(vcpu, (domid, cpu))


def _config(plan: Plan, name: str, uuid: str, memory: int) -> DomainConfig:
    info = plan.config.b_info
    return DomainConfig(
        c_info=CreateInfo(type="pv", name=name, uuid=uuid, run_hotplug_scripts=True),
        b_info=BuildInfo(
            max_vcpus=1,
            avail_vcpus=(0,),
            max_memkb=memory,
            target_memkb=memory,
            video_memkb=0,
            kernel=info.stubdomain_kernel or _KERNEL,
            ramdisk=info.stubdomain_ramdisk or _RAMDISK,
            cmdline=info.stubdomain_cmdline,
            u=Pv(),
        ),
    )
