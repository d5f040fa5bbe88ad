"""Text to nodes: places in the source, escapes, recovery; and nothing that raises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy.config import load
from xlpy.diagnostic import xl_output
from xlpy.host import BUILT_IN
from xlpy.nodes import Atom, ListNode, unescape
from xlpy.source import Source
from xlpy.syntax import parse, scan_disk, scan_pairs
from xlpy.values import parse_cpus

ROOT = Path(__file__).parent.parent
CHARACTERS = st.sampled_from([*"ab.5x\"'\\=+[],;# \t\n\rA(é", "\udcff", "name", "disk"])


def test_the_tables_are_those_of_the_grammars() -> None:
    run = subprocess.run([sys.executable, ROOT / "grammar" / "compile.py", "--check"], check=False)
    assert run.returncode == 0, "run `make tables`"


def test_settings_stand_where_they_are_written() -> None:
    source = Source("a.cfg", "# first\nname = 'web' ; memory=512\n")
    name, memory = parse(source).settings
    assert [source.text[slice(*s.value.span)] for s in (name, memory)] == ["'web'", "512"]
    assert (source.line(memory.name_span.start), source.column(memory.name_span.start)) == (2, 16)


def test_a_place_inside_a_string_counts_escapes() -> None:
    source = Source("a.cfg", r'x = "a\tb\\c\101d"')
    value = parse(source).settings[0].value
    assert isinstance(value, Atom)
    assert value.text == "a\tb\\cd"
    for index, char in enumerate(value.text):
        start, end = value.inside(index, index + 1)
        assert source.text[start:end].startswith((char, "\\"))


def test_lists_nest_and_hold_comments() -> None:
    value = parse(Source("a.cfg", 'x = [ "a", # c\n [1, "b",],\n]\n')).settings[0].value
    assert isinstance(value, ListNode)
    assert isinstance(value.items[1], ListNode)
    assert [item.text for item in value.items[1].items if isinstance(item, Atom)] == ["1", "b"]


def test_what_follows_a_broken_line_is_read() -> None:
    parsed = parse(Source("a.cfg", "name = web\nmemory = 5 6\nkernel = 1\n"))
    assert [setting.name for setting in parsed.settings] == ["memory", "kernel"]
    assert [d.code for d in parsed.diagnostics] == ["syntax-error", "syntax-error"]


def test_a_diagnostic_points_into_the_disk_spec() -> None:
    source = Source("a.cfg", "name = 'a'\nkernel = 'k'\ndisk = [ 'phy:/dev/x,xvda,q' ]\n")
    (diagnostic,) = load(source).diagnostics
    assert diagnostic.span is not None
    assert source.text[slice(*diagnostic.span)] == "q"
    assert diagnostic.place == "a.cfg:3:27"


@given(st.lists(CHARACTERS, max_size=60).map("".join))
def test_any_text_gives_a_verdict(text: str) -> None:
    loaded = load(Source("a.cfg", text))
    said, status = xl_output(loaded.diagnostics)
    assert status is None or said.endswith("\n")
    for diagnostic in loaded.diagnostics:
        if diagnostic.span is not None:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)


@given(st.text(st.sampled_from("abx01789\\\"'nt,"), max_size=12))
def test_unescaped_text_has_a_place_for_each_character(text: str) -> None:
    try:
        value, escapes = unescape(text, 1)
    except ValueError:
        return
    assert len(value) <= len(text)
    assert all(0 <= at <= len(value) and 1 <= source <= len(text) + 1 for at, source in escapes)


@given(st.text(st.sampled_from("ab=,: /\t\n1"), max_size=20))
def test_specs_are_scanned_whole(text: str) -> None:
    pieces = list(scan_disk(text))
    assert all(text[p.start : p.end] == p.text for p in pieces)
    assert "".join(p.text for p in pieces).split() == text.split() or " " in text or "\t" in text or "\n" in text
    assert all(text[p.start : p.end] == p.text for p in scan_pairs(text))


@pytest.mark.parametrize(("depth", "status"), [(4996, None), (4997, 1), (100_000, 1)])
def test_nesting_ends_where_that_of_xl_ends(depth: int, status: int | None) -> None:
    source = Source("a.cfg", 'name = "a"\nkernel = "k"\nx = ' + "[" * depth + "]" * depth + "\n")
    said, found = xl_output(load(source).diagnostics)
    assert found == status
    assert status is None or "memory exhausted" in said


@pytest.mark.parametrize("written", ["1--3", "0-9223372036854775807"])
def test_ranges_that_xl_would_count_for_years_are_read_at_once(written: str) -> None:
    assert parse_cpus(written, BUILT_IN) == tuple(range(BUILT_IN.cpus))
