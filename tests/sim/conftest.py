from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    yield lab
    lab.host.close()
