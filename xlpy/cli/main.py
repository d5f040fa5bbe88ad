"""The entry points: global options, the choice of the verb, and what happens when something goes wrong."""

from __future__ import annotations

import gc
import os
import sys

from xlpy.cli import names
from xlpy.cli.call import Call, Leave, Settings
from xlpy.cli.files.xlconf import VARIABLE, with_conf
from xlpy.cli.getopt import LONG, BadOptionError, Getopt
from xlpy.cli.registry import find_verb
from xlpy.cli.say import say, say_failure, say_libxl
from xlpy.cli.verb import HELP_OPTION, Option
from xlpy.executors import Failure, LibxlError
from xlpy.release import DEFAULT, Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GLOBAL_OPTIONS = tuple(Option(letter=letter) for letter in "vftTN")
ADDED_OPTIONS = (
    Option(letter="X", name="xen", value=True, short=False),
    Option(letter="C", name="connect", value=True, short=False),
    Option(letter="F", name="config", value=True, short=False),
    Option(letter="V", name="version", short=False),
    Option(letter="B", name="best-effort", short=False),
    HELP_OPTION,
)
"""The global options that `xlpy` has and `xl` does not."""

ASKING = "__complete"
"""The word by which a shell asks xlpy what fits a command line."""
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def xl() -> None:
    """The console script `xl`: the strict drop-in."""
    _main("xl")


def xlpy() -> None:
    """The console script `xlpy`: xl's verbs and the commands that are added to them."""
    _main("xlpy")


def _main(program: str) -> None:
    gc.set_threshold(100_000, 50)  # looking for garbage would take a fifth of the time
    sys.stdout, sys.stderr = _usable(sys.stdout), _usable(sys.stderr)
    status = run(sys.argv[1:], program)
    try:
        sys.stdout.flush()
    except OSError:  # said already; the interpreter would say it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _usable(stream: Any) -> Any:
    """A text stream through which bytes of files pass as they are; nowhere, if the caller closed it."""
    if stream is None:
        stream = open(os.devnull, "w")  # noqa: PTH123, SIM115 - pathlib is slow
    stream.reconfigure(encoding=sys.getfilesystemencoding(), errors="surrogateescape")
    return stream


def run(argv: list[str], program: str = "xl") -> int:
    """Carry out one command line, without the program's name; gives the exit status."""
    stderr = sys.stderr
    try:
        status = _run(argv, program)
        sys.stdout.flush()
    except Leave as leave:
        return leave.status
    except Failure as failure:
        say_failure(failure, program)
        return failure.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    except MemoryError as error:
        error.__traceback__ = None  # lets go of what fills the memory
        say("there is not enough memory for so large an input", program)
        return INTERNAL_ERROR
    except Exception as error:
        return _unexpected(error, program)
    finally:
        sys.stderr = stderr
    return status


def _unexpected(error: Exception, program: str) -> int:
    if os.environ.get("XLPY_DEBUG"):
        import traceback

        traceback.print_exception(error)
    elif isinstance(error, OSError):
        say(str(error), program)
        return 1
    else:
        say(f"internal error: {type(error).__name__}: {error} (XLPY_DEBUG=1 shows where)", program)
    return INTERNAL_ERROR


def _run(argv: list[str], program: str) -> int:
    added = ADDED_OPTIONS if program == "xlpy" else ()
    scan = Getopt(argv, GLOBAL_OPTIONS + added)
    try:
        given = list(scan)
    except BadOptionError as bad:
        return _bad_global_option(bad, program)
    last = dict(given)
    if "T" in last:
        from xlpy.cli.shared.stamping import Stamped

        sys.stderr = Stamped(sys.stderr)
    settings = settings_of(last, [letter for letter, _ in given].count("v"), program)
    if HELP_OPTION.letter in last:
        return _help([], settings, program)
    if "V" in last:
        from xlpy import __version__

        print(f"xlpy {__version__} (following xl of Xen {settings.release})")
        return 0
    return _dispatch(scan.rest, settings, program)


def _bad_global_option(bad: BadOptionError, program: str) -> int:
    what = "unrecognized option" if bad.letter == LONG else f"invalid option -- '{bad.letter}'"
    print(f"{program}: {what}\nunknown global option", file=sys.stderr)
    return 1


def settings_of(options: dict[str, str], verbosity: int, program: str) -> Settings:
    """What global options (letter to value) and the environment say; Failure for a release that is none."""
    env = os.environ
    wanted = options.get("X") or env.get("XLPY_XEN")
    try:
        release = Release.parse(wanted) if wanted else DEFAULT
    except ValueError as error:
        raise Failure(advice=str(error)) from None
    return Settings(
        release=release,
        release_given=bool(wanted),
        connect=options.get("C") or env.get("XLPY_CONNECT"),
        dry_run="N" in options,
        verbosity=verbosity,
        added=program == "xlpy",
        best_effort="B" in options,
        xl_conf=options.get("F", env.get(VARIABLE)),
    )


def _dispatch(words: list[str], settings: Settings, program: str) -> int:
    if not words:
        _help([], settings, program)
        return 1
    word, rest = words[0], words[1:]
    if program == "xlpy" and word == ASKING and rest:
        from xlpy.cli.completing import answer

        sys.stdout.write(answer(rest[0], rest[1:]))
        return 0
    if program == "xlpy" and word not in names.NAMES:
        from xlpy.cli.command import find_added, run_added

        if (command := find_added(word)) is not None:
            return run_added(command, word, rest, settings)
    settings = with_conf(settings)
    name = names.resolve(word, settings.release)
    if name is not None:
        return _run_verb(name, rest, settings, program)
    if word == "help":
        return _help(rest, settings, program)
    print("command not implemented", file=sys.stderr)
    return 1


def _run_verb(name: str, words: list[str], settings: Settings, program: str) -> int:
    verb = find_verb(name)
    assert verb is not None, f"{name} has no file"
    if settings.dry_run and not verb.dry_run:
        print("command does not implement -N (dryrun) option", file=sys.stderr)
        return 1
    call = Call(verb, words, settings)
    try:
        return _listing(call) if verb.records and _shown_otherwise(words) else verb.run(call)
    except LibxlError as error:
        say_libxl(error, settings.release, program)
        return error.status


def _shown_otherwise(words: list[str]) -> bool:
    return any(word.partition("=")[0] in ("--format", "--watch") for word in words)


def _listing(call: Call) -> int:
    from xlpy.cli.listing import run_listing

    return run_listing(call)


def _help(words: list[str], settings: Settings, program: str) -> int:
    from xlpy.cli.help import show_help

    show_help(words[0] if words else None, settings, program)
    return 0
