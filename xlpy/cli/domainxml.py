"""`xlpy convert --to xml`: the domain XML for libvirt on standard output, and what it cannot say on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xlpy.cli.findings import show
from xlpy.cli.say import say
from xlpy.config import load
from xlpy.convert import convert
from xlpy.diagnostic import Diagnostic, xl_output
from xlpy.libxl_read import from_json
from xlpy.lost import beside, place
from xlpy.lower import Lost, lower

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.libxl import DomainConfig
    from xlpy.release import Release
    from xlpy.source import Source, Span

REFUSED = 1


def print_xml(source: Source, form: str, release: Release, defines: Mapping[str, str], *, best_effort: bool) -> int:
    """Print the XML of a configuration; gives the status. Without BEST_EFFORT a guest that would differ is refused."""
    config, where = _config(source, form, release, defines)
    if config is None:
        return REFUSED
    lowered = lower(config, release=release)
    show([_finding(lost, source, where) for lost in lowered.lost])
    if lowered.differs and not best_effort:
        say("convert: libvirt would build another guest: see above, or give --best-effort", "xlpy")
        return REFUSED
    sys.stdout.write(lowered.xml)
    return 0


def _config(
    source: Source, form: str, release: Release, defines: Mapping[str, str]
) -> tuple[DomainConfig | None, dict[str, Span]]:
    """The configuration, None for one that is refused, and where its values stand, as far as that is known."""
    if form == "xl":
        loaded = load(source, release=release)
        said, status = xl_output(loaded.diagnostics)
        sys.stderr.write(said)
        return (loaded.config if status is None else None), loaded.where
    converted = convert(source, form, "json", release, defines=defines)
    sys.stderr.write(converted.said)
    show(converted.findings)
    return (None if converted.text is None else from_json(converted.text)), {}


def _finding(lost: Lost, source: Source, where: Mapping[str, Span]) -> Diagnostic:
    """What is lost, at its place, that of the whole setting, or of what it follows from."""
    return Diagnostic(
        code="libvirt",
        severity=lost.severity,
        summary=f"{lost.what}: {lost.why}",
        source=source,
        span=place(lost.field, where) or beside(lost.field, where),
    )
