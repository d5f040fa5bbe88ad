"""Running xlpy on the host behind libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.libvirt.fake import URI
from xlpy.cli.main import run

if TYPE_CHECKING:
    import pytest


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    status = run(["--connect", URI, *words], "xlpy")
    return status, *capsys.readouterr()
