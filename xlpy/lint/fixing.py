"""Fixes carried out on a text, and the proof that the safe ones leave its meaning as it is."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlpy.config import load
from xlpy.diagnostic import Severity, xl_output
from xlpy.lint.engine import diagnose, read
from xlpy.lint.guest import ANY_HOST
from xlpy.lint.rule import rules_by_code
from xlpy.lint.suppress import is_mark
from xlpy.source import Source
from xlpy.syntax import comments
from xlpy.values import NO_UUID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlpy.config import Loaded
    from xlpy.diagnostic import Diagnostic, Edit, Fix
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.lint.rule import Rule
    from xlpy.release import Release

MOST_ROUNDS = 50
"""A fix may bring another into reach; no chain is as long."""


class Mended(NamedTuple):
    """A text after its fixes, and which rules' fixes were made, by code."""

    text: str
    made: Counter[str]


def mend(
    source: Source, rules: Sequence[Rule], release: Release, host: HostFacts | None = None, *, unsafe: bool = False
) -> Mended:
    """Make all fixes of these rules that can be made, with UNSAFE also those that may change what the file means."""
    made: Counter[str] = Counter()
    refused: set[tuple[str, str]] = set()
    for _ in range(MOST_ROUNDS):
        found = diagnose(read(source, release, host), rules)
        findings = [one for one in found if one.fix and (unsafe or one.fix.safe) and _name(one) not in refused]
        if not findings:
            break
        first = min(map(_rank, findings))
        findings = [one for one in findings if _rank(one) == first]
        round_ = _batch(source, findings, release) or _one_by_one(source, findings, release, refused)
        if round_ is not None:
            source = Source(source.name, round_.text)
            made += round_.made
    return Mended(source.text, made)


def _rank(finding: Diagnostic) -> int:
    """In which turn a fix is made: what may only follow from something else waits until that is mended."""
    rule = rules_by_code().get(finding.code)
    if rule is None or rule.group == "text":
        return 0
    return 1 if rule.is_cause else 2 if finding.severity is Severity.ERROR else 3


def _name(finding: Diagnostic) -> tuple[str, str]:
    assert finding.fix is not None
    return finding.code, f"{finding.fix.title} {finding.span}"


def _batch(source: Source, findings: list[Diagnostic], release: Release) -> Mended | None:
    """All fixes at once; None where that is not right."""
    text, taken = _applied(source.text, findings)
    if text == source.text or not _is_right(source, text, taken, release):
        return None
    return Mended(text, Counter(one.code for one in taken))


def _one_by_one(
    source: Source, findings: list[Diagnostic], release: Release, refused: set[tuple[str, str]]
) -> Mended | None:
    """The first fix that is right alone; those before it are not tried again."""
    for finding in findings:
        if (made := _batch(source, [finding], release)) is not None:
            return made
        refused.add(_name(finding))
    return None


def applied(text: str, fixes: Iterable[Fix]) -> str:
    """The text after the fixes, in their order; one that touches what another has changed waits for the next time."""
    edits = _Edits()
    for fix in fixes:
        edits.take(fix)
    return edits.carried_out(text)


class _Edits:
    """Edits that do not touch each other, by their places."""

    def __init__(self) -> None:
        self._sorted: list[Edit] = []

    def take(self, fix: Fix) -> bool:
        """Add the edits of a fix; False where one of them touches what is there."""
        if not all(map(self._is_apart, fix.edits)):
            return False
        for edit in fix.edits:
            insort(self._sorted, edit)
        return True

    def _is_apart(self, edit: Edit) -> bool:
        at = bisect_left(self._sorted, edit)
        near = self._sorted[max(0, at - 1) : at + 1]
        return all(edit.span.end < other.span.start or edit.span.start > other.span.end for other in near)

    def carried_out(self, text: str) -> str:
        """The text with all of them made."""
        pieces, at = [], 0
        for span, new in self._sorted:
            pieces += [text[at : span.start], new]
            at = span.end
        return "".join([*pieces, text[at:]])


def _applied(text: str, findings: list[Diagnostic]) -> tuple[str, list[Diagnostic]]:
    edits = _Edits()
    taken = [finding for finding in findings if finding.fix is not None and edits.take(finding.fix)]
    return edits.carried_out(text), taken


def _is_right(source: Source, text: str, findings: list[Diagnostic], release: Release) -> bool:
    """No comment or blank line is lost, the text is read as well as before, and safe fixes keep what it means."""
    if not _keeps_comments(source.text, text):
        return False
    after = Source(source.name, text)
    if all(one.fix is not None and one.fix.safe for one in findings):
        return same_meaning(source, after, release)
    return _trouble(after, release) <= _trouble(source, release)


def _trouble(source: Source, release: Release) -> int:
    """0 for a text that xl takes, 1 for one that it reads and refuses, 2 for one that it cannot read."""
    loaded = load(source, release=release, host=ANY_HOST)
    return 2 if loaded.broken else int(xl_output(loaded.diagnostics)[1] is not None)


def _keeps_comments(before: str, after: str) -> bool:
    """Whether all comments are still there, but for those that silence findings, and the blank lines too."""
    lost = Counter(_comments(before)) - Counter(_comments(after))
    return all(is_mark(comment) for comment in lost) and _blank_lines(after) >= _blank_lines(before)


def _comments(text: str) -> Iterable[str]:
    return (text[slice(*span)].rstrip() for span in comments(text))


def _blank_lines(text: str) -> int:
    return sum(not line.strip() for line in text.split("\n"))


def same_meaning(before: Source, after: Source, release: Release) -> bool:
    """Whether xl makes the same of both texts: the same configuration, or a refusal for the same reasons."""
    one, other = (load(text, release=release, host=ANY_HOST) for text in (before, after))
    if xl_output(one.diagnostics)[1] != xl_output(other.diagnostics)[1]:
        return False
    errors = (Counter(d.code for d in loaded.diagnostics if d.severity is Severity.ERROR) for loaded in (one, other))
    return next(errors) == next(errors) and _undrawn(one) == _undrawn(other)


def _undrawn(loaded: Loaded) -> DomainConfig:
    """The configuration without what is drawn at random each time it is read."""
    config = loaded.config
    if "c_info.uuid" not in loaded.where:
        config = config.replace(c_info=config.c_info.replace(uuid=NO_UUID))
    if getattr(config.b_info.u, "ms_vm_genid", ()):
        config = config.replace(b_info=config.b_info.replace(u=config.b_info.u.replace(ms_vm_genid=(1,))))
    return config
