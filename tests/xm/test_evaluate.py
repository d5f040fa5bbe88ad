"""Expressions: the values that Python gives them, those of Python 2 where it differs, and what is not known."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy.source import Source
from xlpy.xm.evaluate import Evaluator
from xlpy.xm.limits import Budget
from xlpy.xm.reading import Program, read
from xlpy.xm.undecided import UndecidedError

NAMES: dict[str, Any] = {"a": 3, "b": -2, "t": "web", "l": [1, 2, 3], "d": {"x": 1, "y": "z"}}
SAME_IN_BOTH = (
    "1 + 2 * 3 - 4 // 3 % 2",
    "2 ** 10 | 1 & 3 ^ 5",
    "1 << 4 >> 2",
    "~a, -a, +a, not a",
    "'a' 'b' + \"c\" * 2",
    "'%s-%d-%05.1f-%x-%%-%r' % ('a', 3, 2.5, 255, 'q')",
    "'%(t)s %(a)03d' % {'t': 'x', 'a': 7}",
    "'%5s|%-5s|%+d|% d|%#o|%c|%i' % ('a', 'b', 3, 4, 8, 'c', 5.9)",
    "'{} {} {0}'.replace('{0}', '').format(1, 'b')",
    "'{0}-{1:>4}-{x:03d}-{y!r}'.format(1, 'b', x=3, y='z')",
    "f'{t}-{a:03d}-{t!r:>8}-{l[0]}'",
    "[x * 2 for x in l if x > 1]",
    "[x + str(y) for x in 'ab' for y in range(2)]",
    "','.join(str(x) for x in l)",
    "l[0], l[-1], l[1:], l[::-1], t[1:2], (1, 2)[0], d['x']",
    "1 < 2 <= 2 != 3 > 1 >= 1 == 1",
    "'w' in t, 5 not in l, None is None, True is not None, 'x' in d",
    "a and b or t",
    "0 or '' or None",
    "'yes' if a > 2 else 'no'",
    "t.upper().lower().title().capitalize().swapcase()",
    "' x '.strip() + 'xx'.lstrip('x') + 'xy'.rstrip('y')",
    "'a,b,c'.split(','), 'a b'.split(), 'a,b,c'.rsplit(',', 1), 'a=b=c'.partition('=')",
    "t.startswith('w'), t.endswith(('b', 'c')), t.find('e'), t.count('e'), t.replace('e', 'o')",
    "'7'.zfill(3), t.center(9, '*'), t.ljust(5), t.rjust(5), '12'.isdigit(), 'a1'.isalnum()",
    "int('7') + int('0x10', 16) + int(3.9) + len(t) + len(d)",
    "str(7) + str(True) + str(None) + repr('a')",
    "max(l), min(3, 1, 2), sum(l), abs(b), sorted(l, reverse=True), sorted(d)",
    "list(range(5)), list(range(2, 9, 3)), list(zip(l, t)), list(enumerate(t)), list(reversed(l))",
    "dict([('a', 1)])['a'], dict(x=2)['x'], d.get('q', 5), tuple(l), bool(0), float('1.5')",
    "ord('a'), chr(98), hex(255), any(l), all([0, 1])",
    "(lambda x, y=2: x * y)(4)",
    "list(map(str, l)), list(map(lambda x: x + 1, l)), list(filter(lambda x: x > 1, l))",
    "{'k': [1, (2, 3)]}['k'][1][0]",
)
OF_PYTHON_2 = (
    ("7 / 2", 3),
    ("-7 / 2", -4),
    ("7 / 2.0", 3.5),
    ("str(0.1 + 0.2)", "0.3"),
    ("'%s' % 1.0", "1.0"),
    ("str(1e20)", "1e+20"),
    ("oct(8)", "010"),
    ("range(3)", [0, 1, 2]),
    ("xrange(2)", [0, 1]),
    ("map(int, '12')", [1, 2]),
    ("unicode('a') + u'b'", "ab"),
    ("long(3)", 3),
    ("d.has_key('x')", True),
    ("`a` + `t`", "3'web'"),
    ("'%(a)d %(t)s' % locals()", "3 web"),
    ("'%(a)d' % globals()", "3"),
    ("'{a}{t}'.format(**vars())", "3web"),
    ("'abc'.encode('utf-8')", "abc"),
    ("os.path.join('/dev', 'vg0', 'x')", "/dev/vg0/x"),
    ("os.path.basename('/a/b'), os.path.dirname('/a/b')", ("b", "/a")),
    ("os.path.splitext('a.cfg')[0] + os.sep", "a/"),
    ("string.upper('a') + string.join(['b', 'c'], '')", "Abc"),
    ("re.search('64', 'x86_64') and 'lib64' or 'lib'", "lib64"),
    ("re.match('64', 'x86_64')", None),
)
NOT_KNOWN = (
    ("os.environ['A']", "os.environ depends on the machine"),
    ("os.getcwd() + '/a'", "os.getcwd depends on the machine"),
    ("os.path.exists('/')", "os.path.exists depends on the machine"),
    ("socket.gethostname()", "socket.gethostname depends on the machine"),
    ("re.search('(a+)+$', 'a')", "plain words only"),
    ("open('/etc/passwd').read()", "reads a file"),
    ("__import__('os').getcwd()", "runs a text"),
    ("eval('1')", "runs a text"),
    ("().__class__.__bases__", "there is no __class__"),
    ("''.__class__", "there is no __class__"),
    ("t.__len__()", "does not know __len__()"),
    ("'{0.__class__}'.format(1)", "more than a name"),
    ("nosuch + 1", "nosuch is not set in the file"),
    ("1 / 0", "by zero"),
    ("l[9]", "out of range"),
    ("d['q']", "there is no 'q'"),
    ("'a' + 1", "can only concatenate"),
    ("'a' < 1", "not supported"),
    ("'%d' % 'x'", "does not fit %d"),
    ("'%s %s' % 'x'", "fewer values"),
    ("'%s' % ('x', 'y')", "do not fit"),
    ("'100%' % 1", "do not fit"),
    ("'%s' % l", "depends on the release of Python"),
    ("str(d)", "depends on the release of Python"),
    ("d.keys()", "order of a dictionary"),
    ("[k for k in d]", "order of a dictionary"),
    ("len('é')", "counts the bytes"),
    ("'é'[0]", "counts the bytes"),
    ("'é'.upper()", "counts the bytes"),
    ("'a' * 10 ** 9", "too long"),
    ("[0] * 10 ** 9", "too long"),
    ("10 ** 10 ** 10", "too long"),
    ("1 << 10 ** 9", "too long"),
    ("range(10 ** 9)", "too long"),
    ("'%99999d' % 1", "too wide"),
    ("'{:99999}'.format(1)", "too wide"),
    ("'a'.center(10 ** 9)", "too wide"),
    ("('a' * 60000).replace('a', 'b' * 60000)", "too long"),
    ("{1, 2}", "does not work out"),
    ("(yield)", "does not work out"),
    ("1j", "no such values"),
    ("(lambda f: f(f))(lambda f: f(f))", "too deeply"),
    ("+".join(["1"] * 700), "too deeply"),
)


def evaluator(text: str) -> tuple[Evaluator, ast.expr]:
    program = read(Source("guest", text))
    assert isinstance(program, Program), program
    statement = program.body[0]
    assert isinstance(statement, ast.Expr)
    return Evaluator(program, Budget()), statement.value


def value(text: str) -> Any:
    found, node = evaluator(text)
    from xlpy.xm.objects import Reference

    modules = {name: Reference(name=name) for name in ("os", "re", "socket", "string")}
    return found.value(node, {**NAMES, **modules})


@pytest.mark.parametrize("text", SAME_IN_BOTH)
def test_values_are_those_of_python(text: str) -> None:
    assert value(text) == eval(text, dict(NAMES))


@pytest.mark.parametrize(("text", "expected"), OF_PYTHON_2)
def test_values_are_those_of_python_2(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(("text", "why"), NOT_KNOWN)
def test_what_is_not_known_is_told(text: str, why: str) -> None:
    with pytest.raises(UndecidedError) as caught:
        value(text)
    (cause,) = caught.value.causes
    assert why in cause.summary


_atoms = st.sampled_from(
    ["0", "1", "-7", "2.5", "'a'", "'%s'", "''", "True", "None", "[1, 2]", "('x',)", "a", "t", "l"]
)
_operators = st.sampled_from(["+", "-", "*", "//", "%", "==", "<", "and", "or", "in", "if a else"])
_pieces = st.recursive(
    _atoms, lambda inner: st.tuples(inner, _operators, inner).map(lambda parts: f"({' '.join(parts)})"), max_leaves=6
)


@given(_pieces)
def test_what_is_worked_out_is_what_python_gives(text: str) -> None:
    try:
        ours = value(text)
    except UndecidedError:
        return
    assert repr(ours) == repr(eval(text, dict(NAMES)))
