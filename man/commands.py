"""The entries of verbs and of added commands in the manual pages, from their declarations."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import click
import roff

from xlpy.cli import names
from xlpy.cli.command import added_commands
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import LISTING_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.verb import Option, Verb

GAP = re.compile(r"\s{2,}|\n")
"""What parts an option from its text in xl's help."""
WRITTEN = re.compile(r"(-[\w-]+)(?:([ =]|(?=\[))(<[^>]+>|[A-Z][A-Z0-9_]+(?= |$)|\[=[^ ]+))?(?: (.+))?")
"""An option in xl's help: its name, its value, and at times the text behind it."""


def expand(directive: str, word: str, about: dict[str, list[str]], shown: set[str]) -> list[str] | None:
    """What a directive of a page stands for; SHOWN has the added commands for which some page has a section."""
    match directive:
        case "@verbs":
            return [*verbs(about)]
        case "@listing":
            return [*listing_options()]
        case "@command":
            return [*command(word)]
        case "@commands":
            return [*commands(shown)]
    return None


def verbs(about: dict[str, list[str]]) -> Iterator[str]:
    """The entries of all verbs, in the order of xl help; ABOUT has prose for some."""
    for name in names.NAMES:
        if (verb := find_verb(name)) is not None:
            yield from _verb(verb, about.get(name.replace("-", "_"), []))


def _verb(verb: Verb, prose: list[str]) -> Iterator[str]:
    usage = " ".join(verb.usage.split())
    tag = f"{roff.bold(verb.name)} {roff.literal(usage)}".rstrip()
    if len(tag) <= roff.WIDTH:
        yield from (".TP", tag)
    else:
        yield from (".TP", roff.bold(verb.name), *roff.filled(roff.literal(usage)), ".br")
    yield from roff.prose(_sentence(verb.summary))
    if verb.name in names.SINCE:
        yield from roff.new_line(f"Since Xen {'.'.join(map(str, names.SINCE[verb.name]))}.")
    yield from prose
    if verb.no_libvirt:
        yield from roff.new_line(f"Not through libvirt: {verb.no_libvirt}.")
    if verb.dry_run:
        yield from roff.new_line("It heeds the global option `-N`.")
    if verb.records:
        yield from roff.new_line("See LISTINGS.")
    if verb.added:
        yield from roff.new_line("The options are those of `xlpy`; `xl` has none.")
    if verb.options or verb.added:
        yield ".RS"
        for option in (*verb.options, *verb.added):
            yield from option_entry(option)
        yield ".RE"


def option_entry(option: Option) -> Iterator[str]:
    """The entry of an option, as its help writes it; one that help leaves out has its name alone."""
    written, *text = [part.strip() for part in GAP.split(option.help.strip())]
    if not option.name and not written.startswith("-") and written:  # a note in the place of an option
        yield from (".PP", *roff.prose(_sentence(" ".join([written, *text]))))
        return
    parts = written.split(", ") if written else []
    if option.short and not any(re.match(f"-{re.escape(option.letter)}\\b", part) for part in parts):
        parts.insert(0, f"-{option.letter}")
    if option.name and not any(part.startswith(f"--{option.name}") for part in parts):
        parts.append(f"--{option.name}")
    spelled = [WRITTEN.match(part) for part in parts]
    yield from (".TP", ", ".join(_spelled(*match.group(1, 2, 3)) for match in spelled if match))
    said = " ".join([*(match[4] for match in spelled if match and match[4]), *text])
    yield from roff.prose(_sentence(said)) or ["\\&"]
    if option.since > (0, 0):
        yield from roff.new_line(f"Since Xen {'.'.join(map(str, option.since))}.")


def _sentence(text: str) -> str:
    return text if not text or text.endswith(".") else f"{text}."


def _spelled(name: str, gap: str | None, value: str | None) -> str:
    """The option in bold, its value in italics."""
    return roff.bold(name) + (f"{gap}\\fI{roff.literal(value.strip('<>'))}\\fR" if value else "")


def listing_options() -> Iterator[str]:
    """The options that every listing has."""
    for option in LISTING_OPTIONS:
        yield from option_entry(option)


# ---- added commands


def command(name: str) -> Iterator[str]:
    """The section of an added command."""
    yield f".SH XLPY {name.upper()}"
    yield from _command(added_commands()[name], f"xlpy {name}")


def commands(shown: set[str]) -> Iterator[str]:
    """Short entries of the commands that have a page, and long ones of the others."""
    found = added_commands()
    for name in sorted(found):
        if name in shown:
            yield from (".TP", roff.bold(f"xlpy {name}"))
            yield from roff.prose(f"{found[name].get_short_help_str(200)}.")
        else:
            yield f".SS xlpy {roff.literal(name)}"
            yield from _command(found[name], f"xlpy {name}")


def _command(command: click.Command, title: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        yield from roff.prose(inspect.cleandoc(command.help or ""))
        for name, inner in sorted(command.commands.items()):
            yield from (".PP", roff.bold(f"{title} {name}"))
            yield from _body(inner)
        return
    yield roff.bold(title)
    yield from _body(command)


def _body(command: click.Command) -> Iterator[str]:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option)]
    yield " ".join([*(["[\\fIOPTION\\fR]..."] if options else []), *map(_argument, arguments)]) or "\\&"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield from (".PP", *roff.prose(" ".join(paragraph.split())))
    for option in options:
        yield from (".TP", _written(option), *(roff.prose(option.help or "") or ["\\&"]))


def _argument(argument: click.Argument) -> str:
    choices = getattr(argument.type, "choices", None)
    name = "|".join(choices) if choices else argument.metavar or (argument.name or "").upper()
    return f"\\fI{roff.literal(name)}\\fR"


def _written(option: click.Option) -> str:
    spelled = ", ".join(roff.bold(word) for word in (*option.opts, *option.secondary_opts))
    if option.is_flag or option.count:
        return spelled
    choices = getattr(option.type, "choices", None)
    value = option.metavar or ("|".join(choices) if choices else option.type.name.upper())
    return f"{spelled} \\fI{roff.literal(value)}\\fR"
