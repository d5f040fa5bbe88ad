"""Programs of Dom0 that a guest could attack, and how little they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.helpers.keyed import declared
from xlpy.lint.rule import Finding, Rule
from xlpy.release import Release
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.source import Span


def _type_span(guest: Guest) -> Span:
    return guest.span("type" if "type" in guest.entries else "builder")


def _device_model(guest: Guest) -> Iterator[Finding]:
    info = guest.config.b_info
    restricted = info.dm_restrict or info.device_model_stubdomain or info.device_model_user
    if guest.kind == HVM and not restricted and _knows(guest, "dm_restrict"):
        text = "QEMU runs as root in Dom0: a guest that breaks out of it has the whole host"
        yield Finding(_type_span(guest), text, "write dm_restrict = 1, or device_model_stubdomain_override = 1")


def _bootloader(guest: Guest) -> Iterator[Finding]:
    info = guest.config.b_info
    restricted = info.bootloader_restrict or (info.bootloader_user and info.bootloader_restrict is None)
    if guest.kind != HVM and info.bootloader and not restricted and _knows(guest, "bootloader_restrict"):
        text = "the bootloader reads what the guest wrote on its disk, as root of Dom0"
        advice = 'write bootloader_restrict = 1, or boot the guest with firmware = "pvgrub64"'
        yield Finding(guest.span("bootloader"), text, advice)


def _nested(guest: Guest) -> Iterator[Finding]:
    if guest.kind == HVM and guest.config.b_info.nested_hvm:
        text = "Xen gives no security support for guests with virtualisation of their own"
        yield Finding(guest.span("nestedhvm"), text, "remove the line where the guest runs no hypervisor")


def _knows(guest: Guest, name: str) -> bool:
    """Whether this release has a key."""
    key = declared(name)
    return key is not None and Release.parse(key.since) <= guest.release


RULES = (
    Rule(
        code="device-model-as-root",
        group="security",
        severity=Severity.ADVICE,
        summary="an HVM guest whose device model has all rights",
        why=(
            "QEMU works on whatever the guest sends to its emulated devices, and unless it is restricted it does so as "
            "root in Dom0. dm_restrict takes these rights from it, a stub domain takes it out of Dom0."
        ),
        bad='type = «"hvm"»',
        good='type = "hvm"\ndm_restrict = 1',
        keys=("type", "builder"),
        check=_device_model,
        default=False,
    ),
    Rule(
        code="bootloader-as-root",
        group="security",
        severity=Severity.ADVICE,
        summary="a bootloader that has all rights",
        why=(
            "pygrub reads file systems that the guest could have crafted, and flaws in that were found more than once. "
            "From Xen 4.18 on bootloader_restrict takes its rights; pvgrub runs in the guest itself."
        ),
        bad='bootloader = «"pygrub"»\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        good='bootloader = "pygrub"\nbootloader_restrict = 1\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=("bootloader",),
        check=_bootloader,
        default=False,
    ),
    Rule(
        code="nested-unsupported",
        group="security",
        severity=Severity.ADVICE,
        summary="nested virtualisation",
        why=(
            "Nested virtualisation is not among what Xen gives security support for: a flaw that lets such a guest "
            "out of its domain is mended in public."
        ),
        bad='type = "hvm"\nnestedhvm = «1»',
        good='type = "hvm"\nnestedhvm = 0',
        keys=("nestedhvm",),
        check=_nested,
        default=False,
    ),
)
