"""What keeps a host from building a guest, of its devices: what depends on the type of the guest, and on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.host import Claim, Problem
from xlpy.libxl import Hvm
from xlpy.values import parse_vdev

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DeviceRecord, DomainConfig, VncInfo

LONGEST_NAME = 15
"""Of a network interface (Linux: IFNAMSIZ)."""
_OF_TAP = "-emu"
VNC_PORT = 5900


def device_problems(device: DeviceRecord, config: DomainConfig, facts: HostFacts, setting: str) -> Iterator[Problem]:
    """Those of one device, beside what its class says; SETTING is its path in the configuration."""
    kind = config.c_info.type
    if isinstance(device, Vif) and device.ifname:
        yield from _vif_name(device, kind, setting)
    if isinstance(device, Disk):
        yield from _cd_backend(device, kind, facts, setting)
        if isinstance(config.b_info.u, Hvm):
            yield from _read_only(device, config.b_info.u, setting)


def _vif_name(vif: Vif, kind: str, setting: str) -> Iterator[Problem]:
    name = vif.ifname or ""
    tap = _OF_TAP if kind == "hvm" and vif.nictype != "vif" else ""
    if len((name + tap).encode(errors="surrogateescape")) > LONGEST_NAME:
        yield Problem(
            code="vifname-too-long",
            line=f'libxl: error: script: Error: argument "{name}{tap}" is wrong: "name" not a valid ifname',
            advice=f"vifname= has at most {LONGEST_NAME - len(tap)} characters"
            + f", with {tap} for the emulated card behind it" * bool(tap),
            setting=f"{setting}.ifname",
        )


def _cd_backend(disk: Disk, kind: str, facts: HostFacts, setting: str) -> Iterator[Problem]:
    allowed = ("unknown", "qdisk") if facts.xen_version.startswith("4.17") else ("unknown", "qdisk", "phy")
    if kind == "hvm" and disk.is_cdrom and disk.backend not in allowed:
        named = "Qdisk" if "phy" not in allowed else "Qdisk or Phy"
        yield Problem(
            code="cd-backend",
            line=f"libxl: error: Backend for CD devices on HVM guests must be {named}",
            advice=f"leave backendtype={disk.backend} out",
            status=6,
            setting=f"{setting}.backend",
        )


def _read_only(disk: Disk, hvm: Hvm, setting: str) -> Iterator[Problem]:
    """QEMU has no read-only IDE disk; one behind the emulated ones, or on the SCSI bus, is no such."""
    try:
        vdev = parse_vdev(disk.vdev or "")
    except ValueError:
        return
    bus, most = ("AHCI", 6) if hvm.hdtype == "ahci" else ("IDE", 4)
    if not (disk.readwrite or disk.is_cdrom or vdev.bus == "sd") and vdev.disk < most:
        yield Problem(
            code="read-only-ide",
            line=f"libxl: error: qemu-xen doesn't support read-only {bus} disk drivers",
            advice="access=rw, or a vdev that is not emulated, as xvde",
            setting=f"{setting}.readwrite",
        )


def claims(config: DomainConfig) -> Iterator[tuple[str, Claim]]:
    """What the guest takes of the host that others cannot have as well, each with the setting that asks for it."""
    seen: dict[str, int] = {}
    for device in config.devices:
        index = seen.get(device.KIND, 0)
        seen[device.KIND] = index + 1
        for claim in device.claims():
            yield f"{device.KIND}[{index}]", claim
    for setting, vnc in _screens(config):
        if vnc.findunused is False:
            claim = Claim(kind="port", what=str(VNC_PORT + _display(vnc)), advice="choose another vncdisplay=")
            yield f"{setting}.display", claim


def held_twice(config: DomainConfig) -> Iterator[Problem]:
    """A device of the host that the guest wants more than once; disks may come twice, under two names."""
    seen: set[tuple[str, str]] = set()
    for setting, claim in claims(config):
        if claim.kind in ("pci", "usb"):
            if (claim.kind, claim.what) in seen:
                yield Problem(
                    code="held-twice",
                    line=f"libxl: error: {claim.kind.upper()} device {claim.what} already assigned",
                    advice="name it once",
                    setting=setting,
                )
            seen.add((claim.kind, claim.what))


def _screens(config: DomainConfig) -> Iterator[tuple[str, VncInfo]]:
    hvm = config.b_info.u
    if isinstance(hvm, Hvm):
        if hvm.vnc.enable is not False:
            yield "b_info.u.hvm.vnc", hvm.vnc
        return
    for index, vfb in enumerate(config.devices_of(Vfb)):
        if vfb.vnc.enable is not False:
            yield f"vfb[{index}].vnc", vfb.vnc


def _display(vnc: VncInfo) -> int:
    """That of vnclisten=ADDRESS:DISPLAY, else of vncdisplay."""
    _, colon, number = (vnc.listen or "").rpartition(":")
    return int(number) if colon and number.isascii() and number.isdigit() else vnc.display
