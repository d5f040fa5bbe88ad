"""The frame of the commands that xlpy adds to xl's verbs; they are written with click, which only they import."""

from __future__ import annotations

import pkgutil
from typing import TYPE_CHECKING, Any

import click

from xlpy.cli import added
from xlpy.cli.registry import load
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.call import Settings

    _ParamType = click.ParamType[Release]
else:
    _ParamType = click.ParamType  # which is generic for type checkers since click 8.2, and not at all before

INTERRUPTED = 130


def find_added(name: str) -> click.Command | None:
    """The added command of this name."""
    if not name.replace("-", "").isalpha():
        return None
    module = load(f"{added.__name__}.{name.replace('-', '_')}")
    command: click.Command | None = module.command if module else None
    return command


def added_commands() -> dict[str, click.Command]:
    """All added commands by name."""
    names = (module.name.replace("_", "-") for module in pkgutil.iter_modules(added.__path__))
    return {name: command for name in names if (command := find_added(name))}


def run_added(command: click.Command, name: str, words: list[str], settings: Settings) -> int:
    """Run an added command; gives the exit status."""
    try:
        status = command.main(args=words, prog_name=f"xlpy {name}", standalone_mode=False, obj=settings)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    return int(status or 0)


class _ReleaseType(_ParamType):
    name = "release"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Release:
        try:
            return value if isinstance(value, Release) else Release.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _changes(field: str, **more: Any) -> Callable[[click.Context, click.Parameter, Any], None]:
    def change(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value is not None:
            ctx.obj = ctx.obj.replace(**{field: value}, **more)

    return change


def release_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """--xen behind the command; the command finds it in the context's Settings."""
    return click.option(
        "--xen",
        metavar="RELEASE",
        type=_ReleaseType(),
        expose_value=False,
        callback=_changes("release", release_given=True),
        help="Follow the xl of this Xen release.",
    )(function)


def host_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--xen and --connect behind the command; the command finds them in the context's Settings."""
    connect = click.option(
        "--connect",
        metavar="URI",
        expose_value=False,
        callback=_changes("connect"),
        help="The host to talk to, such as sim:///.",
    )
    return connect(release_option(function))
