"""What editors show of the declarations: keys, their words, and the words of device specs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.kinds import BOOLEAN, Choice
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.vocabulary import Key, Token

_MOST_EXAMPLES = 3


@cache
def keys() -> dict[str, Key]:
    """Every key by name."""
    return {key.name: key for key in vocabulary.all_keys()}


@cache
def tokens(key: str) -> dict[str, Token]:
    """The words of the specs in a key's value, by name; none for most keys."""
    for module in vocabulary.modules():
        if key in (one.name for one in getattr(module, "KEYS", ())):
            return {token.name: token for token in getattr(module, "TOKENS", ())}
    return {}


def is_for(key: Key, kind: str, release: Release) -> bool:
    """Whether a guest of this type can have the key in this release."""
    return kind in key.guests and Release.parse(key.since) <= release


def values(key: Key, release: Release) -> Iterator[str]:
    """What may be written behind `KEY = `, quotes included."""
    if isinstance(key.kind, Choice):
        yield from (f'"{word}"' for word in key.kind.words(release))
    elif key.kind is BOOLEAN:
        yield from ("0", "1")
    else:
        yield from key.good


def key_page(key: Key) -> str:
    """The entry of a key as Markdown."""
    unit = f" ({key.unit})" if key.unit else ""
    lines = [f"**{key.name}** = *{key.kind.name}*{unit}", "", key.doc]
    if isinstance(key.kind, Choice):
        lines += ["", "One of " + ", ".join(f"`{word}`" for word in key.kind.values) + "."]
    facts = [f"Default: {key.default}." if key.default else ""]
    facts.append(f"Only for {_list(key.guests)} guests." if set(key.guests) != set(vocabulary.ALL) else "")
    facts.append(f"Since Xen {key.since}." if key.since != "4.1" else "")
    facts.append(f"Deprecated in favour of `{key.deprecated}`." if key.deprecated else "")
    lines += ["", " ".join(filter(None, facts))]
    if key.good:
        lines += ["", "```", *(f"{key.name} = {value}" for value in key.good[:_MOST_EXAMPLES]), "```"]
    return "\n".join(lines)


def token_page(key: str, token: Token) -> str:
    """The entry of a word of a spec as Markdown."""
    name = token.name if token.form == "flag" else f"{token.name}="
    lines = [f"**{name}** (in `{key}`)", "", token.doc]
    if token.values:
        lines += ["", "One of " + ", ".join(f"`{word}`" for word in token.values if word) + "."]
    if token.since != "4.1":
        lines += ["", f"Since Xen {token.since}."]
    if token.good:
        lines += ["", "```", f'{key} = ["{token.good}"]', "```"]
    return "\n".join(lines)


def _list(guests: tuple[str, ...]) -> str:
    return " and ".join(guest.upper() for guest in guests)
