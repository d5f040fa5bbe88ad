"""Text as roff, the language of manual pages."""

from __future__ import annotations

import re
import textwrap

WIDTH = 79
LONG = 60


def literal(text: str) -> str:
    """Text to be typed as it is."""
    for character, name in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga")):
        text = text.replace(character, name)
    return text.replace("^", "\\(ha").replace("~", "\\(ti")


def bold(text: str) -> str:
    """Text to be typed, in bold; where it has no blank for long the line may be broken behind a comma."""
    written = literal(text)
    if max(map(len, text.split(" "))) > LONG:
        written = written.replace(",", ",\\:")
    return f"\\fB{written}\\fR"


def prose(text: str) -> list[str]:
    """A paragraph of a declaration, one sentence a line; what stands in `...` is to be typed."""
    parts = text.replace("\\", "\\e").replace("^", "\\(ha").replace("~", "\\(ti").split("`")
    marked = "".join(bold(part) if number % 2 else part for number, part in enumerate(parts))
    return filled(re.sub(r"(?<=[A-Za-z0-9)\]\"][.?!]) (?=[A-Z\"\\]|xl )", "\n", marked))


def filled(text: str) -> list[str]:
    """Lines of roff that are short enough, and no requests by mistake."""
    lines = []
    for sentence in text.splitlines():
        parts = textwrap.wrap(sentence, WIDTH, break_long_words=False, break_on_hyphens=False)
        lines += [re.sub(r"[.?!]$", r"\g<0>\\&", part) for part in parts[:-1]] + parts[-1:]
    return [f"\\&{line}" if line.startswith((".", "'")) else line for line in lines]


def new_line(text: str) -> list[str]:
    """A text that begins on a new line."""
    return [".br", *prose(text)] if text else []
