"""Text -> settings: what a file says about each key, after all its assignments (Xen: libxlu_cfg.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy import syntax
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.reader import Entry
from xlpy.syntax import Atom, ListNode

if TYPE_CHECKING:
    from xlpy.source import Source
    from xlpy.syntax import Setting, Value


class Settled(NamedTuple):
    """The keys of a file, all its assignments, and the errors of its text; where there are any, xl gives up."""

    entries: dict[str, Entry]
    diagnostics: list[Diagnostic]
    assignments: tuple[Setting, ...]


def settle(source: Source, what: str) -> Settled:
    """Read the text of a file; xl calls a guest's file a `config`, any other one a `config file`."""
    parsed = syntax.parse(source)
    entries, clashes = _merge(source, parsed.settings)
    told = _failed(parsed.diagnostics, clashes)
    if told:
        lines = (*told[-1].xl_lines, f"Failed to parse {what}: Invalid argument")
        told[-1] = told[-1].replace(xl_lines=lines, xl_exit=1)
    return Settled(entries, told, parsed.settings)


def _merge(source: Source, settings: tuple[Setting, ...]) -> tuple[dict[str, Entry], list[Diagnostic]]:
    """Later assignments replace earlier ones, `+=` appends to them."""
    kept: dict[str, list[Setting]] = {}
    clashes: list[Diagnostic] = []
    for setting in settings:
        old = kept.get(setting.name)
        if old is None or not setting.append:
            kept[setting.name] = [setting]
        elif isinstance(old[0].value, ListNode) == isinstance(setting.value, ListNode):
            old.append(setting)
        else:
            clashes.append(_clash(source, setting))
    return {name: _entry(parts) for name, parts in kept.items()}, clashes


def _entry(parts: list[Setting]) -> Entry:
    last = parts[-1]
    value = _joined([part.value for part in parts]) if len(parts) > 1 else last.value
    return Entry(last.name, value, last.name_span, last.value.span, last.append)


def _joined(values: list[Value]) -> Value:
    """Values of one kind, appended to the first."""
    span = values[-1].span
    if isinstance(values[0], ListNode):
        return ListNode(tuple(item for value in values if isinstance(value, ListNode) for item in value.items), span)
    return Atom("".join(value.text for value in values if isinstance(value, Atom)), span, quoted=True)


def _clash(source: Source, setting: Setting) -> Diagnostic:
    near = "]" if isinstance(setting.value, ListNode) else source.text[slice(*setting.value.span)]
    line = source.line(setting.end - 1)
    message = 'can\'t add [list] to "string" or vice versa'
    return Diagnostic(
        code="append-mismatch",
        severity=Severity.ERROR,
        summary=f"{setting.name}: {message}",
        source=source,
        span=setting.value.span,
        xl_lines=(f"{source.name}:{line}: config parsing error near `{near}': {message}",),
    )


def _failed(syntax_errors: tuple[Diagnostic, ...], clashes: list[Diagnostic]) -> list[Diagnostic]:
    """The errors of the text as xl tells them: a clash only before any other error, and then no other of its line."""
    told = list(syntax_errors)
    for clash in clashes[:1]:
        if not told or _start(told[0]) > _start(clash):
            line = _line(clash, at_end=True)
            told = [clash, *(error for error in told if error.code != "syntax-error" or _line(error) != line)]
    return told


def _start(error: Diagnostic) -> int:
    return error.span.start if error.span else 0


def _line(error: Diagnostic, *, at_end: bool = False) -> int:
    """The line in which the place of an error begins or ends."""
    assert error.source is not None
    assert error.span is not None
    return error.source.line(error.span.end - 1 if at_end else error.span.start)
