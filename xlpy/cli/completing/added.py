"""The commands that xlpy adds: loading them would take longer than a user waits, so a table of them is kept.

It is made of the commands themselves: python -m xlpy.cli.completing.added (`make completion`); a test holds it true.
"""

from __future__ import annotations

import json
import os

from xlpy.cli.completing import Candidate
from xlpy.cli.completing.kinds import KINDS, Context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    import click

TABLE = os.path.join(os.path.dirname(__file__), "added.json")  # noqa: PTH118, PTH120 - pathlib is slow


def summaries() -> dict[str, str]:
    """What each added command is for."""
    return {name: told["summary"] for name, told in _table().items()}


def of_added(name: str, done: list[str], context: Context) -> Iterable[Candidate]:
    """What fits behind the words of an added command."""
    told = _table().get(name, {})
    while done and "commands" in told:
        told = told["commands"].get(done[0], {})
        done = done[1:]
    if "commands" in told and not context.current.startswith("-"):
        return [Candidate(word=word, about=inner["summary"]) for word, inner in told["commands"].items()]
    options: dict[str, Any] = told.get("options", {})
    waiting = options.get(done[-1]) if done else None
    if waiting and waiting["value"]:
        return _values(waiting["value"], context)
    word, equals, typed = context.current.partition("=")
    if equals and options.get(word, {}).get("value"):
        inner = Context(context.settings, "", (), typed)
        return [one.replace(word=f"{word}={one.word}") for one in _values(options[word]["value"], inner)]
    if context.current.startswith("-"):
        return [Candidate(word=word, about=option["about"]) for word, option in options.items()]
    return _words(told.get("words", []), context)


def _values(wanted: str | list[str], context: Context) -> Iterable[Candidate]:
    if isinstance(wanted, list):
        return [Candidate(word=word) for word in wanted]
    return KINDS[wanted](context) if wanted in KINDS else ()


def _words(wanted: list[str | list[str]], context: Context) -> Iterator[Candidate]:
    for one in wanted:
        yield from _values(one, context)


def _table() -> dict[str, Any]:
    with open(TABLE, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow
        table: dict[str, Any] = json.load(file)
    return table


# ---- making it


def make_table() -> str:
    """The text of the table."""
    from xlpy.cli.command import added_commands

    return json.dumps({name: _told(command) for name, command in sorted(added_commands().items())}, indent=1) + "\n"


def _told(command: click.Command) -> dict[str, Any]:
    import click

    told: dict[str, Any] = {"summary": command.get_short_help_str(100)}
    if isinstance(command, click.Group):
        return {**told, "commands": {name: _told(inner) for name, inner in sorted(command.commands.items())}}
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    told["options"] = {word: _option(option) for option in options for word in (*option.opts, *option.secondary_opts)}
    told["options"]["--help"] = {"about": "Show the help", "value": None}
    told["words"] = [_wanted(param) for param in command.params if isinstance(param, click.Argument)]
    return told


def _option(option: click.Option) -> dict[str, Any]:
    value = None if option.is_flag or option.count else _wanted(option)
    return {"about": (option.help or "").rstrip("."), "value": value}


def _wanted(param: click.Parameter) -> str | list[str]:
    """The words of a choice, or the name of what is wanted; where an argument has none, it is a configuration."""
    choices = getattr(param.type, "choices", None)
    if choices:
        return [str(choice) for choice in choices]
    name = (param.metavar or "").strip("[].").split("|")[0].split(" ")[0].strip(".[]")
    if name in KINDS and not (name == "FILE" and param.param_type_name == "argument"):
        return name
    return "ConfigFile" if param.param_type_name == "argument" and name in ("FILE", "PATH") else name


if __name__ == "__main__":
    with open(TABLE, "w", encoding="utf-8") as made:  # noqa: PTH123 - as above
        made.write(make_table())
