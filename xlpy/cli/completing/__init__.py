"""What a shell may complete a command line with: derived from the declarations of verbs, and from the host.

The parts of the shells are completion.bash, .zsh and .fish; they ask `xlpy __complete PROGRAM WORD...`,
where the last WORD is the one to complete.
"""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHELLS = ("bash", "zsh", "fish")
LINE_END = "\n"
_NO_SPACE = ":nospace"
_FILES = ":files"


class Candidate(Record):
    """A word that fits, and what it is."""

    word: str
    about: str = ""
    is_path: bool = False


def script(shell: str) -> str:
    """The part that a shell reads, for one of SHELLS."""
    import os

    path = os.path.join(os.path.dirname(__file__), f"completion.{shell}")  # noqa: PTH118, PTH120 - pathlib is slow
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow
        return file.read()


def answer(program: str, words: Sequence[str]) -> str:
    """What the shell reads: WORD, TAB and DESCRIPTION a line, and `:nospace` or `:files` where that holds of all.

    Nothing is worse than a message in the middle of a command line: whatever goes wrong, there are no candidates.
    """
    from xlpy.cli.completing.line import complete

    try:
        return lines(complete(program, list(words)))
    except (Exception, KeyboardInterrupt):
        return ""


def lines(candidates: Iterable[Candidate]) -> str:
    """Candidates as the shell reads them; words that no terminal could show are left out."""
    shown = {one.word: one for one in candidates if one.word.isprintable()}
    text = "".join(f"{word}\t{one.about.partition(LINE_END)[0]}\n" for word, one in shown.items())
    if shown and all(word.endswith(("=", "/", ":")) for word in shown):
        text += f"{_NO_SPACE}\n"
    if shown and all(one.is_path for one in shown.values()):
        text += f"{_FILES}\n"
    return text
