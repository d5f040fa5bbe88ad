"""Python 2 text -> text that Python 3's parser takes, with every line on its place."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from xlpy.xm.editing import Edit
from xlpy.xm.lexer import ends_line, is_meant, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.xm.lexer import Token

_TAB_STOP = 8
_OLD_OCTAL = re.compile(r"0[0-7]*[1-7][0-7]*")
_PREFIX = re.compile(r"(?i)[ubrf]*")
_UNKNOWN_TO_2 = re.compile(r"\\(.)", re.DOTALL)
_NOT_A_PRINT = frozenset("(=.,)]:+*/%&|^<>!;")


def modernised(text: str) -> Iterator[Edit]:
    """The edits, in order, that keep the meaning: print, exec, raise, except, backticks, <>, numbers, strings, tabs."""
    edits: list[Edit] = []
    line: list[Token] = []
    for token in tokens(text):
        if ends_line(token):
            edits += _of_line(line)
            line = []
        else:
            line.append(token)
    edits += _of_line(line)
    return iter(sorted(edits))


def is_printed(expression: ast.expr) -> bool:
    """Whether an expression was a print statement."""
    first = expression.elts[0] if isinstance(expression, ast.Tuple) and expression.elts else expression
    if isinstance(first, ast.BinOp) and isinstance(first.op, ast.RShift):
        first = first.left
    return (isinstance(first, ast.Constant) and first.value == 0) or (
        isinstance(first, ast.Name) and first.id == "print"
    )


def _of_line(line: list[Token]) -> Iterator[Edit]:
    """The edits of one logical line."""
    if line and line[0].kind == "BLANK" and "\t" in line[0].text:
        indent = line[0]
        yield Edit(indent.start, indent.end, _expanded(indent.text))
    meant = [token for token in line if is_meant(token)]
    yield from _backticks(meant)
    for statement in _statements(meant):
        yield from _of_statement(statement)
    for token in meant:
        yield from _of_token(token)


def _expanded(indent: str) -> str:
    """Blanks instead of tabs, which go to each eighth column in Python 2; a continued line keeps its end."""
    width = len(indent.rpartition("\f")[2].split("\\\n")[0].expandtabs(_TAB_STOP))
    return " " * width + "\\\n" * indent.count("\\\n")


def _backticks(meant: list[Token]) -> Iterator[Edit]:
    ticks = [token for token in meant if token.text == "`"]
    for number, tick in enumerate(ticks):
        yield Edit(tick.start, tick.end, ")" if number % 2 else "(repr)(")


def _statements(meant: list[Token]) -> Iterator[list[Token]]:
    """The simple statements of a line: between semicolons, and behind the colon of a compound one."""
    statement: list[Token] = []
    for token in meant:
        if not token.depth and token.text == ";":
            yield statement
            statement = []
        elif not token.depth and token.text == ":":
            yield [*statement, token]
            statement = []
        else:
            statement.append(token)
    yield statement


def _of_statement(statement: list[Token]) -> Iterator[Edit]:
    """The edits of a statement that Python 3 knows no more, by its first word."""
    if len(statement) < 2:
        return
    head, second, last = statement[0], statement[1], statement[-1]
    commas = [token for token in statement if token.text == "," and not token.depth]
    if head.text == "print" and (second.text == ">>" or second.text not in _NOT_A_PRINT):
        yield Edit(head.start, head.end, "0" if second.text == ">>" else "0,")
    elif (head.text == "exec" and second.text not in _NOT_A_PRINT) or (head.text == "raise" and commas):
        yield from _enclosed(second, last)
    elif commas and head.text == "except":
        yield Edit(commas[0].start, commas[0].end, " as ")


def _enclosed(first: Token, last: Token) -> Iterator[Edit]:
    yield Edit(first.start, first.start, "(")
    yield Edit(last.end, last.end, ")")


def _of_token(token: Token) -> Iterator[Edit]:
    if token.text == "<>":
        yield Edit(token.start, token.end, "!=")
    elif token.kind == "NUMBER":
        yield from _of_number(token)
    elif token.kind == "STRING":
        yield from _of_string(token)


def _of_number(token: Token) -> Iterator[Edit]:
    """0755 is octal, and an L behind a number says nothing."""
    digits = token.text.rstrip("lL")
    if _OLD_OCTAL.fullmatch(digits):
        yield Edit(token.start, token.start + 1, "0o")
    if digits != token.text:
        yield Edit(token.start + len(digits), token.end, "")


def _of_string(token: Token) -> Iterator[Edit]:
    r"""All strings are text, and only those with a u know \u, \U and \N."""
    prefix = _PREFIX.match(token.text)
    letters = prefix[0] if prefix else ""
    kept = "".join(letter for letter in letters if letter in "rRfF" or (letter in "uU" and len(letters) == 1))
    if kept != letters:
        yield Edit(token.start, token.start + len(letters), kept)
    if not set(letters) & set("uUrR"):
        for escape in _UNKNOWN_TO_2.finditer(token.text):
            if escape[1] in "uUN":
                yield Edit(token.start + escape.start(), token.start + escape.start(), "\\")
