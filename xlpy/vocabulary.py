"""The contract of a declaration, and how declarations are found.

A key of xl.cfg is one `Key` in the KEYS of a module in xlpy/options/ or xlpy/devices/; nothing else has to learn
its name. A device class is one module in xlpy/devices/: its record, its spec's tokens, its key.
"""

from __future__ import annotations

import importlib
import os
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.record import Record
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlpy.libxl import DomainConfig
    from xlpy.loss import Loss
    from xlpy.reader import Reader
    from xlpy.syntax import Atom

PV, PVH, HVM = "pv", "pvh", "hvm"
ALL = (PV, PVH, HVM)


class Kind(Record):
    """How the value of a key is read: its name in the manual, and the reading itself (None: unset or wrong kind)."""

    name: str
    read: Callable[[Reader, str], Any]


class Key(Record):
    """One key of xl.cfg.

    `order` is the place in which xl reads it (the line in Xen's xl_parse.c): messages come in this order. `field` is
    where the value goes in libxl_domain_config; a field under b_info.u.hvm is read only for HVM guests. `read` does
    what a plain kind cannot; `with_key` names the key whose `read` takes care of this one too.
    """

    name: str
    kind: Kind
    order: int
    doc: str
    field: str = ""
    guests: tuple[str, ...] = ALL
    default: str = "unset"
    since: str = "4.1"
    unit: str = ""
    deprecated: str = ""
    secret: bool = False
    read_for: tuple[str, ...] = ()
    """The guest types for which xl reads it; empty: those that have the field."""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    beside: str = ""
    """What must stand beside it in an example."""
    read: Callable[[Reader, Key], None] | None = None
    absent_too: bool = False
    """Whether reading it does something where it is not set, such as looking at another key."""
    with_key: str = ""
    write: Callable[[DomainConfig], Any] | None = None
    """The way back, where the field and the kind do not tell it: what to assign, None for nothing."""
    words: tuple[str, ...] = ()
    """The words that it takes, where the kind does not tell them."""
    rewritten: Mapping[str, str] = MappingProxyType({})
    """Of a deprecated key: the assignment that says the same as a value."""
    signed: bool = False
    """A negative number is meant as one, though its field has no sign."""
    idle: str = ""
    """Why what it sets changes nothing."""
    empty: str = ""
    """What comes of an empty text, where that cannot be meant."""
    only_with: str = ""
    """The key without which, or with which at 0, it changes nothing."""
    libvirt: Loss | None = None
    """What libvirt would lose of it."""

    def apply(self, reader: Reader) -> None:
        """Read the key into the draft of the configuration."""
        if self.is_read_by(reader.release) and reader.domain_type in self._readers():
            self._take(reader)

    def step(self) -> Step:
        """The reading of a file by a release that has it."""
        return Step("" if self.absent_too else self.name, self._readers(), self._take)

    def _take(self, reader: Reader) -> None:
        if self.read is not None:
            self.read(reader, self)
        else:
            value = self.kind.read(reader, self.name)
            if value is not None:
                reader.put(self.field, value, self.name)

    def is_read_by(self, release: Release) -> bool:
        """Whether a release of xl reads it, and not another key in its stead."""
        return not self.with_key and Release.parse(self.since) <= release

    def _readers(self) -> tuple[str, ...]:
        """The guest types for which the key is read: a field of the union belongs to one."""
        if not self.read_for and self.field.startswith("b_info.u."):
            return (self.field.split(".")[2],)
        return self.read_for or ALL


class Step(NamedTuple):
    """A reading as it is carried out: for some guests, and only where a key is set, if one is named."""

    needs: str
    guests: tuple[str, ...]
    apply: Callable[[Reader], None]


class Reading(Record):
    """Something that is read or settled at its place in xl's order and belongs to no single key (READINGS)."""

    order: int
    apply: Callable[[Reader], None]


class Token(Record):
    """One word of a device spec: NAME=VALUE, or a flag without value."""

    name: str
    doc: str
    field: str = ""
    form: str = "string"
    values: Mapping[str, Any] = MappingProxyType({})
    """For a closed set: what is written -> what the field becomes."""
    sets: Any = None
    """For a flag: what the field becomes."""
    refusal: str = ""
    """What xl says to a value that does not fit, with {value} in it."""
    since: str = "4.1"
    good: str = ""
    """A whole spec in which it is right."""
    bad: str = ""
    """A whole spec in which it is wrong; none where xl takes anything."""
    libvirt: Loss | None = None
    """What libvirt would lose of it."""

    def known_to(self, release: Release) -> bool:
        """Whether a release of xl has it."""
        return Release.parse(self.since) <= release


class Attach(Record):
    """A verb that takes the spec of one device on its command line (ATTACH); `read` reads the words of the spec."""

    verb: str
    read: Callable[[Reader, tuple[Atom, ...]], None]


@cache
def all_keys() -> tuple[Key, ...]:
    """Every declared key, in xl's reading order."""
    found = [key for module in modules() for key in getattr(module, "KEYS", ())]
    return tuple(sorted(found, key=lambda key: key.order))


@cache
def readings() -> tuple[Key | Reading, ...]:
    """Keys and other readings, in xl's order."""
    found = [reading for module in modules() for reading in getattr(module, "READINGS", ())]
    return tuple(sorted((*all_keys(), *found), key=lambda reading: reading.order))


@lru_cache(maxsize=1000)
def steps(release: Release, names: frozenset[str]) -> tuple[Step, ...]:
    """The readings of a release of xl, in its order, that do something where these keys are set; they are known."""
    known = [one for one in readings() if not isinstance(one, Key) or one.is_read_by(release)]
    every = [one.step() if isinstance(one, Key) else Step("", ALL, one.apply) for one in known]
    return tuple(step for step in every if not step.needs or step.needs in names)


@cache
def attachments() -> dict[str, Attach]:
    """The verbs that attach a device, by name."""
    found = [module.ATTACH for module in modules() if hasattr(module, "ATTACH")]
    return {attach.verb: attach for attach in found}


@cache
def key_names() -> frozenset[str]:
    """The names of all declared keys."""
    return frozenset(key.name for key in all_keys())


@cache
def modules() -> tuple[Any, ...]:
    """Every module of declarations."""
    found = []
    for package in ("xlpy.options", "xlpy.devices"):
        (folder,) = importlib.import_module(package).__path__
        names = sorted(name.removesuffix(".py") for name in os.listdir(folder) if name.endswith(".py"))
        found += [importlib.import_module(f"{package}.{name}") for name in names if name != "__init__"]
    return tuple(found)
