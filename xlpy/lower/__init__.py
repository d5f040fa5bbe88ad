"""A configuration -> the XML of a domain for libvirt's driver for Xen, and what is lost on the way.

What the driver carries out is what its source does (libvirt 9.0: libxl_conf.c); the XML holds nothing else. No
libvirt is called here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import indent, tostring

from xlpy.diagnostic import Severity
from xlpy.lost import Lost, find
from xlpy.lower.domain import domain
from xlpy.lower.guest import ASSUMED, Capabilities, Guest
from xlpy.record import Record
from xlpy.release import DEFAULT, Release

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig

_PASSWORD = re.compile(r' passwd="[^"]*"')


class Lowered(Record):
    """The XML to send, in which the passwords of displays stand, and what libvirt would not carry out."""

    xml: str
    lost: tuple[Lost, ...]

    @property
    def differs(self) -> bool:
        """Whether the guest would not be the one that the configuration describes."""
        return any(lost.severity is Severity.ERROR for lost in self.lost)

    def masked(self) -> str:
        """The XML for logs."""
        return _PASSWORD.sub(' passwd="*****"', self.xml)

    def __repr__(self) -> str:
        return f"Lowered(xml={self.masked()!r}, lost={self.lost!r})"


def lower(config: DomainConfig, *, release: Release = DEFAULT, capabilities: Capabilities = ASSUMED) -> Lowered:
    """Translate a configuration; RELEASE says which settings xl has at all. What libvirt cannot hold is left out."""
    guest = Guest(config, release, capabilities)
    root = domain(guest)
    indent(root)
    xml = tostring(root, encoding="unicode").replace(" />", "/>")  # elsewhere the > is escaped
    xml = xml.replace("\r", "&#13;") + "\n"  # as it is, it would arrive as a newline
    return Lowered(xml=xml, lost=tuple(dict.fromkeys([*find(config, release), *guest.lost])))


__all__ = ["ASSUMED", "Capabilities", "Lost", "Lowered", "lower"]
