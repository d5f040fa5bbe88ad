"""Makes whole configurations from a seed: most are right, some are bent until xl may refuse them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.oracle.bend import bent
from tests.oracle.guests import DEVICES, KEYS, NAMES, PATHS, Value, odd

if TYPE_CHECKING:
    from collections.abc import Sequence

# How many of the files are bent after they were written.
BENT = 0.42
MOST_KEYS = 14
ENDS = ("\n",) * 12 + (" # why\n", ";\n", "; ", "  \n", "\n\n", "\n# next\n", " ;;\n")


def _settings(rng: Random) -> list[tuple[str, Value]]:
    """The settings of one guest, in the order of its file."""
    kind = rng.choice(("pv", "pv", "hvm", "hvm", "pvh"))
    settings: list[tuple[str, Value]] = [("name", rng.choice(NAMES))]
    if kind == "hvm" and rng.random() < 0.3:
        settings.append(("builder", "hvm"))
    elif kind != "pv" or rng.random() < 0.3:
        settings.append(("type", kind))
    if kind != "hvm" or rng.random() < 0.2:
        settings.append(rng.choice((("kernel", rng.choice(PATHS)), ("kernel", "/k"), ("bootloader", "pygrub"))))
    settings += [(key, KEYS[key](rng)) for key in rng.sample(list(KEYS), rng.randint(0, MOST_KEYS))]
    settings += [(key, make(rng)) for key, make in DEVICES.items() if rng.random() < 0.3]
    if rng.random() < 0.5:
        rng.shuffle(settings)
    return settings


def _uuid(rng: Random) -> str:
    """The first line of the file; rarely none, so that xl makes a uuid up."""
    digits = f"{rng.getrandbits(128):032x}"
    uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return "" if odd(rng) else f'uuid = "{uuid}"\n'


def _written_text(rng: Random, text: str) -> str:
    quote = "'" if '"' in text else '"' if "'" in text else rng.choice('"""\'')
    return quote + text.replace("\\", "\\\\") + quote


def _written_number(rng: Random, number: int) -> str:
    return rng.choice((*[f"{number}"] * 3, f'"{number}"', f"{number:#x}", f"0{number:o}", f"'{number:#X}'"))


def _written_list(rng: Random, items: Sequence[str]) -> str:
    last = rng.choice(("", "", ",")) if items else ""
    match rng.randrange(4):
        case 0:
            return "[" + ",".join(items) + last + "]"
        case 1:
            return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
        case 2:
            return "[ # all of them\n" + ", # and\n".join(items) + last + "\n\n]"
        case _:
            return "[ " + ", ".join(items) + last + " ]"


def _written(rng: Random, value: Value) -> str:
    """A value as a person would write it: quote marks, bases and the layout of lists differ."""
    if isinstance(value, str):
        return _written_text(rng, value)
    if isinstance(value, int):
        return _written_number(rng, value)
    return _written_list(rng, [_written(rng, item) for item in value])


def _statement(rng: Random, key: str, value: Value) -> str:
    blank = rng.choice((" ", " ", " ", "", "\t", "  "))
    if isinstance(value, list) and len(value) > 1 and rng.random() < 0.15:
        return _statement(rng, key, value[:1]) + f"{key} += {_written(rng, value[1:])}\n"
    return f"{key}{blank}={blank}{_written(rng, value)}{rng.choice(ENDS)}"


def generate(seed: int) -> bytes:
    """The configuration that belongs to a seed, always the same."""
    rng = Random(seed)
    data = "".join(_statement(rng, key, value) for key, value in _settings(rng)).encode()
    if rng.random() < BENT:
        for _ in range(rng.randint(1, 3)):
            data = bent(rng, data)
    return _uuid(rng).encode() + data
