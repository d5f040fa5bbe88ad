"""Nodes of xenstore as xenstore-ls and its kin print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.xenstore import Node

WIDTH = 80
"""Where the output is no terminal."""
_TAG = len(' = "..."')
_PERMISSIONS_FROM = 60
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}
_DIGITS = "01234567"


def escaped(value: str) -> str:
    """A value in printable ASCII."""
    if value.isascii() and value.isprintable() and "\\" not in value:
        return value
    data = value.encode("utf-8", "surrogateescape").decode("latin-1")
    return "".join(char if " " <= char <= "~" and char != "\\" else _escape(char) for char in data)


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\{ord(char):03o}" if ord(char) < 8 else f"\\x{ord(char):02x}"


def unescaped(text: str) -> str:
    """What `escaped` stands for; an unknown escape is the character behind the backslash."""
    data, at = bytearray(), 0
    while at < len(text):
        char = text[at]
        at += 1
        if char != "\\" or at == len(text):
            data += b"" if char == "\\" else char.encode("utf-8", "surrogateescape")
            continue
        at = _take(text, at, data)
    return data.decode("utf-8", "surrogateescape")


def _take(text: str, at: int, data: bytearray) -> int:
    """Decode the escape behind a backslash; gives where it ends."""
    char = text[at]
    plain = {"t": 9, "n": 10, "r": 13, "\\": 92}
    if char in plain:
        data.append(plain[char])
        return at + 1
    start, most, base, digits = (at + 1, 2, 16, "0123456789abcdefABCDEF") if char == "x" else (at, 3, 8, _DIGITS)
    if char != "x" and char not in _DIGITS:
        data += char.encode("utf-8", "surrogateescape")
        return at + 1
    end = start
    while end < min(start + most, len(text)) and text[end] in digits:
        end += 1
    data.append(int(text[start:end] or "0", base) & 0xFF)
    return end


def listing(
    nodes: Iterable[Node], *, flat: bool = False, permissions: bool = False, width: int = WIDTH
) -> Iterator[str]:
    """The lines of xenstore-ls for all that is below a path: indented, or FLAT with whole paths."""
    first: int | None = None
    room, known = 0 if permissions else width - _TAG, dict[str, str]()
    for node in nodes:
        path, given, _ = node
        value = known.get(given)
        if value is None:
            value = known[given] = escaped(given)
        depth = path.count("/")
        first = depth if first is None else first
        if flat:
            yield f'{path} = "{value}"' + (_shown(node, len(value) + 5, 0) if permissions else "")
            continue
        name, depth = path[path.rfind("/") + 1 :], depth - first
        if depth + len(name) + len(value) <= room:  # nearly all: this is what a large tree takes its time for
            yield f'{" " * depth}{name} = "{value}"'
        else:
            yield _indented(node, value, depth, width, permissions=permissions)


def _indented(node: Node, value: str, depth: int, width: int, *, permissions: bool) -> str:
    name = node.path.rpartition("/")[2]
    head = " " * depth + name[: max(0, width - _TAG - depth)]
    room = width - _TAG - len(head)
    if len(value) > room and len(node.value.encode("utf-8", "surrogateescape")) > room:
        line = f'{head} = "{value[: max(0, room)]}\\..."'
        return line + (f"  ({node.permissions})" if permissions else "")
    line = f'{head} = "{value}"'
    return line + (_shown(node, len(line), min(_PERMISSIONS_FROM, width)) if permissions else "")


def _shown(node: Node, taken: int, until: int) -> str:
    """The permissions, in a column where the line leaves room."""
    dots = "".join("." if column & 1 else " " for column in range(taken + 1, until))
    return f" {dots}  ({node.permissions})"
