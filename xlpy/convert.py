"""A configuration from one form into another: xl.cfg, and libxl's JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from xlpy.config import load
from xlpy.diagnostic import xl_output
from xlpy.libxl_json import to_json
from xlpy.libxl_read import from_json
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.writer import to_xl

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.source import Source


class Converted(Record):
    """What became of a text: the new one, or None where it was refused; `said` is what xl says about it."""

    text: str | None
    said: str = ""


def guess(source: Source) -> str:
    """The form of a text by the name of its file, or else by how it begins."""
    if source.name.endswith(".json"):
        return "json"
    if source.name.endswith(".cfg"):
        return "xl"
    return "json" if source.text.lstrip().startswith(("{", "[")) else "xl"


def convert(source: Source, form: str, target: str, release: Release = DEFAULT) -> Converted:
    """The text of SOURCE, which has the form FORM, in the form TARGET."""
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
