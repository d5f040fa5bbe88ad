"""The frame of the XML: who the domain is, its memory and vCPUs, what is done when it stops, its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.libxl import Hvm
from xlpy.lower import boot, chardev, cpu, disk, display, features, nic, passthrough
from xlpy.lower.guest import element, leaf, ranges
from xlpy.options.cpu import PLACED
from xlpy.values import NO_UUID, parse_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest

_NAMESPACE = "http://libvirt.org/schemas/domain/xen/1.0"
_ACTIONS = {
    "restart": "restart",
    "restart_rename": "rename-restart",
    "preserve": "preserve",
    "coredump_destroy": "coredump-destroy",
    "coredump_restart": "coredump-restart",
}
"""The others become destroy, which is what can be said of them."""
_WITHOUT_DUMP = {"coredump-destroy": "destroy", "coredump-restart": "restart"}


def domain(guest: Guest) -> Element:
    """The whole of it, in the order in which libvirt prints it."""
    root = element("domain", type="xen")
    for section in _SECTIONS:
        root.extend([*section(guest)])
    if root.find("xen:commandline") is not None:
        root.set("xmlns:xen", _NAMESPACE)
    return root


def _identity(guest: Guest) -> Iterator[Element]:
    """Without a name that it can take, libvirt refuses the XML."""
    name = guest.text("name", "c_info.name", guest.config.name)
    if name is None or "/" in name or "\n" in name:
        if name or not guest.config.name:
            guest.lose("name", "c_info.name", "name", why="libvirt takes no name that is empty or has / or a newline")
        name = None
    yield element("name", text=name)
    uuid = guest.config.c_info.uuid
    if uuid is None or uuid == NO_UUID:
        return
    try:
        yield element("uuid", text=parse_uuid(uuid))
    except ValueError:
        guest.lose("uuid", "c_info.uuid", "uuid", why="it is not one")


def _memory(guest: Guest) -> Iterator[Element]:
    """The limit, and what the guest starts with."""
    yield element("memory", text=str(guest.config.max_memory_kib), unit="KiB")
    yield element("currentMemory", text=str(guest.config.memory_kib), unit="KiB")


def _vcpus(guest: Guest) -> Iterator[Element]:
    """Those that are online at the start are the first ones."""
    config = guest.config
    online, most = config.vcpus, config.max_vcpus
    if config.b_info.avail_vcpus not in ((), tuple(range(online))):
        guest.lose("vcpus", "b_info.avail_vcpus", "vcpus", why="libvirt has no way to say which vCPUs are online")
    yield element("vcpu", text=str(most), placement="static", current=online if online != most else None)


def _tuning(guest: Guest) -> Iterator[Element]:
    """The weight of the scheduler, and where the vCPUs may run."""
    info = guest.config.b_info
    weight = info.sched_params.weight
    if weight < -1:
        what = f"cpu_weight = {weight}"
        guest.lose("cpu_weight", "b_info.sched_params.weight", what, why="libvirt takes no weight below 0")
    pins = [
        element("vcpupin", vcpu=vcpu, cpuset=ranges(cpus))
        for vcpu, cpus in enumerate(info.vcpu_hard_affinity[: guest.config.max_vcpus])
        if cpus
    ]
    if info.numa_placement is False and not pins and guest.capabilities.nodes > 1:
        key = "vnuma" if info.vnuma_nodes else "cpus_soft" if info.vcpu_soft_affinity else "cpus"
        guest.lose(key, "b_info.numa_placement", key, why=PLACED.why, severity=PLACED.severity)
    tuning = element("cputune", leaf("shares", weight if weight >= 0 else None), *pins)
    if len(tuning):
        yield tuning


def _actions(guest: Guest) -> Iterator[Element]:
    """The driver dumps the core of a guest that crashed, and of no other."""
    config = guest.config
    for name in ("on_poweroff", "on_reboot"):
        action = _ACTIONS.get(getattr(config, name), "destroy")
        yield element(name, text=_WITHOUT_DUMP.get(action, action))
    yield element("on_crash", text=_ACTIONS.get(config.on_crash, "destroy"))


def _devices(guest: Guest) -> Iterator[Element]:
    """By class."""
    yield element("devices", *(device for devices in _DEVICES for device in devices(guest)))


def _emulator(guest: Guest) -> Iterator[Element]:
    """The device model, which the driver takes for HVM guests only."""
    if guest.type == "hvm":
        path = guest.path("device_model_override", "b_info.device_model", guest.config.b_info.device_model)
        if path is not None:
            yield element("emulator", text=path)


def _label(guest: Guest) -> Iterator[Element]:
    """The label under which it runs."""
    execution, creation = guest.config.b_info.exec_ssid_label, guest.config.c_info.ssid_label
    field = "c_info.ssid_label" if execution is None else "b_info.exec_ssid_label"
    label = guest.text("seclabel", field, creation if execution is None else execution)
    if label is not None:
        yield element("seclabel", leaf("label", label), type="static", model="flask", relabel="no")


def _arguments(guest: Guest) -> Iterator[Element]:
    """Arguments of the device model; those for one kind of guest come last."""
    info = guest.config.b_info
    own = ("device_model_args_hvm", "extra_hvm") if isinstance(info.u, Hvm) else ("device_model_args_pv", "extra_pv")
    arguments = [
        element("xen:arg", value=text)
        for key, name in (("device_model_args", "extra"), own)
        for text in (_argument(guest, key, f"b_info.{name}", word) for word in getattr(info, name))
        if text is not None
    ]
    if arguments:
        yield element("xen:commandline", *arguments)


def _argument(guest: Guest, key: str, field: str, word: str) -> str | None:
    """An argument may be empty."""
    return word if word == "" else guest.text(key, field, word)


_SECTIONS = (
    _identity,
    _memory,
    _vcpus,
    _tuning,
    boot.bootloader,
    boot.system,
    features.features,
    cpu.cpu,
    features.clock,
    _actions,
    _devices,
    _label,
    _arguments,
)
_DEVICES = (
    _emulator,
    disk.disks,
    passthrough.controllers,
    nic.interfaces,
    chardev.serials,
    chardev.consoles,
    chardev.channels,
    display.inputs,
    display.graphics,
    display.sounds,
    display.videos,
    passthrough.hostdevs,
)
