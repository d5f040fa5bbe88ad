"""Files of known differences: for each command that differs, why, then the lines of the real xl (-) and of xlpy (+).

# why; more lines, where there is more than one reason
$ xl list -c
-out Domain-0 ... Pool-0
+out Domain-0 ... ?
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

UNREASONED = "?"
"""Stands for the reason that somebody must write."""
REASONS = Path(__file__).parent / "scenario" / "reasons.txt"
"""Why a host differs: lines that say for which host, commands and lines a reason is; its top says how."""
_BETWEEN = " ~ "
_REASON, _COMMAND = "# ", "$ "


class Known(NamedTuple):
    """A command whose lines differ."""

    reasons: tuple[str, ...]
    command: str
    diff: tuple[str, ...]

    def text(self) -> str:
        """As it stands in a file."""
        reasons = (_REASON + reason for reason in self.reasons)
        return "".join(f"{line}\n" for line in (*reasons, _COMMAND + self.command, *self.diff))


def read_known(text: str) -> list[Known]:
    """The differences of a file, in order."""
    return [_block(block.splitlines()) for block in text.split("\n\n") if block.strip()]


def write_known(found: Iterable[Known]) -> str:
    """The file of these differences."""
    return "\n".join(known.text() for known in found)


def unknown(found: Iterable[Known], before: Iterable[Known]) -> list[Known]:
    """What of it is not known of the same command."""
    lines = _lines(before)
    rest = (
        known._replace(diff=tuple(line for line in known.diff if line not in lines[known.command])) for known in found
    )
    return [known for known in rest if known.diff]


def gone(found: Iterable[Known], before: Iterable[Known]) -> list[str]:
    """The commands of which something that was known is not found."""
    lines = _lines(found)
    return [known.command for known in before if not lines[known.command].issuperset(known.diff)]


class Reason(NamedTuple):
    """A line of reasons.txt; `command` and `line` are regular expressions."""

    host: str
    command: str
    line: str
    text: str


def read_reasons(text: str) -> list[Reason]:
    """The reasons of a file."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(_REASON[0]))
    return [Reason(*line.split(_BETWEEN)) for line in lines]


def reasoned(found: Iterable[Known], host: str, reasons: Sequence[Reason]) -> Iterator[Known]:
    """With the reasons of each line, or a question mark."""
    for known in found:
        wanted = [one for one in reasons if one.host in (host, "*") and re.search(one.command, known.command)]
        texts = [next((one.text for one in wanted if re.search(one.line, line)), UNREASONED) for line in known.diff]
        yield known._replace(reasons=tuple(dict.fromkeys(texts)))


def _lines(of: Iterable[Known]) -> defaultdict[str, set[str]]:
    """All differing lines of each command."""
    lines = defaultdict[str, set[str]](set)
    for known in of:
        lines[known.command].update(known.diff)
    return lines


def _block(lines: list[str]) -> Known:
    reasons = [line.removeprefix(_REASON) for line in lines if line.startswith(_REASON)]
    command, *diff = lines[len(reasons) :]
    return Known(tuple(reasons), command.removeprefix(_COMMAND), tuple(diff))
