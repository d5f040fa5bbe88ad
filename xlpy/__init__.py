"""xlpy: Xen's xl as a library, a planner and a simulated host.

`load` and `loads` read configuration files; what they give has the typed configuration and the diagnostics.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from xlpy.config import Loaded
    from xlpy.libxl import DomainConfig as Config
    from xlpy.source import Source

__all__ = ["Config", "load", "loads"]
__version__ = "0.1.0"


def load(path: str | PathLike[str], *, xen: str = "4.20") -> Loaded:
    """Read a configuration file as the xl of a Xen release does; OSError when that is not possible."""
    from pathlib import Path

    from xlpy.source import Source

    return _load(Source.from_bytes(str(path), Path(path).read_bytes()), xen)


def loads(text: str, name: str = "<text>", *, xen: str = "4.20") -> Loaded:
    """Read the text of a configuration file; NAME is what messages call it."""
    from xlpy.source import Source

    return _load(Source(name, text), xen)


def __getattr__(name: str) -> object:
    """`xlpy.Config`, imported when it is asked for."""
    if name != "Config":
        raise AttributeError(f"module 'xlpy' has no attribute {name!r}")
    from xlpy.libxl import DomainConfig

    return DomainConfig


def _load(source: Source, xen: str) -> Loaded:
    from xlpy import config
    from xlpy.release import Release

    return config.load(source, release=Release.parse(xen))
