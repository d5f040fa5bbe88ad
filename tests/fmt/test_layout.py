"""What the formatter makes of a text: files with their goldens, and laws that hold for any text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import generate
from tests.test_hostile import FILES
from xlpy.fmt import MOST_BLANK_LINES, WIDTH, Formatted, format_source
from xlpy.nodes import Atom
from xlpy.source import Source
from xlpy.syntax import parse, scan_config

if TYPE_CHECKING:
    from xlpy.nodes import Value

CASES = sorted((Path(__file__).parent / "cases").glob("*.cfg"))


def read(path: Path) -> Source:
    return Source.from_bytes(path.name, path.read_bytes())


def formatted(text: str) -> str:
    text_or_none = format_source(Source("a.cfg", text)).text
    assert text_or_none is not None
    return text_or_none


def comments(text: str) -> list[str]:
    return [token.text.rstrip(" \t\r\n") for token in scan_config(text) if token.text[0] == "#"]


def plain(value: Value) -> object:
    return (value.text, value.quoted) if isinstance(value, Atom) else [plain(item) for item in value.items]


def meaning(text: str) -> list[object]:
    """The settings without their places."""
    parsed = parse(Source("a.cfg", text))
    assert not parsed.diagnostics
    return [(setting.name, setting.append, plain(setting.value)) for setting in parsed.settings]


def gaps(text: str) -> set[str]:
    """What stands between the tokens of a text."""
    found, end = set(), 0
    for token in scan_config(text):
        found.add(text[end : token.start])
        end = token.end
    return found | {text[end:]}


def check(text: str) -> None:
    """The laws of every layout."""
    new = formatted(text)
    assert formatted(new) == new
    assert comments(new) == comments(text)
    assert meaning(new) == meaning(text)
    assert new == "" or (new.endswith("\n") and not new.endswith("\n\n") and new[0] != "\n")
    assert "\n" * (MOST_BLANK_LINES + 2) not in new
    assert {gap for gap in gaps(new) if gap.strip(" ") or (len(gap) > 2 and len(gap) % 4)} == set()
    assert all(line == line.rstrip(" \t") for line in new.split("\n"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case(path: Path) -> None:
    source = read(path)
    assert format_source(source) == Formatted(text=read(path.with_suffix(".formatted")).text)
    assert comments(source.text) == comments(formatted(source.text))
    assert formatted(formatted(source.text)) == formatted(source.text)
    assert meaning(formatted(source.text)) == meaning(source.text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("memory = 64M\n", "lexical-error"),
        ("vif = [ 'a' 'b' ]\n", "syntax-error"),
        ("name = 'a'\r\nmemory = 1\r\n", "lexical-error"),
        ("\ufeffname = 'a'\n", "lexical-error"),
        ("# no newline", "lexical-error"),
        ("extra = 'a\\qb'\n", "lexical-error"),
        ("extra = 'a\0b'\n", "nul-byte"),
        ("x = " + "[" * 10_000, "too-deep"),
    ],
)
def test_a_text_with_errors_is_left_alone(text: str, code: str) -> None:
    source = Source("a.cfg", text)
    result = format_source(source)
    assert result.text is None
    assert result.diagnostics[0].code == code
    assert result.diagnostics == parse(source).diagnostics


@pytest.mark.parametrize("text", ["", "\n", "\n \t\n;;\n", ";"])
def test_nothing_stays_nothing(text: str) -> None:
    assert formatted(text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a=1", "a = 1\n"), ("a=1\n#", "a = 1\n#\n"), ("a=1 #", "a = 1  #\n"), ("a=1@", "a = 1\n"), ("a=1;", "a = 1\n")],
)
def test_the_end_of_a_file_without_newline(text: str, expected: str) -> None:
    """A last character that xl's scanner loses would be an error with a newline behind it, but for a comment."""
    assert formatted(text) == expected


def test_wrong_values_do_not_matter() -> None:
    assert formatted("vcpus='two'\nmemroy=[1]\n") == 'vcpus = "two"\nmemroy = [1]\n'


@pytest.mark.parametrize("depth", [7, 8, 9, 30, 4_900])
def test_the_deepest_list_of_xl_is_still_one(depth: int) -> None:
    text = "x = " + "[" * depth + "1,2" + "]" * depth + "\n"
    new = formatted(text)
    assert formatted(new) == new
    assert len(new) < len(text) + 1_000


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file(name: str) -> None:
    source = Source.from_bytes("a.cfg", FILES[name].make())
    result = format_source(source)
    assert (result.text is None) == bool(parse(source).diagnostics)
    assert result.text is None or formatted(result.text) == result.text


def test_generated_configurations() -> None:
    texts = [Source.from_bytes("a.cfg", generate.generate(seed)).text for seed in range(1_000)]
    right = [text for text in texts if not parse(Source("a.cfg", text)).diagnostics]
    assert len(right) > len(texts) / 2
    for text in right:
        check(text)


ODD = "#\"'[],;=+\\ \tx7\r\x0b\x85\u2028\u00e9\udcff"
blanks = st.sampled_from(["", " ", "\t", "  "])
comment = st.text(ODD, max_size=6).map("#{}".format)
newline = st.builds("{}{}\n".format, blanks, st.just("") | comment)
newlines = st.lists(newline, max_size=3).map("".join)
pieces = st.sampled_from([*"#[],;=+ \txyz\u00e9\udcff", "\\\\", "\\'", '\\"', "\\n", "\\0101"])
double = st.lists(pieces | st.just("'"), max_size=6).map(lambda parts: '"' + "".join(parts) + '"')
single = st.lists(pieces | st.just('"'), max_size=6).map(lambda parts: "'" + "".join(parts) + "'")
atom = single | double | st.from_regex(r"[0-9][0-9a-fx]{0,20}", fullmatch=True) | st.just("'long " + "x" * WIDTH + "'")


def lists(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lists with newlines and comments wherever they may stand."""
    written = st.builds("{}{}{}".format, blanks, item, newlines)
    behind_comma = st.builds("{}{}".format, newlines, written)
    items = st.builds(lambda first, rest: ",".join([first, *rest]), written, st.lists(behind_comma, max_size=4))
    full = st.builds("[{}{}{}]".format, newlines, items, st.just("") | newlines.map(",{}".format))
    return full | newlines.map("[{}]".format)


value = st.recursive(atom, lists, max_leaves=6)
key = st.from_regex(r"[a-z][a-z0-9._]{0,5}", fullmatch=True)
setting = st.builds("{}{}{}{}{}{}".format, blanks, key, blanks, st.sampled_from(["=", "+="]), blanks, value)
end = newline | st.builds("{};".format, blanks)
statement = st.builds("{}{}".format, setting, end) | end
file = st.builds("{}{}".format, st.lists(statement, max_size=8).map("".join), st.just("") | setting)


@settings(max_examples=400, deadline=None)
@given(file)
def test_any_file(text: str) -> None:
    check(text)
