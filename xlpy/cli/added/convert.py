"""`xlpy convert`: a configuration from one form into another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import release_option
from xlpy.cli.configfile import read_config
from xlpy.cli.say import say, say_failure
from xlpy.executors import Failure
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.cli.call import Settings

REFUSED = 1
TROUBLE = 2
MOST_BYTES = 1 << 26
"""No configuration is larger, and standard input may be endless."""
FORMS = click.Choice(["xl", "json", "xml"])


@click.command(short_help="Convert a configuration between xl.cfg and libxl's JSON")
@click.argument("filename", metavar="[FILE|-]", default="-")
@click.option("--from", "form", type=FORMS, help="The form of FILE; guessed from its name and text if not given.")
@click.option("--to", "target", type=FORMS, help="The form to print; the other one if not given.")
@release_option
@click.pass_obj
def command(settings: Settings, filename: str, form: str | None, target: str | None) -> int:
    """Print a configuration in another form.

    xl is the language of xl.cfg, json what xl create -n and xl list -l DOMAIN print; what xl.conf adds is left out.
    From a form to itself gives a file that says the same in one settled way. The status is 1 for a configuration that
    xl would refuse, or that cannot be said in the other form, and 2 for a file that cannot be read.
    """
    if "xml" in (form, target):
        say("convert: domain XML belongs to libvirt, which this version of xlpy does not speak", "xlpy")
        return TROUBLE
    if filename == "-" and sys.stdin.isatty():
        raise click.UsageError("name a configuration file, or give one on standard input")
    try:
        source = _read(filename, settings)
    except Failure as failure:
        say_failure(failure, "xlpy")
        return TROUBLE
    from xlpy.convert import convert, guess

    given = form or guess(source)
    converted = convert(source, given, target or ("xl" if given == "json" else "json"), settings.release)
    sys.stderr.write(converted.said)
    sys.stdout.write(converted.text or "")
    return REFUSED if converted.text is None else 0


def _read(filename: str, settings: Settings) -> Source:
    """A file, or standard input up to a limit."""
    if filename != "-":
        return read_config(filename, [], settings.release, quiet=True)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Failure(
            advice=f"convert: standard input is longer than {MOST_BYTES >> 20} MiB: too long to be a configuration"
        )
    return Source.from_bytes("<stdin>", data)
