"""`xl help`: the list of the verbs, or the help of one."""

from __future__ import annotations

import sys

from xlpy.cli import names
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import added_help, summary_of, verb_help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Settings

NAME_WIDTH = 19


def show_help(word: str | None, settings: Settings, program: str) -> None:
    """Print the help of one verb, or of all."""
    if word is None:
        sys.stdout.write(_overview(settings) + (_added() if program == "xlpy" else ""))
    elif program != "xlpy" or word in names.NAMES or not _show_added(word, settings):
        _show_verb(word, settings, program)


def _show_verb(word: str, settings: Settings, program: str) -> None:
    name = names.resolve(word, settings.release)
    verb = find_verb(name) if name else None
    if verb is not None:
        sys.stdout.write(verb_help(verb, settings.release) + (added_help(verb) if program == "xlpy" else ""))
    else:
        print(f'command "{word}" not implemented')


def _show_added(word: str, settings: Settings) -> bool:
    """Show the help of an added command, if there is one of this name."""
    from xlpy.cli.command import find_added, run_added

    command = find_added(word)
    if command is not None:
        run_added(command, word, ["--help"], settings)
    return command is not None


def _overview(settings: Settings) -> str:
    verbs = [verb for name in names.names(settings.release) if (verb := find_verb(name))]
    lines = [_entry(verb.name, summary_of(verb, settings.release)) for verb in verbs]
    return "Usage xl [-vfNtT] <subcommand> [args]\n\nxl full list of subcommands:\n\n" + "".join(lines)


def _entry(name: str, summary: str) -> str:
    gap = f" \n{'':{NAME_WIDTH + 2}}" if len(name) > NAME_WIDTH else " "
    return f" {name:{NAME_WIDTH}}{gap}{summary}\n"


def _added() -> str:
    from xlpy.cli.command import added_commands

    commands = added_commands()
    lines = [_entry(name, commands[name].get_short_help_str(100)) for name in sorted(commands)]
    return "\nxlpy adds, with --xen RELEASE, --connect URI, --config XL_CONF, --version:\n\n" + "".join(lines)
