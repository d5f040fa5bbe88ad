"""What some tests need and not every machine has."""

from __future__ import annotations

from typing import Any

import pytest


def need_libvirt() -> Any:
    """The real libvirt-python; skips the test without it."""
    return pytest.importorskip("libvirt", reason="libvirt-python is not installed (pip install 'xlpy[libvirt]')")
