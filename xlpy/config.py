"""Text -> Config: the settings of a file, read key by key in xl's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy import syntax, vocabulary
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.host import BUILT_IN, HostFacts
from xlpy.libxl import DomainConfig
from xlpy.reader import Entry, Reader
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.syntax import Atom, ListNode, Setting

if TYPE_CHECKING:
    from xlpy.source import Source, Span


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
    reader.diagnostics += [*parsed.diagnostics, *clashes]
    for key in vocabulary.keys():
        key.apply(reader)
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
                clashes.append(_clash(source, setting, old))
                continue
            value = _append(old.value, value)
        entries[setting.name] = Entry(
            setting.name, value, setting.name_span, setting.value.span, appended=setting.append
        )
    return entries, clashes


def _append(old: Atom | ListNode, new: Atom | ListNode) -> Atom | ListNode:
    if isinstance(old, ListNode) and isinstance(new, ListNode):
        return ListNode(old.items + new.items, new.span)
    assert isinstance(old, Atom)
    assert isinstance(new, Atom)
    return Atom(old.text + new.text, new.span, quoted=True)


def _clash(source: Source, setting: Setting, old: Entry) -> Diagnostic:
    line = source.line(setting.name_span.start)
    kinds = ('"string"', "[list]") if isinstance(old.value, Atom) else ("[list]", '"string"')
    return Diagnostic(
        code="append-mismatch",
        severity=Severity.ERROR,
        summary=f"`{setting.name} +=` adds a {kinds[1]} to a {kinds[0]}",
        source=source,
        span=setting.value.span,
        xl_lines=(f"{source.name}:{line}: config parsing error near `': can't add {kinds[1]} to {kinds[0]} or vice versa",),
        xl_exit=1,
    )
