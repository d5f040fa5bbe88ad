"""A description of a host as a file: the fields of HostFacts that differ from the built-in host, as JSON or TOML."""

from __future__ import annotations

import json
import os

from xlpy.cli.files.plainfile import read_plain
from xlpy.executors import Failure
from xlpy.hostfields import from_plain, to_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts

_SHIPPED = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "hosts")  # noqa: PTH118, PTH120 - pathlib is slow
_MOST_BYTES = 2**26


def shipped() -> list[str]:
    """The names of the hosts that come with xlpy."""
    return sorted(name.removesuffix(".toml") for name in os.listdir(_SHIPPED) if name.endswith(".toml"))


def read_host(filename: str) -> HostFacts:
    """The host that a file describes, or one that comes with xlpy, by its name; raises Failure where it does not."""
    path = filename
    if not os.path.exists(filename) and filename in shipped():  # noqa: PTH110 - pathlib is slow
        path = f"{_SHIPPED}/{filename}.toml"
    try:
        return from_plain(_parsed(read_plain(path, _MOST_BYTES).decode(), toml=path.endswith(".toml")))
    except FileNotFoundError as error:
        known = f"hosts that come with xlpy: {', '.join(shipped())}"
        raise Failure(advice=f"{filename}: no description of a host: {error.strerror}; {known}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise Failure(advice=f"{filename}: no description of a host: {error}") from None


def _parsed(text: str, *, toml: bool) -> object:
    if toml:
        import tomllib

        return tomllib.loads(text)
    return json.loads(text)


def host_text(facts: HostFacts, layout: str) -> str:
    """A host as a file: json or toml."""
    data = to_plain(facts)
    if layout == "json":
        return json.dumps(data, indent=2) + "\n"
    plain = {name: value for name, value in data.items() if not _is_tables(value)}
    tables = [(name, item) for name, value in data.items() if _is_tables(value) for item in value]
    lines = [*_assignments(plain)]
    for name, item in tables:
        lines += ["", f"[[{name}]]", *_assignments(item)]
    return "".join(f"{line}\n" for line in lines)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _assignments(table: dict[str, object]) -> Iterator[str]:
    return (f"{name} = {_toml(value)}" for name, value in table.items())


def _toml(value: object) -> str:
    """Numbers, truth and text are written as in JSON, but that TOML has no escaped slash and wants DEL escaped."""
    if isinstance(value, list):
        items = [_toml(item) for item in value]
        line = f"[{', '.join(items)}]"
        return line if len(line) < 100 else "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
