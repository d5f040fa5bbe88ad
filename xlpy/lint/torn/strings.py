"""Texts in quotes as they stand in a text that xl refuses: not closed, with bad escapes, in typographic quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.lint.torn import lexis
from xlpy.lint.torn.mistake import change
from xlpy.nodes import unescape

if TYPE_CHECKING:
    from xlpy.lint.torn.walk import Walk

_MOST_LINES = 30
_TRAILING_COMMENT = re.compile(r"[ \t]+#[^\n]*$")
_LIST_END = re.compile(r"[ \t\r]*[\],][\], \t\r]*$")
_SINGLE_BACKSLASH = re.compile(r"\\(\\|[\"'])?")
_FOLDED = re.compile(r"[ \t]*\\?[ \t\r]*\n[ \t]*")


def read(walk: Walk, depth: int) -> None:
    """A text that begins with one of xl's quotes."""
    match = lexis.STRING.match(walk.text, walk.at)
    half = lexis.HALF_SMART_STRING.match(walk.text, walk.at)
    if half and (match is None or (half.end() < match.end() and not lexis.DELIMITED.match(walk.text, match.end()))):
        smart(walk, half)
    elif match is None or (depth and _runs_on(walk, match)):
        _unclosed(walk, depth)
    elif not depth and (end := _outer_end(walk, match)):
        _note_inner(walk, match.start(), end)
    else:
        _check_escapes(walk, match)
        walk.at = match.end()


def _outer_end(walk: Walk, match: re.Match[str]) -> int:
    """The end of a text with its own quotes inside, as in 'it's'; 0 of any other."""
    rest = _TRAILING_COMMENT.sub("", walk.text[match.end() : walk.line_end()]).rstrip(" \t\r")
    inside = rest[:1].isalnum() and rest.endswith(match[0][0]) and not rest.endswith(f"\\{match[0][0]}")
    return match.end() + len(rest) if inside else 0


def _note_inner(walk: Walk, start: int, end: int) -> None:
    quote, inner = walk.text[start], walk.text[start + 1 : end - 1]
    other = "'" if quote == '"' else '"'
    if other in inner:
        places = [start + 1 + at for at, char in enumerate(inner) if char == quote and inner[at - 1 : at] != "\\"]
        fix = change("escape the quotes inside", *((at, at, "\\") for at in places))
    else:
        fix = change(f"use {other} around it", (start, start + 1, other), (end - 1, end, other))
    summary = f"this text has its own quote {quote} inside, where it ends for xl"
    walk.note("unclosed-quote", start, end, summary, f"put a backslash in front of each {quote} inside", fix)
    walk.at = end


def _runs_on(walk: Walk, match: re.Match[str]) -> bool:
    """Whether a text in a list ends with a comma before an odd quote: its own closing quote is missing."""
    text = match[0]
    if not text[1:-1].rstrip().endswith(",") or walk.text[match.end() : match.end() + 1] in (",", "]", " ", "\n", ""):
        return False
    return walk.text.count(text[0], match.end(), walk.line_end()) % 2 == 1


def smart(walk: Walk, match: re.Match[str]) -> None:
    """A text in typographic quotes."""
    start, end = match.span()
    group = match.lastindex or 1
    inner_start, inner_end = match.span(group)
    quote = "'" if '"' in match[group] else '"'
    fix = change("use plain quotes", (start, inner_start, quote), (inner_end, end, quote))
    summary = f"{match[0][0]} and {match[0][-1]} are typographic quotes, which xl does not know"
    if match[0][0] in "\"'":
        summary = f"this text ends with {match[0][-1]}, a typographic quote, which xl does not know"
    walk.note("smart-quotes", start, end, summary, "use plain quotes, \" or '", fix)
    walk.at = end


def _check_escapes(walk: Walk, match: re.Match[str]) -> None:
    inner, start = match[0][1:-1], match.start() + 1
    if "\\" not in inner:
        return
    try:
        unescape(inner, 0)
    except ValueError:
        bad = _first_bad(inner)
        edits = [(start + at, start + at + 1, "\\\\") for at in _lone_backslashes(inner)]
        summary = f"xl knows no escape {inner[bad : bad + 2]}"
        advice = "write a backslash as \\\\"
        walk.note("bad-escape", start + bad, start + bad + 2, summary, advice, change("double the backslashes", *edits))


