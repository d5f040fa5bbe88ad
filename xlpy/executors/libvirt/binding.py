"""The one door to libvirt-python: its import, and its event loop."""

from __future__ import annotations

from threading import Thread
from typing import Any

from xlpy.executors import Failure

_turning: set[int] = set()


def load() -> Any:
    """The module, which prints nothing by itself and has its event loop running; Failure without it."""
    try:
        import libvirt
    except ModuleNotFoundError:
        raise Failure(
            advice="hosts behind libvirt need libvirt-python: pip install 'xlpy[libvirt]', or apt-get install "
            "python3-libvirt where xlpy runs with the system's Python; or use sim:///, the simulated host"
        ) from None
    except ImportError as error:
        raise Failure(advice=f"libvirt-python cannot be used: {error}: install it again, for this libvirt") from None
    if id(libvirt) not in _turning:
        _turning.add(id(libvirt))
        libvirt.registerErrorHandler(_say_nothing, None)
        libvirt.virEventRegisterDefaultImpl()
        Thread(target=_turn, args=(libvirt,), daemon=True).start()
    return libvirt


def _say_nothing(_context: object, _error: object) -> None:
    """Errors are raised as well."""


def _turn(libvirt: Any) -> None:
    """Events, consoles and signs of life come in here."""
    while True:
        try:
            libvirt.virEventRunDefaultImpl()
        except libvirt.libvirtError:  # nobody would hear it; what waits has limits of its own
            return
