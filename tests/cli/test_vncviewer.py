"""`xl vncviewer` says where displays are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.processes import Place

if TYPE_CHECKING:
    from pathlib import Path

WHERE = "xl: the display of domain {} is {}; a simulated host draws nothing there\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    for name, more in (
        ("plain", 'type = "pv"\nkernel = "/boot/vmlinuz"\n'),
        ("first", 'type = "hvm"\nvnc = 1\n'),
        ("second", 'type = "pv"\nkernel = "/boot/vmlinuz"\nvfb = ["vnc=1,vnclisten=10.0.0.1"]\n'),
        ("fixed", 'type = "hvm"\nvnc = 1\nvncunused = 0\nvncdisplay = 7\n'),
        ("none", 'type = "hvm"\nvnc = 0\n'),
    ):
        (tmp_path / f"{name}.cfg").write_text(f'name = "{name}"\nmemory = 64\n{more}')
        said = place.run("xl", "create", "-qp", f"{name}.cfg")
        assert said.status == 0, said.err
    return place


def test_where_displays_are(place: Place) -> None:
    for name, domid, where in (
        ("first", 2, "127.0.0.1:0 (port 5900)"),
        ("second", 3, "10.0.0.1:1 (port 5901)"),
        ("fixed", 4, "127.0.0.1:7 (port 5907)"),
    ):
        assert place.run("xl", "vncviewer", "--autopass", name)[:3] == (1, "", WHERE.format(domid, where))


@pytest.mark.parametrize(("name", "domid"), [("plain", 1), ("none", 5), ("99", 99)])
def test_domains_without_a_display(place: Place, name: str, domid: int) -> None:
    """The words of the real xl, whose line differs between releases."""
    line = f"libxl: error: libxl_console.c:215:libxl_vncviewer_exec: Domain {domid}:Cannot get vnc-port\n"
    assert place.run("xl", "vncviewer", name)[:3] == (1, "", line)
