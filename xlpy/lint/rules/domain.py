"""The type of the domain, what is done when it stops, and what else xl refuses to create."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.lint import edits
from xlpy.lint.helpers.words import either, nearest, quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.options.events import ACTIONS
from xlpy.source import Span
from xlpy.vocabulary import ALL, HVM, PV
from xlpy.writer import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Setting

_TYPES_MEANT = {"linux": PV, "generic": PV, "netbsd": PV, "paravirt": PV, "vmx": HVM, "svm": HVM, "pvhvm": HVM}
_ACTIONS_MEANT = {"reboot": "restart", "shutdown": "destroy", "poweroff": "destroy", "crash": "destroy"}


def _told_setting(guest: Guest, told: Diagnostic, names: tuple[str, ...]) -> Setting | None:
    """The assignment of which one of these keys was refused."""
    settings = (setting for name in names for setting in reversed(guest.assignments_of(name)))
    return next((setting for setting in settings if setting.value.span == told.span), None)


def _retell_type(guest: Guest, told: Diagnostic) -> Finding | None:
    setting = _told_setting(guest, told, ("type", "builder"))
    text = guest.value(setting.name) if setting else None
    if setting is None or text is None or told.span is None:
        return None
    meant = _TYPES_MEANT.get(text.lower()) or nearest(text, ALL)
    what = "this builder of xm" if setting.name == "builder" and text in _TYPES_MEANT else f"no such {setting.name}"
    knows = "does not know" if what.startswith("this") else "knows"
    return Finding(
        told.span,
        f"{setting.name} = {quoted(text)}: xl {knows} {what}, and refuses the file",
        f'write type = "{meant}"' if meant else f"write type = {either(map(literal, ALL))}",
        _as_type(guest, setting, meant) if meant else None,
        covers=Span(0, len(guest.text)),
    )


def _as_type(guest: Guest, setting: Setting, meant: str) -> Fix | None:
    """Say the type with `type`, unless that is there already."""
    value = Edit(setting.value.span, f'"{meant}"')
    if setting.name == "type":
        return Fix(title=f'write type = "{meant}"', edits=(value,), safe=False)
    if "type" in guest.entries:
        return edits.remove(guest.text, setting, safe=False)
    return Fix(title=f'write type = "{meant}"', edits=(Edit(setting.name_span, "type"), value), safe=False)


def _retell_contradiction(guest: Guest, _told: Diagnostic) -> Finding | None:
    builder, kind = guest.value("builder"), guest.value("type")
    return Finding(
        guest.span("builder"),
        f"builder = {quoted(builder)} and type = {quoted(kind)} contradict each other: xl refuses the file",
        "remove builder: type says it all",
        edits.remove(guest.text, guest.assignments_of("builder")[-1], safe=False),
    )


def _retell_action(guest: Guest, told: Diagnostic) -> Finding | None:
    name = next((name for name, entry in guest.entries.items() if entry.value_span == told.span), "")
    text, atom = guest.value(name), guest.atom(name)
    if text is None or atom is None:
        return None
    meant = _ACTIONS_MEANT.get(text.lower()) or nearest(text, ACTIONS)
    return Finding(
        atom.span,
        f"{name} = {quoted(text)} is no action: xl refuses the file",
        f'write "{meant}"' if meant else f"write {either(ACTIONS)}",
        edits.replace(f"write {meant}", atom.span, f'"{meant}"', safe=False) if meant else None,
    )


def _retell_list(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.code == "bad-xenstore-quota":
        text = f"{told.summary.rstrip('.')}: xl refuses the file"
        return Finding(told.span, text, "write NAME=NUMBER, as nodes=1000") if told.span else None
    name = next((name for name, entry in guest.entries.items() if entry.value_span == told.span), "")
    atom = guest.atom(name)
    if atom is None:
        return None
    plain = not guest.entries[name].appended and not any(char in atom.text for char in "'\"\\")
    new = literal(atom.text.split())
    return Finding(
        atom.span,
        f"{name} is a single value, not a list: xl refuses the file",
        f"write {new}" if plain else "write a list with one text for each argument",
        edits.replace("write a list", atom.span, new, safe=False) if plain else None,
    )


def _again(guest: Guest) -> Iterator[Finding]:
    if guest.value("on_poweroff") in ("restart", "rename-restart", "coredump-restart"):
        text = "the guest starts again whenever it is shut down, by xl shutdown too: only xl destroy stops it"
        yield Finding(guest.span("on_poweroff"), text, "destroy is the usual action; on_reboot is what restarts it")


RULES = (
    Rule(
        code="unknown-type",
        is_cause=True,
        group="domain",
        severity=Severity.ERROR,
        summary="a type= or builder= that xl does not know",
        why=(
            'type takes "pv", "pvh" or "hvm" in small letters, builder "hvm" or "generic". The words of xm, such as '
            '"linux", are not among them.'
        ),
        bad='type = «"HVM"»',
        good='type = "hvm"',
        fixed='type = "hvm"',
        told=("unknown-type",),
        retell=_retell_type,
        explains=(
            "nothing-to-boot",
            "timer-mode-for-pv",
            "unknown-pvgrub",
            "vif-emulated-pv",
            "vif-model-unused",
            "vnuma-for-pv",
            "disk-vdev-twice",
        ),
    ),
    Rule(
        code="type-against-builder",
        group="domain",
        severity=Severity.ERROR,
        summary="a builder= that contradicts type=",
        why=(
            'builder is the old way to choose the type. "generic" is PV and nothing else, so that it contradicts '
            'type = "pvh" too, and xl refuses the file.'
        ),
        bad='type = "pvh"\nbuilder = «"generic"»\nkernel = "/boot/vmlinuz"',
        good='type = "pvh"\nkernel = "/boot/vmlinuz"',
        fixed='type = "pvh"\nkernel = "/boot/vmlinuz"',
        told=("builder-against-type",),
        retell=_retell_contradiction,
    ),
    Rule(
        code="unknown-action",
        group="domain",
        severity=Severity.ERROR,
        summary="an action that xl does not know",
        why=(
            "on_poweroff, on_reboot, on_crash, on_watchdog and on_soft_reset take one of a few words, in small "
            "letters. xl refuses any other."
        ),
        bad='on_poweroff = «"shutdown"»',
        good='on_poweroff = "destroy"',
        fixed='on_poweroff = "destroy"',
        told=("unknown-action",),
        retell=_retell_action,
    ),
    Rule(
        code="wrong-list",
        group="domain",
        severity=Severity.ERROR,
        summary="a list that does not have the form that xl wants",
        why=(
            "The arguments of the device model are a list with one text for each, and xl refuses a single text. The "
            "items of xenstore_quota are NAME=NUMBER, from 0 to 4294967295, and xl refuses any other."
        ),
        bad='device_model_args = «"-device edu"»',
        good='device_model_args = ["-device", "edu"]',
        fixed='device_model_args = ["-device", "edu"]',
        told=("bad-arguments", "bad-xenstore-quota"),
        retell=_retell_list,
        explains=("value-for-list",),
    ),
    Rule(
        code="poweroff-restarts",
        group="domain",
        severity=Severity.ADVICE,
        summary="a guest that starts again when it is powered off",
        why=(
            "on_poweroff is what happens when the guest has shut itself down, and xl shutdown asks it to do just that. "
            "A guest that then restarts cannot be stopped in an orderly way."
        ),
        bad='on_poweroff = «"restart"»',
        good='on_poweroff = "destroy"\non_reboot = "restart"',
        keys=("on_poweroff",),
        check=_again,
    ),
)
