"""`xlpy completion`: the part of the completion that a shell reads."""

from __future__ import annotations

import sys

import click

from xlpy.cli.completing import SHELLS, script


@click.command(short_help="Print the completion of xl and xlpy for a shell")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print what bash, zsh or fish read to complete command lines of xl and xlpy.

    A package has installed it. Without one: eval "$(xlpy completion bash)" in ~/.bashrc, the same for zsh behind
    compinit in ~/.zshrc, and xlpy completion fish > ~/.config/fish/completions/xl.fish, with a copy as xlpy.fish.
    """
    sys.stdout.write(script(shell))
    return 0
