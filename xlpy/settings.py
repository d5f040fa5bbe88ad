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
    """The keys of a file, and the errors of its text; where there are any, xl gives up."""

    entries: dict[str, Entry]
    diagnostics: list[Diagnostic]


def settle(source: Source, what: str) -> Settled:
    """Read the text of a file; xl calls a guest's file a `config`, any other one a `config file`."""
    parsed = syntax.parse(source)
    entries, clashes = _merge(source, parsed.settings)
    told = _failed(parsed.diagnostics, clashes)
    if told:
        lines = (*told[-1].xl_lines, f"Failed to parse {what}: Invalid argument")
        told[-1] = told[-1].replace(xl_lines=lines, xl_exit=1)
    return Settled(entries, told)


def _merge(source: Source, settings: tuple[Setting, ...]) -> tuple[dict[str, Entry], list[Diagnostic]]:
    """Later assignments replace earlier ones, `+=` appends to them."""
    entries: dict[str, Entry] = {}
    clashes: list[Diagnostic] = []
    for setting in settings:
        value, old = setting.value, entries.get(setting.name)
        if setting.append and old is not None:
            if isinstance(old.value, ListNode) != isinstance(value, ListNode):
                clashes.append(_clash(source, setting))
                continue
            value = _append(old.value, value)
        entries[setting.name] = Entry(
            name=setting.name,
            value=value,
            name_span=setting.name_span,
            value_span=setting.value.span,
            appended=setting.append,
        )
    return entries, clashes


def _append(old: Value, new: Value) -> Value:
    if isinstance(old, ListNode):
        assert isinstance(new, ListNode)
        return ListNode(old.items + new.items, new.span)
    assert isinstance(new, Atom)
    return Atom(old.text + new.text, new.span, quoted=True)


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
    """The errors of the text as xl tells them: a clash only before any other error."""
    told = list(syntax_errors)
    for clash in clashes[:1]:
        assert clash.span is not None
        if all(error.span is not None and error.span.start > clash.span.start for error in told):
            told.insert(0, clash)
    return told
