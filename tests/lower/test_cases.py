"""What whole guests become: each folder in tests/cases/lower has a guest.cfg and the domain.xml that is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lower.reading import CASES, guest, keys, lowered, root, values
from xlpy.diagnostic import Severity

if TYPE_CHECKING:
    from pathlib import Path

UNSAID = {"hvm-sdl": ["bios_path_override"], "hvm-everything": ["vnuma"]}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_golden(case: Path) -> None:
    made = lowered((case / "guest.cfg").read_text(encoding="utf-8"))
    assert made.xml == (case / "domain.xml").read_text(encoding="utf-8")
    assert keys(made) == UNSAID.get(case.name, [])


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
def test_the_smallest_guests_lose_nothing(kind: str) -> None:
    made = guest(kind, "")
    assert made.lost == ()
    assert not made.differs
    assert values(made, "memory", "unit") == ["KiB"]


def test_sections_stand_in_the_order_in_which_libvirt_prints_them() -> None:
    whole = next(case for case in CASES if case.name == "pv-everything")
    made = lowered((whole / "guest.cfg").read_text(encoding="utf-8"))
    names = " ".join(element.tag.rpartition("}")[2] for element in root(made))
    assert names == (
        "name uuid memory currentMemory vcpu cputune bootloader bootloader_args os features clock on_poweroff "
        "on_reboot on_crash devices seclabel commandline"
    )


def test_what_is_lost_says_how_much_it_matters() -> None:
    made = guest("hvm", "viridian = 1\ncap = 50")
    assert [(lost.key, lost.what, lost.severity) for lost in made.lost] == [
        ("cap", "cap = 50", Severity.WARNING),
        ("viridian", "viridian = 1", Severity.ERROR),
    ]
    assert made.differs
    assert not guest("pv", "cap = 50").differs
