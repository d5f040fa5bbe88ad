"""What a simulated guest does and writes on its console: booting and going down; for its shell see shell.py.

A guest's time is in seconds since it was first unpaused. It is idle but for its boot, of one to two seconds.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from xlpy.devices.vif import Vif
from xlpy.libxl import Hvm
from xlpy.planner import steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan

_BASE_SECONDS = {"pv": 1.0, "pvh": 1.1, "hvm": 1.4}
_LINE_SECONDS = 0.01
_MOST_SECONDS = 2.0
_FIRMWARES = {"seabios": "SeaBIOS", "ovmf": "OVMF", "rombios": "ROMBIOS"}
_BOOT_DEVICES = {"c": "hard disk", "d": "CD-ROM", "n": "network", "a": "floppy"}
_PV_CONSOLE = "printk: console [hvc0] enabled"
_PLATFORMS = {
    "pv": ("Hypervisor detected: Xen PV", "Booting paravirtualized kernel on Xen"),
    "pvh": ("Hypervisor detected: Xen HVM", "Booting kernel on Xen PVH"),
    "hvm": ("Hypervisor detected: Xen HVM", "DMI: Xen HVM domU"),
}


class Line(NamedTuple):
    """Text that appears at a time of the guest, on all its consoles or on one of them: pv or serial."""

    at: float
    text: str
    tty: str = ""


class Boot(NamedTuple):
    """A boot: what it writes, and when it is done (the prompt is its last text)."""

    lines: tuple[Line, ...]
    seconds: float


def has_pv_drivers(plan: Plan) -> bool:
    """HVM guests have them, unless the platform device is off (xen_platform_pci=0) or there is no system."""
    union = plan.config.b_info.u
    return not isinstance(union, Hvm) or (union.xen_platform_pci is not False and _has_system(plan))


_LEAST_SYSTEM = 1 << 20


def _has_system(plan: Plan) -> bool:
    """Whether there is anything to boot: images that are files have more in them than a boot sector."""
    images = [path for device in plan.config.devices if (path := device.boot_target())]
    return bool(plan.config.b_info.kernel) or not images or any(_data(path) >= _LEAST_SYSTEM for path in images)


def _data(path: str) -> int:
    """The bytes that an image takes on the disk; as much as needed where it is no file of this machine."""
    try:
        found = os.stat(path)  # noqa: PTH116 - pathlib is slow
    except (OSError, ValueError):
        return _LEAST_SYSTEM
    return found.st_blocks * 512 if stat.S_ISREG(found.st_mode) else _LEAST_SYSTEM


VGA_HOLE_KIB = 128
"""Below the first MiB of a PC."""


def has_hole(config: DomainConfig) -> bool:
    """Whether its memory lacks that: what QEMU brings for a display or a card, as their ROMs, makes up for it."""
    union = config.b_info.u
    if not isinstance(union, Hvm) or union.vga.kind != "none":
        return False
    return not any(nic.interface("hvm") == "vif_ioemu" for nic in config.devices_of(Vif))


def has_serial(config: DomainConfig) -> bool:
    """Whether a guest has a serial port; what comes before its PV console then appears there alone."""
    union = config.b_info.u
    return isinstance(union, Hvm) and bool(union.serial or union.serial_list)


def boot(plan: Plan, facts: HostFacts, slow: float = 0.0) -> Boot:
    """The same plan always boots the same way; SLOW is how many seconds it takes instead of one or two."""
    early = [*_loader(plan, facts)]
    kernel = [*_kernel(plan, facts)]
    count = len(early) + len(kernel)
    seconds = slow or min(_MOST_SECONDS, _BASE_SECONDS[plan.config.c_info.type] + _LINE_SECONDS * count)
    tty = "serial" if has_serial(plan.config) else ""
    lines = [Line(_moment(i, count, seconds), text, tty) for i, text in enumerate(early)]
    for i, text in enumerate(kernel, len(early)):
        at = _moment(i, count, seconds)
        lines.append(Line(at, stamped(at, text), tty))
        tty = "" if text == _PV_CONSOLE else tty
    return Boot((*lines, Line(seconds, f"\n{login(plan.name)}")), seconds)


def _moment(index: int, count: int, seconds: float) -> float:
    """Quick at first, as kernels are."""
    return round(seconds * (index / count) ** 2, 6)


def login(name: str) -> str:
    """The prompt of a guest where nobody is logged in."""
    return f"{clean(name)} login: "


def stamped(at: float, text: str) -> str:
    """A line of the kernel's log."""
    return f"[{at:12.6f}] {clean(text)}\n"


