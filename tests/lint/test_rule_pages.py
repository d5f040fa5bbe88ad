"""The pages of the rules: `xlpy rule`, and docs/rules.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint.marked import marked
from xlpy.cli.added.rule import rules_named
from xlpy.cli.main import run
from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule, all_rules
from xlpy.render.rules import example_lines, rule_dict, rule_markdown, rule_text, rules_markdown, rules_text, unmarked

ROOT = Path(__file__).parents[2]
RULE = Rule(
    code="no-such-rule",
    group="tests",
    severity=Severity.ADVICE,
    summary="an example for the tests",
    why="It is there to be shown. " * 10,
    bad="«memroy» = 512\nvcpus = 2",
    fixed="memory = 512\nvcpus = 2",
    good="memory = 512",
    told=("told-so",),
    default=False,
    needs_host=True,
)
every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["rule", *words], "xlpy")
    return status, *capsys.readouterr()


def test_the_page_in_docs_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "rules.py"), "--check"]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False
    )
    assert ended.returncode == 0, ended.stderr


class TestExamples:
    @pytest.mark.parametrize(
        ("written", "lines"),
        [
            ("a = 1", ["a = 1"]),
            ("a = «1»", ["a = 1", "    ^"]),
            ("«a» = «1»\nb = 2", ["a = 1", "^   ^", "b = 2"]),
            ("a = «[1,\n2]»", ["a = [1,", "    ^^^", "2]", "^^"]),
            ("a = 1«\n»b = 2", ["a = 1", "     ^", "b = 2"]),
            ("a«» = 1", ["a = 1", " ^"]),
            ("«»", ["", "^"]),
            ("\ta = «\x00»1", ["\\ta = \\x001", "      ^^^^"]),
            ("«a = «1»»", ["a = 1", "^^^^^"]),
            ("a = '«日本»'", ["a = '日本'", "     ^^^^"]),
            ("a\n«# b»\u2404", ["a", "# b\u2404", "^^^"]),
        ],
    )
    def test_what_is_marked_has_carets_below(self, written: str, lines: list[str]) -> None:
        assert [*example_lines(written)] == lines

    @every_rule
    def test_they_are_read_as_the_tests_of_the_rules_read_them(self, rule: Rule) -> None:
        text, spans = unmarked(rule.bad)
        whole = marked(rule.bad)
        head = whole.text.rstrip("\n").removesuffix(text.rstrip("\n"))
        assert whole.text.rstrip("\n") == head + text.rstrip("\n")
        assert [(start - len(head), end - len(head)) for start, end in whole.spans] == [*spans]


class TestPages:
    def test_the_text(self) -> None:
        text = rule_text(RULE)
        assert text.startswith("no-such-rule: advice, group tests\nan example for the tests\n\nIt is there")
        assert "\nBad:\n    memroy = 512\n    ^^^^^^\n    vcpus = 2\n" in text
        assert "\nThe fix makes of it:\n    memory = 512\n    vcpus = 2\n\nGood:\n    memory = 512\n" in text
        assert "It only runs when it is selected: --select no-such-rule.\n" in text
        assert (
            "It only runs where a host is described.\nIn what xlpy plan and create say it is called told-so.\n" in text
        )
        assert text.endswith(
            "# xlpy: ignore[no-such-rule] behind a line, or in one of its own above it, silences it there.\n"
        )
        assert max(map(len, text.splitlines())) <= 100

    def test_the_fix_that_gives_the_good_one_is_shown_once(self) -> None:
        text = rule_text(RULE.replace(good=RULE.fixed))
        assert "\nGood, and what the fix makes of it:\n    memory = 512\n" in text
        assert "\nThe fix" not in text

    @every_rule
    def test_every_rule_has_pages_fit_for_a_terminal(self, rule: Rule) -> None:
        for page in (rule_text(rule), rule_markdown(rule)):
            assert all(line.isprintable() for line in page.split("\n"))
            assert "«" not in page
            assert "Bad:" in page
            assert "Good" in page
        assert json.loads(json.dumps(rule_dict(rule)))["code"] == rule.code

    def test_the_tables(self) -> None:
        rules = [RULE, RULE.replace(code="other", fixed="", default=True, summary="a|b")]
        assert rules_text(rules).startswith(
            "tests\n  no-such-rule  advice   [*][-]  an example for the tests\n  other         advice           a|b\n"
        )
        assert "| [other](#other) | advice |  | a\\|b |\n" in rules_markdown(rules)
        assert "| [no-such-rule](#no-such-rule) | advice | yes | an example for the tests (only" in rules_markdown(
            rules
        )


class TestCommand:
    def test_one_rule(self, capsys: pytest.CaptureFixture[str]) -> None:
        (rule,) = rules_named("unknown-key")
        assert said(capsys, "unknown-key") == (0, rule_text(rule), "")
        assert said(capsys, "unknown-key", "--format", "markdown") == (0, rule_markdown(rule), "")
        status, out, _ = said(capsys, "unknown-key", "--format", "json")
        assert (status, json.loads(out)) == (0, rule_dict(rule))

    def test_the_list(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys) == (0, rules_text(all_rules()), "")
        status, out, _ = said(capsys, "--format", "json")
        assert (status, [one["code"] for one in json.loads(out)]) == (0, [rule.code for rule in all_rules()])
        assert said(capsys, "--format", "markdown")[1].count("\n| [") == len(all_rules())

    def test_all_pages(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "--all")[1].count("\nBad:\n") == len(all_rules())
        assert said(capsys, "--all", "--format", "markdown")[1].count("\n## ") == len(all_rules()) - 1
        assert json.loads(said(capsys, "--all", "--format", "json")[1]) == [rule_dict(rule) for rule in all_rules()]

    def test_a_group(self, capsys: pytest.CaptureFixture[str]) -> None:
        rules = [rule for rule in all_rules() if rule.group == "keys"]
        assert said(capsys, "keys") == (0, rules_text(rules), "")

    def test_what_the_reader_tells_leads_to_its_rule(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert [rule.code for rule in rules_named("lexical-error")] == ["syntax"]
        assert said(capsys, "lexical-error")[1].startswith("syntax: error")

    @pytest.mark.parametrize(
        ("code", "way_out"),
        [
            ("unknwon-key", "did you mean unknown-key?"),
            ("kyes", "did you mean keys?"),
            ("zzz\x1b", "xlpy rule lists them"),
        ],
    )
    def test_another_code(self, capsys: pytest.CaptureFixture[str], code: str, way_out: str) -> None:
        status, out, err = said(capsys, code)
        assert (status, out) == (2, "")
        assert err.startswith("xlpy: rule: there is no rule ")
        assert err.endswith(f": {way_out}\n")
        assert err[:-1].isprintable()

    def test_both_a_code_and_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = said(capsys, "unknown-key", "--all")
        assert (status, out) == (2, "")
        assert "not both" in err
