from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.lab import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    recorded = Recorded(str(tmp_path / "host.db"), capsys)
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: recorded.host)
    monkeypatch.setattr("time.sleep", recorded.clock.go)
    monkeypatch.setenv("XLPY_XEN", "4.17")
    yield recorded
    recorded.host.close()
