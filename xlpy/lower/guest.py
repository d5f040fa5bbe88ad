"""A configuration on its way to libvirt, what was lost of it so far, and the elements that are made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from xlpy.diagnostic import Severity
from xlpy.loss import Loss
from xlpy.lost import Lost, declared
from xlpy.record import Record

if TYPE_CHECKING:
    from xlpy.libxl import DeviceRecord, DomainConfig
    from xlpy.release import Release

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold; bytes that are not UTF-8 were read as lone surrogates."""

ABSOLUTE = "libvirt needs a file's path from the root: its daemon runs elsewhere"
_BREAK = re.compile("[\n\r]")
_DEVICE = re.compile(r"[a-zA-Z0-9_.\-:/]+")


class Capabilities(Record):
    """What the translation must know about the host."""

    arch: str = "x86_64"
    virtualization: str = "vmx"
    """What libvirt calls the CPU's support of virtual machines: vmx (Intel), svm (AMD), or empty for none."""
    nodes: int = 1
    """How many NUMA nodes there are."""


ASSUMED = Capabilities()
"""A host of which nothing is known."""


class Guest:
    """A configuration while it is translated."""

    def __init__(self, config: DomainConfig, release: Release, capabilities: Capabilities) -> None:
        self.config = config
        self.release = release
        self.capabilities = capabilities
        self.type = config.c_info.type
        self.lost: list[Lost] = []

    def lose(
        self, key: str, field: str, what: str, *, token: str = "", why: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        """Note a loss, with what the key or the word of its spec declares; WHY and SEVERITY are in place of that."""
        loss = Loss(why=why, severity=severity) if why else declared(key, token)
        self.lost.append(Lost(key=key, field=field, severity=loss.severity, what=what, why=loss.why))

    def text(self, key: str, field: str, value: str | None, what: str = "") -> str | None:
        """A text as XML can hold it; None where there is none, or where it cannot, which is noted."""
        forbidden = _FORBIDDEN.search(value or "")
        if forbidden is None:
            return value or None
        character = forbidden[0]
        is_byte = "\udc80" <= character <= "\udcff"
        name = f"the byte {ord(character) - 0xDC00:#x}" if is_byte else f"the character U+{ord(character):04X}"
        self.lose(key, field, what or key, why=f"libvirt takes XML, which cannot hold {name}")
        return None

    def line(self, key: str, field: str, value: str | None, what: str = "") -> str | None:
        """The same of a text that libvirt's schema wants in one line."""
        text = self.text(key, field, value, what)
        if text is None or _BREAK.search(text) is None:
            return text
        self.lose(key, field, what or key, why="libvirt takes no line break in it")
        return None

    def device(self, key: str, field: str, value: str | None, what: str = "") -> str | None:
        """The name of a network device, of which libvirt's schema allows few characters."""
        name = self.text(key, field, value, what)
        if name is None or _DEVICE.fullmatch(name):
            return name
        self.lose(key, field, what or key, why="libvirt takes letters, digits, and _ . - : / in the name of a device")
        return None

    def path(self, key: str, field: str, value: str | None, what: str = "") -> str | None:
        """The path of a file, which has to be absolute: libvirt's daemon runs in another directory."""
        path = self.line(key, field, value, what)
        if path is None or (path.startswith("/") and path != "/"):
            return path
        self.lose(key, field, what or key, why=ABSOLUTE)
        return None


def element(tag: str, *children: Element | None, text: str | None = None, **attributes: object) -> Element:
    """An element; children and attributes that are None are left out."""
    made = Element(tag, {name: str(value) for name, value in attributes.items() if value is not None})
    made.text = text
    made.extend(child for child in children if child is not None)
    return made


def leaf(tag: str, text: object) -> Element | None:
    """An element that has a text; None without one."""
    return None if text is None else element(tag, text=str(text))


def backend_domain(device: DeviceRecord) -> str | None:
    """The domain that serves a device, if it is not Domain-0."""
    name = device.backend_domain()
    return None if name == "Domain-0" else name


def yes_no(*, flag: bool) -> str:
    """A boolean in libvirt's words."""
    return "yes" if flag else "no"


def on_off(*, flag: bool) -> str:
    """A switch in libvirt's words."""
    return "on" if flag else "off"


def ranges(numbers: tuple[int, ...]) -> str:
    """Ascending numbers as 0-3,7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