def _lone_backslashes(inner: str) -> list[int]:
    """The places of the backslashes that stand neither before a quote nor before another one."""
    return [match.start() for match in _SINGLE_BACKSLASH.finditer(inner) if match[1] is None]


def _first_bad(inner: str) -> int:
    """Where the first escape begins that xl does not take."""
    for match in lexis.ESCAPE.finditer(inner):
        try:
            unescape(inner[: match.end() + 3], 0)
        except ValueError:
            return match.start()
    return max(0, inner.find("\\"))


# ---- not closed


def _unclosed(walk: Walk, depth: int) -> None:
    start, quote = walk.at, walk.text[walk.at]
    over = _over_lines(walk, start)
    if over is not None:
        _note_folded(walk, start, over)
        return
    end = start + 1 + len(_meant(walk.text[start + 1 : walk.line_end()], quote, depth))
    text = walk.text[start + 1 : end]
    other = "'" if quote == '"' else '"'
    if text.endswith(other) and text.count(other) == 1:
        fix = change(f"end it with {quote}", (end - 1, end, quote))
        summary = f"this text begins with {quote} and ends with {other}"
        walk.note("unclosed-quote", start, end, summary, f"end it with {quote}", fix)
    elif text.endswith(f"\\{quote}"):
        edits = [(start + 1 + at, start + 2 + at, "\\\\") for at in _lone_backslashes(text[:-2])]
        fix = change("double the backslashes", *edits, (end - 2, end - 1, "\\\\"))
        summary = f"the backslash makes the last {quote} a part of the text, which is not closed"
        walk.note("bad-escape", end - 2, end, summary, "write a backslash as \\\\", fix)
    else:
        fix = change("close it", (end, end, quote))
        summary = "this text is not closed: its quote is missing on this line"
        walk.note("unclosed-quote", start, end, summary, f"end it with {quote}", fix)
    walk.at = end


def _meant(rest: str, quote: str, depth: int) -> str:
    """How much of the rest of a line is the text."""
    rest = _TRAILING_COMMENT.sub("", rest).rstrip(" \t\r")
    if not depth:
        return rest
    first, comma, _ = rest.partition(f", {quote}")
    return first if comma else _LIST_END.sub("", rest)


def _over_lines(walk: Walk, start: int) -> int | None:
    """The end of a text that goes on over lines, behind its quote; None where it does not seem to."""
    quote = walk.text[start]
    line_end = walk.line_end()
    folded = walk.text[start:line_end].rstrip().endswith("\\")
    for _ in range(_MOST_LINES):
        if line_end >= len(walk.text):
            return None
        line_start = line_end + 1
        line_end = walk.text.find("\n", line_start)
        line_end = len(walk.text) if line_end < 0 else line_end
        line = walk.text[line_start:line_end]
        if not folded and _is_known_setting(line):
            return None
        ends = _closing(line, quote)
        if ends is not None:
            return line_start + ends + 1
        folded = line.rstrip().endswith("\\")
    return None


def _closing(line: str, quote: str) -> int | None:
    """Where a line of such a text has its last quote; None where none closes it."""
    at = next((match.start() for match in re.finditer(r"(?:\\.)|([\"'])", line) if match[1] == quote), None)
    if at is None or line[at + 1 :].strip(" \t\r,];")[:1] not in ("", "#"):
        return None
    return at


def _is_known_setting(line: str) -> bool:
    match = lexis.SETTING.match(line.lstrip())
    return match is not None and match[1] in vocabulary.key_names()


def _note_folded(walk: Walk, start: int, end: int) -> None:
    """A text that goes on over lines: put it on one."""
    line = walk.text[start : walk.line_end()].rstrip()
    edits = [(match.start(), match.end(), " ") for match in _FOLDED.finditer(walk.text, start, end)]
    summary = "this text goes on over lines, which xl does not allow"
    advice = "write it on one line, or add the rest with +="
    walk.note("unclosed-quote", start, start + len(line), summary, advice, change("put it on one line", *edits))
    walk.at = end
    walk.cover(len(walk.found) - 1, start)
