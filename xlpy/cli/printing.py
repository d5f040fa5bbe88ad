"""Showing configurations in the format that xl.conf asks for: JSON, or the S-expressions of old."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from xlpy.cli.call import Settings
    from xlpy.libxl import DomainConfig


def show_config(config: DomainConfig, settings: Settings, stream: TextIO) -> None:
    """Show the configuration of a domain that is to be built."""
    if settings.conf.output_format == "json":
        from xlpy.libxl_json import to_json

        stream.write(to_json(config, settings.release))
    else:
        _show_sxp(config, None, stream)


def show_update(config: DomainConfig, settings: Settings) -> None:
    """Show a configuration that takes the place of another one; xl does not say of which domain."""
    if settings.conf.output_format == "json":
        from xlpy.libxl_json import to_json

        sys.stdout.write(to_json({"domid": None, "config": config}, settings.release))
    else:
        _show_sxp(config, None, sys.stdout)


def show_domains(configs: Mapping[int, DomainConfig], settings: Settings) -> None:
    """Show the configurations of domains by domid."""
    if settings.conf.output_format == "json":
        from xlpy.libxl_json import to_json

        shown = [{"domid": domid, "config": config} for domid, config in configs.items()]
        sys.stdout.write(to_json(shown, settings.release) + "\n")
    else:
        for domid, config in configs.items():
            _show_sxp(config, domid, sys.stdout)


def _show_sxp(config: DomainConfig, domid: int | None, stream: TextIO) -> None:
    """Ends the run where xl cannot say it."""
    from xlpy.libxl_sxp import NO_DOMID, to_sxp

    printed = to_sxp(config, NO_DOMID if domid is None else domid)
    stream.write(printed.text)
    if printed.refusal:
        print(printed.refusal, file=sys.stderr)
        raise Leave(1)