def clean(text: str) -> str:
    """Fit for a terminal."""
    return text.translate(steps.PRINTABLE)


def _loader(plan: Plan, facts: HostFacts) -> Iterator[str]:
    """What speaks before the kernel: bootloader, or firmware."""
    for step in plan.steps:
        if isinstance(step, steps.RunBootloader):
            program = step.program.rpartition("/")[2]
            yield clean(f"{program}: looking for a kernel in {step.disk}") + "\n"
            yield f"{program}: booting the default entry\n"
        elif isinstance(step, steps.LoadKernel) and step.firmware:
            yield from _firmware(step, plan, facts)


def _firmware(step: steps.LoadKernel, plan: Plan, facts: HostFacts) -> Iterator[str]:
    union, info = plan.config.b_info.u, plan.config.b_info
    name = _FIRMWARES.get(step.firmware, step.firmware)
    yield clean(f"HVM Loader ({step.kernel})") + "\n"
    yield f"Detected Xen v{facts.xen_version}\n"
    yield f"CPU speed is {facts.cpu_mhz} MHz\n"
    yield clean(f"System requested {name}") + "\n"
    yield clean(f"{name} on Xen, {info.max_vcpus} CPUs") + "\n"
    if info.kernel:
        yield "Booting from ROM: Linux loader of the device model\n"
    elif isinstance(union, Hvm):
        order = union.boot or "cda"
        yield f"Boot order: {', '.join(_BOOT_DEVICES.get(letter, '?') for letter in order)}\n"


def _kernel(plan: Plan, facts: HostFacts) -> Iterator[str]:
    config = plan.config
    yield f"Linux version {facts.kernel}-guest (a guest that xlpy simulates)"
    yield f"Kernel: {_kernel_name(plan)}"
    if config.b_info.ramdisk and not config.b_info.bootloader:
        yield f"Initial ramdisk: {config.b_info.ramdisk}"
    yield f"Command line: {config.b_info.cmdline or ''}"
    yield from _PLATFORMS[config.c_info.type]
    yield f"Xen version: {facts.xen_version}"
    yield f"Memory: {config.memory_kib}K available, {config.max_memory_kib}K at most"
    offline = config.max_vcpus - config.vcpus
    yield f"smpboot: Allowing {config.max_vcpus} CPUs, {offline} hotplug CPUs"
    yield f"smp: Brought up 1 node, {config.vcpus} CPUs"
    yield _PV_CONSOLE
    for step in plan.steps:
        if isinstance(step, steps.Attach):
            yield from step.device.boot_lines(step.devid)
    yield "Run /sbin/init as init process"


def _kernel_name(plan: Plan) -> str:
    info = plan.config.b_info
    if info.bootloader and plan.config.c_info.type != "hvm":
        disks = [step.disk for step in plan.steps if isinstance(step, steps.RunBootloader)]
        return f"as {info.bootloader.rpartition('/')[2]} found it in {disks[0]}"
    return info.kernel or "from the boot device"


# ---- going down

_STOP_SECONDS = 1.0
_LAST_WORDS = {0: "reboot: Power down", 1: "reboot: Restarting system"}


def going_down(name: str, at: float, reason: int) -> tuple[Line, ...]:
    """A shutdown in good order, REASON 0 or 1; the time of the last line is that of its end."""
    goal = "Reboot" if reason else "Power-Off"
    end = at + _STOP_SECONDS
    return (
        Line(at, f"\n\nThe system on {clean(name)} is going down for {goal.lower()} NOW!\n"),
        Line(at + 0.3, "[  OK  ] Stopped the services.\n"),
        Line(at + 0.6, "[  OK  ] Unmounted the file systems.\n"),
        Line(at + 0.8, f"[  OK  ] Reached target {goal}.\n"),
        Line(end, stamped(end, _LAST_WORDS[reason])),
    )


def crashing(at: float) -> tuple[Line, ...]:
    """A kernel panic; the time of the last line is that of the end."""
    end = at + 0.1
    panic = "Kernel panic - not syncing: sysrq triggered crash"
    return (Line(at, "\n" + stamped(at, panic)), Line(end, stamped(end, f"---[ end {panic} ]---")))
