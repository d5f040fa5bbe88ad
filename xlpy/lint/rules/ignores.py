"""The comments that silence findings."""

from __future__ import annotations

from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule
from xlpy.lint.suppress import UNUSED

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
)
