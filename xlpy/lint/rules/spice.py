"""SPICE: what it cannot start without, and who reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.diagnostic import Severity
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.helpers.screens import addressed, is_open
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import SpiceInfo
    from xlpy.lint.guest import Guest

_FIELD = "b_info.u.hvm.spice."
_LOCAL = "127.0.0.1"
_OTHERS = tuple(
    key.name for key in vocabulary.all_keys() if key.field.startswith(_FIELD) and key.field != f"{_FIELD}enable"
)
_KEYS = ("spice",)


def _spice(guest: Guest) -> SpiceInfo | None:
    """SPICE where it is on."""
    hvm = guest.config.b_info.u
    return hvm.spice if isinstance(hvm, Hvm) and hvm.spice.enable else None


def _port(guest: Guest) -> Iterator[Finding]:
    spice = _spice(guest)
    if spice is not None and not spice.port and not spice.tls_port:
        yield Finding(
            guest.entries["spice"].name_span,
            "SPICE has no port: libxl fails when it starts QEMU, and the domain is not created",
            "add spiceport = 6000, or another port that is free, or spicetls_port",
        )


def _password(guest: Guest) -> Iterator[Finding]:
    spice = _spice(guest)
    if spice is None or spice.disable_ticketing or spice.passwd:
        return
    yield Finding(
        guest.entries["spicepasswd" if "spicepasswd" in guest.entries else "spice"].name_span,
        "SPICE asks for a password, and there is none: libxl fails when it starts QEMU",
        "add spicepasswd, or spicedisable_ticketing = 1 where spicehost keeps others out",
    )


def _open(guest: Guest) -> Iterator[Finding]:
    spice = _spice(guest)
    if spice is None or not spice.disable_ticketing or not is_open(spice.host or ""):
        return
    setting = guest.assignments_of("spicedisable_ticketing")[-1]
    host = guest.atom("spicehost")
    local = f'spicehost = "{_LOCAL}"'
    yield Finding(
        setting.name_span,
        f"SPICE listens on {addressed(spice.host or '')} without a password: whoever gets there has the console",
        f"add {local} and come by ssh, or set spicepasswd",
        edits.replace(f"listen on {_LOCAL}", host.span, f'"{_LOCAL}"', safe=False)
        if host
        else edits.insert(f"listen on {_LOCAL}", guest.text, setting, local),
    )


def _clipboard(guest: Guest) -> Iterator[Finding]:
    spice = _spice(guest)
    if spice is not None and spice.clipboard_sharing and not spice.vdagent:
        setting = guest.assignments_of("spice_clipboard_sharing")[-1]
        yield Finding(
            setting.name_span,
            "the clipboard is not shared: that is the agent's work, and spicevdagent is off",
            "add spicevdagent = 1",
            edits.insert("add spicevdagent = 1", guest.text, setting, "spicevdagent = 1")
            if "spicevdagent" not in guest.entries
            else None,
        )


def _unused(guest: Guest) -> Iterator[Finding]:
    if guest.kind != "hvm" or "spice" in guest.entries:
        return
    first = next(name for name in guest.entries if name in _OTHERS)
    yield Finding(
        guest.entries[first].name_span,
        f"{first} has no effect: SPICE is off unless spice = 1",
        "add spice = 1, or remove the keys of SPICE",
    )


RULES = (
    Rule(
        code="spice-no-port",
        group="graphics",
        severity=Severity.WARNING,
        summary="SPICE without a port",
        why=(
            "SPICE has no port of its own. xl takes spice = 1 without one, and libxl fails when it makes the command "
            "line of QEMU."
        ),
        bad='type = "hvm"\n«spice» = 1\nspicepasswd = "none"',
        good='type = "hvm"\nspice = 1\nspiceport = 6000\nspicepasswd = "none"',
        keys=_KEYS,
        check=_port,
    ),
    Rule(
        code="spice-no-password",
        group="graphics",
        severity=Severity.WARNING,
        summary="SPICE that asks for a password that does not exist",
        why=(
            "SPICE asks for a password unless spicedisable_ticketing is 1. Without a password, or with an empty one, "
            "libxl fails when it makes the command line of QEMU."
        ),
        bad='type = "hvm"\n«spice» = 1\nspiceport = 6000',
        good='type = "hvm"\nspice = 1\nspiceport = 6000\nspicehost = "127.0.0.1"\nspicedisable_ticketing = 1',
        keys=_KEYS,
        check=_password,
    ),
    Rule(
        code="spice-open",
        group="graphics",
        severity=Severity.ADVICE,
        summary="SPICE that others reach without a password",
        why=(
            "SPICE is the guest's console. Unlike VNC it listens on all addresses unless spicehost says otherwise, and "
            "with spicedisable_ticketing it asks for no password."
        ),
        bad='type = "hvm"\nspice = 1\nspiceport = 6000\n«spicedisable_ticketing» = 1',
        good='type = "hvm"\nspice = 1\nspiceport = 6000\nspicedisable_ticketing = 1\nspicehost = "127.0.0.1"',
        fixed='type = "hvm"\nspice = 1\nspiceport = 6000\nspicehost = "127.0.0.1"\nspicedisable_ticketing = 1',
        keys=_KEYS,
        check=_open,
    ),
    Rule(
        code="spice-no-agent",
        group="graphics",
        severity=Severity.WARNING,
        summary="a SPICE clipboard without the agent that shares it",
        why=(
            "The agent in the guest carries the clipboard, over a channel that the guest has with spicevdagent = 1 "
            "only."
        ),
        bad='type = "hvm"\nspice = 1\n«spice_clipboard_sharing» = 1',
        good='type = "hvm"\nspice = 1\nspicevdagent = 1\nspice_clipboard_sharing = 1',
        fixed='type = "hvm"\nspice = 1\nspicevdagent = 1\nspice_clipboard_sharing = 1',
        keys=_KEYS,
        check=_clipboard,
    ),
    Rule(
        code="spice-unused",
        group="graphics",
        severity=Severity.WARNING,
        summary="keys of SPICE where it is not on",
        why="SPICE is off unless spice = 1 switches it on, whatever else is said of it.",
        bad='type = "hvm"\n«spiceport» = 6000\nspicehost = "127.0.0.1"',
        good='type = "hvm"\nspice = 0\nspiceport = 6000',
        keys=_OTHERS,
        check=_unused,
    ),
)
