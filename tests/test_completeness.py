"""Nothing that is declared is without proof: it stands in a case for the real xl, and it has an effect or a reason."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle import casefile
from tests.oracle.compare import CASES
from tests.test_vocabulary import guests, read
from xlpy import cpupool, vocabulary
from xlpy.config import load
from xlpy.kinds import Choice
from xlpy.release import Release
from xlpy.schema import config_schema
from xlpy.source import Source
from xlpy.syntax import Atom, Value, parse
from xlpy.xlconf import keys as xlconf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracle.real import Case
    from xlpy.vocabulary import Key, Token

KEYS = vocabulary.all_keys()
MODULES = [module for module in vocabulary.modules() if hasattr(module, "TOKENS")]
ONLY_BAD = {
    ("rdm", "policy"): "a good one makes xl drop the whole value",
    ("vif", "netdev"): "xl always warns of it",
    ("vif", "accel"): "xl always warns of it",
}
"""Tokens that have no good example."""

every_key = pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)


def short(module: Any) -> str:
    return str(module.__name__).rpartition(".")[2]


@cache
def cases() -> dict[str, str]:
    """What the cases for the real xl assign to each key, and the words with which they attach its devices."""
    found: dict[str, list[str]] = {}
    verbs = {module.ATTACH.verb: short(module) for module in vocabulary.modules() if hasattr(module, "ATTACH")}
    for path in [*CASES.glob("*.cases"), *CASES.parent.glob("*.cases")]:
        for written in casefile.read(path):
            for name, text in assigned(written.case):
                found.setdefault(name, []).append(text)
            for verb in verbs.keys() & set(written.case.argv):
                found.setdefault(verbs[verb], []).extend(written.case.argv)
    return {name: "\n".join(texts).lower() for name, texts in found.items()}


def assigned(case: Case) -> Iterator[tuple[str, str]]:
    """The keys of a case, in its file and on its command line, each with every text of its value."""
    lines = b"\n".join(content for _, content in case.files).decode("utf-8", "surrogateescape")
    for setting in parse(Source("c.cfg", "\n".join([lines, *case.argv, ""]))).settings:
        for text in texts(setting.value):
            yield setting.name, text


def texts(value: Value) -> Iterator[str]:
    if isinstance(value, Atom):
        yield value.text
        return
    for item in value.items:
        yield from texts(item)


def has(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text) is not None


@every_key
def test_a_case_has_the_key_and_each_of_its_words(key: Key) -> None:
    assert key.name in cases()
    if isinstance(key.kind, Choice):
        assert [word for word in key.kind.values if not has(cases()[key.name], word)] == []


@every_module
def test_a_case_has_each_token_and_each_of_its_words(module: Any) -> None:
    text = cases()[short(module)]
    assert [token.name for token in module.TOKENS if not has(text, token.name)] == []
    pairs = [f"{token.name}={word}" for token in module.TOKENS for word in token.values]
    assert [pair for pair in pairs if not has(text, pair) and not has(text, pair.partition("=")[2])] == []


@pytest.mark.parametrize("key", [*xlconf.KEYS, *cpupool.KEYS], ids=lambda key: key.name)
def test_a_key_of_another_file_is_described(key: Key) -> None:
    """Their examples are compared with the real xl as they are declared."""
    assert key.default
    assert key.kind.name
    assert key.field
    assert Release.parse(key.since) <= Release(4, 23)


@every_key
def test_a_key_without_a_field_has_an_effect_or_says_that_it_has_none(key: Key) -> None:
    if key.field or (key.deprecated and key.doc.startswith("Does nothing")):
        return
    for guest in guests(key):
        without = read(guest, key.beside, key.since).config
        if any(read({**guest, key.name: value}, key.beside, key.since).config != without for value in key.good):
            return
    pytest.fail(f"no example of {key.name} changes anything")


@every_module
def test_a_token_has_a_good_value_or_a_reason(module: Any) -> None:
    without = {(short(module), token.name) for token in module.TOKENS if not token.good}
    assert without == {pair for pair in ONLY_BAD if pair[0] == short(module)}


def said(key: Key, spec: str) -> bool:
    value = f"[['{spec}']]" if key.good[0].startswith("[[") else f"['{spec}']"
    text = f'name = "a"\nkernel = "/k"\n{key.beside}\n{key.name} = {value}\n'
    return bool(load(Source("c.cfg", text)).diagnostics)


@every_module
def test_a_token_without_a_bad_value_takes_anything(module: Any) -> None:
    key = next(key for key in module.KEYS if key.name == short(module))
    for token in (token for token in module.TOKENS if not token.bad):
        odd, replaced = re.subn(rf"(?<![\w-]){token.name}=[^,]*", f"{token.name}=?", token.good)
        assert not replaced or not said(key, odd), odd


@every_module
def test_the_schema_has_the_tokens_in_full(module: Any) -> None:
    told = config_schema(Release(4, 22))["properties"][short(module)]
    listed = told.get("x-tokens") or told["items"].get("x-tokens") or told["items"]["items"]["x-tokens"]
    tokens: tuple[Token, ...] = module.TOKENS
    for token in tokens:
        assert token.doc in str(listed[token.name]), token.name
