"""Differential fuzzing over everything that is declared: python -m tests.oracle.fuzz [N] [--seed S].

The values come from the declarations themselves (good and bad examples of keys and tokens), from values of the
wrong kind, and from small mutations, in any combination of guest type, keys, devices and `+=`.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from random import Random
from typing import TYPE_CHECKING

from tests.oracle.bend import bent
from tests.oracle.real import CONFIG_NAME, RELEASES, Case, Outcome, compare, config_case
from xlpy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.vocabulary import Key, Token

BATCH = 250
MOST_KEYS = 12
MOST_TOKENS = 6
SHRINK_TRIES = 400
BENT = 0.12
WRONG_KINDS = (
    *("0", "1", "5", '"-1"', '"010"', '"0x1F"', '""', '"yes"', '"64M"', "99999999999999999999", "4294967296", '" 7"'),
    *("[]", '["a"]', '[1, "b"]', '[["a"]]', '["a", ["b"]]', '"a,b=c"', '[""]', "'x'", "12abc", '["1", "2"]'),
)
NOT_REPEATABLE = {"uuid", "ms_vm_genid"}
"""Keys for which xl draws random numbers."""


def generate(seed: int) -> bytes:
    """One configuration."""
    rng = Random(seed)
    keys = [key for key in vocabulary.all_keys() if key.name not in NOT_REPEATABLE]
    settings = [("name", '"fuzz"'), ("uuid", '"6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"')]
    settings += rng.choice(([], [("type", '"pv"')], [("type", '"pvh"')], [("type", '"hvm"')], [("type", '"hvm"')]))
    if rng.random() < 0.9:
        settings.append(("kernel", '"/boot/vmlinuz"'))
    settings += [(key.name, _value(rng, key)) for key in rng.sample(keys, rng.randint(1, MOST_KEYS))]
    if rng.random() < 0.3:
        rng.shuffle(settings)
    lines = "".join(f"{name}{rng.choice(OPERATORS)}{value}{rng.choice(ENDS)}" for name, value in settings)
    data = lines.encode("utf-8", "surrogateescape")
    return bent(rng, data) if rng.random() < BENT else data


OPERATORS = (" = ",) * 16 + ("=", "\t=  ", " += ")
ENDS = ("\n",) * 12 + (" # why\n", " ;\n", "; ", "\n\n")


def _value(rng: Random, key: Key) -> str:
    chance = rng.random()
    tokens = _tokens(key)
    if tokens and chance < 0.6:
        return _specs(rng, tokens)
    if chance < 0.15:
        return rng.choice(WRONG_KINDS)
    if chance < 0.3 and key.bad:
        return rng.choice(key.bad)
    value = rng.choice(key.good) if key.good else rng.choice(WRONG_KINDS)
    return _mutated(rng, value) if rng.random() < 0.2 else value


def _tokens(key: Key) -> Sequence[Token]:
    """The tokens of a device's specs."""
    for module in vocabulary.modules():
        tokens: Sequence[Token] = getattr(module, "TOKENS", ())
        if key.kind.name == "list" and key in getattr(module, "KEYS", ()) and tokens:
            return tokens
    return ()


def _specs(rng: Random, tokens: Sequence[Token]) -> str:
    return "[" + ", ".join(f"'{_spec(rng, tokens)}'" for _ in range(rng.randint(1, 3))) + "]"


def _spec(rng: Random, tokens: Sequence[Token]) -> str:
    chosen = rng.sample(tokens, rng.randint(1, min(MOST_TOKENS, len(tokens))))
    words = [token.bad if token.bad and rng.random() < 0.12 else token.good for token in chosen]
    text = rng.choice((",", ", ", ",")).join(words).replace("'", "")
    return _mutated(rng, text) if rng.random() < 0.1 else text


def _mutated(rng: Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    match rng.randrange(4):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + rng.choice("0a,=: -\"'x") + text[at:]
        case 2:
            return text.upper()
        case _:
            return text[:at] + text[max(0, at - 3) :]


def differing(cases: Sequence[Case]) -> list[Outcome]:
    """The cases in which xlpy and the real xl differ, for any release."""
    outcomes = [outcome for release in RELEASES for outcome in compare(release, cases, keep=False)]
    return [outcome for outcome in outcomes if outcome.differing]


def shrink(outcome: Outcome) -> Outcome:
    """A smaller configuration that differs as well: without some lines, then without some characters."""
    for separator in (b"\n", b", ", b",", b""):
        outcome = _shrink_by(outcome, separator)
    return outcome


def _shrink_by(outcome: Outcome, separator: bytes) -> Outcome:
    tries = 0
    changed = True
    while changed and tries < SHRINK_TRIES:
        changed = False
        for smaller in _smaller(dict(outcome.case.files)[CONFIG_NAME], separator):
            tries += 1
            again = differing([config_case(outcome.case.name, smaller)])
            if again:
                outcome, changed = again[0], True
                break
            if tries >= SHRINK_TRIES:
                break
    return outcome


def _smaller(data: bytes, separator: bytes) -> Iterator[bytes]:
    parts = data.split(separator) if separator else [data[i : i + 1] for i in range(len(data))]
    size = len(parts) // 2
    while size:
        for at in range(0, len(parts), size):
            yield separator.join(parts[:at] + parts[at + size :])
        size //= 2


def run(count: int, seed: int) -> list[Outcome]:
    """Compare COUNT fresh configurations; gives the differing ones."""
    found: list[Outcome] = []
    for start in range(seed, seed + count, BATCH):
        seeds = range(start, min(start + BATCH, seed + count))
        found += differing([config_case(f"fuzz {number}", generate(number)) for number in seeds])
    return found


def main() -> int:
    """Print the differences, shrunk."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.fuzz", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**40))
    parser.add_argument("--show", type=int, default=5, help="print N differences, shrunk (default 5)")
    options = parser.parse_args()
    found = run(options.count, options.seed)
    for outcome in found[: options.show]:
        print(shrink(outcome).report())
    print(f"seed {options.seed}: {options.count} configurations, {len(found)} differ")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
