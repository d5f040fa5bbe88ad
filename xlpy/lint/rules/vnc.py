"""VNC: who reaches it, with which password, at which port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vfb import Vfb
from xlpy.diagnostic import Edit, Fix, Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers.screens import Screen, address_of, addressed, display_in, display_keys, is_open, screens
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.secrets import secret_names
from xlpy.source import Span
from xlpy.specs import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_LOCAL = "127.0.0.1"
_LONGEST = 8
"""What VNC compares of a password, in bytes."""
_FIRST_PORT = 5900
_LAST_DISPLAY = 65535 - _FIRST_PORT
_KEYS = (*display_keys(), Vfb.KIND)


def _open(guest: Guest) -> Iterator[Finding]:
    for vnc, places in screens(guest):
        address = address_of(vnc.listen or "")
        if vnc.listen is None or vnc.passwd or not is_open(address) or "listen" not in places:
            continue
        span, display = places["listen"], display_in(vnc.listen)
        quoted = span if address else None
        yield Finding(
            span,
            f"VNC listens on {addressed(address)} without a password: whoever gets there has the console",
            f"listen on {_LOCAL} and come by ssh, or set vncpasswd",
            edits.replace(f"listen on {_LOCAL}", quoted, f"{_LOCAL}:{display}" if display else _LOCAL, safe=False)
            if quoted
            else None,
        )


def _cut(guest: Guest) -> Iterator[Finding]:
    for vnc, places in screens(guest):
        password = (vnc.passwd or "").encode("utf-8", "surrogateescape")
        if len(password) <= _LONGEST or "passwd" not in places:
            continue
        span = places["passwd"]
        plain = password.isascii() and span.end - span.start == len(password)
        tail = Edit(Span(span.start + _LONGEST, span.end), "")
        yield Finding(
            span,
            f"VNC compares the first {_LONGEST} bytes of a password: what stands behind them protects nothing",
            f"use a random password of {_LONGEST} characters, and let VNC listen on {_LOCAL}",
            Fix(title="cut it to what VNC compares", edits=(tail,), safe=False) if plain else None,
        )


def _two(guest: Guest, told: Diagnostic) -> Finding | None:
    listen = guest.atom("vnclisten")
    if listen is None or told.span is None:
        return None
    return Finding(
        told.span,
        f"the display stands here and in vnclisten, which is {listen.text}: xl wants it in one place",
        "remove one of them",
        edits.remove(guest.text, guest.assignments_of("vncdisplay")[-1], safe=False),
        (Related("the other one", guest.source, listen.span),),
    )


def _two_of_framebuffer(guest: Guest) -> Iterator[Finding]:
    if guest.kind == "hvm":
        return
    for vnc, places in screens(guest):
        if vnc.display and ":" in (vnc.listen or "") and {"display", "listen"} <= places.keys():
            summary = f"the display stands here and in vnclisten, which is {vnc.listen}: libxl refuses to start QEMU"
            other = Related("the other one", guest.source, places["listen"])
            yield Finding(places["display"], summary, "remove one of them", None, (other,))


def _display(screen: Screen) -> tuple[int, Span] | None:
    """The display that is asked for, and where; None where it is not said."""
    vnc, places = screen
    if vnc.display:
        return (vnc.display, places["display"]) if "display" in places else None
    written = display_in(vnc.listen or "")
    if not written or "listen" not in places:
        return None
    end = places["listen"].end
    return int(written), Span(end - len(written), end)


def _port(guest: Guest) -> Iterator[Finding]:
    for display in filter(None, map(_display, screens(guest))):
        number, span = display
        if number < 0 or number > _LAST_DISPLAY:
            yield Finding(span, f"there is no display {number}: QEMU does not start", "write a display from 0 on")
        elif number >= _FIRST_PORT:
            meant = number - _FIRST_PORT
            yield Finding(
                span,
                f"{number} is a display here, and its port is {number + _FIRST_PORT}: it looks like a port",
                f"write {meant} for port {number}",
                edits.replace(f"write {meant}", span, str(meant), safe=False),
            )


def _moves(guest: Guest) -> Iterator[Finding]:
    for screen in screens(guest):
        display = _display(screen)
        if screen.vnc.findunused is False or display is None:
            continue
        yield Finding(
            display[1],
            f"display {display[0]} is only the first that QEMU tries: where it is taken the guest gets the next one",
            "add vncunused = 0 to get this one or none",
        )


def _in_file(guest: Guest) -> Iterator[Finding]:
    summary = "the password stands in the file, and whoever may read that has it"
    advice = "keep the file readable to root alone and out of repositories"
    for name in secret_names():
        for setting in guest.assignments_of(name)[-1:]:
            if guest.value(name):
                yield Finding(setting.name_span, summary, advice)
    for atom in guest.atoms(Vfb.KIND):
        for item in split(atom):
            if item.name in secret_names() and item.value:
                yield Finding(item.part(-len(item.name) - 1, -1), summary, advice)


RULES = (
    Rule(
        code="vnc-open",
        group="graphics",
        severity=Severity.ADVICE,
        summary="VNC that others reach without a password",
        why=(
            "VNC is the guest's console: its screen, keyboard and mouse, from the first second of its boot. Listening "
            "on 127.0.0.1, as it does unless told otherwise, leaves it to those who can log in to Dom0. VNC does not "
            "encrypt either, and its passwords are weak."
        ),
        bad='type = "hvm"\nvnclisten = "«0.0.0.0»"',
        good='type = "hvm"\nvnclisten = "127.0.0.1"',
        fixed='type = "hvm"\nvnclisten = "127.0.0.1"',
        keys=_KEYS,
        check=_open,
    ),
    Rule(
        code="vnc-password-cut",
        group="graphics",
        severity=Severity.WARNING,
        summary="a VNC password of which only a part counts",
        why=(
            "VNC's authentication uses the first eight bytes of a password. Whoever knows these gets in, whatever "
            "stands behind them."
        ),
        bad='type = "hvm"\nvncpasswd = "«correct horse»"',
        good='type = "hvm"\nvncpasswd = "correcth"',
        fixed='type = "hvm"\nvncpasswd = "correct "',
        keys=_KEYS,
        check=_cut,
    ),
    Rule(
        code="vnc-two-displays",
        group="graphics",
        severity=Severity.ERROR,
        summary="a VNC display in vnclisten and in vncdisplay",
        why=("The display may stand behind the address in vnclisten, or in vncdisplay. xl refuses a file with both."),
        bad='type = "hvm"\nvnclisten = "127.0.0.1:2"\nvncdisplay = «1»',
        good='type = "hvm"\nvnclisten = "127.0.0.1"\nvncdisplay = 1',
        fixed='type = "hvm"\nvnclisten = "127.0.0.1:2"',
        told=("two-vnc-displays",),
        retell=_two,
    ),
    Rule(
        code="vfb-two-displays",
        group="graphics",
        severity=Severity.WARNING,
        summary="a framebuffer's VNC display in vnclisten and in vncdisplay",
        why=(
            "For HVM guests xl refuses the display in both places. For framebuffers it takes them, and libxl refuses "
            "when it starts the device model."
        ),
        bad='vfb = ["vnc=1,vnclisten=127.0.0.1:2,vncdisplay=«1»"]',
        good='vfb = ["vnc=1,vnclisten=127.0.0.1,vncdisplay=1"]',
        keys=_KEYS,
        check=_two_of_framebuffer,
    ),
    Rule(
        code="vnc-display-port",
        group="graphics",
        severity=Severity.WARNING,
        summary="a VNC display that is a port, or none at all",
        why=(
            "The TCP port is 5900 plus the display, so that display 5901 is at port 11801, where no viewer looks for "
            "it."
        ),
        bad='type = "hvm"\nvncdisplay = «5901»',
        good='type = "hvm"\nvncdisplay = 1',
        fixed='type = "hvm"\nvncdisplay = 1',
        keys=_KEYS,
        check=_port,
    ),
    Rule(
        code="vnc-display-moves",
        group="graphics",
        severity=Severity.ADVICE,
        summary="a VNC display that is not sure to be the one that is written",
        why=(
            "Unless vncunused is 0, QEMU takes the first free display from the one that is given on. With two guests "
            "that ask for the same one, it depends on the order of their starts which of them a viewer finds."
        ),
        bad='type = "hvm"\nvncdisplay = «1»',
        good='type = "hvm"\nvncdisplay = 1\nvncunused = 0',
        keys=_KEYS,
        check=_moves,
        default=False,
    ),
    Rule(
        code="password-in-file",
        group="graphics",
        severity=Severity.ADVICE,
        summary="a password in the file",
        why=(
            "The passwords of VNC and SPICE stand in the file as they are. Files of guests are often readable to all, "
            "and end up in repositories and backups."
        ),
        bad='type = "hvm"\n«vncpasswd» = "secret"',
        good='type = "hvm"\nvncpasswd = ""',
        keys=(*secret_names(), Vfb.KIND),
        check=_in_file,
        default=False,
    ),
)
