"""Makes docs/differences.md from the table of differences: python docs/differences.py [--check]."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from written import written

from xlpy.differences import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.differences import Difference

PAGE = Path(__file__).parent / "differences.md"
LONGEST = 100
HEAD = """\
# Where xlpy differs from xl

Made from `xlpy/differences.py` by `make docs`: do not edit.

What the xl of Xen 4.17 and 4.20 prints is what xlpy prints, to the byte, with the same exit status. The exceptions are
here, all of them: where xl crashes, never ends, reads memory that was never set or fails without a word, xlpy says what
is wrong. Each example stands behind two lines that give the guest a name and a kernel, and is run through both programs
by the tests.
"""


def page() -> str:
    """The text of the page."""
    rows = (f"| [{d.id}](#{d.id.lower()}) | {d.title} | {' | '.join(answers(d))} |\n" for d in TABLE)
    table = "".join(("| | what | xl 4.17 | xl 4.20 |\n|---|---|---|---|\n", *rows))
    return "\n".join([HEAD, table, *(f"## {d.id}\n\n{section(d)}" for d in TABLE)])


def answers(difference: Difference) -> tuple[str, ...]:
    """What the real xl does, release by release."""
    found = (difference.real.get(release) for release in ("4.17", "4.20"))
    return tuple(answer.value if answer else "as xlpy" for answer in found)


def section(difference: Difference) -> str:
    """One difference with its example."""
    return "\n".join([f"**{difference.title}.** {difference.sentence}\n", *_example(difference), _said(difference)])


def _example(difference: Difference) -> Iterator[str]:
    if difference.conf:
        yield f"xl.conf:\n\n    {difference.conf}\n"
    if difference.example:
        yield "".join(f"    {_typed(line)}\n" for line in difference.example.splitlines())
    yield f"    $ xl {difference.command}\n"


def _typed(line: str) -> str:
    shown = line.replace("\0", "<NUL>")
    return shown if len(shown) <= LONGEST else f"{shown[:30]} ... {shown[-3:]}"


def _said(difference: Difference) -> str:
    status = f"xlpy ends with status {difference.status}"
    if not difference.line:
        return f"{status}.\n"
    line = re.sub(r"{(\w+)}", lambda found: found[1].upper(), difference.line)
    return f"{status}, and says:\n\n    {line}\n"


if __name__ == "__main__":
    sys.exit(written(PAGE, page()))
