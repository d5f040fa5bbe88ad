"""The guests that autostart is about: their configurations, their order, and what has become of them."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.config import load
from xlpy.record import Record
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlpy.cli.autostart.rules import Rules
    from xlpy.executors import DomainInfo

LAST = 10**9
"""The rank of what has no number in front of its name."""


class Guest(Record):
    """A guest to start or to stop."""

    name: str
    """The domain; empty where the configuration does not tell it."""
    config: str = ""
    """The file of its configuration; empty where it has none in the folder."""
    saved: str = ""
    """The file in which it is saved; empty where there is none."""
    domid: int | None = None
    """None where it does not run."""
    rank: int = LAST
    """The number that the name of its configuration begins with: guests of one rank may start at once."""

    @property
    def label(self) -> str:
        """How to call it."""
        return self.name or Path(self.config).name


def find_guests(rules: Rules, running: Sequence[DomainInfo]) -> list[Guest]:
    """The guests with a configuration in order, then those that are only saved, then those that only run."""
    domids = {domain.name: domain.domid for domain in running if domain.domid}
    saved = {path.name: str(path) for path in _files(rules.save)}
    found = [_guest(path, domids, saved) for path in _files(rules.auto)]
    known = {guest.name for guest in found}
    found += [Guest(name=name, saved=saved[name], domid=domids.get(name)) for name in saved if name not in known]
    known |= set(saved)
    found += [Guest(name=name, domid=domids[name]) for name in domids if name not in known]
    return sorted(found, key=lambda guest: (not guest.config, guest.rank))


def groups(guests: Iterable[Guest]) -> list[list[Guest]]:
    """Guests in order, those together that may be dealt with at once."""
    return [list(group) for _, group in groupby(guests, key=lambda guest: (not guest.config, guest.rank))]


def _files(folder: str) -> list[Path]:
    """The files of a folder by name, without hidden ones and what editors and packages leave; links are followed."""
    if not folder or not Path(folder).is_dir():
        return []
    left = ("~", ".bak", ".dpkg-old", ".dpkg-dist", ".dpkg-new", ".rpmsave", ".rpmnew")
    return sorted(path for path in Path(folder).iterdir() if path.is_file() and not _is_left(path.name, left))


def _is_left(name: str, endings: tuple[str, ...]) -> bool:
    return name.startswith(".") or name.endswith(endings)


def _guest(path: Path, domids: dict[str, int], saved: dict[str, str]) -> Guest:
    name = _name(path)
    number = re.match(r"\d+", path.name)
    return Guest(
        name=name,
        config=str(path),
        saved=saved.get(name, "") if name else "",
        domid=domids.get(name),
        rank=min(int(number[0][:9]), LAST) if number else LAST,
    )


def _name(path: Path) -> str:
    """The name of the guest of a configuration; empty where it cannot be read, of which create tells the reason."""
    try:
        return load(Source.from_bytes(str(path), path.read_bytes())).config.name or ""
    except (OSError, ValueError):
        return ""
