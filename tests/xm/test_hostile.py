"""Whatever a file holds: no exception, no long wait, no large memory, and places that are in the file."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xm.cases import CASES
from xlpy.render.text import render_plain
from xlpy.source import Source
from xlpy.syntax import parse
from xlpy.xm.translate import translate

SECONDS = 20
"""Far more than any of them takes: the machine may be busy."""
MEMORY = 1 << 28
LOOP = "for i in range(9999): "
HOSTILE = {
    "a growing text": f"x = 'a'\n{LOOP}x = x + x\nname = x",
    "a growing list": f"x = [1]\n{LOOP}x = [x, x]\nname = x",
    "a list in itself": "x = []\nx.append(x)\nd = {}\nd['d'] = d\nimport os\nif os.x: y = x\nname = x\ndisk = d",
    "an endless loop": "while True: pass",
    "a long range": "for i in range(10 ** 12): pass",
    "nested loops": "x = [i * j for i in range(9999) for j in range(9999)]",
    "many joins": "x = 'a' * 60000\nname = x.join([x] * 9999)",
    "many splits": f"x = 'a,' * 32000\n{LOOP}y = x.split(',')",
    "many comparisons": f"x = range(9999)\ny = range(9999)\n{LOOP}z = x == y",
    "many searches": f"x = 'ab' * 30000\n{LOOP}z = 'abb' in x",
    "large values": "".join(f"x{i} = 'a' * 60000\n" for i in range(8000)),
    "many branches": "import os\nl = range(5000)\n" + "".join(f"if os.a: x{i} = 1\n" for i in range(3000)),
    "recursion": "def f(x): return f(x - 1) + f(x - 2)\nname = f(100)",
    "a long sum": "name = " + "+".join(["1"] * 100_000),
    "deep brackets": "name = " + "[" * 100_000,
    "deep signs": "name = " + "-" * 100_000 + "1",
    "a long chain": "name = a" + ".b" * 100_000,
    "many elifs": "if a: pass\n" + "elif b: pass\n" * 15_000,
    "deep blocks": "".join(" " * i + "if 1:\n" for i in range(400)),
    "open quotes": "'" * 100_001,
    "many lines": "\n" * 250_000 + "name = 'a'",
    "many comments": "#a\n" * 80_000 + "name = 'a'",
    "many carriage returns": "\r" * 250_000,
    "many statements": "a=1;" * 60_000,
    "many variables": "".join(f"memor{i} = 1\n" for i in range(15_000)),
    "a long list": "disk = [" + ",".join(['"phy:sda%d,sda1,w"'] * 9000) + "]",
    "backticks": "`" * 100_000,
    "form fields": "name = f'" + "{a}" * 50_000 + "'",
    "a large file": "#" * 10_000_000,
}


def looked_at(text: str, defines: dict[str, str] | None = None) -> None:
    """Translate a text, and look at all that comes of it."""
    source = Source.from_bytes("guest", text.encode("utf-8", "surrogateescape"))
    result = translate(source, defines)
    render_plain(result.diagnostics)
    for diagnostic in result.diagnostics:
        span = diagnostic.span
        assert span is None or 0 <= span.start <= span.end <= len(source.text)
    if result.text is not None:
        assert not parse(Source("guest", result.text)).diagnostics


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_end_soon(what: str) -> None:
    start = time.monotonic()
    looked_at(HOSTILE[what])
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("what", ["many splits", "large values", "a growing list", "many joins"])
def test_hostile_files_stay_small(what: str) -> None:
    tracemalloc.start()
    try:
        looked_at(HOSTILE[what])
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["True`x`", "`", "``", "`x` = 1", "print", "exec", "raise", "except", "x\r", "\r\n\r"])
def test_odd_texts(text: str) -> None:
    looked_at(text)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    looked_at(data.decode("utf-8", "surrogateescape"))


WORDS = (
    *("disk", "name", "memory", "vif", "vmid", "x", "y", "f", "l", "os", "os.uname()", "getcwd()", "xm_vars.check()"),
    *("def f(a, b=1):\n ", "lambda a:", "return", "if", "elif", "else:", "for", "in", "range(3)", "while", "try:\n "),
    *("except X, e:", "finally:", "raise V, 'x'", "print 'a' %", "import os", "from os import *", "exec 'a'", "del x"),
    *("=", "+=", "==", "<>", "<", "+", "-", "*", "**", "/", "//", "%", "<<", "(", ")", "[", "]", "{", "}", ":", ","),
    *(";", ".", "\n", "\n    ", "\n\t", "\n        ", "1", "0755", "10L", "1.5", "'a'", "'%s %d'", "u'x'", "r'\\d'"),
    *('"é"', "`", "not", "and", "or", "is", "None", "True", "'%(x)s' % locals()", ".append(", ".join(", ".format("),
    *("[0]", "[1:]", "pass", "break", "continue", "global x", "assert", "#c\n", "\\\n", '"""a\nb"""', "\r\n", "@f\n"),
    *("x = disk", "disk.append('a')", "x = [x, x]", "if os.uname():\n ", "with open('x') as f:\n ", "class A:\n "),
    *("* 10**9", "map(f, ", "sorted(", "dict(", "int(", "f'{x}'", "yield", "\x00", "\x0c", "\udcff", "\ufeff"),
)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(WORDS), max_size=30), st.sampled_from(["", " ", "\n"]), st.booleans())
def test_any_words_of_python(words: list[str], between: str, given_vmid: bool) -> None:
    looked_at(between.join(words), {"vmid": "3"} if given_vmid else None)


_lines = st.lists(
    st.tuples(
        st.sampled_from(["x = ", "y = ", "disk = ", "memory = ", "name = ", "x += ", "x[0] = ", "x, y = ", "if ", ""]),
        st.lists(st.sampled_from([word for word in WORDS if "\n" not in word]), max_size=5),
    ),
    max_size=12,
)


@settings(max_examples=500)
@given(_lines)
def test_any_assignments(lines: list[tuple[str, list[str]]]) -> None:
    looked_at("\n".join(target + " ".join(words) for target, words in lines))


TEXTS = [path.read_text(encoding="utf-8") for path in CASES]


@settings(max_examples=300)
@given(st.sampled_from(TEXTS), st.integers(0, 1000), st.integers(0, 30), st.sampled_from(WORDS))
def test_files_with_a_piece_replaced(text: str, start: int, length: int, word: str) -> None:
    start %= len(text)
    looked_at(text[:start] + word + text[start + length :])
