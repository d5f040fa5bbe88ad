"""Fixes: safe ones are proven to keep the meaning, none loses a comment or a blank line, and they come to an end."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.optional import CORPUS, need_corpus
from tests.oracle import fuzz, generate
from tests.oracle.compare import corpus
from tests.oracle.real import CONFIG_NAME
from xlpy.config import load
from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.lint import edits
from xlpy.lint.fixing import applied, mend, same_meaning
from xlpy.lint.guest import Guest
from xlpy.lint.rule import Finding, Rule, all_rules
from xlpy.release import DEFAULT, Release
from xlpy.source import Source, Span
from xlpy.syntax import comments

RULES = [rule for rule in all_rules() if rule.default]


def text_of(source: Source, *, unsafe: bool = False, rules: list[Rule] | None = None) -> str:
    return mend(source, RULES if rules is None else rules, DEFAULT, unsafe=unsafe).text


def comment_texts(text: str) -> Counter[str]:
    return Counter(text[slice(*span)].rstrip() for span in comments(text))


def claiming(fix: Fix) -> Rule:
    """A rule that has one fix for `memory`."""
    return Rule(
        code="made-up",
        group="keys",
        severity=Severity.ADVICE,
        summary="made up",
        why="for this test",
        bad="",
        good="",
        keys=("memory",),
        check=lambda guest: [Finding(guest.span("memory"), "made up", fix=fix)],
    )


def test_a_safe_fix_that_changes_the_meaning_is_not_made() -> None:
    source = Source("c.cfg", 'name = "a"\nkernel = "/k"\nmemory = 512\n')
    at = Span(source.text.index("512"), source.text.index("512") + 3)
    assert text_of(source, rules=[claiming(Fix(title="more", edits=(Edit(at, "1024"),)))]) == source.text
    same = claiming(Fix(title="the same", edits=(Edit(at, "0x200"),)))
    assert text_of(source, rules=[same]) == source.text.replace("512", "0x200")
    unsafe = claiming(Fix(title="more", edits=(Edit(at, "1024"),), safe=False))
    assert text_of(source, rules=[unsafe]) == source.text
    assert "1024" in text_of(source, rules=[unsafe], unsafe=True)


def test_a_fix_that_loses_a_comment_is_not_made() -> None:
    source = Source("c.cfg", 'name = "a"\nkernel = "/k"\nmemory = 512 # much\nmemory = 512\n')
    line = source.text.index("memory")
    fix = Fix(title="remove", edits=(Edit(Span(line, source.text.index("\n", line) + 1), ""),))
    assert text_of(source, rules=[claiming(fix)]) == source.text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a = 1\nb = 2\n", "b = 2\n"),
        ("a = 1 # why\nb = 2\n", "# why\nb = 2\n"),
        ("b = 2; a = 1\n", "b = 2\n"),
        ("b = 2; a = 1 # why\n", "b = 2 # why\n"),
        ("b = 2; a = 1; c = 3\n", "b = 2; c = 3\n"),
        ("a = 1; b = 2\n", "b = 2\n"),
        ("  a = [\n  1, # one\n]\nb = 2\n", "b = 2\n"),
        ("b = 2\na = 1", "b = 2\n"),
    ],
)
def test_removing_a_setting_leaves_the_rest(text: str, after: str) -> None:
    loaded = load(Source("c.cfg", text))
    (setting,) = Guest(loaded, DEFAULT).assignments_of("a")
    assert applied(text, [edits.remove(text, setting)]) == after


def test_overlapping_fixes_wait_for_each_other() -> None:
    one = Fix(title="one", edits=(Edit(Span(0, 2), "x"),))
    other = Fix(title="other", edits=(Edit(Span(1, 3), "y"), Edit(Span(5, 6), "z")))
    assert applied("abcdef", [one, other]) == "xcdef"
    assert applied("abcdef", [other, one]) == "aydez"


PYTHON = """import os
lib = "lib64"
memroy = 512
kernel = "/usr/lib/xen/boot/hvmloader"
builder = "hvm"
device_model = "/usr/" + lib + "/xen/bin/qemu-dm"
acpi = "yes"  # xlpy: ignroe[not-a-number]
cpu_cap = 50
"""


def test_nothing_is_mended_in_a_program() -> None:
    assert text_of(Source("c.cfg", PYTHON), unsafe=True) == PYTHON


def test_a_line_that_is_torn_is_only_changed_to_mend_it() -> None:
    text = 'name = "a"\nkernel = "/k"\npvh = 1 x\ndevice_model = "/a" /b\n'
    assert text_of(Source("c.cfg", text)) == text


def test_a_comment_that_silences_nothing_is_put_right() -> None:
    text = 'name = "a"\nkernel = "/k"\nmemory = 512\nmemroy = 512  # xlpy: {}\n'
    source = Source("c.cfg", text.format("ignore unknown-key"))
    assert text_of(source, unsafe=True) == text.format("ignore[unknown-key]")


def test_two_settings_of_a_line_are_removed() -> None:
    for text, after in (("b = 2; a = 1; a = 2\n", "b = 2\n"), ("a = 1; a = 2; b = 2\n", "b = 2\n")):
        guest = Guest(load(Source("c.cfg", text)), DEFAULT)
        assert applied(text, [edits.remove_keys(guest, "a")]) == after


def test_a_random_uuid_is_no_difference() -> None:
    one = Source("c.cfg", 'name = "a"\nkernel = "/k"\ntype = "hvm"\nms_vm_genid = "generate"\n')
    assert same_meaning(one, one, DEFAULT)
    other = Source("c.cfg", one.text + 'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"\n')
    assert not same_meaning(one, other, DEFAULT)


def check(data: bytes, release: Release) -> None:
    source = Source.from_bytes(CONFIG_NAME, data)
    mended = mend(source, RULES, release)
    after = Source(CONFIG_NAME, mended.text)
    assert same_meaning(source, after, release)
    assert comment_texts(source.text) == comment_texts(mended.text)
    assert mend(after, RULES, release).text == mended.text
    rude = mend(source, RULES, release, unsafe=True)
    assert not comment_texts(source.text) - comment_texts(rude.text)
    assert load(source).broken or not load(Source(CONFIG_NAME, rude.text)).broken


@pytest.mark.parametrize("chunk", range(8))
def test_generated_files_keep_their_meaning(chunk: int) -> None:
    seed = int(os.environ["XLPY_FUZZ_SEED"]) + 2 * 10**6
    for number in range(chunk * 25, chunk * 25 + 25):
        check(generate.generate(seed + number), Release(4, 20))
        check(fuzz.generate(seed + number), Release(4, 17))


@need_corpus
def test_real_files_keep_their_meaning() -> None:
    for case in corpus(CORPUS):
        check(dict(case.files)[CONFIG_NAME], DEFAULT)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('type = "HVM"\nboot = "dc"\nvif = ["type=ioemu"]\n', 'type = "hvm"\nboot = "dc"\nvif = ["type=ioemu"]\n'),
        ('typ = "hvm"\nboot = "dc"\nvif = ["model=e1000"]\n', 'type = "hvm"\nboot = "dc"\nvif = ["model=e1000"]\n'),
        ('vcpu = 4\ncpus = "0-3"\n', 'vcpus = 4\ncpus = "0-3"\n'),
    ],
)
def test_the_cause_is_mended_before_what_follows_from_it(text: str, after: str) -> None:
    head = 'name = "a"\nmemory = 512\n' + ('kernel = "/k"\n' if "hvm" not in text.lower() else "")
    assert text_of(Source("c.cfg", head + text), unsafe=True) == head + after


def test_a_file_that_xl_takes_is_not_mended_into_one_that_it_refuses() -> None:
    text = 'name = "a"\ntype = "pvh"\nkernel = "/k"\nmemory = 512\n'
    at = text.index('"pvh"')
    fix = Fix(title="worse", edits=(Edit(Span(at, at + 5), '"PVH"'),), safe=False)
    assert text_of(Source("c.cfg", text), rules=[claiming(fix)], unsafe=True) == text


def test_many_fixes_take_no_long_time_together() -> None:
    text = "".join(f"k{number} = 1\n" for number in range(3000))
    fixes = [edits.remove(text, setting) for setting in load(Source("c.cfg", text)).assignments]
    assert applied(text, fixes[::2]) == "".join(f"k{number} = 1\n" for number in range(1, 3000, 2))
