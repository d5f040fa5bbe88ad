"""Specs of vif, vfb and vtpm: NAME=VALUE words that only xend knew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.diagnostic import Severity
from xlpy.xm.meaning import Meaning, Remark, Setting, as_xl, plainly

if TYPE_CHECKING:
    from collections.abc import Iterator

_GONE = {
    "vfb": frozenset({"monitor", "serial", "videoram"}),
    "vif": frozenset({"accel", "be_mac", "label", "policy"}),
    "vtpm": frozenset({"instance", "type"}),
}
_SAID_NOW = {
    "vfb": {"type=sdl": "sdl=1", "type=vnc": "vnc=1"},
    "vif": {"type=netfront": "type=vif", "type=paravirtualised": "type=vif"},
}


def specs(name: str, value: Any) -> Meaning:
    """The meaning of a list of specs, without the words that xl does not know."""
    said = as_xl(value)
    if not isinstance(said, list) or not all(isinstance(spec, str) for spec in said):
        return plainly(name, value)
    remarks: list[Remark] = []
    kept = [_spec(name, number, spec, remarks) for number, spec in enumerate(said)]
    return Meaning(settings=(Setting(name, kept),), remarks=tuple(remarks))


def _spec(name: str, number: int, spec: str, remarks: list[Remark]) -> str:
    words = spec.split(",")
    told: list[Remark] = []
    kept = list(_kept(name, words, told))
    remarks += (remark._replace(item=number) for remark in told)
    return spec if kept == words else ", ".join(word.strip() for word in kept)


def _kept(name: str, words: list[str], remarks: list[Remark]) -> Iterator[str]:
    for word in words:
        key, _, value = (part.strip() for part in word.partition("="))
        if key in _GONE[name]:
            summary = f"{word.strip()} is left out of a {name}: xl has no such word"
            remarks.append(Remark("left-out", Severity.WARNING, summary))
        else:
            yield _SAID_NOW.get(name, {}).get(f"{key}={value}", word)
