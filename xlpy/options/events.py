"""What is done when the guest stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.kinds import choice
from xlpy.loss import Loss
from xlpy.vocabulary import Key

if TYPE_CHECKING:
    from xlpy.reader import Reader

ACTIONS = {
    "destroy": "destroy",
    "restart": "restart",
    "rename-restart": "restart_rename",
    "preserve": "preserve",
    "coredump-destroy": "coredump_destroy",
    "coredump-restart": "coredump_restart",
    "soft-reset": "soft_reset",
}
_WORDS = {libxl: word for word, libxl in ACTIONS.items()}
_ACTION = choice(ACTIONS, 'Unknown {name} action "{value}" specified', "unknown-action")


_KNOWN = ("destroy", "restart", "preserve")
_SIMPLE = Loss(
    why="libvirt's driver for Xen can destroy, restart or preserve the guest",
    when=lambda action, _: action not in _KNOWN,
)
_CRASH = Loss(
    why="libvirt's driver for Xen can destroy, restart or preserve the guest, or dump its core before",
    when=lambda action, _: action not in (*_KNOWN, "coredump_destroy", "coredump_restart"),
)
_WATCHDOG = Loss(
    why="libvirt's driver for Xen leaves the guest as it is",
    when=lambda action, _: action not in ("destroy", "preserve"),
)
_SOFT_RESET = Loss(
    why="libvirt's driver for Xen always does a soft reset", when=lambda action, _: action != "soft_reset"
)


def _event(name: str, order: int, default: str, doc: str, libvirt: Loss, since: str = "4.1") -> Key:
    def read(reader: Reader, key: Key) -> None:
        value = _ACTION.read(reader, key.name)
        reader.put(key.name, value or ACTIONS[default], key.name)

    return Key(
        name=name,
        kind=_ACTION,
        order=order,
        field=name,
        read=read,
        absent_too=True,
        write=lambda config: None if getattr(config, name) == ACTIONS[default] else _WORDS[getattr(config, name)],
        default=f'"{default}"',
        since=since,
        libvirt=libvirt,
        doc=doc,
        good=tuple(f'"{action}"' for action in ACTIONS),
        bad=('"reboot"',),
    )


KEYS = (
    _event("on_poweroff", 1650, "destroy", "When the guest powers itself off.", _SIMPLE),
    _event("on_reboot", 1657, "restart", "When the guest asks for a reboot.", _SIMPLE),
    _event("on_watchdog", 1664, "destroy", "When the guest lets the Xen watchdog run out.", _WATCHDOG),
    _event("on_crash", 1672, "destroy", "When the guest crashes.", _CRASH),
    _event("on_soft_reset", 1679, "soft-reset", "When the guest asks for a soft reset (kexec).", _SOFT_RESET, "4.7"),
)
