"""Passing devices of the host through: what libxl refuses, whatever the devices are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices import dtdev, virtio
from xlpy.devices.dtdev import Dtdev
from xlpy.devices.pci import Pci
from xlpy.diagnostic import Related, Severity
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.rule import Finding, Rule
from xlpy.options import arm, arm_sci
from xlpy.vocabulary import PV, PVH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.source import Span

_DEVICE_KEYS = (Pci.KIND, Dtdev.KIND)
_ARM_KEYS = frozenset(key.name for module in (arm, arm_sci, dtdev, virtio) for key in module.KEYS)


def _devices(guest: Guest) -> list[str]:
    """The keys that name devices which are passed through."""
    kinds = {device.KIND for device in guest.config.devices if device.PASSTHROUGH}
    return [name for name in _DEVICE_KEYS if name in kinds]


def _wanted(guest: Guest) -> bool:
    """Whether libxl prepares the domain for devices of the host."""
    mode = guest.config.c_info.passthrough
    return bool(_devices(guest)) if mode == "default" else mode != "disabled"


def _pvh(guest: Guest) -> Iterator[Finding]:
    if guest.kind != PVH or not _wanted(guest) or not _ARM_KEYS.isdisjoint(guest.entries):
        return
    name = "pci" if "pci" in guest.entries else "passthrough"
    yield Finding(
        guest.entries[name].name_span,
        "libxl passes no devices through to PVH guests on x86: it refuses to create the domain",
        'use type = "hvm", or "pv" where the guest\'s kernel can',
    )


def _disabled(guest: Guest) -> Iterator[Finding]:
    names = _devices(guest)
    if names and guest.config.c_info.passthrough == "disabled":
        yield Finding(
            guest.span("passthrough"),
            f'passthrough = "disabled" stands beside {names[0]}=: libxl refuses to create the domain',
            f"remove it (libxl then chooses), or {names[0]}=",
            edits.remove(guest.text, guest.assignments_of("passthrough")[-1], safe=False),
            (Related("the devices", guest.source, guest.entries[names[0]].name_span),),
        )


def _e820(guest: Guest) -> Iterator[Finding]:
    if guest.kind == PV and guest.number("e820_host") == 0 and any(True for _ in guest.devices(Pci)):
        yield Finding(
            guest.span("e820_host"),
            "e820_host = 0 has no effect: xl switches it on for PV guests with PCI devices",
            "remove it",
            edits.remove(guest.text, guest.assignments_of("e820_host")[-1]),
        )


def _gfx(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    if isinstance(hvm, Hvm) and hvm.gfx_passthru and "pci" not in guest.entries:
        fails = hvm.gfx_passthru_kind == "default"
        yield Finding(
            guest.span("gfx_passthru"),
            "gfx_passthru is on, but no graphics card is passed through"
            + (": libxl cannot tell its kind and refuses" if fails else ""),
            "add the card to pci=, or remove gfx_passthru",
        )


def _dtdev(guest: Guest) -> Iterator[Finding]:
    seen: dict[str, Span] = {}
    for prefix, device in guest.devices(Dtdev):
        path, span = device.path or "", guest.where[prefix]
        if not path.startswith("/"):
            yield Finding(
                span, f"{path or 'an empty text'} is no path of a node: Xen finds no device by it", "begin it with /"
            )
        elif path in seen:
            fix = pieces.without_element("remove the second", guest.text, span)
            first = Related("the first", guest.source, seen[path])
            yield Finding(
                span, f"{path} is in the list twice: it is assigned once", "remove one of them", fix, (first,)
            )
        seen.setdefault(path, span)


RULES = (
    Rule(
        code="passthrough-pvh",
        group="pci",
        severity=Severity.WARNING,
        summary="devices of the host for a PVH guest",
        why=(
            "On x86, libxl passes devices through to HVM and PV guests only, and refuses to create a PVH domain with "
            "any. The same file may be right on Arm; a file with keys that only Arm has is left alone."
        ),
        bad='type = "pvh"\nkernel = "/boot/vmlinuz"\n«pci» = ["03:00.0"]',
        good='type = "hvm"\npci = ["03:00.0"]',
        keys=("pci", "passthrough"),
        check=_pvh,
    ),
    Rule(
        code="passthrough-disabled",
        group="pci",
        severity=Severity.WARNING,
        summary="devices of the host where passing them through is disabled",
        why=(
            "passthrough says how the IOMMU works for the domain. Without it libxl switches it on for domains with "
            "devices in pci or dtdev; with disabled it refuses to create these."
        ),
        bad='pci = ["03:00.0"]\npassthrough = «"disabled"»\nvcpus = 1',
        good='passthrough = "disabled"',
        fixed='pci = ["03:00.0"]\nvcpus = 1',
        keys=("passthrough",),
        check=_disabled,
    ),
    Rule(
        code="e820-host-forced",
        group="pci",
        severity=Severity.WARNING,
        summary="e820_host = 0 that xl overrides",
        why=(
            "A PV guest with PCI devices needs a memory map like the host's. xl switches e820_host on for each that "
            "has entries in pci=, whatever the file says."
        ),
        bad='pci = ["03:00.0"]\ne820_host = «0»\nvcpus = 1',
        good="e820_host = 0",
        fixed='pci = ["03:00.0"]\nvcpus = 1',
        keys=("e820_host",),
        check=_e820,
    ),
    Rule(
        code="gfx-passthru-alone",
        group="pci",
        severity=Severity.WARNING,
        summary="gfx_passthru without a PCI device",
        why=(
            "gfx_passthru makes a graphics card from pci= the primary one of the guest. Without a device there is no "
            "card whose kind libxl could look up, and it fails when it starts QEMU; with a kind given, nothing comes "
            "of it."
        ),
        bad='type = "hvm"\ngfx_passthru = «1»',
        good='type = "hvm"\ngfx_passthru = 1\npci = ["00:02.0"]',
        keys=("gfx_passthru",),
        check=_gfx,
    ),
    Rule(
        code="dtdev-path",
        group="pci",
        severity=Severity.WARNING,
        summary="a device tree node that Xen cannot assign",
        why=(
            "dtdev lists nodes of the host's device tree by their paths from the root. xl does not look at them; Xen "
            "refuses a path that does not begin with a slash, and a node that is assigned already."
        ),
        bad='dtdev = [«"soc/ethernet@ff0e0000"»]',
        good='dtdev = ["/soc/ethernet@ff0e0000"]',
        keys=("dtdev",),
        check=_dtdev,
    ),
)
