"""Data that tests use where it is there, and do without where not: named by variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def named(variable: str) -> Path | None:
    """The folder that a variable names."""
    return Path(os.environ[variable]) if os.environ.get(variable) else None


TRANSCRIPTS = named("XLPY_TRANSCRIPTS")
"""What the real xl said on real Xen: commands.txt, and transcripts/SECTION/NNN-*.txt of tests.transcripts.reading."""

_CORPUS = named("XLPY_CORPUS")
CORPUS = _CORPUS or Path("nowhere")
"""Real configuration files; in libvirt-xlconfigdata pairs of xl.cfg and libvirt's XML."""
need_corpus = pytest.mark.skipif(_CORPUS is None, reason="XLPY_CORPUS names no folder of real configurations")
