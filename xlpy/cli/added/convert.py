"""`xlpy convert`: a configuration from one form into another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import release_option
from xlpy.cli.files.configfile import read_config
from xlpy.cli.findings import show
from xlpy.cli.say import say, say_failure
from xlpy.diagnostic import Severity
from xlpy.executors import Failure
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.cli.call import Settings

REFUSED = 1
TROUBLE = 2
MOST_BYTES = 1 << 26
"""No configuration is larger, and standard input may be endless."""
FORMS = ["xl", "json", "xml"]


@click.command(short_help="Convert a configuration between xl.cfg and libxl's JSON, from xm's Python, to libvirt's XML")
@click.argument("filename", metavar="[FILE|-]", default="-")
@click.option(
    "--from", "form", type=click.Choice([*FORMS, "xm"]), help="The form of FILE; guessed, but for xm, if not given."
)
@click.option("--to", "target", type=click.Choice(FORMS), help="The form to print; the other one if not given.")
@click.option("--define", metavar="NAME=VALUE", multiple=True, help="A variable of the xm file, as xm create took it.")
@click.option("--best-effort", is_flag=True, help="Print XML even where libvirt would build another guest.")
@release_option
@click.pass_obj
def command(
    settings: Settings,
    filename: str,
    form: str | None,
    target: str | None,
    define: tuple[str, ...],
    best_effort: bool,
) -> int:
    """Print a configuration in another form.

    xl is the language of xl.cfg, json what xl create -n and xl list -l DOMAIN print; what xl.conf adds is left out.
    xm are the old guest files of xm create, which were Python: they are translated without running them.
    xml is the domain XML of libvirt, as its driver for Xen takes it; what that driver would not carry out is told.
    From a form to itself gives a file that says the same in one settled way. The status is 1 for a configuration that
    xl would refuse, or that cannot be said in the other form in full, and 2 for a file that cannot be read.
    """
    if define and form != "xm":
        raise click.UsageError("--define is for --from xm")
    defines = dict(_define(word) for word in define)
    if form == "xml":
        say("convert: domain XML is written for libvirt, not read: virsh domxml-to-native xen-xl reads it", "xlpy")
        return TROUBLE
    if best_effort and target != "xml":
        raise click.UsageError("--best-effort is for --to xml")
    if filename == "-" and sys.stdin.isatty():
        raise click.UsageError("name a configuration file, or give one on standard input")
    try:
        source = _read(filename, settings)
    except Failure as failure:
        say_failure(failure, "xlpy")
        return TROUBLE
    from xlpy.convert import convert, guess

    given = form or guess(source)
    if target == "xml":
        from xlpy.cli.domainxml import print_xml

        return print_xml(source, given, settings.release, defines, best_effort=best_effort)
    to = target or ("json" if given == "xl" else "xl")
    converted = convert(source, given, to, settings.release, defines=defines)
    sys.stderr.write(converted.said)
    sys.stdout.write(converted.text or "")
    show(converted.findings)
    is_whole = all(finding.severity < Severity.ERROR for finding in converted.findings)
    return 0 if converted.text is not None and is_whole else REFUSED


def _define(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name.isidentifier():
        raise click.UsageError(f"--define takes NAME=VALUE, not '{word}'")
    return name, value


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
