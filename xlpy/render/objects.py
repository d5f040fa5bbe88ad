"""What a listing lists as JSON or YAML; docs/json.md says what each field is."""

from __future__ import annotations

import json

from xlpy.record import Record
from xlpy.render.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

LAYOUTS = ("json", "yaml")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
"""What YAML, or the YAML of old, does not read as text."""


def to_text(listed: Record | Sequence[Record], layout: str) -> str:
    """Records in one of LAYOUTS: an array with an object for each, or for a lone one its object."""
    data = as_data(listed)
    return json.dumps(data, indent=2) + "\n" if layout == "json" else _yaml(data)


def as_data(value: Any) -> Any:
    """A value as JSON has it: a record is an object whose keys are its fields, with their units behind them.

    A byte that is not UTF-8 is written as the four characters of its escape, so that every reader takes the text.
    """
    if isinstance(value, Record):
        fields = value.as_dict()
        return {value.with_unit(name): as_data(field) for name, field in fields.items()}
    if hasattr(value, "items"):
        return {str(key): as_data(one) for key, one in value.items()}
    if isinstance(value, (tuple, list, frozenset, set)):
        return [as_data(one) for one in (sorted(value) if isinstance(value, (frozenset, set)) else value)]
    if isinstance(value, str):
        return "".join(printable(char) if "\ud800" <= char <= "\udfff" else char for char in value)
    return value


def _yaml(data: Any) -> str:
    return "".join(f"{line}\n" for line in _lines(data))


def _lines(data: Any) -> list[str]:
    """A value as lines of YAML; what stands below a key or a dash is indented by the caller."""
    if isinstance(data, dict) and data:
        return [line for key, value in data.items() for line in _below(f"{_scalar(key)}:", value)]
    if isinstance(data, list) and data and not all(map(_is_scalar, data)):
        return [line for value in data for line in _item(value)]
    return [_scalar(data)]


def _is_scalar(data: Any) -> bool:
    return not isinstance(data, (dict, list))


def _below(key: str, value: Any) -> list[str]:
    first, *rest = lines = _lines(value)
    inline = not rest and (_is_scalar(value) or not value or isinstance(value, list))
    return [f"{key} {first}"] if inline else [key, *(f"  {line}" for line in lines)]


def _item(value: Any) -> list[str]:
    first, *rest = _lines(value)
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _scalar(data: Any) -> str:
    """On one line; to YAML 5e-06 is a text, 5.0e-06 a number."""
    if isinstance(data, str):
        return data if _is_plain(data) else _quoted(data)
    if isinstance(data, list):
        return f"[{', '.join(map(_scalar, data))}]"
    return json.dumps(data) if not isinstance(data, float) or "." in repr(data) else repr(data).replace("e", ".0e")


def _is_plain(text: str) -> bool:
    """Whether it stays a text without quotes."""
    body = text.replace("_", "").replace("-", "").replace("/", "").replace(".", "")
    return text[:1].isalpha() and body.isascii() and body.isalnum() and text.lower() not in _WORDS


def _quoted(text: str) -> str:
    """In double quotes, in which YAML knows the escapes of JSON; fit for a terminal."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
