"""What can be changed of a running domain: a short closed set, each with what takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.record import Record

if TYPE_CHECKING:
    from xlpy.devices.disk import Disk
    from xlpy.libxl import DeviceRecord


class Edit(Record):
    """One change of a running domain."""

    ORDER: ClassVar[int] = 0
    """Its place among the edits of a domain: what gives back comes before what takes."""


class DetachDevice(Edit):
    """Take a device away."""

    ORDER: ClassVar[int] = 1

    device: DeviceRecord
    devid: int


class ChangeMedium(Edit):
    """Put another medium into a CD drive, or none."""

    ORDER: ClassVar[int] = 2

    disk: Disk


class SetTarget(Edit):
    """What the balloon is to leave the guest, in KiB."""

    ORDER: ClassVar[int] = 3

    kib: int


class MoveToPool(Edit):
    """Another cpupool."""

    ORDER: ClassVar[int] = 4

    pool: str


class SetOnline(Edit):
    """Which vCPUs are plugged in."""

    ORDER: ClassVar[int] = 5

    vcpus: tuple[int, ...]


class SetAffinity(Edit):
    """Where a vCPU may run, and where it should; None leaves it."""

    ORDER: ClassVar[int] = 6

    vcpu: int
    hard: tuple[int, ...] | None = None
    soft: tuple[int, ...] | None = None


class SetShare(Edit):
    """Weight and cap in the scheduler."""

    ORDER: ClassVar[int] = 7

    scheduler: str
    weight: int
    cap: int


class AttachDevice(Edit):
    """Add a device."""

    ORDER: ClassVar[int] = 8

    device: DeviceRecord
    devid: int


AnyEdit = DetachDevice | ChangeMedium | SetTarget | MoveToPool | SetOnline | SetAffinity | SetShare | AttachDevice
"""The closed set."""
