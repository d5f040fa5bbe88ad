"""Diagnostics as text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.render import text
from xlpy.source import Source, Span


def _finding(content: str, start: int, end: int, advice: str = "") -> Diagnostic:
    source = Source("web.cfg", content)
    return Diagnostic(
        code="some-code",
        severity=Severity.ERROR,
        summary="is wrong",
        advice=advice,
        source=source,
        span=Span(start, end),
    )


def test_a_finding_shows_the_place_under_its_line() -> None:
    content = "name = 'a'\nmemory = 1g\n"
    assert text.render_plain([_finding(content, 20, 22, advice="write 1024")]) == (
        "web.cfg:2:10: error: is wrong [some-code]\n    2 | memory = 1g\n      |          ^^\n    help: write 1024\n"
    )


def test_without_a_place_there_is_no_excerpt() -> None:
    found = Diagnostic(code="c", severity=Severity.WARNING, summary="odd")
    assert text.diagnostic_lines(found) == ["warning: odd [c]"]


def test_an_empty_span_at_the_end_has_a_caret() -> None:
    assert text.excerpt(Source("f", "a ="), Span(3, 3)) == ["    1 | a =", "      |    ^"]


def test_a_span_over_lines_is_marked_on_the_first() -> None:
    assert text.excerpt(Source("f", "a = [1,\n2]"), Span(4, 10))[1] == "      |     ^^^"


def test_wide_and_odd_characters_keep_the_marks_in_place() -> None:
    assert text.excerpt(Source("f", "名\tx"), Span(2, 3)) == ["    1 | 名\\tx", "      |     ^"]


def test_of_a_long_line_only_the_neighbourhood_is_shown() -> None:
    lines = text.excerpt(Source("f", "x" * 500 + "!" + "y" * 500), Span(500, 501))
    assert len(lines[0]) < 120
    assert lines[0][lines[1].index("^")] == "!"


def test_escapes() -> None:
    assert text.printable("a\x1b[31m\udcff\u202eé") == "a\\x1b[31m\\xff\\u202eé"


@given(st.text(), st.integers(0, 40), st.integers(0, 40))
def test_nothing_unprintable_reaches_a_terminal(content: str, start: int, length: int) -> None:
    start = min(start, len(content))
    rendered = text.render_plain([_finding(content, start, min(start + length, len(content)), advice=content)])
    assert rendered.replace("\n", "").isprintable()
    assert rendered.isascii() or rendered.encode()


def test_colour_says_the_same() -> None:
    found = [_finding("memory = 1g\n", 9, 11, advice="write 1024")]
    coloured = text.render_colour(found)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text.render_plain(found)
