"""A saved plan: the guests that should run, and the state of the host for which that was looked at."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from xlpy.cli.files.plainfile import read_plain
from xlpy.executors import Failure
from xlpy.executors.sim.saved import config_from_text, to_text
from xlpy.fleet.change import Wish
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.fleet.running import Running
    from xlpy.host import HostFacts

_MARK = "xlpy plan"
_VERSION = 1
_MOST_BYTES = 2**28


class SavedPlan(Record):
    """What such a file says."""

    uri: str | None
    state: str
    """The fingerprint of the host."""
    prune: bool
    wishes: tuple[Wish, ...]


def fingerprint(running: Sequence[Running], facts: HostFacts) -> str:
    """Another one when the host, a guest, or what a guest was told to be has changed; not as time passes."""
    digest = hashlib.sha256(to_text(facts).encode(errors="surrogateescape"))
    for one in running:
        config = to_text(one.config) if one.config is not None else ""
        rest = one.replace(config=None, memory_kib=0)
        digest.update(f"{rest!r}{config}".encode(errors="surrogateescape"))
    return digest.hexdigest()


def save_plan(path: str, plan: SavedPlan) -> None:
    """Write it; raises Failure where that cannot be."""
    wishes = [{"key": one.key, "uuid_given": one.uuid_given, "config": to_text(one.config)} for one in plan.wishes]
    data = {_MARK: _VERSION, "host": plan.uri, "state": plan.state, "prune": plan.prune, "guests": wishes}
    try:
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - as its reader
            json.dump(data, file, indent=1)
            file.write("\n")
    except OSError as error:
        raise Failure(advice=f"{path}: cannot be written: {error.strerror}") from None


def load_plan(path: str) -> SavedPlan | None:
    """The plan in a file; None where it is no plan, but perhaps a configuration. Raises Failure where it is broken."""
    try:
        data = read_plain(path, _MOST_BYTES)
        if _MARK.encode() not in data[:100]:
            return None
        found = json.loads(data)
    except OSError:
        return None
    except ValueError as error:
        raise Failure(advice=f"{path}: a broken plan: {error}") from None
    if found.get(_MARK) != _VERSION:
        raise Failure(advice=f"{path}: a plan of another version of xlpy; make it again")
    try:
        wishes = tuple(
            Wish(key=str(one["key"]), uuid_given=bool(one["uuid_given"]), config=config_from_text(one["config"]))
            for one in found["guests"]
        )
        return SavedPlan(uri=found["host"], state=str(found["state"]), prune=bool(found["prune"]), wishes=wishes)
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
        raise Failure(advice=f"{path}: a broken plan: {error!r}") from None
