"""The notes of the rules over several files, put where they belong."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from xlpy.cli.linting.packed import claims, numbers, sums, unpack
from xlpy.diagnostic import Severity
from xlpy.lint.report import Claimed, Elsewhere, Note, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.linting.packed import Packed
    from xlpy.cli.linting.spool import Claims, Clash, Reports
    from xlpy.host import HostFacts
    from xlpy.lint.rule import Rule


class _Pair(NamedTuple):
    """A claim of a file, and the same one of an earlier file."""

    rule: Rule
    own: Claimed
    other: Claimed
    path: str
    """Of the earlier file."""


def compared(reports: Reports, taken: Claims, host: HostFacts | None) -> Iterator[Report]:
    """The reports in their order, with notes on what files take that stand before them, and on what is too much."""
    sums = _Sums(host)
    clashes = groupby(taken.clashes(), key=lambda clash: clash.file)
    file, found = next(clashes, (-1, iter(())))
    for number, packed in enumerate(reports):
        pairs: list[_Pair] = []
        if number == file:
            pairs = [pair for clash in found for pair in _pairs(reports, packed, clash)]
            file, found = next(clashes, (-1, iter(())))
        report = unpack(packed)
        notes = [*map(_note, _unexplained(pairs)), *sums.notes(packed, pairs)]
        yield report._replace(notes=tuple(sorted((*report.notes, *notes), key=_order))) if notes else report


def _order(note: Note) -> tuple[int, int, int, str]:
    return note.place.start, note.place.end, -Severity[note.level.upper()], note.code


def _pairs(reports: Reports, packed: Packed, clash: Clash) -> Iterator[_Pair]:
    """The claims that clash; none where only their numbers are the same."""
    from xlpy.lint.rule import rules_by_code

    earlier = reports[clash.other]
    own, other = _claim(packed, clash.hash), _claim(earlier, clash.hash)
    if (own.code, own.what) == (other.code, other.what):
        yield _Pair(rules_by_code()[own.code], own, other, earlier.path)


def _claim(packed: Packed, number: int) -> Claimed:
    """The first claim of a file that has this number."""
    at = [one >> 1 for one in numbers(packed.body)].index(number)
    return claims(packed.body)[at]


def _unexplained(pairs: list[_Pair]) -> Iterator[_Pair]:
    """The pairs, without those that only follow from another one of the same two files."""
    for pair in pairs:
        others = (one.rule for one in pairs if one.path == pair.path and one.rule is not pair.rule)
        if not any(_explains(rule, pair.rule.code) for rule in others):
            yield pair


def _explains(rule: Rule, code: str) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in rule.explains)


def _note(pair: _Pair) -> Note:
    rule, own, other, path = pair
    summary = rule.clash.format(what=own.what, other=f"{path}:{other.place.line}")
    related = (Elsewhere("also taken here", path, other.place),)
    return _said(rule, own, summary)._replace(related=related)


def _said(rule: Rule, own: Claimed, summary: str) -> Note:
    level = rule.severity.name.lower()
    return Note(rule.code, level, summary, rule.cure, own.place, own.excerpt, own.excerpt_column)


class _Sums:
    """What all files together want of a host, up to where it is too much."""

    def __init__(self, host: HostFacts | None) -> None:
        self._host = host
        self._memory_kib = self._vcpus = 0
        self._told: set[str] = set()

    def notes(self, packed: Packed, pairs: list[_Pair]) -> Iterator[Note]:
        """What to say of a file with which it becomes too much. One guest's other version is not added."""
        if self._host is None or not packed.body:
            return
        from xlpy.lint.rule import rules_by_code

        wanted = [claim for claim in claims(packed.body) if rules_by_code()[claim.code].exceeds]
        wanted = [claim for claim in wanted if not any(_explains(pair.rule, claim.code) for pair in pairs)]
        if wanted:
            memory_kib, vcpus = sums(packed.body)
            self._memory_kib += memory_kib
            self._vcpus += vcpus
        for claim in wanted:
            rule = rules_by_code()[claim.code]
            said = rule.exceeds(self._host, self._memory_kib, self._vcpus) if rule.exceeds else ""
            if said and claim.code not in self._told:
                self._told.add(claim.code)
                yield _said(rule, claim, said)
