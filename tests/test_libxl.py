"""The table of libxl's types holds together, and every field of it can be printed and read back."""

from __future__ import annotations

import json
import sys
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy import libxl
from xlpy.libxl import BuildInfo, DeviceRecord, DomainConfig, Struct
from xlpy.libxl_json import to_json
from xlpy.libxl_read import device_classes, from_json
from xlpy.reader import wrap
from xlpy.release import Release
from xlpy.vocabulary import ALL

OLDEST, NEWEST = Release(4, 17), Release(4, 23)
PLAIN: dict[Any, list[Any]] = {bool: [True, False], int: [3], str: ["a", ""]}
BITS = {"U8": (0, 8), "U32": (0, 32), "U64": (0, 64), "Int": (1, 32)}


def structs() -> list[type[Struct]]:
    """Every structure with fields, those of devices too."""
    own = [value for value in vars(libxl).values() if isinstance(value, type) and issubclass(value, Struct)]
    found = dict.fromkeys((*own, *device_classes()))
    for record in list(found):
        for name in record.FIELDS:
            found |= dict.fromkeys(kind for kind in parts(annotation(record, name)) if issubclass(kind, Struct))
    return [record for record in found if record.FIELDS]


def annotation(record: type[Struct], name: str) -> Any:
    owner = next(base for base in record.__mro__ if name in base.__dict__.get("__annotations__", ()))
    return eval(record.FIELDS[name], vars(sys.modules[owner.__module__]))


def parts(kind: Any) -> set[type]:
    """The plain types of which a type is made; a TypeError for one that cannot be printed."""
    if get_origin(kind) is Literal:
        return {type(word) for word in get_args(kind)}
    if get_origin(kind) in (tuple, UnionType):
        return set().union(*(parts(option) for option in get_args(kind) if option is not Ellipsis))
    if kind is None or kind is NoneType:
        return {NoneType}
    if isinstance(kind, type):
        return {kind}
    raise TypeError(kind)


def values(kind: Any, initial: Any) -> list[Any]:
    """Some values of a type, none of them the initial one."""
    found: list[Any] = []
    if get_origin(kind) is Literal:
        found = list(get_args(kind))
    elif get_origin(kind) is UnionType:
        found = [value for option in get_args(kind) for value in values(option, initial)]
    elif get_origin(kind) is tuple:
        item, *more = get_args(kind)
        if more == [Ellipsis]:
            found = [(value,) for value in values(item, None)]
        else:
            found = [tuple(values(part, None)[0] for part in (item, *more))]
    elif isinstance(kind, type) and issubclass(kind, Struct):
        found = [kind()]
    else:
        found = PLAIN.get(kind, [])
    return [value for value in found if value != initial]


def fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is UnionType:
        return any(fits(value, option) for option in get_args(kind))
    if get_origin(kind) is tuple:
        return isinstance(value, tuple)
    return isinstance(value, NoneType if kind is None else kind)


FIELDS = [
    (record, name) for record in structs() for name in record.FIELDS if (record, name) != (DomainConfig, "devices")
]
every_struct = pytest.mark.parametrize("record", structs(), ids=lambda record: record.__name__)
every_field = pytest.mark.parametrize(("record", "name"), FIELDS, ids=lambda x: x if isinstance(x, str) else x.__name__)


@every_field
def test_the_type_of_a_field_can_be_printed(record: type[Struct], name: str) -> None:
    known = {bool, int, str, NoneType}
    assert all(kind in known or issubclass(kind, Struct) for kind in parts(annotation(record, name)))


@every_field
def test_the_initial_value_is_of_the_type(record: type[Struct], name: str) -> None:
    assert fits(getattr(record, name), annotation(record, name))


@every_field
def test_a_field_is_printed_from_its_release_on(record: type[Struct], name: str) -> None:
    if name in record.SELECTORS:
        return
    since = Release.parse(record.SINCE.get(name, str(OLDEST)))
    for value in values(annotation(record, name), getattr(record, name)):
        changed = record(**{name: value})
        for release in (OLDEST, Release(4, 20), NEWEST):
            assert (name in json.loads(to_json(changed, release))) == (release >= since)


@every_struct
def test_initial_values_are_not_printed(record: type[Struct]) -> None:
    printed = json.loads(to_json(record(), NEWEST))
    always = {name for name in record.FIELDS if isinstance(getattr(record, name), Struct)} | record.ALWAYS
    unions = {f"{word}.{member}" for word in record.SELECTORS.values() for member in ALL}
    assert set(printed) - unions == always - set(record.SELECTORS)


@every_struct
def test_what_is_said_of_fields_is_said_of_fields_that_exist(record: type[Struct]) -> None:
    assert {*record.SINCE, *record.SELECTORS, *record.ALWAYS} <= set(record.FIELDS)
    assert all(OLDEST < Release.parse(since) <= NEWEST for since in record.SINCE.values())


@every_field
def test_a_printed_field_is_read_back(record: type[Struct], name: str) -> None:
    for value in values(annotation(record, name), getattr(record, name)):
        config = _holding(record(**{name: value}))
        if config is not None:
            assert from_json(to_json(config, NEWEST)) == config


def _holding(struct: Struct) -> DomainConfig | None:
    """A configuration with this structure in it, where one place of it is plain to see."""
    if isinstance(struct, DomainConfig):
        return struct
    if isinstance(struct, DeviceRecord):
        return DomainConfig(devices=(struct,))
    if isinstance(struct, BuildInfo):
        return DomainConfig(b_info=struct)
    for name in BuildInfo.FIELDS:
        kind = annotation(BuildInfo, name)
        if type(struct) in (kind, *get_args(kind)):
            held: Any = (struct,) if get_origin(kind) is tuple else struct
            return DomainConfig(b_info=BuildInfo().replace(**{name: held}))
    return None


def test_arrays_of_devices_have_places_of_their_own() -> None:
    for attribute in ("AT", "ARRAY", "KIND"):
        found = [getattr(record, attribute) for record in device_classes()]
        assert sorted(set(found)) == sorted(found)


@pytest.mark.parametrize("kind", BITS)
@given(number=st.integers(-(2**70), 2**70))
def test_numbers_wrap_as_in_c(kind: str, number: int) -> None:
    signed, bits = BITS[kind]
    kept = wrap(number, kind)
    least = -signed << (bits - 1)
    assert least <= kept < least + (1 << bits)
    assert (kept - number) % (1 << bits) == 0
    assert wrap(kept, kind) == kept


@given(value=st.one_of(st.text(), st.none(), st.tuples(st.integers())))
def test_only_numbers_wrap(value: Any) -> None:
    assert all(wrap(value, kind) is value for kind in BITS)
