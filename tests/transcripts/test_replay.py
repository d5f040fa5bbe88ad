"""The replay itself, on a made-up recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.transcripts.judging import judge
from tests.transcripts.reading import Said, Step, read_sections

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = """\
# what is here
= first
! xl create -q /lab/pv.cfg; sleep 9
xl domname 1
xl domid pv1
xl rename pv1 web; xl domname 1
xl list | wc -l
xl create /lab/pv.cfg frob
xl create /tmp
xl console web &
= second
xl domname 1
"""
HEAD = "$ {}\n[exit] {}\n[stdout]\n{}[stderr]\n{}"


def _folder(folder: Path, **recorded: tuple[str, int, str, str]) -> Path:
    (folder / "commands.txt").write_text(COMMANDS)
    for name, said in recorded.items():
        section, number = name.split("_")
        (folder / "transcripts" / section).mkdir(parents=True, exist_ok=True)
        (folder / "transcripts" / section / f"{number}-x.txt").write_text(HEAD.format(*said))
    return folder


def test_sections_and_numbers(tmp_path: Path) -> None:
    sections = read_sections(_folder(tmp_path, first_002=("xl domid pv1", 0, "1\n", "")))
    assert sections["first"][:3] == [
        Step(0, "xl create -q /lab/pv.cfg; sleep 9", None),
        Step(1, "xl domname 1", None),
        Step(2, "xl domid pv1", Said(0, "1\n", "")),
    ]
    assert sections["second"] == [Step(1, "xl domname 1", None)]


def test_what_is_equal_and_what_is_not(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path,
        first_001=("xl domname 1", 0, "pv1\n", ""),
        first_002=("xl domid pv1", 1, "7\n", "what\n"),
        first_003=("xl rename pv1 web; xl domname 1", 0, "web\n", ""),
        first_004=("xl list | wc -l", 0, "3\n", ""),
        first_006=("xl create /tmp", 3, "", "Parsing config from /tmp\n"),
        first_007=("xl console web &", 0, "", ""),
        second_001=(
            "xl domname 1",
            1,
            "",
            "Can't get domain name of domain id '1', maybe this domain does not exist.\n",
        ),
    )
    sections = read_sections(folder)
    found = {one.step.number: one.different for one in judge(sections["first"])}
    assert found.keys() == {1, 2, 3, 4, 6, 7}
    assert (found[1], found[3], found[4]) == ("", "", "")
    assert found[2] == "-status 1\n-out 7\n-err what\n+status 0\n+out 1\n"
    assert "+err Failed to read config file: /tmp: Inappropriate ioctl for device\n" in found[6]
    assert found[7] == "in the background: not replayed\n"
    assert [one.different for one in judge(sections["second"])] == [""]
