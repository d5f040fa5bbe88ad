"""Ways to spoil a configuration, such as hands, editors and other programs do."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Change = Callable[[Random, bytes], bytes]
LineChange = Callable[[Random, list[bytes]], None]

ODD_CHARACTERS = "$\"'\\[],;#=(:-+.Ax7 \n\t\r\u00e9\ufeff"
ODD_LINES = r"""
import os
if True:
memory = memory * 2
vif = vif + [ '' ]
print 'x'
x = os.uname()[1]
Memory = 5
cpu-weight = 5
vcpus = abc
hello
= 5
x = [ [ 1, [ 'a' ] ], 2 ]
acpi = True
# only a comment
vif += [ '' ]
extra += 'more'
name += 1
memory += 5
disk += 'x'
;;;
memory = 1g
x = 'a' 'b'
x = 'a\qb'
x = 'a\101b\n'
x = 'unterminated
vif = [ '' '' ]
x = -1
""".strip().splitlines()


def _drop(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + data[place + 1 :]


def _insert(rng: Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(ODD_CHARACTERS).encode() + data[place:]


def _change_an_assignment(rng: Random, data: bytes) -> bytes:
    return data.replace(b"=", rng.choice((b"+=", b"==", b" = ", b"")), rng.randint(1, 3))


def _change_line_ends(rng: Random, data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n", rng.choice((1, -1)))


def _cut(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _cut_the_last_newline(_: Random, data: bytes) -> bytes:
    return data.rstrip(b"\n")


def _double_a_line(rng: Random, lines: list[bytes]) -> None:
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))


def _swap_lines(rng: Random, lines: list[bytes]) -> None:
    first, second = (rng.randrange(len(lines)) for _ in range(2))
    lines[first], lines[second] = lines[second], lines[first]


def _lose_a_line(rng: Random, lines: list[bytes]) -> None:
    del lines[rng.randrange(len(lines))]


def _add_a_line(rng: Random, lines: list[bytes]) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(ODD_LINES).encode() + b"\n")


BYTE_CHANGES: tuple[Change, ...] = (
    *(_drop, _drop, _drop, _insert, _insert, _insert),
    *(_change_an_assignment, _change_line_ends, _cut, _cut_the_last_newline),
)
LINE_CHANGES: tuple[LineChange, ...] = (
    _double_a_line,
    _swap_lines,
    _lose_a_line,
    _add_a_line,
    _add_a_line,
    _add_a_line,
)


def bent(rng: Random, data: bytes) -> bytes:
    """The same text with one thing spoiled; never empty."""
    chosen = rng.randrange(len(BYTE_CHANGES) + len(LINE_CHANGES))
    if chosen < len(BYTE_CHANGES):
        return BYTE_CHANGES[chosen](rng, data) or b"\n"
    lines = data.splitlines(keepends=True)
    LINE_CHANGES[chosen - len(BYTE_CHANGES)](rng, lines)
    return b"".join(lines) or b"\n"
