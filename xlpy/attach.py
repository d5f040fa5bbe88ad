"""Words of a command line -> the device that they describe, as xl's -attach verbs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy import defaults, vocabulary
from xlpy.host import BUILT_IN, HostFacts
from xlpy.reader import Reader
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.source import Source, Span
from xlpy.syntax import Atom

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.defaults import XlConf
    from xlpy.diagnostic import Diagnostic
    from xlpy.libxl import DeviceRecord

SOURCE_NAME = "command line"


class Attached(Record):
    """What the words say: the device, unless they are wrong, and what xl says of them."""

    device: DeviceRecord | None
    where: dict[str, Span]
    diagnostics: tuple[Diagnostic, ...]
    source: Source
    """The words, with blanks between them."""


def attach_config(
    verb: str,
    words: Iterable[str],
    release: Release = DEFAULT,
    host: HostFacts = BUILT_IN,
    conf: XlConf = defaults.BUILT_IN,
) -> Attached:
    """Read the words that follow the domain in `xl VERB DOMAIN WORDS...`; CONF is what xl.conf says."""
    words = tuple(words)
    source = Source(SOURCE_NAME, " ".join(words))
    reader = Reader(source, {}, release, host, conf)
    vocabulary.attachments()[verb].read(reader, tuple(_atoms(words)))
    return Attached(
        device=next(iter(reader.devices), None),
        where=reader.where,
        diagnostics=tuple(reader.diagnostics),
        source=source,
    )


def _atoms(words: Iterable[str]) -> Iterator[Atom]:
    start = 0
    for word in words:
        yield Atom(word, Span(start, start + len(word)), quoted=False)
        start += len(word) + 1
