"""Rules over several files find what two guests must not both have, at the later of the two, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lint.marked import Case, marked, read_cases
from xlpy.cli.linting import run
from xlpy.host import BUILT_IN
from xlpy.lint.rule import Rule, all_rules
from xlpy.lint.settings import LintSettings

if TYPE_CHECKING:
    from xlpy.lint.report import Note
    from xlpy.source import Span

FOLDER = Path(__file__).parent / "several"
SEVERAL = [rule for rule in all_rules() if rule.claims is not None]
FILE = re.compile(r"^# ([a-z-]+)\.cfg\n", re.MULTILINE)
every_rule = pytest.mark.parametrize("rule", SEVERAL, ids=lambda rule: rule.code)


def cases(rule: Rule) -> list[Case]:
    """The examples of the declaration, and the cases of the rule's file."""
    written = (FOLDER / f"{rule.code}.cases").read_text(encoding="utf-8")
    return [Case("bad", {}, rule.bad, 0), Case("good", {}, rule.good, 0), *read_cases(written)]


def files(case: Case) -> dict[str, str]:
    """The files of a case by name, each of a guest of this name unless it has another."""
    _, *parts = FILE.split(case.written)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {stem: text if "name =" in text else f'name = "{stem}"\n{text}' for stem, text in pairs}


ALL = LintSettings(host=BUILT_IN)


def linted(folder: Path, texts: dict[str, str], settings: LintSettings = ALL) -> dict[str, tuple[Note, ...]]:
    """The notes of each file, by its name."""
    for stem, text in texts.items():
        (folder / f"{stem}.cfg").write_text(text, encoding="utf-8")
    reports = run([str(folder / f"{stem}.cfg") for stem in texts], settings, jobs=1)
    return {Path(report.path).stem: report.notes for report in reports}


@every_rule
def test_what_is_bad_is_found_in_its_place(rule: Rule, tmp_path: Path) -> None:
    bad = [case for case in cases(rule) if case.what == "bad"]
    assert len(bad) > 1, f"tests/lint/several/{rule.code}.cases has no bad case"
    for case in bad:
        texts = {stem: marked(text) for stem, text in files(case).items()}
        expected: dict[str, list[Span]] = {stem: list(text.spans) for stem, text in texts.items()}
        assert any(expected.values())
        notes = linted(tmp_path, {stem: text.text for stem, text in texts.items()})
        found = {stem: [one for one in of if one.code == rule.code] for stem, of in notes.items()}
        places = {stem: [one.place[4:] for one in of] for stem, of in found.items()}
        assert places == expected, f"line {case.line}"
        assert all(one.level == rule.severity.name.lower() for of in found.values() for one in of)


@every_rule
def test_what_is_good_is_left_alone(rule: Rule, tmp_path: Path) -> None:
    good = [case for case in cases(rule) if case.what == "good"]
    assert len(good) > 1, f"tests/lint/several/{rule.code}.cases has no good case"
    for case in good:
        found = linted(tmp_path, {stem: marked(text).text for stem, text in files(case).items()})
        assert not [one for notes in found.values() for one in notes if one.code == rule.code], f"line {case.line}"


@every_rule
def test_a_page_is_complete(rule: Rule) -> None:
    assert rule.group == "several"
    assert rule.cure
    assert bool(rule.clash) != bool(rule.exceeds)
    assert len(rule.summary) <= 90
    assert not rule.summary.endswith(".")
    assert len(rule.why) > 40


def test_no_case_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.cases")} == {rule.code for rule in SEVERAL}


MACS = LintSettings(select=("same-mac",))
MAC = 'kernel = "/k"\nvif = ["mac=00:16:3e:5a:2f:01"]\n'


def test_a_clash_names_the_first_file(tmp_path: Path) -> None:
    found = linted(tmp_path, {stem: f'name = "{stem}"\n{MAC}' for stem in ("web", "db", "mail")}, MACS)
    assert not found["web"]
    (note,) = found["mail"]
    first = str(tmp_path / "web.cfg")
    assert note.summary == f"the MAC address 00:16:3e:5a:2f:01 is also taken in {first}:3"
    assert [(one.path, one.place.line, one.place.column) for one in note.related] == [(first, 3, 13)]
    assert note.excerpt == 'vif = ["mac=00:16:3e:5a:2f:01"]'


def test_versions_of_one_guest_still_clash_with_another(tmp_path: Path) -> None:
    names = {"web": "web", "db": "db", "web-rescue": "web"}
    found = linted(tmp_path, {stem: f'name = "{name}"\n{MAC}' for stem, name in names.items()})
    codes = {stem: [note.code for note in notes if note.code.startswith("same-")] for stem, notes in found.items()}
    assert codes == {"web": [], "db": ["same-mac"], "web-rescue": ["same-name"]}


def test_notes_stand_in_the_order_of_the_text(tmp_path: Path) -> None:
    found = linted(tmp_path, {stem: f'memroy = 1\n{MAC}nmae = "{stem}"\nname = "{stem}"\n' for stem in ("web", "db")})
    codes = [note.code for note in found["db"] if note.code in ("unknown-key", "same-mac")]
    assert codes == ["unknown-key", "same-mac", "unknown-key"]


def test_one_file_is_compared_with_nothing(tmp_path: Path) -> None:
    found = linted(tmp_path, {"web": f'name = "web"\n{MAC}'.replace("]", ', "mac=00:16:3e:5a:2f:01"]')})
    assert not [note for note in found["web"] if note.code == "same-mac"]


def test_rules_that_are_not_chosen_compare_nothing(tmp_path: Path) -> None:
    found = linted(tmp_path, dict.fromkeys(("web", "db"), MAC), LintSettings(ignore=("several",)))
    assert not [note for notes in found.values() for note in notes if note.code.startswith("same-")]
