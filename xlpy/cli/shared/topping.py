"""What xlpy top does with its options, which are xentop's."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.top.table import View

DEFAULT_DELAY = 3
FLAGS = {
    "n": "networks",
    "x": "vbds",
    "v": "vcpus",
    "r": "repeat_header",
    "f": "full_name",
    "z": "dom0_first",
}


def top(call: Call, options: dict[str, str]) -> int:
    """Show the screen; with -b, or where there is no terminal, print."""
    from xlpy.cstring import atoi

    if "V" in options:
        from xlpy import __version__

        print(f"xlpy {__version__}")
        return 0
    delay = atoi(options["d"]) if "d" in options else DEFAULT_DELAY
    iterations = max(0, atoi(options.get("i", "0")))
    if "b" in options:
        return _print(call, _view(options), max(0, delay), iterations)
    return _screen(call, _view(options), max(1, delay), iterations)


def _view(options: dict[str, str]) -> View:
    from xlpy.top.table import View

    return View(**{name: True for letter, name in FLAGS.items() if letter in options})


def _print(call: Call, view: View, delay: int, iterations: int) -> int:
    from xlpy.top import batch

    try:
        batch.run(call.executor(), view, delay=delay, iterations=iterations)
    except KeyboardInterrupt:
        return 0
    return 0


def _screen(call: Call, view: View, delay: int, iterations: int) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _refuse(call, "this is no terminal: xlpy top -b prints instead")
    try:
        from xlpy.top import screen
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("textual"):
            raise
        return _refuse(call, "the screen needs textual: pip install 'xlpy[top]'; xlpy top -b prints without it")
    call.executor()  # which tells here what is wrong with it
    screen.run(call.executor, view, delay=delay, iterations=iterations)
    return 0


def _refuse(call: Call, why: str) -> int:
    from xlpy.cli.say import say

    say(f"top: {why}", "xlpy" if call.settings.added else "xl")
    return 1
