"""SVG -> a page that stands alone: no scripts, no requests, light and dark as the reader prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.render.picture.canvas import FONT, element, safe
from xlpy.render.picture.colours import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.render.picture.colours import Theme

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(heading: str, parts: Iterable[str], theme: str = "auto") -> str:
    """A page of parts that are HTML or SVG already; a picture that is wider than the window scrolls by itself."""
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(heading)}</title>\n<style>\n{_style(theme)}</style>\n</head>\n"
    )
    body = "\n".join(f"<section>\n{part}</section>" for part in parts)
    return f"{head}<body>\n{element('h1', safe(heading))}\n{body}\n</body>\n</html>\n"


def _style(theme: str) -> str:
    if theme != "auto":
        return _rules(DARK if theme == "dark" else LIGHT)
    dark = f"@media (prefers-color-scheme: dark) {{\n{_rules(DARK)}}}\n"
    return f":root {{ color-scheme: light dark; }}\n{_rules(LIGHT)}{dark}"


def _rules(theme: Theme) -> str:
    cell = (
        f"border-bottom: 1px solid {theme.line}; padding: 0.2em 0.8em 0.2em 0; text-align: left; vertical-align: top;"
    )
    return (
        f"body {{ background: {theme.page}; color: {theme.text}; font: 14px/1.45 {FONT}; margin: 1.5em; }}\n"
        "section { overflow-x: auto; margin-bottom: 2em; }\nh1 { font-size: 1.4em; } h2 { font-size: 1.15em; }\n"
        f"table {{ border-collapse: collapse; }} td, th {{ {cell} }}\n"
        f".quiet {{ color: {theme.quiet}; }} .alarm {{ color: {theme.alarm}; }}\n"
        "svg { max-width: 100%; height: auto; } summary { cursor: pointer; } a { color: inherit; }\n"
        f"pre, code {{ font: 12px/1.4 ui-monospace, 'DejaVu Sans Mono', monospace; }}\n"
    )
