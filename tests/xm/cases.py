"""The cases of this folder: an xm file, the xl.cfg that comes of it, and what is said about it.

`python -m tests.xm.cases` writes what comes of them now, to be looked at with git diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.source import Source
from xlpy.xm.translate import Translated, translate

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*.xm"))
_DEFINE = "# define: "


def translated(path: Path) -> Translated:
    """What comes of a case; lines `# define: NAME=VALUE` in it are options."""
    text = path.read_text(encoding="utf-8")
    words = [line.removeprefix(_DEFINE) for line in text.splitlines() if line.startswith(_DEFINE)]
    pairs = (word.partition("=") for word in words)
    return translate(Source(path.name, text), {name: value for name, _, value in pairs})


def said(result: Translated) -> str:
    """One line for each diagnostic."""
    return "".join(f"{_line(diagnostic)}\n" for diagnostic in result.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.place}: {diagnostic.severity.name.lower()}: {diagnostic.summary} [{diagnostic.code}]"


def main() -> None:
    """Write the goldens of all cases."""
    for path in CASES:
        result = translated(path)
        path.with_suffix(".cfg").write_text(result.text or "", encoding="utf-8")
        path.with_suffix(".said").write_text(said(result), encoding="utf-8")


if __name__ == "__main__":
    main()
