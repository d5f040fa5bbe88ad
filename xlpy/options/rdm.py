"""Reserved device memory: regions of the host that devices may write to, and that the guest must not use as RAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from xlpy.cstring import same_word
from xlpy.kinds import MIB, STRING
from xlpy.libxl import RdmReservePolicy
from xlpy.vocabulary import HVM, Key, Token

if TYPE_CHECKING:
    from xlpy.reader import Reader

TOKENS = (
    Token(
        name="strategy",
        form="strategy",
        field="strategy",
        values={"host": "host"},
        doc="Reserve all regions that any device of the host could use.",
        since="4.6",
        good="strategy=host",
        bad="strategy=none",
    ),
    Token(
        name="policy",
        form="policy",
        field="policy",
        values={name: name for name in get_args(RdmReservePolicy)},
        doc="What to do about conflicts: strict or relaxed. A bug in xl: it then drops the whole value in silence.",
        since="4.6",
        bad="policy=soft",
    ),
)


def _read_rdm(reader: Reader, key: Key) -> None:
    """Xl has the test for a good policy the wrong way round: a good one ends the reading, a bad one only warns."""
    text = reader.text(key.name)
    if text is None:
        return
    strategy = "ignore"
    while text:
        name, equals, text = text.partition("=")
        value, comma, text = text.partition(",")
        if not equals or (comma and not text):
            break
    ...
