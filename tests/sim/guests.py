"""Configurations and a host with a clock to set, for the tests of planner and simulated host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.devices.disk import Disk
from xlpy.devices.vif import Vif
from xlpy.executors.sim import SimHost, open_host
from xlpy.host import BUILT_IN, HostFacts
from xlpy.libxl import BuildInfo, CreateInfo, DeviceRecord, DomainConfig, union_member
from xlpy.planner.plan import make_plan

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024
GIB = 1024 * MIB
DISK = Disk(pdev_path="/dev/vg0/web", vdev="xvda", format="raw", readwrite=1)
VIF = Vif(devid=0, bridge="xenbr0")
KERNEL = "/boot/vmlinuz-6.12"


def config(
    name: str = "web",
    kind: str = "pv",
    *,
    memory: int = 128,
    vcpus: int = 1,
    devices: tuple[DeviceRecord, ...] = (),
    info: dict[str, Any] | None = None,
    created: dict[str, Any] | None = None,
    **actions: Any,
) -> DomainConfig:
    """A guest with a kernel; MEMORY in MiB."""
    build = {
        "max_vcpus": vcpus,
        "avail_vcpus": tuple(range(vcpus)),
        "target_memkb": memory * MIB,
        "max_memkb": memory * MIB,
        "u": union_member(kind)(),
        **({"kernel": KERNEL} if kind != "hvm" else {}),
        **(info or {}),
    }
    uuid = f"00000000-0000-4000-8000-{sum(ord(c) * 131**i for i, c in enumerate(name)) % 16**12:012x}"
    return DomainConfig(
        c_info=CreateInfo(**{"type": kind, "name": name, "uuid": uuid, **(created or {})}),
        b_info=BuildInfo(**build),
        devices=devices,
        **actions,
    )


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


class Lab:
    """A simulated host in a directory, and its clock."""

    def __init__(self, directory: Path, facts: HostFacts = BUILT_IN) -> None:
        self.path = str(directory / "host.db")
        self.clock = Clock()
        self.facts = facts
        self.host = self.open()

    def open(self) -> SimHost:
        """Another connection, as another process would have."""
        return open_host(self.path, clock=self.clock, facts=self.facts)

    def create(self, config: DomainConfig, **options: bool) -> int:
        return self.host.create(make_plan(config, self.facts), **options)

    def booted(self, config: DomainConfig, **options: bool) -> int:
        """A domain that is up and idle."""
        domid = self.create(config, **options)
        self.clock.go(3)
        return domid

    def states(self) -> dict[str, str]:
        """The state letters of each guest."""
        return {d.name: state(d) for d in self.host.domains() if d.domid}


def state(domain: Any) -> str:
    """As xl list prints it, without the dashes."""
    letters = {"r": "running", "b": "blocked", "p": "paused", "s": "shutdown", "d": "dying"}
    return "".join(letter for letter, field in letters.items() if getattr(domain, field))
