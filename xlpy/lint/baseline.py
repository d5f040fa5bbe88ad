"""A baseline: the findings that a project lives with, so that only new ones are told."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.lint.report import Note, Report

VERSION = 1


def key(note: Note) -> str:
    """What a finding is known by: its code and its line's text, wherever the line is by now."""
    text = " ".join(note.excerpt.split()).encode("utf-8", "surrogateescape")
    return f"{note.code}:{hashlib.sha256(text).hexdigest()[:16]}"


class Baseline:
    """How often each known finding is in each file."""

    def __init__(self, known: dict[str, dict[str, int]] | None = None) -> None:
        self._known = known or {}

    @classmethod
    def parse(cls, text: str) -> Baseline:
        """Read what `text` writes; ValueError says what is wrong with it."""
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("files"), dict):
            raise ValueError("it is no baseline of xlpy lint")
        for counts in data["files"].values():
            if not isinstance(counts, dict) or not all(isinstance(count, int) for count in counts.values()):
                raise ValueError("it is no baseline of xlpy lint")
        return cls(data["files"])

    def text(self) -> str:
        """The baseline as JSON, in a settled order so that a change of it can be read."""
        return json.dumps({"version": VERSION, "files": self._known}, indent=1, sort_keys=True) + "\n"

    def add(self, path: str, report: Report) -> None:
        """Accept all findings of a file."""
        if report.notes:
            self._known[path] = dict(Counter(map(key, report.notes)))

    def new_in(self, path: str, notes: Iterable[Note]) -> tuple[Note, ...]:
        """The findings of a file that are not in it; of several alike, those that are more than there were."""
        left = dict(self._known.get(path, {}))
        new = []
        for note in notes:
            name = key(note)
            if left.get(name, 0) > 0:
                left[name] -= 1
            else:
                new.append(note)
        return tuple(new)
