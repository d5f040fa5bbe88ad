"""Which device model a guest has, where rules depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from xlpy.lint.guest import Guest

_LAST_IN_STUBDOMAINS = (4, 20)
"""Up to here a stub domain of which nothing else is said runs the old device model."""


def is_traditional(guest: Guest) -> bool:
    """Whether an HVM guest has qemu-xen-traditional."""
    info = guest.config.b_info
    if info.device_model_version == "unknown":
        return guest.kind == HVM and bool(info.device_model_stubdomain) and guest.release <= _LAST_IN_STUBDOMAINS
    return info.device_model_version == "qemu_xen_traditional"
