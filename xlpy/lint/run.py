"""Files to reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.lint.engine import diagnose, read
from xlpy.lint.report import Claimed, Report, excerpt, notes, place
from xlpy.lint.suppress import is_ignored
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Rule
    from xlpy.lint.settings import LintSettings


def report(path: str, data: bytes, settings: LintSettings, rules: Sequence[Rule]) -> Report:
    """Lint the bytes of one file."""
    guest = read(Source.from_bytes(path, data), settings.release, settings.host)
    return Report(
        path=path,
        notes=notes(guest, diagnose(guest, rules)),
        claims=tuple(_claims(guest, rules)),
        memory_kib=guest.config.max_memory_kib,
        vcpus=guest.config.max_vcpus,
    )


def _claims(guest: Guest, rules: Sequence[Rule]) -> Iterator[Claimed]:
    """What the guest takes; a file that xl cannot read takes nothing."""
    if guest.loaded.broken:
        return
    for rule in rules:
        for claim in rule.claims(guest) if rule.claims else ():
            ignored = is_ignored(guest, rule.code, claim.span.start)
            where = place(guest.source, claim.span)
            yield Claimed(rule.code, claim.what, claim.shared, ignored, where, *excerpt(guest, claim.span))
