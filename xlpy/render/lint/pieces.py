"""What the formats for programs share: JSON in pieces, paths as a project knows them, names of findings that last."""

from __future__ import annotations

import json
import os.path
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from xlpy.lint.baseline import key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.lint.report import Note

_LONE = re.compile("[\ud800-\udfff]")


def valid(text: str) -> str:
    r"""Text with each byte that is not UTF-8 as \xHH: not every reader of JSON takes a lone surrogate."""
    return text if text.isascii() else _LONE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def is_valid(text: str) -> bool:
    """Whether it is text without a byte that is not UTF-8."""
    return text.isascii() or not _LONE.search(text)


def dump(value: Any) -> str:
    """A value as JSON in one line of printable ASCII."""
    return json.dumps(_valid(value), separators=(",", ":")).replace("\x7f", "\\u007f")


def _valid(value: Any) -> Any:
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, dict):
        return {valid(name): _valid(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(item) for item in value]
    return value


class Items:
    """The items of a JSON array, each on a line of its own, which are written as they come."""

    def __init__(self) -> None:
        self._before = "\n"

    def more(self, items: Iterable[Any]) -> str:
        """Further items, with the comma where there were some before."""
        written = []
        for item in items:
            written.append(self._before + dump(item))
            self._before = ",\n"
        return "".join(written)


def project_path(path: str, base: str) -> str:
    """A path from the folder BASE on, without ./ in front; as it is where it does not lie in BASE."""
    if not base or not path:
        return os.path.normpath(path) if path else path
    seen = os.path.relpath(path, base)
    return os.path.normpath(path) if seen == ".." or seen.startswith("../") else seen


class Names:
    """Names for the findings of one file that stay when lines are added above: see `key`; those alike are counted."""

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()

    def of(self, note: Note) -> str:
        """The name of the next finding."""
        name = key(note)
        self._met[name] += 1
        return f"{name}:{self._met[name]}"
