"""Known keys that do nothing in this guest, under this release, or at all."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers.keyed import IDLE, declared, is_off
from xlpy.lint.helpers.words import both, either
from xlpy.lint.rule import Finding, Rule, rule_of
from xlpy.nodes import ListNode
from xlpy.release import Release
from xlpy.source import Span
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Setting
    from xlpy.vocabulary import Key


@lru_cache(maxsize=1)
def _known(guest: Guest) -> list[tuple[Setting, Key]]:
    """Each key that the file sets, with its last assignment; those that xl knows."""
    known = ((one, declared(name)) for name, one in {one.name: one for one in guest.assignments}.items())
    return [(setting, key) for setting, key in known if key is not None]


def _unread(guest: Guest) -> Iterator[Finding]:
    if not _is_kind_known(guest):
        return
    for setting, key in _known(guest):
        if guest.kind in key.guests or is_off(setting):
            continue
        given = "type" in guest.entries or "builder" in guest.entries
        unread = key.field.startswith("b_info.u.") and guest.kind not in key.read_for
        article = "an" if guest.kind == HVM else "a"
        this = (
            f"this is {article} {guest.kind.upper()} guest" if given else "without a type this one is PV (on Arm PVH)"
        )
        guests = both(kind.upper() for kind in key.guests)
        yield Finding(
            setting.name_span,
            f"{key.name} is for {guests} guests, and {this}: it does nothing",
            "remove it" if given else f"remove it, or say what the guest is: type = {_types(key)}",
            edits.remove_keys(guest, key.name, safe=unread),
        )


def _is_kind_known(guest: Guest) -> bool:
    """Whether the type is what xl makes of it: not misspelt, and not left to an Arm host, where it is another one."""
    if any(one.code in _NO_TYPE for one in guest.loaded.diagnostics):
        return False
    given = "type" in guest.entries or "builder" in guest.entries
    return given or not any(key.field.startswith("b_info.arch_arm.") for _, key in _known(guest))


def _types(key: Key) -> str:
    return either(f'"{kind}"' for kind in key.guests)


def _newer(guest: Guest) -> Iterator[Finding]:
    for setting, key in _known(guest):
        if Release.parse(key.since) > guest.release:
            yield Finding(
                setting.name_span,
                f"{key.name} came with Xen {key.since}: xl of Xen {guest.release} ignores it without a word",
                f"remove it, or use Xen {key.since} or later",
            )


def _retell_idle(guest: Guest, told: Diagnostic) -> Finding | None:
    setting = next((one for one in guest.assignments if one.value.span == told.span), None)
    if setting is None:
        return None
    key = declared(setting.name)
    instead = key.deprecated if key is not None else ""
    advice = f"remove it; {instead} is what there is in its place" if instead else "remove it"
    summary = f"{setting.name} does nothing, and xl warns of it at each start"
    return Finding(setting.name_span, summary, advice, edits.remove_keys(guest, setting.name))


def _idle(guest: Guest) -> Iterator[Finding]:
    for setting, key in _known(guest):
        if key.idle:
            fix = edits.remove(guest.text, setting, safe=False)
            yield Finding(setting.name_span, f"{key.name} does nothing: {key.idle}", "remove it", fix)


def _beside(guest: Guest) -> Iterator[Finding]:
    for setting, key in _known(guest):
        other = key.only_with
        if not other or guest.kind not in key.guests or is_off(setting) or _is_on(guest, other):
            continue
        summary = f"{key.name} does nothing without {other}"
        if other in guest.entries:
            summary = f"{key.name} does nothing, as {other} is off"
        yield Finding(setting.name_span, summary, f"set {other}, or remove {key.name}")


def _is_on(guest: Guest, name: str) -> bool:
    entry = guest.entries.get(name)
    return entry is not None and (isinstance(entry.value, ListNode) or entry.value.text not in ("", "0"))


def _deprecated(guest: Guest) -> Iterator[Finding]:
    told = {one.span for one in guest.loaded.diagnostics if rule_of(one.code, one.severity) is not None}
    for setting, key in _known(guest):
        if key.deprecated and setting.value.span not in told and guest.kind in key.guests:
            yield from _old_name(guest, setting, key)


def _old_name(guest: Guest, setting: Setting, key: Key) -> Iterator[Finding]:
    new = declared(key.deprecated)
    if new is not None and Release.parse(new.since) > guest.release:
        return
    summary = f"{key.name} is deprecated"
    if new is None:
        nothing = key.deprecated.startswith("nothing")
        yield Finding(setting.name_span, summary, "do without it" if nothing else f"use {key.deprecated}")
        return
    written = "" if isinstance(setting.value, ListNode) else key.rewritten.get(setting.value.text, "")
    advice = f"write {written}" if written else f"use {new.name}"
    if new.name in guest.entries:
        fix = edits.remove(guest.text, setting, safe=key.field == new.field)
        yield Finding(setting.name_span, f"{summary}, and {new.name} is given too", "remove it", fix)
    elif written and len(guest.assignments_of(key.name)) == 1:
        span = Span(setting.name_span.start, setting.end)
        yield Finding(
            setting.name_span, summary, advice, edits.replace(advice, span, written, safe=key.field == new.field)
        )
    else:
        yield Finding(setting.name_span, summary, advice)


_NO_TYPE = ("unknown-type", "builder-against-type")

RULES = (
    Rule(
        code="unread-key",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that is for another type of guest",
        why=(
            "Many keys are for one type of guest. xl passes over them in the file of another type, without a word. A "
            "file without type= and builder= is for a PV guest, which is the usual reason why a key does nothing."
        ),
        bad='type = "pvh"\nkernel = "/boot/vmlinuz"\n«boot» = "dc"',
        good='type = "hvm"\nboot = "dc"',
        fixed='type = "pvh"\nkernel = "/boot/vmlinuz"',
        check=_unread,
        explains=("deprecated-key", "key-beside-another"),
    ),
    Rule(
        code="newer-key",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that is younger than the release",
        why=(
            "xl passes over a key that came with a later release, without a word: the guest starts without what it "
            "asks for. The release is chosen with --xen."
        ),
        bad="«xenstore_feature_mask» = 0xfff",
        good="vpmu = 1",
        check=_newer,
    ),
    Rule(
        code="key-without-effect",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that does nothing",
        why=(
            "xl still reads some keys whose purpose is gone. With some of them it prints a warning at each start, "
            "with others nothing at all happens."
        ),
        bad='«device_model» = "/usr/lib/xen/bin/qemu-dm"\nmemory = 512',
        good="memory = 512",
        fixed="memory = 512",
        told=IDLE,
        retell=_retell_idle,
        check=_idle,
        explains=("deprecated-key",),
    ),
    Rule(
        code="key-beside-another",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that does nothing without another one",
        why=(
            "Some keys are details of what another key switches on. Where that is off or not given, libxl does not "
            "look at them."
        ),
        bad='type = "pvh"\nkernel = "/boot/vmlinuz"\n«pvshim_cmdline» = "loglvl=all"',
        good='type = "pvh"\nkernel = "/boot/vmlinuz"\npvshim = 1\npvshim_cmdline = "loglvl=all"',
        check=_beside,
    ),
    Rule(
        code="deprecated-key",
        group="keys",
        severity=Severity.ADVICE,
        summary="an old key, in place of which there is another one",
        why="xl still takes the key, but what replaces it says more, and the old one may go with any release.",
        bad='«builder» = "hvm"',
        good='type = "hvm"',
        fixed='type = "hvm"',
        check=_deprecated,
    ),
)
