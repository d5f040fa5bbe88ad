"""The tokens of a Python 2 text: as much of them as is needed to find what Python 3 writes in another way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = "|".join(
    rf"{quote}(?:\\.|[^\\])*?{quote}" if len(quote) == 3 else rf"{quote}(?:\\.|[^{quote}\\\n])*{quote}"
    for quote in ("'''", '"""', "'", '"')
)
_TOKEN = re.compile(
    rf"""(?P<STRING>(?i:[ubf]?r?|r[bf])(?:{_QUOTED}))
    |(?P<COMMENT>\#[^\n]*)
    |(?P<NUMBER>0[xX][0-9a-fA-F]+[lL]?|0[oObB][0-9]+[lL]?
        |(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[lLjJ]?)
    |(?P<NAME>[^\W\d]\w*)
    |(?P<NEWLINE>\n)
    |(?P<BLANK>(?:[ \t\f]|\\\n)+)
    |(?P<OPEN_QUOTE>['"])
    |(?P<OPERATOR><>|<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class Token(NamedTuple):
    """A piece of the text; `depth` counts the brackets that are open around it."""

    kind: str
    text: str
    start: int
    depth: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """All tokens in order, none left out; they end where a quote is not closed, which Python's parser tells."""
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "OPEN_QUOTE":
            return
        depth = max(0, depth - (match[0] in _CLOSING))
        yield Token(kind, match[0], match.start(), depth)
        depth += match[0] in _OPENING


def ends_line(token: Token) -> bool:
    """Whether a logical line ends with it."""
    return token.kind == "NEWLINE" and not token.depth


def is_meant(token: Token) -> bool:
    """Whether it is more than blanks, line ends and comments."""
    return token.kind not in {"BLANK", "COMMENT", "NEWLINE"}
