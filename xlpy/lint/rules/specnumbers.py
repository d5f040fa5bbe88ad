"""Numbers in the specs of devices: xl reads as much of a text as is one, and takes 0 for anything else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers.amounts import is_switch_word
from xlpy.lint.rule import Finding, Rule
from xlpy.nodes import Atom, ListNode
from xlpy.specs import split
from xlpy.tokens import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Value
    from xlpy.specs import Item
    from xlpy.vocabulary import Token

_DECIMAL = re.compile(r"[ \t]*[-+]?[0-9]+[ \t]*")
_ANY_BASE = re.compile(r"[ \t]*[-+]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)[ \t]*")
_READ = {"integer": _DECIMAL, "boolean": _DECIMAL, "unsigned": _ANY_BASE, "switch": _ANY_BASE}
"""What is read to its end, by the forms of tokens of which xl never says that they are no number."""
_SWITCHES = ("boolean", "switch")
_ON = ("yes", "y", "true", "t", "on", "enable", "enabled")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,8}")
_FRACTION = re.compile(r"[1-9][0-9]*\.0*")


def _tokens() -> Mapping[str, Mapping[str, Token]]:
    """The tokens with numbers in the lists of devices, by key and name."""
    found = {}
    for module in vocabulary.modules():
        numeric = {token.name: token for token in getattr(module, "TOKENS", ()) if token.form in _READ}
        for key in module.KEYS if numeric and module.__name__.startswith("xlpy.devices.") else ():
            if key.kind.name == "list":
                found[key.name] = numeric
    return found


_BY_KEY = _tokens()


def _misread(guest: Guest) -> Iterator[Finding]:
    for key in _BY_KEY.keys() & guest.entries.keys():
        value = guest.entries[key].value
        for atom in _atoms(value) if isinstance(value, ListNode) else ():
            for item in split(atom):
                token = _BY_KEY[key].get(item.name)
                if token is not None and item.value is not None and not _READ[token.form].fullmatch(item.value):
                    yield _finding(token, item, item.value)


def _atoms(value: Value) -> Iterator[Atom]:
    """The specs in a list, or in the lists in it."""
    if isinstance(value, Atom):
        yield value
    else:
        for item in value.items:
            yield from _atoms(item)


def _finding(token: Token, item: Item, text: str) -> Finding:
    shown, span = int(FORMS[token.form](text)), item.value_span if text else item.span
    meant = _meant(token, text.strip(" \t"), shown)
    fix = edits.replace(f"write {meant}", span, meant, safe=int(meant) == shown) if meant and text else None
    advice = f"write {token.name}={meant}" if meant else "write a number"
    return Finding(span, f"{text or 'nothing'} is no number here: xl takes {shown} for it, without a word", advice, fix)


def _meant(token: Token, text: str, shown: int) -> str:
    """The digits that say it; empty where that is not clear."""
    if is_switch_word(text):
        return str(int(text.lower() in _ON)) if token.form in _SWITCHES else ""
    if text.isdecimal() or _HEX.fullmatch(text):
        return str(int(text, 16 if text[1:2] in ("x", "X") else 10))
    return str(shown) if _FRACTION.fullmatch(text) else ""


RULES = (
    Rule(
        code="spec-number",
        group="hardware",
        severity=Severity.WARNING,
        summary="a number in a device's spec that xl reads as another one",
        why=(
            "Switches and numbers in the specs of devices are read by C: it takes what is a number at the start of the "
            "text, and 0 where nothing is. So yes is 0, which is off, and xl says nothing."
        ),
        bad='pci = ["03:00.0,seize=«yes»"]',
        good='pci = ["03:00.0,seize=1"]',
        fixed='pci = ["03:00.0,seize=1"]',
        keys=tuple(_BY_KEY),
        check=_misread,
    ),
)
