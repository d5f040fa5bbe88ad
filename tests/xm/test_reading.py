"""Python 2 text: what Python 3's parser makes of it after the edits, and that each node keeps its place."""

from __future__ import annotations

import ast

import pytest

from xlpy.diagnostic import Diagnostic
from xlpy.source import Source
from xlpy.xm.reading import MOST_CHARACTERS, Comment, Program, read


def program(text: str) -> Program:
    found = read(Source("guest", text))
    assert isinstance(found, Program), found
    return found


def shown(text: str) -> str:
    return ast.unparse(ast.Module(program(text).body, []))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a', b", "(0, 'a', b)"),
        ("print", "print"),
        ("print('a')", "print('a')"),
        ("print >>sys.stderr, 'a' % b", "(0 >> sys.stderr, 'a' % b)"),
        ("if a: print 'x'", "if a:\n    (0, 'x')"),
        ("exec 'a = 1' in names", "exec('a = 1' in names)"),
        ("raise ValueError, 'no'", "raise (ValueError, 'no')"),
        ("raise ValueError('no')", "raise ValueError('no')"),
        ("try:\n    pass\nexcept (A, B), error:\n    pass", "try:\n    pass\nexcept (A, B) as error:\n    pass"),
        ("a <> b", "a != b"),
        ("a = 0755 + 0xFFL + 10l + 0", "a = 493 + 255 + 10 + 0"),
        ("a = `b + 1` + `c`", "a = repr(b + 1) + repr(c)"),
        ("def f(): return`a`", "def f():\n    return repr(a)"),
        ("a = ur'\\d' + b'x' + u'y'", "a = '\\\\d' + 'x' + u'y'"),
        ("a = 'C:\\users' + u'\\u0041'", "a = 'C:\\\\users' + u'A'"),
        ("if a:\n\tb = 1\n        c = 2", "if a:\n    b = 1\n    c = 2"),
        ("a = 1\r\nif a:\r\n    b = 2\rc = 3", "a = 1\nif a:\n    b = 2\nc = 3"),
        ("\ufeffa = 1", "a = 1"),
        ("a = [1, # one\n  2]", "a = [1, 2]"),
        ("a = 'x' \\\n  'y'", "a = 'xy'"),
    ],
)
def test_python_2_is_read(old: str, new: str) -> None:
    assert shown(old) == new


def test_every_node_keeps_its_place() -> None:
    text = "\ufeffé = 1\r\nif 'ü' <> 0755L:\r\n\tname = `é`+ 'a\udcff'\r\n"
    found = program(text)
    nodes = {type(node).__name__: node for statement in found.body for node in ast.walk(statement)}
    assert text[slice(*found.place(nodes["Compare"]))] == "'ü' <> 0755L"
    assert text[slice(*found.place(nodes["Call"]))] == "`é`"
    binary = next(node for node in ast.walk(found.body[1]) if isinstance(node, ast.BinOp))
    assert text[slice(*found.place(binary.right))] == "'a\udcff'"


def test_comments_are_found() -> None:
    found = list(program("# one\na = '# no' # two \n  # three\nb = [ # four\n]").comments())
    assert found == [
        Comment(1, "# one", alone=True),
        Comment(2, "# two", alone=False),
        Comment(3, "# three", alone=True),
        Comment(4, "# four", alone=False),
    ]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a = 1\nb = 2 3\n", "guest:2:", "invalid syntax"),
        ("é = 'ü' 3\n", "guest:1:", "invalid syntax"),
        ("a = 1\r\n\r\nb = (\r\n", "guest:3:5", "never closed"),
        ("a = 'x\n", "guest:1:5", "unterminated"),
        ("a = 08\n", "guest:1:", "leading zeros"),
        ("a = 1\n\0", "guest:2:1", "NUL"),
        ("\udcffa = 1\n", "guest:1:1", "not UTF-8"),
        ("\ufeffa = b c", "guest:1:", "invalid syntax"),
        ("if a:\nb = 1", "guest:2:", "indented"),
        ("a" * (MOST_CHARACTERS + 1), "guest", "KiB"),
        ("-" * 100_000 + "1", "guest", "nested"),
        ("a = " + "9" * 5000, "guest:1:", "4300"),
    ],
)
def test_what_python_refuses_is_told_with_its_place(text: str, place: str, said: str) -> None:
    found = read(Source("guest", text))
    assert isinstance(found, Diagnostic)
    assert found.place.startswith(place)
    assert said in found.summary
