"""The colours of pictures, light and dark."""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """Colours: page, text, quiet text, lines, and for each kind of object its fill and border."""

    page: str
    text: str
    quiet: str
    line: str
    fills: dict[str, str]
    borders: dict[str, str]
    parts: tuple[str, ...]
    alarm: str


_KINDS = ("vm", "vbd", "vif", "stubdom", "vdi", "network", "pci", "usb", "sr", "pif", "pbd", "driver", "host")
_HUES = {
    "vm": 212, "vbd": 32, "vdi": 32, "sr": 32, "pbd": 32, "vif": 150, "network": 150, "pif": 150, "pci": 282,
    "usb": 282, "stubdom": 212, "driver": 342, "host": 220,
}  # fmt: skip
"""Guests blue, storage orange, network green, passed-through devices violet, driver domains red."""


def _theme(page: str, text: str, quiet: str, line: str, fill: tuple[int, int], border: int, alarm: str) -> Theme:
    grey = {"host"}
    return Theme(
        page=page,
        text=text,
        quiet=quiet,
        line=line,
        fills={kind: _hsl(_HUES[kind], 12 if kind in grey else fill[0], fill[1]) for kind in _KINDS},
        borders={kind: _hsl(_HUES[kind], 12 if kind in grey else 55, border) for kind in _KINDS},
        parts=tuple(_hsl((212 + 137 * step) % 360, 50, border) for step in range(24)),
        alarm=alarm,
    )


def _hsl(hue: int, saturation: int, lightness: int) -> str:
    from colorsys import hls_to_rgb

    parts = hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


LIGHT = _theme("#ffffff", "#1c2430", "#5c6672", "#9aa4b0", (70, 94), 46, "#c62828")
DARK = _theme("#14181e", "#e6eaf0", "#9aa4b2", "#5c6876", (32, 20), 58, "#ff6b6b")
