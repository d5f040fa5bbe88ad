"""Files to reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.lint.engine import Chosen, diagnose, read
from xlpy.lint.report import Claimed, Report, excerpt, notes, place
from xlpy.lint.suppress import ignores
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Rule
    from xlpy.lint.settings import LintSettings


def report(path: str, data: bytes, settings: LintSettings, rules: Sequence[Rule]) -> Report:
    """Lint the bytes of one file; one that xl cannot read takes nothing."""
    chosen = Chosen.of(rules)
    guest = read(Source.from_bytes(path, data), settings.release, settings.host)
    broken = guest.loaded.broken
    return Report(
        path=path,
        notes=notes(guest, diagnose(guest, chosen)),
        claims=tuple(_claims(guest, chosen)),
        memory_kib=0 if broken else guest.config.memory_kib,
        vcpus=0 if broken else guest.config.vcpus,
    )


def _claims(guest: Guest, rules: Chosen) -> Iterator[Claimed]:
    """What the guest takes, by the rules that compare it with what others take."""
    silent = tuple(ignores(guest))
    for rule, claims in rules.plan(guest).claims:
        for what, span, shared in claims(guest):
            where = place(guest.source, span)
            ignored = any(one.silences(rule.code, where.line) for one in silent)
            yield Claimed(rule.code, what, shared, ignored, where, *excerpt(guest, span))
