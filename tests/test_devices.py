"""Every device class: its tokens do what they say, and what does not fit is shown where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from xlpy import vocabulary
from xlpy.attach import attach_config
from xlpy.cli.registry import find_verb
from xlpy.config import Loaded, load
from xlpy.libxl import DeviceRecord
from xlpy.libxl_json import to_json
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.vocabulary import Key, Token

OLD = Release(4, 17)
HEAD = 'name = "a"\nkernel = "/k"\n'


def _records(module: Any) -> list[type[DeviceRecord]]:
    """The device records that a module defines itself."""
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, DeviceRecord)]
    return [record for record in found if record.__module__ == module.__name__]


MODULES = [module for module in vocabulary.modules() if module.__name__.startswith("xlpy.devices.")]
RECORDS = [record for module in MODULES for record in _records(module)]
KEYS = {record.KIND: key for record in RECORDS for key in vocabulary.all_keys() if key.name == record.KIND}
TOKENS = [(_records(module)[0], token) for module in MODULES for token in getattr(module, "TOKENS", ())]
ATTACHMENTS = sorted(vocabulary.attachments())

every_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.KIND)


def _each(tokens: Iterable[tuple[type[DeviceRecord], Token]]) -> pytest.MarkDecorator:
    params = [pytest.param(record, token, id=f"{record.KIND}-{token.name}") for record, token in tokens]
    return pytest.mark.parametrize(("record", "token"), params)


def _load(key: Key, spec: str, release: Release = DEFAULT) -> Loaded:
    """A guest with one device."""
    nested = key.good[0].startswith("[[")
    value = f'[["{spec}"]]' if nested else f'["{spec}"]'
    return load(Source("a.cfg", f"{HEAD}{key.name} = {value}\n"), release=release)


def _field(device: DeviceRecord, path: str) -> Any:
    """The value of `pcms[0].name`."""
    names = path.replace("[", ".").replace("]", "").split(".")
    value: Any = device
    for name in names:
        value = value[int(name)] if name.isdigit() else getattr(value, name)
    return value


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_one_module_is_one_class(module: Any) -> None:
    assert len(_records(module)) == 1


def test_arrays_and_their_places_are_unique() -> None:
    for name in ("AT", "ARRAY", "KIND"):
        values = [getattr(record, name) for record in RECORDS]
        assert len(set(values)) == len(values), name


@every_record
def test_the_key_has_the_name_of_the_class(record: type[DeviceRecord]) -> None:
    assert KEYS[record.KIND].doc


@every_record
def test_good_values_of_the_key_make_devices(record: type[DeviceRecord]) -> None:
    key = KEYS[record.KIND]
    for value in key.good:
        loaded = load(Source("a.cfg", f"{HEAD}{key.name} = {value}\n"))
        assert not loaded.diagnostics
        device = loaded.config.devices_of(record)[0]
        assert device.title()
        assert f'"{record.ARRAY}": [' in to_json(loaded.config)
        assert f"{record.KIND}[0]" in loaded.where


@every_record
def test_bad_values_of_the_key_are_told(record: type[DeviceRecord]) -> None:
    key = KEYS[record.KIND]
    for value in key.bad:
        loaded = load(Source("a.cfg", f"{HEAD}{key.name} = {value}\n"))
        assert loaded.diagnostics
        for diagnostic in loaded.diagnostics:
            assert diagnostic.span is not None
            span = loaded.entries[key.name].value_span
            assert span.start <= diagnostic.span.start <= diagnostic.span.end <= span.end


@_each(TOKENS)
def test_tokens_are_declared_in_full(record: type[DeviceRecord], token: Token) -> None:
    assert token.doc.endswith(".")
    assert token.good or token.bad
    assert Release.parse(token.since) >= Release.parse(KEYS[record.KIND].since)


@_each((record, token) for record, token in TOKENS if token.good)
def test_a_good_example_sets_the_field(record: type[DeviceRecord], token: Token) -> None:
    loaded = _load(KEYS[record.KIND], token.good)
    assert not loaded.diagnostics
    (device,) = loaded.config.devices_of(record)
    assert device.title()
    if token.field:
        places = [place for place in loaded.where if place.startswith(f"{record.KIND}[0].")]
        (place,) = [place for place in places if f".{place}".endswith(f".{token.field}")]
        span = loaded.where[place]
        assert loaded.source.text[slice(*span)] in token.good
        assert _field(device, place.partition(".")[2]) is not None


@_each((record, token) for record, token in TOKENS if token.bad)
def test_a_bad_example_is_shown_where_it_stands(record: type[DeviceRecord], token: Token) -> None:
    loaded = _load(KEYS[record.KIND], token.bad)
    assert loaded.diagnostics
    start = loaded.source.text.index(token.bad)
    for diagnostic in loaded.diagnostics:
        assert diagnostic.span is not None
        assert start - 1 <= diagnostic.span.start <= diagnostic.span.end <= start + len(token.bad) + 1


@_each((record, token) for record, token in TOKENS if token.good and Release.parse(token.since) > OLD)
def test_an_older_release_does_not_know_the_token(record: type[DeviceRecord], token: Token) -> None:
    loaded = _load(KEYS[record.KIND], token.good, OLD)
    assert not any(f".{place}".endswith(f".{token.field}") for place in loaded.where)


@every_record
def test_a_wrong_device_is_dropped_alone(record: type[DeviceRecord]) -> None:
    key = KEYS[record.KIND]
    good = key.good[0].strip()[1:-1]
    for bad in key.bad:
        if not bad.startswith("[") or load(Source("a.cfg", f"{HEAD}{key.name} = {bad}\n")).config.devices_of(record):
            continue
        text = f"{HEAD}{key.name} = [{good}, {bad.strip()[1:-1]}, {good}]\n"
        loaded = load(Source("a.cfg", text))
        assert len(loaded.config.devices_of(record)) == 2


@pytest.mark.parametrize("verb", ATTACHMENTS)
def test_a_verb_that_attaches_is_a_verb(verb: str) -> None:
    found = find_verb(verb)
    assert found is not None
    assert found.name == verb


@pytest.mark.parametrize(
    ("verb", "words", "printed"),
    [
        ("block-attach", ("/a", "raw", "xvdb", "r"), '"vdev": "xvdb"'),
        ("network-attach", ("bridge=a,b", "mac=00:16:3e:01:02:03"), '"bridge": "a,b"'),
        ("vtpm-attach", ("backend=tpm",), '"backend_domname": "tpm"'),
        ("vkb-attach", ("backend-type=linux", "multi-touch-width=5"), '"feature_multi_touch": true'),
        ("vdispl-attach", ("connectors=a:1x2;b:3x4",), '"height": 4'),
        ("vsnd-attach", ("card,short-name=a", "pcm,name=b", "stream,type=c"), '"type": "c"'),
        ("usbctrl-attach", ("type=pv", "ports=3"), '"ports": 3'),
        ("usbdev-attach", ("type=hostdev", "hostbus=1", "hostaddr=2"), '"hostaddr": 2'),
        ("pci-attach", ("03:00.0,permissive=1", "07"), '"permissive": true'),
    ],
)
def test_words_make_a_device_without_a_number(verb: str, words: tuple[str, ...], printed: str) -> None:
    attached = attach_config(verb, words)
    assert not attached.diagnostics
    assert attached.device is not None
    assert printed in to_json(attached.device)
    assert "devid" not in to_json(attached.device)


@pytest.mark.parametrize("verb", ATTACHMENTS)
def test_a_wrong_word_is_shown_where_it_stands(verb: str) -> None:
    attached = attach_config(verb, ("=", "=x"))
    assert attached.device is None
    assert attached.source.name == "command line"
    assert all(diagnostic.span is not None for diagnostic in attached.diagnostics)
    assert attached.diagnostics[-1].xl_exit


def test_devices_are_printed_in_the_order_of_libxl() -> None:
    lines = "".join(f"{kind} = {key.good[0]}\n" for kind, key in KEYS.items())
    printed = to_json(load(Source("a.cfg", HEAD + lines)).config)
    found = [printed.index(f'"{record.ARRAY}": [') for record in sorted(RECORDS, key=lambda record: record.AT)]
    assert found == sorted(found)
