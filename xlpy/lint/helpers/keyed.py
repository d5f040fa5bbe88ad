"""What the declarations say of a key, for rules that judge its value."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from xlpy import vocabulary
from xlpy.config import load
from xlpy.diagnostic import Severity
from xlpy.kinds import Choice
from xlpy.nodes import ListNode
from xlpy.source import Source, Span

if TYPE_CHECKING:
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Setting
    from xlpy.reader import Entry
    from xlpy.release import Release
    from xlpy.vocabulary import Key

_NUMBERS = ("integer", "boolean")
IDLE = ("device-model", "vif2")
"""The reader's codes about keys that do nothing."""
_OFF = ("", "0", "none", "no", "off", "false")


@cache
def _declared() -> dict[str, Key]:
    return {key.name: key for key in vocabulary.all_keys()}


def declared(name: str) -> Key | None:
    """The declaration of a key; None of one that xl does not know."""
    return _declared().get(name)


@cache
def spec_keys() -> frozenset[str]:
    """The keys whose lists have a device's spec in each item, with commas in it."""
    devices = [module for module in vocabulary.modules() if module.__name__.startswith("xlpy.devices.")]
    return frozenset(key.name for module in devices for key in getattr(module, "KEYS", ()) if key.kind.name == "list")


def is_numeric(key: Key) -> bool:
    """Whether xl reads nothing but a number."""
    return key.kind.name in _NUMBERS


def is_switch(key: Key) -> bool:
    """Whether its number is 0 or 1 for off and on."""
    return key.kind.name == "boolean" or (is_numeric(key) and bool(key.good) and set(key.good) <= {"0", "1"})


def is_secret(name: str) -> bool:
    """Whether its value must not be repeated."""
    key = declared(name)
    return key is not None and key.secret


def otherwise(key: Key) -> str:
    """What holds where xl ignores the value: half a sentence behind `xl ignores it and`."""
    if key.default in ("unset", "(mandatory)", ""):
        return "goes on as if it were not there"
    return f"takes the default, {key.default}"


def is_off(setting: Setting) -> bool:
    """Whether an assignment only says that something shall not be."""
    value = setting.value
    return not value.items if isinstance(value, ListNode) else value.text.lower() in _OFF


def is_idle(guest: Guest, name: str) -> bool:
    """Whether a key does nothing, whatever its value is."""
    key, entry = declared(name), guest.entries[name]
    told = any(one.code in IDLE and one.span == entry.value_span for one in guest.loaded.diagnostics)
    return told or (key is not None and bool(key.idle))


def field_of(config: Any, path: str) -> Any:
    """The value of a field such as b_info.u.hvm.vnc.display; None where another member of the union is chosen."""
    for name in path.split("."):
        config = config if name in ("hvm", "pv", "pvh") else getattr(config, name, None)
    return config


@cache
def takes_negative(name: str) -> bool:
    """Whether xl makes something sensible of a negative number for a key."""
    key = _declared()[name]
    text = f'name = "x"\ntype = "{key.guests[0]}"\nkernel = "/x"\n{name} = "-1"\n'
    loaded = load(Source("", text))
    if any(one.severity is Severity.ERROR for one in loaded.diagnostics):
        return False
    kept = field_of(loaded.config, key.field) if key.field else None
    return key.signed or (type(kept) is int and kept < 0)


def entry_at(guest: Guest, span: Span | None) -> Entry | None:
    """The key whose value stands at a place."""
    return next((entry for entry in guest.entries.values() if entry.value_span == span), None)


def operator(text: str, setting: Setting) -> Span:
    """Where the = or += of an assignment stands."""
    at = text.find("+=" if setting.append else "=", setting.name_span.end)
    return Span(at, at + 1 + setting.append)


def words_of(key: Key, release: Release) -> tuple[str, ...]:
    """The words that a release takes as its value; none where it is free."""
    return tuple(key.kind.words(release)) if isinstance(key.kind, Choice) else key.words
