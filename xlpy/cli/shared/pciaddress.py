"""PCI addresses on a command line."""

from __future__ import annotations


def full_address(text: str) -> str | None:
    """The address [DDDD:]BB:SS.F as Xen writes it, 0000:03:00.0; None for something else."""
    from xlpy.values import take_bdf

    try:
        at, end = take_bdf(text)
    except ValueError:
        return None
    return f"{at.domain:04x}:{at.bus:02x}:{at.dev:02x}.{at.func:x}" if end == len(text) else None
