"""`xlpy lint`: what is wrong with configurations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import release_option
from xlpy.cli.plainfile import read_plain
from xlpy.lint.run import report
from xlpy.lint.settings import LintSettings
from xlpy.render import notes

if TYPE_CHECKING:
    from xlpy.cli.call import Settings


@click.command(short_help="Find what is wrong with configurations")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--format", "layout", type=click.Choice(["text", "concise"]), default="text", help="How to print findings."
)
@release_option
@click.pass_obj
def command(settings: Settings, paths: tuple[str, ...], layout: str) -> int:
    """Find what is wrong with configuration files."""
    chosen = LintSettings(release=settings.release)
    rules = chosen.rules()
    render = notes.text if layout == "text" else notes.concise
    status = 0
    for path in paths:
        found = report(path, sys.stdin.buffer.read() if path == "-" else read_plain(path), chosen, rules)
        sys.stdout.write(render(found))
        status = 1 if found.notes else status
    return status
