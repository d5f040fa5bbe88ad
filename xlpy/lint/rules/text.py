"""The text itself: what xl's scanner and parser refuse."""

from __future__ import annotations

from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule

RULES = (
    Rule(
        code="syntax",
        group="text",
        severity=Severity.ERROR,
        summary="text that is not xl.cfg",
        why=(
            "A file is a list of KEY = VALUE lines; a value is a text in quotes, a number, or a list of values in "
            "brackets. xl refuses the whole file for one line that is anything else."
        ),
        bad="memory = «lots»",
        good="memory = 512",
        told=("syntax-error", "lexical-error", "append-mismatch", "too-deep", "nul-byte"),
    ),
)
