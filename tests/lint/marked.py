"""Configurations with « » around what the linter shall find."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.render.rules import UNENDED, unmarked

if TYPE_CHECKING:
    from xlpy.source import Span

_SETTING = re.compile(r"^[ \t«]*([a-z][a-z0-9._]*)[»]?[ \t]*\+?=", re.MULTILINE)
_BOOTS = {"kernel", "bootloader", "firmware", "type", "builder"}


class Marked(NamedTuple):
    """A text and the ranges that were marked in it."""

    text: str
    spans: tuple[Span, ...]


def marked(written: str) -> Marked:
    """Read the marks of a text, behind a name and a kernel where it has settings but not these."""
    whole = _head(written) + written
    assert whole.count("«") == whole.count("»"), f"a mark is not closed: {written}"
    plain, spans = unmarked(whole)
    ended = plain.endswith("\n") or not plain or UNENDED in whole
    return Marked(plain if ended else f"{plain}\n", spans)


def _head(written: str) -> str:
    names = set(_SETTING.findall(written))
    if not names or written.startswith(("\ufeff", "«\ufeff")):
        return ""
    head = "" if "name" in names else 'name = "web"\n'
    return head + ("" if names & _BOOTS else 'kernel = "/boot/vmlinuz"\n')


class Case(NamedTuple):
    """One case of a case file: what it shows (bad, fixed, good), the options behind that, the text."""

    what: str
    options: dict[str, str]
    written: str
    line: int


def read_cases(text: str) -> list[Case]:
    """The cases of a file: each begins with a line such as `=== bad xen=4.17`; what stands above is a comment."""
    cases: list[Case] = []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.startswith("=== "):
            what, *options = line[4:].split()
            cases.append(Case(what, dict(option.split("=", 1) for option in options), "", number))
        elif cases:
            cases[-1] = cases[-1]._replace(written=cases[-1].written + line)
    return cases
