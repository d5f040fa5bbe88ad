"""What all SVG pictures are made of: elements with escaped text, and the styles of both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from xlpy.render.picture.colours import DARK, LIGHT
from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.render.picture.colours import Theme

FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"
LETTER = 6.7
"""About the width of a letter of 12 px."""


def safe(text: str) -> str:
    """Any text as XML text: no control characters, nothing that markup is made of."""
    return escape(printable(text))


def element(name: str, inside: str = "", /, **attributes: str | float) -> str:
    """An element; underscores in the names of attributes are hyphens, one at the end is dropped."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_number(value))}" for key, value in attributes.items()
    )
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def title(lines: Iterable[str]) -> str:
    """What is shown when the pointer rests on the element around it; nothing for no lines."""
    text = "\n".join(safe(line) for line in lines if line)
    return f"<title>{text}</title>" if text else ""


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters, of a longer one both ends."""
    text = printable(text)
    keep = most - 1
    return text if len(text) <= most else f"{text[: keep - keep // 2]}…{text[len(text) - keep // 2 :]}"


def _number(value: str | float) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else printable(str(value))


def style(theme: str) -> str:
    """The CSS of a theme: light, dark, or auto (what the viewer prefers)."""
    if theme != "auto":
        return _rules(DARK if theme == "dark" else LIGHT)
    return f"{_rules(LIGHT)}@media (prefers-color-scheme: dark){{{_rules(DARK)}}}"


def _rules(theme: Theme) -> str:
    rules = [
        f".page{{fill:{theme.page}}}",
        f"text{{fill:{theme.text};font:12px {FONT}}}",
        f".head{{font-weight:bold;font-size:14px}}.quiet{{fill:{theme.quiet};font-size:11px}}",
        f".edge{{fill:none;stroke:{theme.line};stroke-width:1.2}}",
        f".row{{stroke:{theme.line};stroke-width:0.4}}",
        f".free{{fill:none;stroke:{theme.line}}}",
        f".alarm{{fill:{theme.alarm};stroke:{theme.alarm}}}text.alarm{{stroke:none}}",
    ]
    rules += [f".{kind}{{fill:{fill};stroke:{theme.borders[kind]}}}" for kind, fill in theme.fills.items()]
    rules += [f".{kind}.dot{{fill:{border}}}" for kind, border in theme.borders.items()]
    rules += [f".part{index}{{fill:{fill}}}" for index, fill in enumerate(theme.parts)]
    return "".join(rules)


def svg(width: float, height: float, body: str, theme: str, label: str) -> str:
    """A whole picture, to stand alone or within HTML."""
    page = element("rect", class_="page", width=width, height=height)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
    return (
        f'{head} height="{height:.0f}" role="img" aria-label={quoteattr(printable(label))}>'
        f"<style>{style(theme)}</style>{page}{body}</svg>\n"
    )
