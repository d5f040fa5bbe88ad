"""`xlpy graph`: pictures of guests and their host."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import host_options
from xlpy.cli.files.xlconf import with_conf
from xlpy.cli.plans.drawing import draw, read_guests, running_guests
from xlpy.cli.plans.planning import the_host
from xlpy.cli.say import say

if TYPE_CHECKING:
    from xlpy.cli.call import Settings

FORMATS = ("svg", "html", "dot", "mermaid", "png")


@click.command(short_help="Draw guests, what they use, and where they run")
@click.argument("words", metavar="[FILE|DIR]... [NAME=VALUE]...", nargs=-1)
@click.option("--format", "layout", type=click.Choice(FORMATS), help="By default as --output is named, or svg.")
@click.option("--output", "-o", metavar="FILE", help="Where to write it; by default standard output.")
@click.option(
    "--picture",
    type=click.Choice(["objects", "machine", "both"]),
    help="Disks and networks down to the host, or CPUs and memory; html shows both by default, the others objects.",
)
@click.option(
    "--theme", type=click.Choice(["auto", "light", "dark"]), default="auto", help="Auto: as its reader likes."
)
@click.option("--all", "whole", is_flag=True, help="Draw every VBD, VDI and VIF, however many guests there are.")
@click.option("--host", "host_file", metavar="FILE", help="The host: a file of `xlpy host facts`, or numa, small ...")
@host_options
@click.pass_obj
def command(
    settings: Settings,
    words: tuple[str, ...],
    layout: str | None,
    output: str | None,
    picture: str | None,
    theme: str,
    host_file: str | None,
    *,
    whole: bool,
) -> int:
    """Draw the guests of configuration files; without files those that run on the host that --connect names.

    Objects: VM to VBD to VDI to SR to PBD to host, VM to VIF to network to PIF to host, with driver domains, stub
    domains and passed-through devices. Machine: the pCPUs of each NUMA node with who is pinned there, and its memory.
    With many guests each is a row with dots below the storage, networks and devices that it uses (--all draws
    every VBD, VDI and VIF all the same). Where the pointer rests a picture shows the lines of the files.
    """
    settings = with_conf(settings)
    layout = layout or _by_name(output) or "svg"
    if picture in ("machine", "both") and layout in ("dot", "mermaid"):
        raise click.UsageError(f"{layout} draws objects only")
    if picture == "both" and layout != "html":
        raise click.UsageError("two pictures at once are for --format html")
    facts, standing = the_host(settings, host_file)
    guests = read_guests(words, settings, facts, standing) if words else running_guests(settings, facts)
    made = draw(guests, facts, layout, picture or ("both" if layout == "html" else "objects"), theme, whole=whole)
    return _write(made, output)


def _by_name(output: str | None) -> str:
    ending = (output or "").rpartition(".")[2].lower()
    return {"htm": "html", "gv": "dot", "mmd": "mermaid"}.get(ending, ending if ending in FORMATS else "")


def _write(made: bytes, output: str | None) -> int:
    if output is None or output == "-":
        sys.stdout.buffer.write(made)
        return 0
    try:
        with open(output, "wb") as file:  # noqa: PTH123 - a name as it was given
            file.write(made)
    except OSError as error:
        say(f"{output}: cannot be written: {error.strerror}", "xlpy")
        return 1
    return 0
