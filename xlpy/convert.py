"""A configuration from one form into another: xl.cfg, and libxl's JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from xlpy.config import load
from xlpy.diagnostic import Severity, xl_output
from xlpy.libxl_json import to_json
from xlpy.libxl_read import from_json
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.writer import to_xl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.diagnostic import Diagnostic
    from xlpy.libxl import DomainConfig
    from xlpy.source import Source


class Converted(Record):
    """What became of a text: the new one, or None where it was refused; `said` is what xl says about it."""

    text: str | None
    said: str = ""
    findings: tuple[Diagnostic, ...] = ()
    """What xlpy itself says about it; with an error among them the new text is not all of the old one."""


def guess(source: Source) -> str:
    """The form of a text by the name of its file, or else by how it begins."""
    if source.name.endswith(".json"):
        return "json"
    if source.name.endswith(".cfg"):
        return "xl"
    return "json" if source.text.lstrip().startswith(("{", "[")) else "xl"


def convert(
    source: Source, form: str, target: str, release: Release = DEFAULT, *, defines: Mapping[str, str] | None = None
) -> Converted:
    """The text of SOURCE, which has the form FORM, in the form TARGET; DEFINES are variables of an xm file."""
    if form == "xm":
        return _from_xm(source, target, release, defines or {})
    said = ""
    try:
        if form == "json":
            config = from_json(_bare(source.text))
        else:
            loaded = load(source, release=release)
            said, status = xl_output(loaded.diagnostics)
            if status is not None:
                return Converted(text=None, said=said)
            config = loaded.config
        return Converted(text=_written(config, target, release), said=said)
    except ValueError as error:
        return Converted(text=None, said=f"{said}{source.name}: {error}\n")


def _from_xm(source: Source, target: str, release: Release, defines: Mapping[str, str]) -> Converted:
    """Of an xm file: xl.cfg, even where something is not known; JSON, which cannot say so, only of all of it."""
    from xlpy.xm.translate import translate

    translated = translate(source, defines, release)
    text, findings = translated.text, translated.diagnostics
    if target == "json" and translated.loaded is not None:
        is_whole = all(finding.severity < Severity.ERROR for finding in findings)
        text = to_json(translated.loaded.config, release) if is_whole else None
    return Converted(text=text, findings=findings)


def _written(config: DomainConfig, target: str, release: Release) -> str:
    return to_json(config, release) if target == "json" else to_xl(config, release=release)


def _bare(text: str) -> str:
    """The configuration itself, out of what `xl list -l DOMAIN` prints around it."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(data, list):
        if len(data) != 1:
            raise ValueError(f"it holds {len(data)} configurations: convert one at a time")
        data = data[0]
    inner = data.get("config") if isinstance(data, dict) else None
    return json.dumps(inner if isinstance(inner, dict) else data)
