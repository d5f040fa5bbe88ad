"""--format and --watch, which every verb has whose declaration says what it lists."""

from __future__ import annotations

import sys

from xlpy.cli.call import Call
from xlpy.cli.getopt import BadOptionError, Getopt
from xlpy.cli.verb import HELP_OPTION, LISTING_OPTIONS, options_of
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.verb import Option

FORMAT, WATCH = LISTING_OPTIONS
TEXT = "text"
DEFAULT_SECONDS = "2"
USAGE_ERROR = 2
_CLEAR = "\033[H\033[2J\033[3J"


class View(Record):
    """How to show a listing."""

    layout: str
    """`text`, which is xl's own, or one of the layouts of render.objects."""
    seconds: float | None
    """Until it is shown again."""
    words: list[str]
    """The words of the verb without the options that ask for this."""


def run_listing(call: Call) -> int:
    """Run a listing as --format and --watch ask; xl's own way where they do not stand among its options."""
    try:
        view = _view(call)
    except BadOptionError:
        view = None
    except ValueError as error:
        from xlpy.cli.say import say

        say(str(error), "xlpy" if call.settings.added else "xl")
        return USAGE_ERROR
    if view is None:
        return call.verb.run(call)
    return _show(call, view) if view.seconds is None else _watch(call, view, view.seconds)


def _view(call: Call) -> View | None:
    """What the options ask for; None where neither is among them, ValueError for a value that is none."""
    added = call.verb.added if call.settings.added else ()
    known = {option.letter: option for option in (*options_of(call.verb, call.release), *added, HELP_OPTION)}
    words = [f"{word}={DEFAULT_SECONDS}" if word == f"--{WATCH.name}" else word for word in call.words]
    scan = Getopt(words, (*known.values(), *LISTING_OPTIONS))
    given = list(scan)
    asked = dict(given)
    if not asked.keys() & {FORMAT.letter, WATCH.letter}:
        return None
    others = [_written(known[letter], value) for letter, value in given if letter in known]
    watch = asked.get(WATCH.letter)
    return View(
        layout=_layout(asked.get(FORMAT.letter, TEXT)),
        seconds=None if watch is None else _seconds(watch),
        words=[*others, "--", *scan.rest],
    )


def _written(option: Option, value: str) -> str:
    """An option as one word that getopt reads the same way."""
    if option.short:
        return f"-{option.letter}{value}"
    return f"--{option.name}={value}" if option.value else f"--{option.name}"


def _layout(name: str) -> str:
    from xlpy.render.objects import LAYOUTS

    if name not in (TEXT, *LAYOUTS):
        raise ValueError(f"--format is {TEXT}, {' or '.join(LAYOUTS)}, not {name}")
    return name


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 86400:
        raise ValueError(f"--watch is a number of seconds from 0.1 on, not {text}")
    return seconds


def _show(call: Call, view: View) -> int:
    again = Call(call.verb, list(view.words), call.settings)
    if view.layout == TEXT or call.verb.records is None:
        return call.verb.run(again)
    from xlpy.render.objects import to_text

    sys.stdout.write(to_text(call.verb.records(again), view.layout))
    return 0


def _watch(call: Call, view: View, seconds: float) -> int:
    """Show it again and again until it fails or is interrupted; on a terminal in one place."""
    from time import sleep

    on_terminal = sys.stdout.isatty()
    try:
        while True:
            status, text = _caught(call, view)
            sys.stdout.write(f"{_CLEAR}{_title(call, seconds)}\n\n{text}" if on_terminal else text)
            sys.stdout.flush()
            if status:
                return status
            sleep(seconds)
            if not on_terminal:
                sys.stdout.write("\n")
    except KeyboardInterrupt:
        sys.stdout.write("\n" * on_terminal)
        return 0


def _caught(call: Call, view: View) -> tuple[int, str]:
    """The status and what stands on standard output, so that a screen is painted in one go."""
    from contextlib import redirect_stdout
    from io import StringIO

    with redirect_stdout(StringIO()) as caught:
        status = _show(call, view)
    return status, caught.getvalue()


def _title(call: Call, seconds: float) -> str:
    from time import strftime

    return f"xl {call.verb.name}, every {seconds:g} s: {strftime('%H:%M:%S')}   (Ctrl-C ends it)"
