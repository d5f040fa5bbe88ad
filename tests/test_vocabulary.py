"""Each declared key is complete, and its examples are what they are said to be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from xlpy import vocabulary
from xlpy.config import Loaded, load
from xlpy.diagnostic import Severity
from xlpy.libxl import DeviceRecord, DomainConfig, Struct, union_member
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.vocabulary import Key

UUID = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"
NEEDED = {"name": '"web"', "uuid": f'"{UUID}"'}
BOOTS = {"pv": {"kernel": '"/k"'}, "pvh": {"kernel": '"/k"', "type": '"pvh"'}, "hvm": {"type": '"hvm"'}}

every_key = pytest.mark.parametrize("key", vocabulary.all_keys(), ids=lambda key: key.name)


def read(settings: dict[str, str], beside: str, since: str) -> Loaded:
    text = "".join(f"{name} = {value}\n" for name, value in settings.items()) + beside
    return load(Source.from_bytes("c.cfg", text.encode()), release=max(DEFAULT, Release.parse(since)))


def guests(key: Key) -> list[dict[str, str]]:
    """A smallest guest of each type for which the key is meant, without the key; a firmware is instead of a kernel."""
    plain = [{**NEEDED, **BOOTS[guest]} for guest in key.guests]
    bare = [{name: value for name, value in guest.items() if name != "kernel"} for guest in plain]
    return [{name: value for name, value in guest.items() if name != key.name} for guest in (*plain, *bare)]


def said(key: Key, value: str) -> list[list[str]]:
    """What is said of a value, for each guest: the codes."""
    loads = (read({**guest, key.name: value}, key.beside, key.since) for guest in guests(key))
    return [[diagnostic.code for diagnostic in loaded.diagnostics] for loaded in loads]


@every_key
def test_is_described(key: Key) -> None:
    assert key.doc.endswith("."), "the doc is made of sentences"
    assert key.default
    assert key.kind.name
    assert Release.parse(key.since) <= Release(4, 23)
    assert key.guests
    assert set(key.guests) <= set(vocabulary.ALL)
    assert key.good
    assert key.bad


@every_key
def test_good_examples_are_accepted(key: Key) -> None:
    for value in key.good:
        loads = [read({**guest, key.name: value}, key.beside, key.since) for guest in guests(key)]
        allowed = Severity.WARNING if key.deprecated else Severity.ADVICE
        assert any(all(d.severity <= allowed for d in loaded.diagnostics) for loaded in loads), said(key, value)


@every_key
def test_bad_examples_are_not_passed_over(key: Key) -> None:
    for value in key.bad:
        assert any(said(key, value)), f"nothing is said of {key.name} = {value}"


@every_key
def test_a_good_example_reaches_the_configuration(key: Key) -> None:
    if not key.field or key.with_key:
        return
    for guest in guests(key):
        without = read(guest, key.beside, key.since).config
        values = [{**guest, key.name: value} for value in key.good]
        if any(read(settings, key.beside, key.since).config != without for settings in values):
            return
    pytest.fail(f"no example of {key.name} changes anything")


@every_key
def test_its_field_exists(key: Key) -> None:
    if not key.field:
        return
    record: type[Struct] = DomainConfig
    *path, name = key.field.split(".")
    for step in path:
        if step in record.SELECTORS:
            continue
        member = step in vocabulary.ALL
        record = union_member(step) if member else type(getattr(record, step))
    assert name in record.FIELDS


@every_key
def test_the_key_that_reads_it_exists(key: Key) -> None:
    assert not key.with_key or key.with_key in vocabulary.key_names()
    assert not (key.with_key and key.read)


def test_names_are_unique() -> None:
    names = [key.name for key in vocabulary.all_keys()]
    assert sorted(set(names)) == sorted(names)


def test_places_in_the_order_are_not_shared_by_strangers() -> None:
    owners = defaultdict(set)
    for module in vocabulary.modules():
        for reading in (*getattr(module, "KEYS", ()), *getattr(module, "READINGS", ())):
            owners[reading.order].add(module.__name__)
    assert {order: sorted(names) for order, names in owners.items() if len(names) > 1} == {}


def test_every_device_class_has_a_key() -> None:
    for module in vocabulary.modules():
        records = [value for value in vars(module).values() if isinstance(value, type)]
        own = [r for r in records if issubclass(r, DeviceRecord) and r.__module__ == module.__name__]
        assert not own or module.KEYS, f"{module.__name__} declares a device that no key makes"


@pytest.mark.parametrize("module", [m for m in vocabulary.modules() if hasattr(m, "TOKENS")], ids=lambda m: m.__name__)
def test_tokens_are_described(module: Any) -> None:
    names = [token.name for token in module.TOKENS]
    assert sorted(set(names)) == sorted(names)
    for token in module.TOKENS:
        assert token.doc.endswith("."), token.name
        assert Release.parse(token.since) <= Release(4, 23)


@pytest.mark.parametrize(
    ("setting", "release", "accepted"),
    [
        ('device_model_version = "qemu-xen-traditional"', "4.20", True),
        ('device_model_version = "qemu-xen-traditional"', "4.21", False),
        ('tee = "ffa"', "4.17", False),
        ('tee = "ffa"', "4.18", True),
        ('sve = "x"', "4.17", True),
        ('sve = "x"', "4.18", False),
    ],
)
def test_words_come_and_go_with_releases(setting: str, release: str, accepted: bool) -> None:
    text = f'name = "web"\ntype = "hvm"\n{setting}\n'
    loaded = load(Source.from_bytes("c.cfg", text.encode()), release=Release.parse(release))
    assert all(diagnostic.severity < Severity.ERROR for diagnostic in loaded.diagnostics) == accepted
