"""A description of a host as a JSON file: the fields of HostFacts, those that differ from the built-in host."""

from __future__ import annotations

import json

from xlpy.cli.plainfile import read_plain
from xlpy.executors import Failure
from xlpy.host import BUILT_IN, HostFacts


def read_host(filename: str) -> HostFacts:
    """The host that a file describes; raises Failure where it does not."""
    try:
        given = json.loads(read_plain(filename))
    except (OSError, ValueError) as error:
        raise Failure(advice=f"{filename}: no description of a host: {error}") from None
    if not isinstance(given, dict):
        raise Failure(advice=f"{filename}: no description of a host: give a JSON object with fields of HostFacts")
    for name, value in given.items():
        expected = BUILT_IN.as_dict().get(name)
        if expected is None:
            raise Failure(advice=f"{filename}: a host has no {name}; it has {', '.join(HostFacts.FIELDS)}")
        if not _fits(value, expected, HostFacts.FIELDS[name]):
            raise Failure(advice=f"{filename}: {name} must be like {json.dumps(expected)}")
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return BUILT_IN.replace(**changes)


def _fits(value: object, expected: object, kind: str) -> bool:
    """Whether a value of JSON is like the present value of a field, of this kind."""
    if isinstance(expected, tuple):
        item_type = int if "int" in kind else str
        return isinstance(value, list) and all(type(item) is item_type for item in value)
    return type(value) is type(expected)
