"""DomainConfig -> the JSON that libxl prints, to the byte (Xen: libxl_json.c with yajl, up to 4.20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.libxl import DeviceRecord, DomainConfig, Struct
from xlpy.release import DEFAULT, Release
from xlpy.values import NO_UUID

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    **{chr(c): f"\\u{c:04X}" for c in range(32) if chr(c) not in "\b\f\n\r\t"},
}
_TABLE = str.maketrans(_ESCAPES)
_LEAVES: dict[str, Callable[[Any], Any]] = {"Defbool": str, "tuple[tuple[str, str], ...]": dict}
"""How the values of some types of fields are printed; the others as they are."""


def to_json(value: Any, release: Release = DEFAULT) -> str:
    """The text of a DomainConfig, a device, or a tree of dicts and lists of them; ends with a newline."""
    return _text(_plain(value, release), "") + "\n"


def _plain(value: Any, release: Release) -> Any:
    """Structures become dicts without the fields that are at their initial values."""
    if isinstance(value, Struct):
        return _fields(value, release)
    if isinstance(value, dict):
        return {name: _plain(item, release) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, release) for item in value]
    return value


def _fields(struct: Struct, release: Release) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, kind in struct.FIELDS.items():
        value = getattr(struct, name)
        if name in struct.SINCE and release < Release.parse(struct.SINCE[name]):
            continue
        if isinstance(struct, DomainConfig) and name == "devices":
            out.update(_arrays(value, release))
        elif name in struct.SELECTORS:
            if value is not None:
                out[f"{struct.SELECTORS[name]}.{value.MEMBER}"] = _fields(value, release)
        elif isinstance(value, Struct):
            out[name] = _fields(value, release)
        elif name in struct.ALWAYS or value not in (getattr(type(struct), name), NO_UUID):
            out[name] = _LEAVES[kind](value) if kind in _LEAVES else _plain(value, release)
    return out


def _arrays(devices: tuple[DeviceRecord, ...], release: Release) -> dict[str, Any]:
    """The devices by class, in the order of libxl's arrays."""
    arrays: dict[str, Any] = {}
    for device in sorted(devices, key=lambda device: device.AT):
        arrays.setdefault(device.ARRAY, []).append(_fields(device, release))
    return arrays


def _text(value: Any, indent: str) -> str:
    """Yajl's layout: four blanks a level, an empty line inside an empty container."""
    deeper = indent + "    "
    if isinstance(value, dict):
        items = [f'{deeper}"{name}": {_text(item, deeper)}' for name, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}" + "}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + _text(item, deeper) for item in value) + f"\n{indent}]"
    if isinstance(value, str):
        return '"' + value.translate(_TABLE) + '"'
    if value is None:
        return "null"
    return str(value).lower()
