"""Broken texts: a text that xl's parser takes has no mistakes, and any other has them explained."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.optional import CORPUS, need_corpus
from tests.oracle.needed import need_real_xl
from tests.oracle.real import ask_real, config_case
from xlpy.lint.engine import lint
from xlpy.lint.fixing import applied
from xlpy.lint.helpers.amounts import number_meant
from xlpy.lint.helpers.keyed import declared
from xlpy.lint.rule import Rule, rules_by_code
from xlpy.lint.torn import forms
from xlpy.lint.torn.walk import mistakes
from xlpy.source import Source
from xlpy.syntax import parse

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.suffix != ".tsv")
PIECES = (
    *("memory", "disk", "kernel", "a", " = ", "=", "+=", "==", ":", '"', "'", "[", "]", ",", ";", "\n", "\n", "#"),
    *(" ", "\t", "\r", "\\", "512", "0x1F", "1g", "-1", "/boot/x", '"a,b"', "'c'", "(", ")", "{", "}", "{{ x }}"),
    *(
        "\u201c",
        "\u201d",
        "\u00a0",
        "\ufeff",
        "\udcff",
        "\0",
        "if x:",
        "import os",
        "%",
        "True",
        "u",
        ".",
        "*",
        "\n=======\n",
    ),
)
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def codes(name: str, text: str) -> list[str]:
    return [one.code for one in lint(Source(name, text))]


@given(texts)
@settings(max_examples=500, deadline=None)
def test_only_a_text_that_is_refused_has_mistakes(text: str) -> None:
    found = mistakes(text)
    if not parse(Source("c.cfg", text)).diagnostics:
        assert not found
    for mistake in found:
        edits = mistake.finding.fix.edits if mistake.finding.fix else ()
        for span in (mistake.finding.span, *(edit.span for edit in edits)):
            assert 0 <= span.start <= span.end <= len(text)


@need_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_error_of_a_real_file_is_understood(path: Path) -> None:
    source = Source.from_bytes(path.name, path.read_bytes())
    broken = bool(parse(source).diagnostics)
    assert broken or not mistakes(source.text)
    found = [one for one in lint(source) if one.code == "syntax"]
    assert not found, found[0]


MENDED = (
    ("kernel = /boot/vmlinuz\nmemory = 1g\nacpi = True\nvncdisplay = -1\nirqs = [0XA]", "unquoted and odd numbers"),
    ("extra = 'it's'\nroot = \"C:\\dir\\\"\nvif = [ 'a' 'b',, 'c'; 'd' ]", "quotes and commas"),
    ("disk = [ 'a,raw,xvda,rw'\nmemory = 512\nvif = [ u'bridge=x',\\\n 'bridge=y ]", "lists"),
    ("Memory: 512\non-crash == 'destroy'\n// a comment\nvcpus = 1, \nvcpus 2 ]", "keys and operators"),
    ("memory\u00a0= 512\r\nextra = \u201cro\u201d\r\nroot =\r\n  'x'\r\n# the end", "line ends and blanks"),
    ("extra = \"a \\\n  b\"\nmemory = 2 * 256\nvcpus = 1,024\nkernel = '/x' 1G", "what goes on over lines"),
)


def status(text: str) -> int:
    """What the real xl exits with."""
    (run,) = ask_real("4.20", [config_case("torn", text.encode())])
    return run.status


@pytest.mark.parametrize("text", [text for text, _ in MENDED], ids=[what for _, what in MENDED])
def test_the_real_xl_takes_what_was_mended(text: str) -> None:
    need_real_xl()
    text = f"name = 'web'\nkernel = '/boot/vmlinuz'\n{text}"
    assert status(text) == 1
    for _ in range(10):
        fixes = [one.fix for one in lint(Source("c.cfg", text)) if one.fix is not None and one.severity.name == "ERROR"]
        if not fixes:
            break
        text = applied(text, fixes)
    assert not parse(Source("c.cfg", text)).diagnostics
    assert status(text) == 0


OTHERS = (
    ("\x7fELF\x02\x01", "ELF"),
    ("\x1f\udc8b\x08\x00", "gzip"),
    ("QFI\udcfb\x00\x00", "qcow2"),
    ("\udcff\udcfen\x00a\x00m\x00e\x00", "UTF-16"),
    ("\x00\x01\x02\x03", "binary"),
    ("<?xml version='1.0'?>\n<domain type='xen'>", "libvirt"),
    ('{"c_info": {}, "b_info": {}}', "libxl"),
    ("a: 1\nb: 2\nc: 3\n", "YAML"),
    ("[Unit]\nDescription=x\n", "sections"),
    ("# mine\n(domain (name x))", "S-expression"),
)


@pytest.mark.parametrize(("text", "what"), OTHERS, ids=[what for _, what in OTHERS])
def test_other_files_are_recognised(text: str, what: str) -> None:
    form = forms.recognised(text)
    assert form is not None
    assert what in form.what
    assert codes("c.cfg", text) == ["not-xl-cfg"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("/etc/xen/other.conf", 'autoballoon = "off"\nvif.default.bridge = "xenbr1"\n'),
        ("/etc/xen/xl.conf", "# nothing but comments\n"),
        ("pool.cfg", 'name = "pool"\nsched = "credit"\ncpus = ["0", "1"]\n'),
    ],
)
def test_the_other_files_of_xl_are_recognised(name: str, text: str) -> None:
    assert codes(name, text) == ["not-xl-cfg"]


@pytest.mark.parametrize(
    ("key", "text", "number"),
    [
        ("memory", "1.5G", "1536"),
        ("memory", "512 MiB", "512"),
        ("memory", "512 mb", "512"),
        ("memory", "1K", ""),
        ("memory", "1 024", "1024"),
        ("memory", "yes", ""),
        ("vmtrace_buf_kb", "1M", "1024"),
        ("acpi", "On", "1"),
        ("acpi", "disabled", "0"),
        ("vcpus", "2.0", "2"),
        ("vcpus", "2G", ""),
        ("cap", "08", "8"),
        ("name", "5", ""),
    ],
)
def test_the_number_that_is_meant(key: str, text: str, number: str) -> None:
    found = declared(key)
    assert found is not None
    assert number_meant(text, found) == number


def test_what_follows_from_a_torn_line_is_all_explained() -> None:
    """Rules about values say nothing of half a value, and none but those about names anything of a program."""
    rules = rules_by_code()
    looking = [rule for rule in rules.values() if rule.told or rule.broken_too]
    of_values = {rule.code for rule in looking if rule.group not in ("keys", "style", "text")}
    assert not {code for code in of_values if not explained(rules["missing-comma"], code)}
    unexplained = {rule.code for rule in looking if not explained(rules["python-code"], rule.code)}
    assert unexplained == {"not-xl-cfg", "python-code", "removed-key", "unknown-key", "xend-key"}


def explained(rule: Rule, code: str) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in rule.explains)


def test_a_broken_text_is_read_in_time() -> None:
    many = 20_000
    for text in ("kernel = /boot/x\n" * many, "x = [" + '"a" ' * many, "a = " + "[" * many, "memory = 1\r\n" * many):
        assert lint(Source("c.cfg", text))
