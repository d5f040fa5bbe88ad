"""Lines that are neither settings nor comments: what to say of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.nearest import nearest_key
from xlpy.lint.torn import lexis
from xlpy.lint.torn.mistake import change, mistake, shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlpy.lint.torn.mistake import Mistake

_LONGEST_LINE = 500
"""A longer one is not looked at for what its key may be."""


def no_setting(text: str, start: int, end: int, known: Collection[str]) -> Mistake | None:
    """A line that is no setting; None where nothing can be guessed."""
    line = text[start:end].rstrip()
    end = start + len(line)
    if comment := lexis.OTHER_COMMENT.match(line):
        mark = comment[0].strip()
        fix = change("write #", (start, start + len(comment[0].rstrip()), "#"))
        return mistake("wrong-comment", start, end, f"{mark} begins no comment for xl", "begin it with #", fix)
    if lexis.CLOSING.fullmatch(line):
        fix = change("remove it", (start, end, ""))
        return mistake("stray-bracket", start, end, f"{line.strip()} closes nothing", "remove it", fix)
    if comment := lexis.INCLUDE.match(line):
        advice = "write its settings into this file, or make this one of both: cat COMMON THIS > NEW"
        return mistake("include-line", start, end, f"{comment[1]}: xl has no way to include another file", advice)
    if placeholders.fills(line):
        advice = "fill in the template with the program that it is made for"
        return mistake("template-text", start, end, f"this line is left from a template: {shown(line)}", advice)
    if lexis.PROSE.fullmatch(line):
        semicolon = _semicolon(text, start)
        if semicolon >= 0:
            fix = change("write #", (semicolon, semicolon + 1, "#"))
            summary = "; begins no comment for xl: it stands between settings"
            return mistake("wrong-comment", semicolon, end, summary, "begin it with #", fix)
        fix = change("make it a comment", (start, start, "# "))
        summary = "this line is neither a setting nor a comment"
        return mistake("wrong-comment", start, end, summary, "put # in front if it is a comment", fix)
    if lexis.IDENT.fullmatch(line):
        summary = f"{shown(line)} alone is no setting"
        return mistake("missing-value", start, end, summary, f"write {shown(line)} = VALUE, or remove it")
    if len(line) < _LONGEST_LINE and (left := lexis.BROKEN_KEY.match(text, start)):
        return _broken_key(left)
    match = re.match(r"([a-z][a-z0-9_]*)[ \t]+(?=[\"'\[0-9])", line)
    if match and match[1] in known:
        at = start + match.end(1)
        fix = change("write =", (at, start + match.end(), " = "))
        return mistake("wrong-operator", start, at, f"= is missing behind {match[1]}", f"write {match[1]} = VALUE", fix)
    return None


def _broken_key(match: re.Match[str]) -> Mistake | None:
    """What stands in front of = and is no key; None where nothing can be guessed."""
    start, end = match.span(1)
    if match[2] and match[3] and lexis.IDENT.fullmatch(match[1]):
        at = match.start(2)
        fix = change("write +=", (at, match.end(3) + 1, "+="))
        return mistake("wrong-operator", at, match.end(3) + 1, "+ and = must stand together", "write +=", fix)
    near = nearest_key(re.sub("[^a-z0-9_]", "", match[1].lower()))
    if not near:
        return None
    fix = change(f"write {near}", (start, end, near))
    return mistake("bad-key", start, end, f"{shown(match[1])} is no key", f"write {near}", fix)


def _semicolon(text: str, start: int) -> int:
    """The place of a semicolon that is all that stands in front on the line; -1 where something else does."""
    line = text.rfind("\n", 0, start) + 1
    return text.index(";", line) if text[line:start].strip(" \t") == ";" else -1
