"""Text of xl.conf -> XlConf (Xen: parse_global_config in xl.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.defaults import XlConf
from xlpy.host import BUILT_IN, HostFacts
from xlpy.reader import Reader
from xlpy.release import DEFAULT, Release
from xlpy.settings import settle
from xlpy.xlconf.keys import KEYS

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic
    from xlpy.source import Source


class LoadedConf(NamedTuple):
    """What an xl.conf says, and what is wrong with it (in the order in which xl meets it)."""

    conf: XlConf
    diagnostics: tuple[Diagnostic, ...]


def load_conf(source: Source, *, release: Release = DEFAULT, host: HostFacts = BUILT_IN) -> LoadedConf:
    """Read the text of an xl.conf; a setting that is wrong leaves what is built in."""
    settled = settle(source, "config file")
    reader = Reader(source, settled.entries, release, host)
    reader.diagnostics += settled.diagnostics
    for key in KEYS:
        key.apply(reader)
    return LoadedConf(XlConf(**reader.draft), tuple(reader.diagnostics))
