"""Makes device specs from a seed, out of the tokens that the device classes declare; most are right, many are not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from tests.oracle.casefile import SHORTHANDS
from tests.oracle.real import Case, config_case
from xlpy import vocabulary

if TYPE_CHECKING:
    from xlpy.vocabulary import Token

NUMBERS = ("0", "1", "2", "-1", "x", "", "0x10", "010", "99999999999", "18446744073709551616", " 3", "5 ")
TEXTS = (
    *("a", "b c", "", "é", "x=y", "0", "/p", "a;b", "id0:800x600;id1:1x2", "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"),
    *("pty", "qemu", "pv", "hostdev", "virtio", "xen_9pfsd", "s8;u8", "p", "raw", "03:00.0", "host", "xvda", "rw"),
)
WORDS = ("", "foo", "foo=1", "=", " ", "=x", "a b", "card", "pcm", "stream", "/a", "raw", "xvda", "w", ",")
# Where xl reads memory that nobody has set, its answer may be anything.
DEFINED = {
    "connectors": ("a:1x1", "id0:800x600;id1:1x2", "a:1", "a:x", "a:1x"),
    "bdf": ("03:00.0", "0000:03:1f.7", "x"),
}
EQUALS = ("=",) * 12 + (" =", "==", "", "= ")
COMMAS = (",",) * 6 + (", ", ",,", ",  ")
SECTIONS = ("card", "pcm", "stream", "CARD", "Pcm", "stream ", "foo")
BLANK = " "


def _modules() -> list[Any]:
    return [module for module in vocabulary.modules() if module.__name__.startswith("xlpy.devices.")]


def _value(rng: Random, token: Token) -> str:
    if token.form in DEFINED:
        return rng.choice(DEFINED[token.form])
    if token.values and rng.random() < 0.6:
        word = rng.choice(list(token.values))
        return rng.choice((word, word, word.upper(), word + BLANK))
    return rng.choice(NUMBERS if rng.random() < 0.5 else TEXTS)


def _item(rng: Random, tokens: tuple[Token, ...]) -> str:
    if rng.random() > 0.85 or not tokens:
        return rng.choice(WORDS)
    token = rng.choice(tokens)
    if token.form == "flag" and rng.random() < 0.8:
        return token.name
    examples = [item for item in token.good.split(",") if item.partition("=")[0] == token.name]
    if examples and rng.random() < 0.45:
        return examples[0]
    equals = "=" if token.form in DEFINED else rng.choice(EQUALS)
    return token.name + equals + _value(rng, token)


def _items(rng: Random, module: Any) -> list[str]:
    """The items of one spec; often all that a good one needs is among them."""
    tokens = getattr(module, "TOKENS", ())
    items = [_item(rng, tokens) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4, 6)))]
    if tokens and rng.random() < 0.8:
        items[rng.randint(0, len(items)) : 0] = rng.choice(tokens).good.split(",")
    return items


def _quoted(text: str) -> str:
    return f'"{text}"'


def _spec(rng: Random, module: Any) -> str:
    text = rng.choice(COMMAS).join(_items(rng, module))
    if not _nested(module):
        return _quoted(text)
    sections = (rng.choice(SECTIONS) + rng.choice(COMMAS) + text for _ in range(rng.randint(0, 3)))
    return "[" + ", ".join(map(_quoted, sections)) + "]"


def _nested(module: Any) -> bool:
    return bool(module.KEYS[-1].good[0].startswith("[["))


def make(seed: int) -> Case:
    """A configuration with some devices."""
    rng = Random(seed)
    lines = [rng.choice(list(SHORTHANDS.values())[1:]).decode()]
    for module in rng.sample(_modules(), rng.choice((1, 1, 1, 2, 3))):
        specs = ", ".join(_spec(rng, module) for _ in range(rng.choice((1, 1, 2, 3))))
        lines.append(f"{module.KEYS[-1].name} {rng.choice(('=', '=', '+='))} [ {specs} ]")
    return config_case(f"specs {seed}", "".join(f"{line}\n" for line in lines).encode())


def make_command(seed: int) -> Case:
    """A command line that would attach a device, with -N."""
    rng = Random(seed)
    module = rng.choice([module for module in _modules() if _can_dry_run(module)])
    words = _items(rng, module)
    if _nested(module):
        words = [f"{rng.choice(SECTIONS)},{word}" for word in words]
    return Case(f"words {seed}", ("-N", module.ATTACH.verb, "0", *words), ())


def _can_dry_run(module: Any) -> bool:
    from xlpy.cli.registry import find_verb

    verb = find_verb(module.ATTACH.verb) if hasattr(module, "ATTACH") else None
    return verb is not None and verb.dry_run
