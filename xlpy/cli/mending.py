"""Files with their fixes: written back, or shown as a diff."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlpy.cli.files.paths import read_source
from xlpy.executors import Failure
from xlpy.lint.fixing import mend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlpy.lint.settings import LintSettings
    from xlpy.source import Source

    Write = Callable[[Source, str], None]
    """What is done with a text and the mended one."""


class Mended(NamedTuple):
    """What became of files: how many changed, how often each rule's fix was made, and what went wrong."""

    files: int = 0
    made: Counter[str] = Counter()  # noqa: RUF012 - a tuple's default, which is never changed
    troubles: tuple[str, ...] = ()


def mend_files(paths: Iterable[str], settings: LintSettings, write: Write, *, unsafe: bool) -> Mended:
    """Mend files and WRITE those that change; one that cannot be read or written is passed over."""
    rules = settings.rules()
    files, made, troubles = 0, Counter[str](), []
    for path in paths:
        try:
            source = read_source(path, settings.release)
            mended = mend(source, settings.rules_for(path, rules), settings.release, settings.host, unsafe=unsafe)
            if mended.text != source.text:
                write(source, mended.text)
                files += 1
                made += mended.made
        except Failure as failure:
            troubles.append(failure.advice or failure.lines[-1])
    return Mended(files, made, tuple(troubles))
