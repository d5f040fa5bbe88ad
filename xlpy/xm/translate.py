"""An xm file -> xl.cfg, with what could not be translated."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING, Any

from xlpy.config import load
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.nodes import ListNode
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.source import Source, Span
from xlpy.writer import literal
from xlpy.xm.layout import MARK, Line, lay_out, place
from xlpy.xm.merge import Decided, Open, merged
from xlpy.xm.reading import Program, as_written, read
from xlpy.xm.run import follow
from xlpy.xm.undecided import Cause, TooMuchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlpy.config import Loaded

STDIN = "<stdin>"


class Translated(Record):
    """The text of an xl.cfg, which lacks what is not known, and what xl makes of it; both None where all is lost."""

    text: str | None
    loaded: Loaded | None
    diagnostics: tuple[Diagnostic, ...]


def translate(source: Source, defines: Mapping[str, str] | None = None, release: Release = DEFAULT) -> Translated:
    """Translate the text of an xm file; DEFINES are variables as on xm's command line."""
    program = read(source)
    if isinstance(program, Diagnostic):
        return Translated(text=None, loaded=None, diagnostics=(program,))
    try:
        given = {name: defined(text) for name, text in (defines or {}).items()}
        followed = follow(program, given)
        if not followed.worlds:
            told = tuple(_ended(source, end) for end in followed.ends)
            return Translated(text=None, loaded=None, diagnostics=(*followed.diagnostics, *told))
        found = merged(program, followed.worlds)
    except (TooMuchError, RecursionError):
        return Translated(text=None, loaded=None, diagnostics=(_too_much(source),))
    if not any(isinstance(one, Open) or one.meaning.settings for one in found):
        return Translated(text=None, loaded=None, diagnostics=(*followed.diagnostics, _no_guest(source)))
    lines = [*lay_out(program, found), *_name(source, found)]
    loaded = load(Source(source.name, "".join(f"{line.text}\n" for line in lines)), release=release)
    told = (*followed.diagnostics, *_undecided(source, found), *_remarks(program, found), *_unused(program, given))
    told = tuple(sorted(told, key=lambda diagnostic: diagnostic.span or Span(0, 0)))
    return Translated(
        text=loaded.source.text, loaded=loaded, diagnostics=(*told, *_of_xl(source, lines, loaded, found))
    )


def defined(text: str) -> Any:
    """The value of NAME=VALUE: a whole number, a text in quotes, or the text as it is."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text
    plain = (isinstance(value, int) and text.lstrip("-").isdecimal()) or (isinstance(value, str) and text[:1] in "'\"")
    return value if plain else text


def _name(source: Source, found: Sequence[Decided | Open]) -> Iterator[Line]:
    """Without a name xm takes that of the file, which xl does not."""
    if source.name == STDIN or any(one.name == "name" for one in found):
        return
    yield Line(f"{MARK}xm names a guest after its file")
    yield Line(f"name = {literal(posixpath.basename(source.name))}", Span(0, 0))


def _undecided(source: Source, found: Sequence[Decided | Open]) -> Iterator[Diagnostic]:
    """One finding for each cause, which names all that hangs on it."""
    hanging: dict[tuple[str, str | Span], tuple[Cause, list[str]]] = {}
    for one in found:
        for cause in one.causes if isinstance(one, Open) else ():
            hanging.setdefault((cause.summary, cause.name or cause.span), (cause, []))[1].append(one.name)
    for cause, names in hanging.values():
        yield Diagnostic(
            code="undecided",
            severity=Severity.ERROR,
            summary=f"{as_written(cause.summary)}: {', '.join(dict.fromkeys(names))} cannot be decided",
            advice=cause.advice,
            source=source,
            span=cause.span,
        )


def _remarks(program: Program, found: Sequence[Decided | Open]) -> Iterator[Diagnostic]:
    for one in found:
        for remark in one.meaning.remarks if isinstance(one, Decided) else ():
            yield Diagnostic(
                code=remark.code,
                severity=remark.severity,
                summary=as_written(remark.summary),
                advice=remark.advice,
                source=program.source,
                span=place(program, one.touch, remark.item),
            )


def _unused(program: Program, defines: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Variables that the user gives, and that do not occur in the file."""
    names = {node.id for part in program.body for node in ast.walk(part) if isinstance(node, ast.Name)}
    for name in sorted(set(defines) - names):
        yield Diagnostic(
            code="unused-define",
            severity=Severity.WARNING,
            summary=f"the file has no variable {name}",
            advice="look for a misspelling in --define",
            source=program.source,
        )


def _of_xl(
    source: Source, lines: Sequence[Line], loaded: Loaded, found: Sequence[Decided | Open]
) -> Iterator[Diagnostic]:
    """What xl has against the new file, at the place in the old one; nothing of what may only be unknown."""
    is_whole = not any(isinstance(one, Open) for one in found)
    for diagnostic in loaded.diagnostics:
        span = None if diagnostic.span is None else _origin(lines, diagnostic.span.start, loaded)
        if span is None and not is_whole:
            continue
        severity = Severity.ERROR if diagnostic.xl_exit is not None else diagnostic.severity
        yield diagnostic.replace(source=source, span=span, severity=severity)


def _origin(lines: Sequence[Line], offset: int, loaded: Loaded) -> Span | None:
    """What the line of an offset was made of, or the item of a list in it."""
    end = 0
    for line in lines:
        end += len(line.text) + 1
        if offset < end:
            return _item(line, offset, loaded) or line.origin
    return None


def _item(line: Line, offset: int, loaded: Loaded) -> Span | None:
    for entry in loaded.entries.values():
        if isinstance(entry.value, ListNode) and entry.value_span.start <= offset < entry.value_span.end:
            before = sum(item.span.end <= offset for item in entry.value.items)
            return line.items[before] if before < len(line.items) else None
    return None


def _ended(source: Source, end: Cause) -> Diagnostic:
    return Diagnostic(
        code="file-ends-itself",
        severity=Severity.ERROR,
        summary=end.summary,
        advice="give it what it asks for with --define NAME=VALUE, or remove the check",
        source=source,
        span=end.span,
    )


def _no_guest(source: Source) -> Diagnostic:
    return Diagnostic(
        code="no-guest",
        severity=Severity.ERROR,
        summary="the file sets no key of a guest",
        advice="is it a guest file of xm?",
        source=source,
    )


def _too_much(source: Source) -> Diagnostic:
    return Diagnostic(
        code="too-much-work",
        severity=Severity.ERROR,
        summary="the file computes more than any guest needs: xlpy gives up",
        advice="look for a loop that does not end",
        source=source,
    )
