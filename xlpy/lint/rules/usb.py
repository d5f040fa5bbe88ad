"""USB devices of the host, and the controllers to which they are attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cstring import strtoul
from xlpy.devices import usbctrl, usbdev
from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.usbdev import Usbdev
from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.specwords import retold
from xlpy.lint.rule import Finding, Rule
from xlpy.specs import split
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom
    from xlpy.source import Span
    from xlpy.specs import Item

_TOKENS = {Usbctrl.KIND: usbctrl.TOKENS, Usbdev.KIND: usbdev.TOKENS}
_RETOLD = {kind: retold(kind, tokens) for kind, tokens in _TOKENS.items()}
_FIXED_PORTS = {1: 2, 2: 6}
"""The ports of an emulated controller, by its USB version; of version 3 there are up to 15."""
_EMULATED_PORTS, _PV_PORTS = 15, 31
_EMULATED_VERSIONS, _PV_VERSIONS = (0, 1, 2, 3), (0, 1, 2)
_LAST_ADDRESS = 127
_ADDRESS = ("hostbus", "hostaddr")


def _is_emulated(guest: Guest, controller: Usbctrl) -> bool:
    return controller.type == "devicemodel" or (controller.type == "auto" and guest.kind == HVM)


def _ports(guest: Guest, controller: Usbctrl) -> int:
    """How many ports libxl gives a controller."""
    fixed = _FIXED_PORTS.get(controller.version or 2) if _is_emulated(guest, controller) else None
    return fixed or controller.ports or 8


def _limits(guest: Guest) -> Iterator[Finding]:
    for prefix, controller in guest.devices(Usbctrl):
        emulated = _is_emulated(guest, controller)
        versions = _EMULATED_VERSIONS if emulated else _PV_VERSIONS
        what = "an emulated USB controller" if emulated else "a PV USB controller"
        if controller.version not in versions:
            words = (
                f"{what} has version {', '.join(map(str, versions[1:-1]))} or {versions[-1]}, not {controller.version}"
            )
            yield Finding(
                guest.place(f"{prefix}.version"), f"{words}: libxl refuses it", f"write version={versions[-1]}"
            )
            continue
        fixed = _FIXED_PORTS.get(controller.version or 2) if emulated else None
        most = _EMULATED_PORTS if emulated else _PV_PORTS
        if controller.ports and (controller.ports != fixed if fixed else not 0 < controller.ports <= most):
            version = f" of version {controller.version or 2}" if emulated else ""
            right = f"has always {fixed} ports" if fixed else f"has up to {most} ports"
            span = guest.place(f"{prefix}.ports")
            fix = edits.replace(f"write {fixed or most}", span, str(fixed or most), safe=False)
            summary = f"{what}{version} {right}, not {controller.ports}: libxl refuses it"
            yield Finding(span, summary, f"write ports={fixed or most}, or leave it out", fix)


def _port(guest: Guest) -> Iterator[Finding]:
    """Devices whose controller or port is not there."""
    controllers = [controller for _, controller in guest.devices(Usbctrl)]
    taken: dict[tuple[int, int], Span] = {}
    for prefix, device in guest.devices(Usbdev):
        place, span = (device.ctrl, device.port), guest.place(f"{prefix}.port", f"{prefix}.ctrl", prefix)
        if device.ctrl == -1 and device.port:
            advice = "add controller=0, or leave the port to libxl"
            yield Finding(span, f"port={device.port} without controller=: libxl refuses that", advice)
        elif device.ctrl != -1 and not 0 <= device.ctrl < len(controllers):
            where, number = guest.place(f"{prefix}.ctrl"), len(controllers)
            there = f"usbctrl has {number}, counted from 0" if number else "there is none in usbctrl"
            yield Finding(
                where,
                f"there is no USB controller {device.ctrl}: {there}",
                "add it to usbctrl, or leave controller= out",
            )
        elif device.ctrl != -1 and device.port > (most := _ports(guest, controllers[device.ctrl])):
            yield Finding(
                span, f"controller {device.ctrl} has {most} ports, no port {device.port}", "leave the port to libxl"
            )
        elif device.port and place in taken:
            first = Related("the first", guest.source, taken[place])
            summary = f"port {device.port} of controller {device.ctrl} is given twice: libxl refuses the second device"
            yield Finding(span, summary, "leave the port to libxl", None, (first,))
        taken.setdefault(place, span)


def _items(atom: Atom) -> dict[str, Item]:
    return {item.name: item for item in split(atom) if item.value is not None}


def _no_type(guest: Guest) -> Iterator[Finding]:
    for atom in guest.atoms(Usbdev.KIND):
        items = _items(atom)
        if "type" not in items and ("hostbus" in items or "hostaddr" in items) and atom.text:
            span = atom.inside(0, len(atom.text))
            yield Finding(
                span,
                "without type=hostdev, xl loses hostbus and hostaddr where it keeps the configuration: after a reboot "
                "the guest has no such device",
                "write type=hostdev in front",
                edits.replace("add type=hostdev", atom.inside(0, 0), "type=hostdev,", safe=False),
            )


def _address(guest: Guest) -> Iterator[Finding]:
    seen: dict[tuple[int, int], Span] = {}
    atoms = {atom.span: atom for atom in guest.atoms(Usbdev.KIND)}
    for prefix, _ in guest.devices(Usbdev):
        span = guest.where[prefix]
        items = _items(atoms[span])
        given = [items[name] for name in _ADDRESS if name in items]
        wrong = next((found for item in given if (found := _misread(item))), None)
        address = (0, 0) if len(given) < 2 else (strtoul(given[0].value or ""), strtoul(given[1].value or ""))
        if wrong is not None:
            yield wrong
        elif len(given) < 2:
            missing = " and ".join(name for name in _ADDRESS if name not in items)
            yield Finding(span, f"{missing} is missing: libxl finds no such device", "write hostbus=1,hostaddr=3")
        elif address in seen:
            fix = pieces.without_element("remove the second", guest.text, span)
            first = Related("the first", guest.source, seen[address])
            words = f"device {address[1]} of bus {address[0]} is in the list twice: libxl refuses the second"
            yield Finding(span, words, "remove one of them", fix, (first,))
        seen.setdefault(address, span)


def _misread(item: Item) -> Finding | None:
    """What is wrong with the number of a bus or device."""
    text, number = item.value or "", strtoul(item.value or "")
    if text.isdecimal() and int(text) != number:
        summary = f"xl reads {text} as {number}: a number that begins with 0 is octal"
        fix = edits.replace(f"write {int(text)}", item.value_span, str(int(text)), safe=False)
        return Finding(item.value_span, summary, f"write {item.name}={int(text)}", fix)
    if 0 < number <= _LAST_ADDRESS:
        return None
    summary = f"{text or 'nothing'} is no {item.name}: buses and devices have the numbers 1 to {_LAST_ADDRESS}"
    return Finding(item.value_span if text else item.span, summary, f"write {item.name}= as lsusb shows it")


RULES = (
    Rule(
        code="usb-bad-spec",
        group="usb",
        severity=Severity.ERROR,
        summary="a USB controller or device that xl cannot read",
        why=(
            "The specs in usbctrl and usbdev are NAME=VALUE with commas between them, and xl refuses the file for a "
            "name, or a type, that it does not know. A blank may stand behind a comma, but not in front of the equals "
            "sign."
        ),
        bad='usbctrl = ["«versoin»=2"]',
        good='usbctrl = ["type=pv, version=2, ports=4"]\nusbdev = ["type=hostdev, hostbus=1, hostaddr=3"]',
        fixed='usbctrl = ["version=2"]',
        told=("usbctrl-*", "usbdev-*"),
        retell=lambda guest, told: _RETOLD[told.code.partition("-")[0]](guest, told),
        explains=("usb-no-type", "usb-address"),
    ),
    Rule(
        code="usb-controller-limits",
        group="usb",
        severity=Severity.WARNING,
        summary="a USB controller that libxl refuses",
        why=(
            "An emulated controller of USB 1 has 2 ports, one of USB 2 has 6, one of USB 3 up to 15. A PV controller "
            "is of USB 1 or 2 and has up to 31. xl takes any numbers; libxl refuses others when the domain is created. "
            "HVM guests get emulated controllers unless type= says otherwise."
        ),
        bad='type = "hvm"\nusbctrl = ["version=2,ports=«8»"]',
        good='type = "hvm"\nusbctrl = ["version=2", "version=3,ports=8", "type=pv,ports=8"]',
        fixed='type = "hvm"\nusbctrl = ["version=2,ports=6"]',
        keys=("usbctrl",),
        check=_limits,
    ),
    Rule(
        code="usb-port",
        group="usb",
        severity=Severity.WARNING,
        summary="a USB device at a controller or port that is not there",
        why=(
            "controller= counts the controllers of usbctrl from 0, port= the ports of one from 1. libxl makes a "
            "controller where none is named, but not the one that is named; it fails over a missing or taken port."
        ),
        bad='usbdev = ["type=hostdev,hostbus=1,hostaddr=3,controller=«0»"]',
        good='usbctrl = ["version=2"]\nusbdev = ["type=hostdev,hostbus=1,hostaddr=3,controller=0,port=1"]',
        keys=("usbdev",),
        check=_port,
    ),
    Rule(
        code="usb-no-type",
        group="usb",
        severity=Severity.WARNING,
        summary="a USB device without type=hostdev",
        why=(
            "hostbus and hostaddr belong to the type hostdev. xl reads them without it, and the guest starts with the "
            "device; but what is kept of the configuration has neither, and after a reboot the guest comes up without "
            "its device, or not at all."
        ),
        bad='usbdev = ["«hostbus=1, hostaddr=3»"]',
        good='usbdev = ["type=hostdev, hostbus=1, hostaddr=3"]',
        fixed='usbdev = ["type=hostdev,hostbus=1, hostaddr=3"]',
        keys=("usbdev",),
        check=_no_type,
    ),
    Rule(
        code="usb-address",
        group="usb",
        severity=Severity.WARNING,
        summary="a USB device whose address is missing, impossible or taken",
        why=(
            "A device is named by the bus and the number that lsusb shows. libxl keeps 8 bits of each, and a number "
            "with a leading zero is octal to it: 010 is device 8. A device can be assigned once."
        ),
        bad='usbdev = ["type=hostdev, hostbus=1, hostaddr=«099»"]',
        good='usbdev = ["type=hostdev, hostbus=1, hostaddr=99", "type=hostdev, hostbus=2, hostaddr=99"]',
        fixed='usbdev = ["type=hostdev, hostbus=1, hostaddr=99"]',
        keys=("usbdev",),
        check=_address,
        explains=("spec-number",),
    ),
)
