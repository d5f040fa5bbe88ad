"""Who the domain is: its name, its UUID, its label, its pool."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.helpers.words import both, quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.values import NO_UUID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

_DOM0 = "Domain-0"
_LONGEST_NAME = 255 - len("qemu-dm-.log")
_LABELS = ("seclabel", "init_seclabel", "device_model_stubdomain_seclabel")


def _digits(guest: Guest) -> Iterator[Finding]:
    name = guest.config.name
    if name.isascii() and name.isdigit():
        text = f"xl takes {quoted(name)} for a domid: no verb finds the guest by this name"
        yield Finding(guest.span("name"), text, 'give it a letter, as in "vm1"')


def _unusable(guest: Guest) -> Iterator[Finding]:
    name = guest.value("name")
    if name is None:
        return
    why = _why_unusable(name)
    if why:
        yield Finding(guest.span("name"), why, "give the guest a name of letters, digits, - . and _")


def _why_unusable(name: str) -> str:
    if name == _DOM0:
        return f"{_DOM0} is there already: libxl does not create a second one"
    if "/" in name:
        return f"{quoted(name)} has a slash in it: xl cannot make its log files in /var/log/xen by this name"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        return f"the name has {len(os.fsencode(name))} bytes: xl cannot make log files of that name"
    return ""


def _blanks(guest: Guest) -> Iterator[Finding]:
    name = guest.value("name") or ""
    if any(char.isspace() or not char.isprintable() for char in name if not "\udc80" <= char <= "\udcff"):
        text = "a name with blanks or control characters: what reads the lists of xl takes it for several columns"
        yield Finding(guest.span("name"), text, "write - or _ in their place")


def _zero(guest: Guest) -> Iterator[Finding]:
    if guest.config.c_info.uuid == NO_UUID:
        text = f"{NO_UUID} is the UUID of {_DOM0}: the guest's data in xenstore takes the place of that of {_DOM0}"
        yield Finding(guest.span("uuid"), text, "remove the line, or write what uuidgen prints")


def _label(guest: Guest) -> Iterator[Finding]:
    for name in _LABELS:
        label = guest.value(name)
        if label is not None and label.count(":") < 2:
            text = (
                f"{quoted(label)} is no label: with XSM libxl does not create the guest, without it xl ignores the line"
            )
            yield Finding(guest.span(name), text, 'write USER:ROLE:TYPE, as "system_u:system_r:domU_t"')


def _pool(guest: Guest) -> Iterator[Finding]:
    host, pool = guest.host, guest.config.c_info.pool_name
    assert host is not None
    if pool is not None and pool not in host.pools and not pool.isdigit():
        text = f"{host.name} has no cpupool {quoted(pool)}: libxl does not create the guest"
        yield Finding(guest.span("pool"), text, f"its cpupools: {both(host.pools)}")


RULES = (
    Rule(
        code="name-digits",
        group="domain",
        severity=Severity.WARNING,
        summary="a name of digits alone",
        why=(
            "Where a verb of xl takes a domain, digits are a domid. A guest that is called 7 is out of reach by its "
            "name, and xl destroy 7 hits whatever domain has that domid."
        ),
        bad="name = «7»",
        good='name = "vm7"',
        keys=("name",),
        check=_digits,
    ),
    Rule(
        code="name-unusable",
        group="domain",
        severity=Severity.WARNING,
        summary="a name that a domain cannot have",
        why=(
            "xl takes any text as a name, but it is also that of the log files of xl and QEMU in /var/log/xen, and no "
            "two domains may have the same."
        ),
        bad='name = «"web/1"»',
        good='name = "web-1"',
        keys=("name",),
        check=_unusable,
    ),
    Rule(
        code="name-blanks",
        group="domain",
        severity=Severity.ADVICE,
        summary="a name with blanks",
        why=(
            "xl itself does not mind, but its lists have the name in the first of several columns, and scripts that "
            "read them split at blanks."
        ),
        bad='name = «"web server"»',
        good='name = "web-server"',
        keys=("name",),
        check=_blanks,
    ),
    Rule(
        code="uuid-zero",
        group="domain",
        severity=Severity.WARNING,
        summary="a UUID of zeros",
        why=(
            "Domain-0 has the UUID of zeros, and a part of what is in xenstore stands under the UUID. libxl writes "
            "the guest's over that of Domain-0."
        ),
        bad=f'uuid = «"{NO_UUID}"»',
        good='uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"',
        keys=("uuid",),
        check=_zero,
    ),
    Rule(
        code="label-form",
        group="domain",
        severity=Severity.WARNING,
        summary="a security label that XSM cannot have",
        why=(
            "A label is USER:ROLE:TYPE. Without XSM in the hypervisor libxl only warns of any label; with it, an "
            "unknown one keeps the guest from being created."
        ),
        bad='seclabel = «"domU_t"»',
        good='seclabel = "system_u:system_r:domU_t"',
        keys=_LABELS,
        check=_label,
    ),
    Rule(
        code="pool-unknown",
        group="domain",
        severity=Severity.WARNING,
        summary="a cpupool that the host does not have",
        why="libxl looks for the cpupool by its name, or number, and does not create the guest when there is none.",
        bad='pool = «"Pool-7"»',
        good='pool = "Pool-0"',
        keys=("pool",),
        check=_pool,
        needs_host=True,
    ),
)
