"""Text -> Config: the settings of a file, read key by key in xl's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy import syntax, vocabulary
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.host import BUILT_IN, HostFacts
from xlpy.reader import Entry, Reader
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.syntax import Atom, ListNode

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.source import Source, Span
    from xlpy.syntax import Setting, Value


class Loaded(Record):
    """What a text says: the configuration, where its values stand, and what is wrong (in the order xl meets it)."""

    config: DomainConfig
    where: dict[str, Span]
    diagnostics: tuple[Diagnostic, ...]
    source: Source
    entries: dict[str, Entry]


def load(source: Source, *, release: Release = DEFAULT, host: HostFacts = BUILT_IN) -> Loaded:
    """Read a configuration file's text. HOST decides what `all` and `node:N` mean in CPU lists."""
    parsed = syntax.parse(source)
    entries, clashes = _merge(source, parsed.settings)
    reader = Reader(source, entries, release, host)
    reader.diagnostics += _failed(parsed.diagnostics, clashes)
    for reading in vocabulary.readings():
        reading.apply(reader)
    return Loaded(
        config=reader.build(),
        where=reader.where,
        diagnostics=tuple(reader.diagnostics),
        source=source,
        entries=entries,
    )


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
    """The errors at which xl gives up after it has read the text: it tells a clash only before any other error."""
    told = list(syntax_errors)
    for clash in clashes[:1]:
        assert clash.span is not None
        if all(error.span is not None and error.span.start > clash.span.start for error in told):
            told.insert(0, clash)
    if told:
        lines = (*told[-1].xl_lines, "Failed to parse config: Invalid argument")
        told[-1] = told[-1].replace(xl_lines=lines, xl_exit=1)
    return told
