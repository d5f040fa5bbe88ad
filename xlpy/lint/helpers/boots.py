"""What kind of guest a file is for, where it does not say so itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.lint.helpers.keyed import declared
from xlpy.nodes import Atom
from xlpy.vocabulary import HVM, PV

if TYPE_CHECKING:
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Setting

_MANY = 3


def is_guest(guest: Guest) -> bool:
    """Whether the file has what xl needs to take it for a guest; else it may be a cpupool's, or xl.conf."""
    return not any(one.code in ("no-name", "nothing-to-boot") for one in guest.loaded.diagnostics)


def hvm_settings(guest: Guest) -> list[Setting]:
    """What shows that a guest without a type was meant to be HVM: keys that are for HVM guests only, or hvmloader."""
    if guest.kind != PV or "type" in guest.entries or "builder" in guest.entries:
        return []
    found = [setting for setting in guest.assignments if _is_for_hvm(guest, setting)]
    return found if len({one.name for one in found}) >= _MANY or _names_hvmloader(guest) else []


def _is_for_hvm(guest: Guest, setting: Setting) -> bool:
    key, value = declared(setting.name), setting.value
    if setting.name == "kernel":
        return _names_hvmloader(guest)
    off = isinstance(value, Atom) and value.text in ("", "0", "none")
    return key is not None and key.guests == (HVM,) and not off


def _names_hvmloader(guest: Guest) -> bool:
    return (guest.value("kernel") or "").rpartition("/")[2] == "hvmloader"
