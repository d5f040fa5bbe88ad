"""PCI devices: what libxl makes of those that xl can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.pci import TOKENS, Pci
from xlpy.diagnostic import Edit, Fix, Related, Severity
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.devicemodel import is_traditional
from xlpy.lint.rule import Finding, Rule
from xlpy.values import ALL_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom
    from xlpy.source import Span

_SWITCHES = tuple(token.name for token in TOKENS if token.form == "boolean")


def _functions(device: Pci) -> set[str]:
    """Each function that is passed through, or the name."""
    if device.name is not None:
        return {device.name}
    every = device.vfunc_mask == ALL_FUNCTIONS
    return {f"{device.bdf[:-1]}{function:x}" for function in (range(8) if every else (device.func,))}


def _twice(guest: Guest) -> Iterator[Finding]:
    seen: dict[str, Span] = {}
    for prefix, device in guest.devices(Pci):
        span, functions = guest.where[prefix], _functions(device)
        first = next((seen[one] for one in sorted(functions) if one in seen), None)
        if first is not None:
            yield Finding(
                span,
                f"{device.title()} is in the list twice: a device is assigned once, and libxl fails at the second",
                "remove one of them",
                pieces.without_element("remove the second", guest.text, span),
                (Related("the first", guest.source, first),),
            )
        seen |= dict.fromkeys(functions - seen.keys(), span)


def _no_slot(guest: Guest) -> Iterator[Finding]:
    for prefix, device in guest.devices(Pci):
        if device.vfunc_mask == ALL_FUNCTIONS and not device.vdevfn:
            span = guest.place(f"{prefix}.func")
            yield Finding(
                span,
                f"all functions of {device.bdf[:-2]} are passed through, but not to which slot: libxl refuses to",
                "add the guest's slot, as in @5, or name each function",
            )


def _switched_on(guest: Guest, names: tuple[str, ...]) -> Iterator[tuple[str, Span, Fix]]:
    """The switches that are on, where each was switched, and what takes it out: in specs, and the keys for all."""
    if not any(True for _ in guest.devices(Pci)):
        return
    for name in names:
        if guest.number(f"pci_{name}"):
            setting = guest.assignments_of(f"pci_{name}")[-1]
            yield name, setting.name_span, edits.remove(guest.text, setting, safe=False)
    atoms = {atom.span: atom for atom in guest.atoms("pci")}
    for prefix, device in guest.devices(Pci):
        for name in names:
            span = guest.where.get(f"{prefix}.{name}")
            if getattr(device, name) and span is not None:
                atom = atoms[guest.where[prefix]]
                yield name, span, Fix(title=f"remove {name}", edits=(Edit(_piece(atom, span), ""),), safe=False)


def _piece(atom: Atom, span: Span) -> Span:
    """An option with its comma."""
    return pieces.cut(atom, *pieces.bounds(atom, span))


def _permissive(guest: Guest) -> Iterator[Finding]:
    for _, span, fix in _switched_on(guest, ("permissive",)):
        yield Finding(
            span,
            "permissive lets the guest write all of the device's configuration space, which may harm the host",
            "remove it, unless the device does not work without it and the guest is trusted",
            fix,
        )


def _ignored(guest: Guest) -> Iterator[Finding]:
    if guest.kind == "hvm" and is_traditional(guest):
        return
    whom = (
        "QEMU is not told" if isinstance(guest.config.b_info.u, Hvm) else "only the old QEMU of HVM guests looked at it"
    )
    for name, span, fix in _switched_on(guest, ("msitranslate", "power_mgmt")):
        yield Finding(span, f"{name} has no effect: {whom}", "remove it", fix)


def _defaults_unused(guest: Guest) -> Iterator[Finding]:
    if "pci" in guest.entries:
        return
    for name in _SWITCHES:
        for setting in guest.assignments_of(f"pci_{name}")[-1:]:
            if guest.number(setting.name):
                yield Finding(
                    setting.name_span,
                    f"{setting.name} has no effect: it is for the devices in pci=, which there is none",
                    "remove it, or add the devices",
                    edits.remove(guest.text, setting),
                )


RULES = (
    Rule(
        code="pci-twice",
        group="pci",
        severity=Severity.WARNING,
        summary="a PCI device that is in the list twice",
        why=(
            "A device can be assigned once, to one guest. xl takes the list as it is, and libxl fails at the second "
            "entry when it creates the domain. 03:00.* is all functions of 03:00, and 0000:03:00.0 is 03:00.0."
        ),
        bad='pci = ["03:00.0", «"0000:03:00.0"»]',
        good='pci = ["03:00.0", "03:00.1"]',
        fixed='pci = ["03:00.0"]',
        keys=("pci",),
        check=_twice,
    ),
    Rule(
        code="pci-no-slot",
        group="pci",
        severity=Severity.WARNING,
        summary="all functions of a PCI device without a slot for them",
        why=(
            "Several functions of one device must come to one slot of the guest's bus, so libxl wants to be told which "
            "one: it refuses to create the domain without @SLOT or vslot=."
        ),
        bad='pci = ["«03:00.*»"]',
        good='pci = ["03:00.*@5"]',
        keys=("pci",),
        check=_no_slot,
    ),
    Rule(
        code="pci-permissive",
        group="pci",
        severity=Severity.ADVICE,
        summary="a PCI device whose configuration space the guest may write freely",
        why=(
            "Without permissive, pciback lets a guest write only those registers that are known to be harmless. With "
            "it the guest reaches all of them, and can use the device against the host. Some devices need it."
        ),
        bad='pci = ["03:00.0,«permissive=1»"]',
        good='pci = ["03:00.0,permissive=0"]',
        fixed='pci = ["03:00.0"]',
        keys=("pci",),
        check=_permissive,
    ),
    Rule(
        code="pci-option-unused",
        group="pci",
        severity=Severity.WARNING,
        summary="a PCI option that only the old device model knew",
        why=(
            "msitranslate and power_mgmt are handed to qemu-xen-traditional alone. With any other device model, and "
            "for PV guests, xl takes them and nobody looks at them."
        ),
        bad='type = "hvm"\npci = ["03:00.0,«msitranslate=1»"]',
        good='type = "hvm"\npci = ["03:00.0,msitranslate=0"]',
        fixed='type = "hvm"\npci = ["03:00.0"]',
        keys=("pci",),
        check=_ignored,
    ),
    Rule(
        code="pci-defaults-unused",
        group="pci",
        severity=Severity.WARNING,
        summary="a default for PCI devices where there are none",
        why=(
            "The keys pci_permissive, pci_seize and so on are defaults for the devices in pci=. Alone they do nothing."
        ),
        bad="«pci_seize» = 1\nvcpus = 2",
        good='pci_seize = 1\npci = ["03:00.0"]',
        fixed="vcpus = 2",
        keys=tuple(f"pci_{name}" for name in _SWITCHES),
        check=_defaults_unused,
    ),
)
