"""What somebody meant who wrote a word into a device's spec that xl does not know there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.lint import edits
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.vocabulary import Token

_UNSAID = ("unknown", "invalid", "default", "auto")
"""Values that are accepted, but that nobody needs to write."""


def retold(kind: str, tokens: Iterable[Token]) -> Callable[[Guest, Diagnostic], Finding | None]:
    """Better words for the reader's KIND-unknown and KIND-TOKEN: a name or a value that xl does not know."""

    def retell(guest: Guest, told: Diagnostic) -> Finding | None:
        if told.span is None:
            return None
        known = {token.name: token for token in tokens if token.known_to(guest.release)}
        written = guest.text[slice(*told.span)]
        what = told.code.removeprefix(f"{kind}-")
        if what == "unknown":
            return unknown_name(kind, known, written, told.span)
        return bad_value(known[what], written, told.span) if what in known and known[what].values else None

    return retell


def unknown_name(kind: str, known: Mapping[str, Token], written: str, span: Span) -> Finding:
    """The finding for an item of a spec whose name xl does not know, or that has no value."""
    name, equals, value = written.partition("=")
    bare = name.strip(" \t")
    place = Span(span.start, span.start + len(name))
    if bare in known and not equals:
        example = f"{bare}={_example(known[bare])}"
        return Finding(span, f"{bare} needs a value in {kind}", f"write {example}")
    if bare in known:
        summary = f"xl takes the blank behind {bare} as a part of the name, which it does not know then"
        return Finding(
            place, summary, f"write {bare}={value}", edits.replace(f"write {bare}=", place, bare, safe=False)
        )
    near = meant(bare, known)
    return Finding(
        place if equals else span,
        f"{kind} has no {bare}=" if equals else f"xl does not understand {written or 'nothing'} in {kind}",
        f"did you mean {near}?" if near and equals else f"write NAME=VALUE, with the names {', '.join(known)}",
        edits.replace(f"write {near}", place, near, safe=False) if near and equals else None,
    )


def meant(word: str, known: Iterable[str]) -> str:
    """The name that is spelt most like this one, or the only one of which it is a part: id of unique-id."""
    names = tuple(known)
    holding = [name for name in names if word.lower() in name.split("-")]
    if holding:
        return holding[0] if len(holding) == 1 else ""
    return nearest(word, names)


def _example(token: Token) -> str:
    _, _, behind = token.good.rpartition(f"{token.name}=")
    return behind.partition(",")[0]


def bad_value(token: Token, written: str, span: Span) -> Finding:
    """The finding for a value that is none of a closed set."""
    choices = [value for value in token.values if value not in _UNSAID] or list(token.values)
    near = nearest(written, choices) or next((one for one in choices if written.lower().startswith(one)), "")
    fix = edits.replace(f"write {near}", span, near, safe=False) if near else None
    return Finding(
        span, f"{written or 'nothing'} is no {token.name}", f"write {token.name}={near or either(choices)}", fix
    )
