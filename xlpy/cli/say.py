"""What the programs say of themselves on standard error; xl's own lines pass through as they are."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Failure, LibxlError
    from xlpy.release import Release


def say(text: str, program: str = "xl") -> None:
    """One line of our own, fit for a terminal whatever is in it."""
    from xlpy.render.text import printable

    say_whole(f"{program}: {printable(text)}")


def say_whole(line: str) -> None:
    """A line of xl's in one write, so that those of both ends of a migration do not mix."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def say_failure(failure: Failure, program: str = "xl") -> None:
    """What a host would not do: its lines are in xl's words, the way out in ours."""
    sys.stdout.flush()
    for line in failure.lines:
        say_whole(line)
    if failure.advice:
        say(failure.advice, program)


def say_refusal(failure: Failure, release: Release) -> None:
    """What a host says, in libxl's words of this release where it has them."""
    from xlpy.executors import LibxlError

    if isinstance(failure, LibxlError):
        say_libxl(failure, release)
    else:
        say_failure(failure)


def say_libxl(error: LibxlError, release: Release, program: str = "xl") -> None:
    """What libxl says for an error in this release, and our way out."""
    sys.stdout.flush()
    for line in filter(None, (message.line(release) for message in error.messages)):
        say_whole(line)
    if error.advice:
        say(error.advice, program)
