"""Keys: unknown ones, and those given twice."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest


@cache
def nearest_key(name: str) -> str:
    """The known key that is spelt most like this one; empty when none is."""
    return next(iter(get_close_matches(name, sorted(vocabulary.key_names()), n=1, cutoff=0.75)), "")


def _unknown(guest: Guest) -> Iterator[Finding]:
    for setting in guest.assignments:
        if setting.name in vocabulary.key_names():
            continue
        near = nearest_key(setting.name)
        yield Finding(
            setting.name_span,
            f"xl knows no key {setting.name}: it ignores the line without a word",
            f"did you mean {near}?" if near else "remove it, or see xl.cfg(5) for what there is",
            edits.rename(setting, near, safe=False) if near and near not in guest.entries else None,
        )


def _twice(guest: Guest) -> Iterator[Finding]:
    for name in guest.entries:
        settings = guest.assignments_of(name)
        for lost, winner in pairwise(settings):
            if not winner.append:
                yield Finding(
                    lost.name_span,
                    f"{name} is assigned again below: this value is lost",
                    "remove one of them, or append with +=",
                    edits.remove(guest.text, lost),
                    (Related("assigned again here", guest.source, winner.name_span),),
                )


RULES = (
    Rule(
        code="unknown-key",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that xl does not know",
        why=(
            "xl reads the keys that it knows and passes over all others without a word: the guest starts with the "
            "default in place of the value that was meant."
        ),
        bad="«memroy» = 512",
        good="memory = 512",
        fixed="memory = 512",
        broken_too=True,
        check=_unknown,
    ),
    Rule(
        code="duplicate-key",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that is assigned twice",
        why="The last assignment wins and xl says nothing about the others, whose values are lost.",
        bad="«memory» = 512\nvcpus = 2\nmemory = 1024",
        good="disk = ['/dev/vg0/a,raw,xvda,rw']\ndisk += ['/dev/vg0/b,raw,xvdb,rw']",
        fixed="vcpus = 2\nmemory = 1024",
        broken_too=True,
        check=_twice,
    ),
)
