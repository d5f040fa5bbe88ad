"""The linter's settings in xlpy.toml, or in [tool.xlpy] of pyproject.toml."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlpy.cli.files.hostfile import read_host
from xlpy.cli.files.plainfile import read_plain
from xlpy.diagnostic import Severity
from xlpy.executors import Failure
from xlpy.lint.settings import LintSettings, unknown_names
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAME = "xlpy.toml"
PROJECT = "pyproject.toml"


def find_settings(paths: Sequence[str]) -> Path | None:
    """The settings file for these paths: the nearest upwards from the folder that they have in common."""
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in paths if path != "-"]  # noqa: PTH112, PTH120 - paths stay text here, which pathlib would change
    try:
        start = Path(os.path.commonpath([os.path.abspath(folder) for folder in folders] or [os.getcwd()]))  # noqa: PTH100, PTH109 - as above
    except ValueError:
        return None
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / PROJECT).is_file() and _table(folder / PROJECT) is not None:
            return folder / PROJECT
    return None


def read_settings(path: Path) -> LintSettings:
    """The settings that a file holds; raises Failure where it is wrong."""
    table = _table(path)
    if table is None:
        raise Failure(advice=f"{path} has no table [tool.xlpy]")
    values: dict[str, Any] = {}
    for name, value in table.items():
        field = name.replace("-", "_")
        reading = _READINGS.get(field)
        if reading is None:
            near = get_close_matches(name, [known.replace("_", "-") for known in _READINGS], n=1)
            way_out = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(_READINGS))}"
            raise Failure(advice=f"{path}: there is no setting {name}: {way_out}")
        try:
            values[_FIELDS.get(field, field)] = reading(value, path)
        except ValueError as error:
            raise Failure(advice=f"{path}: {name}: {error}") from None
    return LintSettings(**values, base=os.path.abspath(path.parent))  # noqa: PTH100 - resolving links would change the paths


def check_names(settings: LintSettings) -> LintSettings:
    """The same settings; raises Failure where a rule is named that there is not."""
    per_file = tuple(name for _, names in settings.per_file for name in names)
    for name in unknown_names((*settings.select, *settings.ignore, *settings.extend, *per_file)):
        raise Failure(advice=f"there is no rule or group {name}: xlpy rule lists them")
    return settings


def _table(path: Path) -> dict[str, Any] | None:
    """The settings in a file; None where pyproject.toml has none."""
    try:
        data = tomllib.loads(read_plain(str(path)).decode())
    except (OSError, ValueError) as error:
        if path.name == PROJECT:
            return None
        raise Failure(advice=f"{path}: cannot be read: {error}") from None
    table = data.get("tool", {}).get("xlpy") if path.name == PROJECT else data
    return table if isinstance(table, dict) else None


def parse_severity(text: str) -> Severity:
    """`error`, `warning` or `advice`; ValueError for anything else."""
    try:
        return Severity[text.upper()]
    except KeyError:
        raise ValueError(f"must be error, warning or advice, not {text}") from None


def _names(value: Any, _path: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of texts: ["..."]')
    return tuple(value)


def _text(value: Any, _path: Path) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def _beside(value: Any, path: Path) -> str:
    """A path in the file, which is meant from the file's folder."""
    return str(path.parent / _text(value, path))


def _per_file(value: Any, path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table of patterns: "old/*.cfg" = ["deprecated-key"]')
    return tuple((pattern, _names(names, path)) for pattern, names in value.items())


_READINGS: dict[str, Callable[[Any, Path], Any]] = {
    "select": _names,
    "ignore": _names,
    "extend": _names,
    "per_file": _per_file,
    "xen": lambda value, path: Release.parse(_text(value, path)),
    "fail_on": lambda value, path: parse_severity(_text(value, path)),
    "host": lambda value, path: read_host(_beside(value, path)),
    "include": _names,
    "exclude": _names,
    "baseline": _beside,
}
"""How each setting is read; LintSettings has a field of the same name."""
_FIELDS = {"xen": "release"}
