"""What would be lost if libvirt ran the guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.rule import Finding, Rule
from xlpy.lost import beside, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.lost import Lost
    from xlpy.source import Span


def _lost(guest: Guest) -> Iterator[Finding]:
    from xlpy.lower import ASSUMED, lower

    host = ASSUMED if guest.host is None else ASSUMED.replace(nodes=len(set(guest.host.nodes)))
    for one in lower(guest.config, release=guest.release, capabilities=host).lost:
        tuning = one.severity is Severity.WARNING
        advice = "the guest runs all the same, less well" if tuning else "libvirt's guest would be another one"
        yield Finding(_place(guest, one), f"{one.what} is lost under libvirt: {one.why}", advice)


def _place(guest: Guest, one: Lost) -> Span:
    """Where it was written, or what it follows from."""
    own = place(one.field, guest.where) or (guest.span(one.key) if one.key in guest.entries else None)
    return own or beside(one.field, guest.where) or guest.missing


RULES = (
    Rule(
        code="libvirt-lost",
        group="libvirt",
        severity=Severity.ADVICE,
        summary="a setting that libvirt's driver for Xen does not carry out",
        why=(
            "libvirt runs guests with libxl too, but knows only a part of what xl.cfg can say. The rest is lost when "
            "a guest moves from xl to libvirt. This rule is for those who plan that; it runs when it is selected."
        ),
        bad='type = "pvh"\nkernel = "/boot/vmlinuz"\npvshim = «1»',
        good='type = "pvh"\nkernel = "/boot/vmlinuz"\nvcpus = 4',
        check=_lost,
        default=False,
    ),
)
