"""What the other configurations of a folder take for themselves: MACs, disks, names ..."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from xlpy.lint.engine import read
from xlpy.lint.suppress import is_ignored
from xlpy.lsp.positions import Positions
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Claim, Rule
    from xlpy.release import Release

    Stamp = tuple[int, int]

MOST_FILES = 20_000
LARGEST = 1 << 20
"""A longer file is no neighbour: an editor must not wait for it."""


class Holder(NamedTuple):
    """Where another file takes something: lines and columns as editors count them."""

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    shared: bool


class Clash(NamedTuple):
    """A claim of a guest that others make too."""

    rule: Rule
    claim: Claim
    holders: tuple[Holder, ...]


class Neighbours:
    """The claims of all files, kept up to date as files change; FIND lists the configurations of the folders."""

    def __init__(self, find: Callable[[], Iterable[str]], rules: Sequence[Rule], release: Release) -> None:
        self._find = find
        self._rules = [rule for rule in rules if rule.claims is not None]
        self._release = release
        self._stamps: dict[str, Stamp] = {}
        self._taken: dict[str, dict[tuple[str, str], Holder]] = {}
        self._open: set[str] = set()

    def refresh(self) -> None:
        """Look at the files on disk again, those that changed."""
        seen = set()
        for number, path in enumerate(self._find()):
            real = os.path.realpath(path)
            seen.add(real)
            if number >= MOST_FILES:
                break
            if real not in self._open:
                self._look(real)
        for gone in self._taken.keys() - seen - self._open:
            del self._taken[gone]

    def _look(self, path: str) -> None:
        try:
            status = os.stat(path)  # noqa: PTH116 - called for each file of a folder, and pathlib is slow
            stamp = (status.st_mtime_ns, status.st_size)
            if self._stamps.get(path) == stamp or status.st_size > LARGEST:
                return
            with open(path, "rb") as file:  # noqa: PTH123 - as above
                data = file.read()
        except OSError:
            return
        self._stamps[path] = stamp
        self._note(path, read(Source.from_bytes(path, data), self._release))

    def show(self, path: str, guest: Guest) -> None:
        """Take the text that is open in the editor in place of the file's."""
        self._open.add(os.path.realpath(path))
        self._note(os.path.realpath(path), guest)

    def close(self, path: str) -> None:
        """The file on disk counts again."""
        self._open.discard(os.path.realpath(path))
        self._stamps.pop(os.path.realpath(path), None)
        self._look(os.path.realpath(path))

    def _note(self, path: str, guest: Guest) -> None:
        positions = Positions(guest.text)
        self._taken[path] = {
            (rule.code, claim.what): Holder(
                path, positions.at(claim.span.start), positions.at(claim.span.end), claim.shared
            )
            for rule, claim in self._claims(guest)
        }

    def _claims(self, guest: Guest) -> Iterator[tuple[Rule, Claim]]:
        if guest.loaded.broken:
            return
        for rule in self._rules:
            for claim in rule.claims(guest) if rule.claims else ():
                yield rule, claim

    def clashes(self, path: str, guest: Guest) -> Iterator[Clash]:
        """What this guest takes and others take too; what all of them share is none."""
        own = os.path.realpath(path)
        for rule, claim in self._claims(guest):
            name = (rule.code, claim.what)
            holders = [taken[name] for other, taken in self._taken.items() if other != own and name in taken]
            holders = [holder for holder in holders if not (holder.shared and claim.shared)]
            if holders and not is_ignored(guest, rule.code, claim.span.start):
                yield Clash(rule, claim, tuple(sorted(holders)))
