"""SVG -> PNG, by resvg, which comes with the extra `png`."""

from __future__ import annotations

SCALE = 2
"""Pixels of the file for one of the picture."""


class NoRendererError(Exception):
    """What draws PNG is not installed."""


def png(svg: str) -> bytes:
    """The picture in an explicit theme as PNG; raises NoRendererError where resvg is not there."""
    try:
        import resvg_py
    except ImportError:
        raise NoRendererError from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=SCALE))
