"""Records <-> plain values for JSON: {"": "module.Class", field: value ...}, without the fields at their defaults.

Only records of xlpy.libxl, xlpy.host and xlpy.devices are read back, whatever a file says.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from xlpy.host import HostFacts
    from xlpy.libxl import DeviceRecord, DomainConfig

_TYPE = re.compile(r"(libxl|host|devices\.[a-z_0-9]+)\.([A-Z][A-Za-z0-9]*)")


def to_text(record: Record) -> str:
    """A record as JSON."""
    return json.dumps(_plain(record), separators=(",", ":"))


def config_from_text(text: str) -> DomainConfig:
    """A DomainConfig that `to_text` wrote."""
    from xlpy.libxl import DomainConfig

    config = _record(json.loads(text))
    assert isinstance(config, DomainConfig)
    return config


def device_from_text(text: str) -> DeviceRecord:
    """A device that `to_text` wrote."""
    from xlpy.libxl import DeviceRecord

    device = _record(json.loads(text))
    assert isinstance(device, DeviceRecord)
    return device


def facts_from_text(text: str) -> HostFacts:
    """A HostFacts that `to_text` wrote."""
    from xlpy.host import HostFacts

    facts = _record(json.loads(text))
    assert isinstance(facts, HostFacts)
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        name = f"{type(value).__module__.removeprefix('xlpy.')}.{type(value).__name__}"
        if not _TYPE.fullmatch(name):
            raise TypeError(f"{name} is not a record that is saved")
        given = {field: _plain(item) for field, item in value.as_dict().items() if field in value.__dict__}
        return {"": name, **given}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _record(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_record(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = _kind(value.pop(""))
    return kind(**{field: _record(item) for field, item in value.items()})


@cache
def _kind(name: str) -> type[Record]:
    """The class of a record by the name that is saved."""
    match = _TYPE.fullmatch(name)
    if match is None:
        raise ValueError("not a saved record")
    kind = getattr(import_module(f"xlpy.{match[1]}"), match[2])
    if not (isinstance(kind, type) and issubclass(kind, Record)):
        raise ValueError(f"{match[0]} is not a record")
    return kind
