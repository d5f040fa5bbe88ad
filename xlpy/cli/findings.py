"""Diagnostics on standard error: in colour on a terminal that may have it, else as plain text."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.diagnostic import Diagnostic


def show(findings: Sequence[Diagnostic]) -> None:
    """Print findings for people."""
    from xlpy.render.text import render_colour, render_plain

    if not findings:
        return
    sys.stdout.flush()
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb":
        sys.stderr.write(render_colour(findings))
    else:
        sys.stderr.write(render_plain(findings))
