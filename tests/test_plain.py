"""The quick ways of the reader give what the slow ones give."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.optional import CORPUS, need_corpus
from tests.oracle import fuzz, generate
from xlpy import config, syntax, vocabulary
from xlpy.options import general
from xlpy.plain import plain_settings
from xlpy.release import DEFAULT
from xlpy.source import Source
from xlpy.values import NO_UUID
from xlpy.vocabulary import ALL, Step

COUNT = 1000
MAKERS = (generate.generate, fuzz.generate)
PIECES = (
    *("a", "b.c", "5", "0x1", '"s"', "'t'", "=", "+=", "[", "]", ",", ";", "#c\n", "\n", " ", "\t", "# x", '"', "\r"),
    *('"#"', "\0", '"\0"', "[1]", '["a",]', "a=1", 'b="x"', "c=[1,#d\n2]\n", "\\", '"\\""', "é", "A", "-"),
)


def agree(source: Source) -> bool:
    """Whether the pattern takes the text; then the tables find the same settings and nothing wrong."""
    found = plain_settings(source.text)
    if found is None:
        return False
    slow = syntax._Reader(source)
    slow.read()
    assert not slow.diagnostics
    assert tuple(slow.settings) == found
    return True


def sources() -> list[Source]:
    seed = int(os.environ["XLPY_FUZZ_SEED"])
    texts = [make(one) for start in (0, seed) for one in range(start, start + COUNT) for make in MAKERS]
    return [Source.from_bytes("c.cfg", text) for text in texts]


def test_generated_texts_are_read_alike() -> None:
    taken = sum(agree(source) for source in sources())
    assert taken > COUNT, "the pattern takes hardly anything"


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_of_texts_are_read_alike(text: str) -> None:
    agree(Source("c.cfg", text))


@need_corpus
def test_real_texts_are_read_alike() -> None:
    files = [path for path in CORPUS.rglob("*.cfg") if path.is_file()]
    taken = sum(agree(Source.from_bytes(path.name, path.read_bytes())) for path in files)
    assert taken > len(files) // 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# a comment\n",
        "a = 1",
        "a=1;b='2';;\n",
        'a = [\n # none\n "x" , # one\n 2,\n]\n',
        "a = []\na += [ ]",
        '  a.b+="# no comment" # one\n',
    ],
)
def test_the_common_form(text: str) -> None:
    assert agree(Source("c.cfg", text))


@pytest.mark.parametrize(
    "text", ["a = 1 # no end", 'a = "\\n"', "a = [[1]]", "a = 1 2\n", "a = 1\r\n", 'a = "', "a = 1g\n", "=", "A = 1\n"]
)
def test_all_else_is_left_to_the_tables(text: str) -> None:
    assert plain_settings(text) is None


def test_what_is_not_set_need_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading, whether its key is set or not, gives what those give that are carried out."""
    monkeypatch.setattr(general, "_random_uuid", lambda: NO_UUID)
    every = tuple(Step("", ALL, one.apply) for one in vocabulary.readings())
    assert len(vocabulary.steps(DEFAULT, frozenset())) < len(every) // 2
    taken = [source for source in sources() if "genid" not in source.text]
    quick = [config.load(source) for source in taken]
    monkeypatch.setattr(vocabulary, "steps", lambda _release, _names: every)
    for source, loaded in zip(taken, quick, strict=True):
        assert config.load(source) == loaded
