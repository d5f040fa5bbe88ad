"""The comments that silence findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.suppress import UNUSED, failures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest


def _misspelt(guest: Guest) -> Iterator[Finding]:
    for span, meant in failures(guest):
        fix = edits.replace(f"write {meant}", span, meant, safe=False) if meant else None
        advice = f"write # {meant}" if meant else "write # xlpy: ignore[CODE], with the code of the rule"
        yield Finding(span, "this comment is to silence a finding, and does not", advice, fix)


RULES = (
    Rule(
        code=UNUSED,
        group="style",
        severity=Severity.ADVICE,
        summary="a comment ignores a finding that is not there",
        why=(
            "`# xlpy: ignore[CODE]` silences a rule for a line. Once the line is mended the comment only hides what "
            "may come later; one with a misspelt code never did anything."
        ),
        bad="memory = 512  # «xlpy: ignore[unknown-key]»",
        good="memroy = 512  # xlpy: ignore[unknown-key]",
        fixed="memory = 512",
    ),
    Rule(
        code="ignore-misspelt",
        group="style",
        severity=Severity.ADVICE,
        summary="a comment that begins with xlpy: and silences nothing",
        why=(
            "What silences a rule is `# xlpy: ignore[CODE]` for a line and `# xlpy: ignore-file[CODE]` for the file, "
            "with the codes in brackets. Any other word behind xlpy: does nothing, and neither do codes without "
            "brackets."
        ),
        bad="memroy = 512  # «xlpy: ignroe[unknown-key]»",
        good="memroy = 512  # xlpy: ignore[unknown-key]",
        fixed="memroy = 512  # xlpy: ignore[unknown-key]",
        check=_misspelt,
        broken_too=True,
    ),
)
