"""`xlpy schema`: the JSON Schema of a configuration."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import release_option

if TYPE_CHECKING:
    from xlpy.cli.call import Settings


@click.command(short_help="Print the JSON Schema of a configuration")
@click.option("--libxl", is_flag=True, help="The schema of libxl's JSON, which xl create -n prints.")
@release_option
@click.pass_obj
def command(settings: Settings, libxl: bool) -> int:
    """Print the JSON Schema (2020-12) of a guest's configuration in the terms of xl.cfg.

    It has a property for each key that the xl of the chosen release knows, with its kind, what it is for, its default
    and examples. Words of specs such as those of disks are listed under x-tokens.
    """
    if libxl:
        from xlpy.libxl_schema import libxl_schema as make
    else:
        from xlpy.schema import config_schema as make

    sys.stdout.write(json.dumps(make(settings.release), indent=2) + "\n")
    return 0
