"""How simulated guests behave: each by a rule that names guests by a pattern, from the environment or from the host.

A rule is `PATTERN=BEHAVIOUR+BEHAVIOUR...`, or behaviours alone for all guests; rules stand with commas between them,
and the first that fits counts. Those of XLPY_GUESTS come before those of the host (`xlpy host set guests=...`).
"""

from __future__ import annotations

import os

from xlpy.executors import Failure
from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

VARIABLE = "XLPY_GUESTS"
BEHAVIOURS = {
    "normal": "boots, answers and stops as a Linux does",
    "slow-boot": "takes SECONDS to boot (30 if not given)",
    "deaf": "ignores that it shall shut down or reboot",
    "no-suspend": "does not suspend itself, so that it can be neither saved nor migrated",
    "no-balloon": "has no balloon driver: its memory stays as it is",
    "slow-balloon": "gives back or takes only MIB of memory in a second (8 if not given)",
    "no-hotplug": "gives up vCPUs, but uses none that come later, like a Linux without a udev rule for that",
    "no-unplug": "does not let go of its devices",
    "busy": "works all the time, with PERCENT of each vCPU (100 if not given)",
    "no-pv-drivers": "hears nothing through xenstore, like an HVM guest without PV drivers",
    "silent": "never reads its console",
    "crash": "crashes SECONDS after it has booted (10 if not given)",
    "reboot-loop": "reboots SECONDS after it has booted (10 if not given), each time",
}
"""What each is about; those with SECONDS, MIB or PERCENT may be given as NAME:NUMBER."""
_NUMBERS = {"slow-boot": 30.0, "crash": 10.0, "reboot-loop": 10.0, "slow-balloon": 8.0, "busy": 100.0}


def parse(text: str) -> tuple[tuple[str, str], ...]:
    """The rules of a text as (pattern, behaviours); Failure, in one line, for what is none."""
    rules = []
    for rule in filter(None, (part.strip() for part in text.split(","))):
        pattern, equals, words = rule.partition("=")
        rules.append((pattern if equals else "*", words if equals else pattern))
        for word in rules[-1][1].split("+"):
            _check(word)
    return tuple(rules)


def _check(word: str) -> None:
    name, colon, seconds = word.partition(":")
    if name not in BEHAVIOURS:
        raise Failure(advice=f"{word!r} is no behaviour of a simulated guest: {', '.join(BEHAVIOURS)}")
    if colon and (name not in _NUMBERS or not seconds.replace(".", "", 1).isdecimal()):
        raise Failure(advice=f"{word!r}: give it as NAME:NUMBER, for {', '.join(_NUMBERS)} alone")


def chosen(db: sqlite3.Connection, name: str) -> str:
    """How a new guest of this name is to behave; empty for normal."""
    from fnmatch import fnmatchcase

    kept = db.execute("SELECT guests FROM host").fetchone()[0]
    rules = (*parse(os.environ.get(VARIABLE, "")), *parse(kept))
    words = next((words for pattern, words in rules if fnmatchcase(name, pattern)), "")
    return "" if words == "normal" else words


def has(behaviour: str, name: str) -> bool:
    """Whether a guest behaves so."""
    return any(word.partition(":")[0] == name for word in behaviour.split("+"))


def number(behaviour: str, name: str) -> float:
    """The number of a behaviour; 0 where the guest does not behave so."""
    for word in behaviour.split("+"):
        kind, _, given = word.partition(":")
        if kind == name:
            return float(given) if given else _NUMBERS[name]
    return 0.0


def doom(behaviour: str) -> float | None:
    """How long it runs after its boot before it stops by itself, in seconds; None where it does not."""
    for name in ("crash", "reboot-loop"):
        if has(behaviour, name):
            return number(behaviour, name)
    return None


def goes_down(row: sqlite3.Row) -> bool:
    """Whether a guest is about to stop and hears nothing more."""
    return row["stop_reason"] not in (None, rows.DOOMED)
