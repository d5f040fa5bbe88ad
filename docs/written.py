"""How a generated page gets to its file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, text: str) -> int:
    """Write a page; with --check on the command line only say whether it is up to date. Gives the exit status."""
    if sys.argv[1:] != ["--check"]:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        print(f"{path.name} is not up to date: make docs", file=sys.stderr)
        return 1
    return 0
