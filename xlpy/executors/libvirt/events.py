"""The facet `events` through libvirt, which keeps no log: what happens from the first look on."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any

from xlpy.executors.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.executors.libvirt.access import Access

_LIFECYCLE, _REBOOT = 0, 1
"""Kinds of events (VIR_DOMAIN_EVENT_ID_*)."""
_STARTED, _SUSPENDED, _RESUMED, _STOPPED, _SHUTDOWN, _PM_SUSPENDED, _CRASHED = 2, 3, 4, 5, 6, 7, 8
_KINDS = {
    (_STARTED, None): "started",
    (_STARTED, 1): "migrated",
    (_STARTED, 2): "restored",
    (_STARTED, 4): "resumed",
    (_SUSPENDED, None): "paused",
    (_RESUMED, None): "unpaused",
    (_STOPPED, None): "shutdown",
    (_STOPPED, 1): "destroyed",
    (_STOPPED, 2): "crashed",
    (_STOPPED, 3): "migrated",
    (_STOPPED, 4): "saved",
    (_STOPPED, 5): "failed",
    (_SHUTDOWN, None): "shutdown",
    (_PM_SUSPENDED, None): "suspended",
    (_CRASHED, None): "crashed",
}
"""What is known of it: libvirt's event and its detail, None for all others."""


class LibvirtEvents:
    """See the Events protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._log: list[Event] = []
        self._lock = Lock()
        access.link.call(self._register)
        access.tell("libvirt keeps no log of events: --follow shows what happens from now on")

    def since(self, seq: int = 0) -> Sequence[Event]:
        """What has happened since this object was made."""
        with self._lock:
            return self._log[max(0, seq) :]

    def _register(self, connection: Any) -> None:
        registered = connection.domainEventRegisterAny(None, _LIFECYCLE, self._note, None)
        self._access.link.before_closing(lambda connection: connection.domainEventDeregisterAny(registered))

    def _note(self, _connection: Any, domain: Any, event: int, detail: int, _opaque: object) -> None:
        """In the thread of the event loop."""
        kind = _KINDS.get((event, detail)) or _KINDS.get((event, None))
        if kind is not None:
            with self._lock:
                self._log.append(
                    Event(seq=len(self._log) + 1, at=time.time(), kind=kind, domid=domain.ID(), name=domain.name())
                )
