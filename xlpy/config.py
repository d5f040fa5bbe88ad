"""Text -> Config: the settings of a file, read key by key in xl's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy import defaults, vocabulary
from xlpy.host import BUILT_IN, HostFacts
from xlpy.reader import Entry, Reader
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.settings import settle

if TYPE_CHECKING:
    from xlpy.defaults import XlConf
    from xlpy.diagnostic import Diagnostic
    from xlpy.libxl import DomainConfig
    from xlpy.source import Source, Span
    from xlpy.syntax import Setting


class Loaded(Record):
    """What a text says: the configuration, where its values stand, and what is wrong (in the order xl meets it)."""

    config: DomainConfig
    where: dict[str, Span]
    diagnostics: tuple[Diagnostic, ...]
    source: Source
    entries: dict[str, Entry]
    assignments: tuple[Setting, ...] = ()
    """Every KEY = VALUE and KEY += VALUE in order; the last of a key, or their sum, is its entry."""
    broken: bool = False
    """The text itself has errors, so that lines are missing from it."""


def load(
    source: Source,
    *,
    release: Release = DEFAULT,
    host: HostFacts = BUILT_IN,
    conf: XlConf = defaults.BUILT_IN,
    masked: bool = True,
) -> Loaded:
    """Read a configuration file's text.

    HOST decides what `all` and `node:N` mean in CPU lists. CONF is what xl.conf says; with MASKED its CPU masks cut
    the affinities, as `xl create` does without -i.
    """
    settled = settle(source, "config")
    reader = Reader(source, settled.entries, release, host, conf, masked=masked)
    reader.diagnostics += settled.diagnostics
    for _, guests, apply in vocabulary.steps(release, vocabulary.key_names().intersection(settled.entries)):
        if reader.domain_type in guests:
            apply(reader)
    return Loaded(
        config=reader.build(),
        where=reader.where,
        diagnostics=tuple(reader.diagnostics),
        source=source,
        entries=settled.entries,
        assignments=settled.assignments,
        broken=bool(settled.diagnostics),
    )
