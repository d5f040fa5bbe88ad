"""The JSON that libxl prints -> DomainConfig (Xen: libxl_domain_config_from_json)."""

from __future__ import annotations

import json
import sys
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from xlpy import vocabulary
from xlpy.libxl import DeviceRecord, DomainConfig, Struct


def from_json(text: str) -> DomainConfig:
    """Read a configuration back. As in libxl a missing key, or one of the wrong JSON type, keeps its initial value
    and an unknown key is ignored; ValueError for text that is no JSON object, or a word that libxl does not know.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    except RecursionError:
        raise ValueError("not libxl's JSON: nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not libxl's JSON: it is an object {...}")
    config = _struct(DomainConfig, data, "")
    assert isinstance(config, DomainConfig)
    return config.replace(devices=tuple(_devices(data)))


def _devices(data: dict[str, Any]) -> list[DeviceRecord]:
    devices: list[DeviceRecord] = []
    for record in sorted(device_classes(), key=lambda record: record.AT):
        items = data.get(record.ARRAY, ())
        for index, item in enumerate(items if isinstance(items, list) else ()):
            device = _struct(record, item if isinstance(item, dict) else {}, f"{record.ARRAY}[{index}].")
            assert isinstance(device, DeviceRecord)
            devices.append(device)
    return devices


@cache
def device_classes() -> tuple[type[DeviceRecord], ...]:
    """The record of every device class."""
    found = (value for module in vocabulary.modules() for value in vars(module).values() if isinstance(value, type))
    records = (value for value in found if issubclass(value, DeviceRecord) and hasattr(value, "ARRAY"))
    return tuple(dict.fromkeys(records))


_TYPES: dict[tuple[type[Struct], str], Any] = {}


def _type(struct: type[Struct], field: str) -> Any:
    """The type of a field, from its annotation."""
    if (struct, field) not in _TYPES:
        _TYPES[struct, field] = _evaluate(struct, field)
    return _TYPES[struct, field]


def _evaluate(struct: type[Struct], field: str) -> Any:
    owner = next(base for base in struct.__mro__ if field in base.__dict__.get("__annotations__", ()))
    return eval(struct.FIELDS[field], vars(sys.modules[owner.__module__]))  # the text is that of our own source


def _struct(struct: type[Struct], data: dict[str, Any], path: str) -> Struct:
    values: dict[str, Any] = {}
    for name in struct.FIELDS:
        if name == "devices":
            continue
        kind = _type(struct, name)
        if name in struct.SELECTORS:
            values.update(_union(struct, name, kind, data, path))
        elif name in data:
            values[name] = _value(kind, data[name], path + name, defbool=struct.FIELDS[name] == "Defbool")
    return struct(**{name: value for name, value in values.items() if value is not _MISSING})


def _union(struct: type[Struct], name: str, kind: Any, data: dict[str, Any], path: str) -> dict[str, Any]:
    """The member whose key is there: `type.hvm`."""
    for member in get_args(kind) or (kind,):
        key = f"{struct.SELECTORS[name]}.{getattr(member, 'MEMBER', '')}"
        if isinstance(data.get(key), dict):
            return {name: _struct(member, data[key], f"{path}{key}.")}
    return {}


_MISSING: Any = object()


def _value(kind: Any, data: Any, path: str, *, defbool: bool = False) -> Any:
    """A value of the type that the field has, or _MISSING."""
    if defbool:
        return _defbool(data)
    if get_origin(kind) in (Union, UnionType):
        kind = next(option for option in get_args(kind) if option is not type(None))
    if get_origin(kind) is Literal:
        return _word(get_args(kind), data, path)
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), data, path)
    if issubclass(kind, Struct):
        return _struct(kind, data, f"{path}.") if isinstance(data, dict) else _MISSING
    return data if isinstance(data, kind) and isinstance(data, bool) == (kind is bool) else _MISSING


def _defbool(data: Any) -> Any:
    for word, value in (("True", True), ("False", False), ("<default>", None)):
        if isinstance(data, str) and data.startswith(word):
            return value
    return _MISSING


def _word(words: tuple[str, ...], data: Any, path: str) -> Any:
    if not isinstance(data, str):
        return _MISSING
    if data.lower() not in words:
        raise ValueError(f"{path}: libxl does not know {data!r}; it is one of {', '.join(words)}")
    return data.lower()


def _tuple(item_types: tuple[Any, ...], data: Any, path: str) -> Any:
    if get_args(item_types[0]) == (str, str):
        return tuple((name, str(value)) for name, value in data.items()) if isinstance(data, dict) else _MISSING
    if not isinstance(data, list):
        return _MISSING
    items = (_value(item_types[0], item, f"{path}[{index}]") for index, item in enumerate(data))
    return tuple(item for item in items if item is not _MISSING)
