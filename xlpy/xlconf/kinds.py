"""The kinds of values that keys of xl.conf take, and what xl says to wrong ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from xlpy.cstring import as_int
from xlpy.kinds import Choice
from xlpy.values import parse_cpus
from xlpy.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.reader import Reader
    from xlpy.vocabulary import Key


def _flag(reader: Reader, name: str) -> bool | None:
    """A number; xl keeps it as a C int."""
    number = reader.integer(name)
    return None if number is None else as_int(number) != 0


def _read_mask(reader: Reader, name: str) -> str | None:
    """A CPU list; of a wrong one xl takes what comes before the mistake."""
    items = (reader.text(name) or "").split(",")
    for number, item in enumerate(items):
        try:
            parse_cpus(item, reader.host)
        except ValueError as error:
            reader.remark("bad-cpu-list", str(error), str(error), key=name)
            return ",".join(items[:number])
    return reader.text(name, quiet=True)


def _word(values: Mapping[str, str], message: str, code: str, *, unended: bool = False) -> Choice:
    """A whole word; another one leaves what is built in. xl forgets to end some of its messages."""

    def read(reader: Reader, name: str) -> str | None:
        text = reader.text(name)
        if text is not None and text not in values:
            line = message.format(value=text)
            reader.remark(code, line, line, key=name, unended=unended)
        return None if text is None else values.get(text)

    return Choice(name="word", read=read, values=MappingProxyType(values))


def read_old(reader: Reader, key: Key) -> None:
    """The old name of a key: the new one is read after it, and wins."""
    text = reader.text(key.name)
    if text is not None:
        line = f"the global config option {key.name} is deprecated, please switch to {key.deprecated}"
        reader.remark("old-key", line, line, key=key.name, advice=f"write {key.deprecated} for {key.name}")
        reader.put(key.field, text, key.name)


FLAG = Kind(name="boolean", read=_flag)
MASK = Kind(name="CPU list", read=_read_mask)
AUTOBALLOON = _word(
    {"on": "on", "1": "on", "off": "off", "0": "off", "auto": "auto"},
    "invalid autoballoon option",
    "unknown-autoballoon",
    unended=True,
)
FORMAT = _word({"json": "json", "sxp": "sxp"}, 'invalid default output format "{value}"', "unknown-format")
POLICY = _word({"xen": "xen", "random": "random"}, "invalid domid_policy option", "unknown-policy", unended=True)
