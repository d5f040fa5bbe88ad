"""The lines of the translated file: the comments of the old one, and its settings in its order."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from xlpy.writer import literal
from xlpy.xm.merge import Decided, Open
from xlpy.xm.reading import as_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.source import Span
    from xlpy.xm.meaning import Setting
    from xlpy.xm.reading import Comment, Program
    from xlpy.xm.world import Touch

MARK = "# xlpy: "


class Line(NamedTuple):
    """One line or more of the new file, and what it was made of; for a list that is written out, its items, too."""

    text: str
    origin: Span | None = None
    items: tuple[Span, ...] = ()


class _Block(NamedTuple):
    """Statements that share lines: the first and the last line, and the numbers of the statements."""

    first: int
    last: int
    statements: tuple[int, ...]


def lay_out(program: Program, found: Sequence[Decided | Open]) -> list[Line]:
    """The new file."""
    comments: dict[int, list[Comment]] = {}
    for comment in program.comments():
        comments.setdefault(comment.line, []).append(comment)
    lines: list[Line] = []
    at = 1
    for block in _blocks(program.body):
        lines += _between(program, comments, at, block.first)
        inside = [comment for line in range(block.first, block.last + 1) for comment in comments.get(line, ())]
        lines += _of_block(program, block, inside, [one for one in found if one.touch.statement in block.statements])
        at = block.last + 1
    lines += _between(program, comments, at, len(program.lines) + 1)
    while lines and not lines[-1].text:
        lines.pop()
    return list(_without_gaps(lines))


def _blocks(body: Sequence[ast.stmt]) -> Iterator[_Block]:
    block: _Block | None = None
    for number, statement in enumerate(body):
        first = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])
        last = statement.end_lineno or first
        if block is not None and first <= block.last:
            block = _Block(block.first, max(last, block.last), (*block.statements, number))
        else:
            if block is not None:
                yield block
            block = _Block(first, last, (number,))
    if block is not None:
        yield block


def _between(program: Program, comments: dict[int, list[Comment]], first: int, end: int) -> Iterator[Line]:
    """Comments and empty lines outside statements."""
    for number in range(first, end):
        for comment in comments.get(number, ()):
            yield Line(comment.text)
        if not program.lines[number - 1].strip() and number < len(program.lines):
            yield Line("")


def _of_block(
    program: Program, block: _Block, comments: Sequence[Comment], found: Sequence[Decided | Open]
) -> Iterator[Line]:
    """What becomes of statements; a comment behind a short one stays behind it."""
    if len(found) == len(block.statements) == 1 and isinstance(found[0], Open):
        yield from _open(program, found[0], _commented(program, block))
        return
    made = [line for one in found for line in _of_one(program, one)]
    beside = comments[-1] if comments and not comments[-1].alone and len(made) == 1 else None
    if beside is None or made[0].origin is None or "\n" in made[0].text:
        yield from (Line(comment.text) for comment in comments)
        yield from made
        return
    yield from (Line(comment.text) for comment in comments[:-1])
    yield made[0]._replace(text=f"{made[0].text}  {beside.text}")


def _of_one(program: Program, one: Decided | Open) -> Iterator[Line]:
    if isinstance(one, Open):
        yield from _open(program, one, [])
        return
    origin, items = place(program, one.touch), places_of_items(program, one.touch)
    yield from (Line(MARK + _in_one_line(note)) for note in one.meaning.notes)
    yield from (Line(as_written(_written(setting)), origin, items) for setting in one.meaning.settings)


def place(program: Program, touch: Touch, item: int | None = None) -> Span:
    """Where the value of a variable stands, or an item of it where that is written out."""
    items = places_of_items(program, touch)
    if item is not None and item < len(items):
        return items[item]
    return program.place(touch.value or touch.target)


def places_of_items(program: Program, touch: Touch) -> tuple[Span, ...]:
    """Where the items of a list stand that is written out."""
    value = touch.value
    return tuple(map(program.place, value.elts)) if isinstance(value, ast.List | ast.Tuple) else ()


def _open(program: Program, one: Open, original: list[Line]) -> Iterator[Line]:
    """A key that is not known: why, and the statement or the possible values as comments."""
    why = "; ".join(f"line {program.source.line(cause.span.start)}: {cause.summary}" for cause in one.causes)
    yield Line(MARK + _in_one_line(f"{one.name} could not be decided: {why}"))
    if len(one.choices) < 2:
        yield from original
        return
    for choice in one.choices:
        for note in choice.notes:
            yield Line(MARK + _in_one_line(f"or {note}"))
        for setting in choice.settings:
            yield from (Line(f"#{line}") for line in as_written(_written(setting)).split("\n"))


def _commented(program: Program, block: _Block) -> list[Line]:
    """The lines of a statement as comments."""
    return [Line(f"#{as_written(line)}") for line in program.lines[block.first - 1 : block.last]]


def _written(setting: Setting) -> str:
    return f"{setting.key} = {literal(setting.value)}"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _without_gaps(lines: Sequence[Line]) -> Iterator[Line]:
    """No empty lines at the top, and never two one after another."""
    empty = True
    for line in lines:
        if line.text or not empty:
            yield line
        empty = not line.text
