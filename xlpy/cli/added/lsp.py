"""`xlpy lsp`: the language server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlpy.cli.files.paths import DEFAULT_INCLUDE, find_files
from xlpy.cli.files.settingsfile import find_settings, read_settings
from xlpy.executors import Failure
from xlpy.lint.settings import LintSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.cli.call import Settings

TROUBLE = 2


@click.command(short_help="Serve an editor: findings, completion, hover, fixes")
@click.pass_obj
def command(settings: Settings) -> int:
    """Speak the Language Server Protocol over standard input and output, for an editor that starts it.

    It needs the extra lsp: pip install 'xlpy[lsp]'. docs/editors.md says how editors are set up.
    """
    try:
        from xlpy.lsp.server import serve
    except ModuleNotFoundError as missing:
        raise Failure(status=TROUBLE, advice=f"lsp needs {missing.name}: pip install 'xlpy[lsp]'") from None

    def settings_for(path: str) -> LintSettings:
        try:
            file = find_settings([path])
            return LintSettings(release=settings.release) if file is None else read_settings(file)
        except Failure as failure:
            raise ValueError(failure.advice) from None

    serve(_configurations, settings_for)
    return 0


def _configurations(folders: Sequence[str]) -> Iterator[str]:
    return find_files(folders, DEFAULT_INCLUDE)
