"""What becomes of domains, from libvirt's events: libvirt itself acts on the end of a domain (on_poweroff and its kin).

Its event of an end comes when all is done: after a restart the new domain is there already.
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import fromstring

from xlpy.executors import StopEvent, UnknownDomain
from xlpy.executors.libvirt import domains, errors

if TYPE_CHECKING:
    from xlpy.executors.libvirt.link import Link

_LIFECYCLE, _STOPPED = 0, 5
"""The kind of event (VIR_DOMAIN_EVENT_ID_LIFECYCLE), and the one of its events that is the end of a domain."""
_ENDED_BY_ITSELF, _CRASHED = 0, 2
"""How it ended: by itself, with a poweroff or a reboot; by a crash; all else is done to it from outside."""
_POWEROFF, _REBOOT, _CRASH = 0, 1, 3
_PATIENCE = 30.0
"""How long the end of a domain that is not there any more may take to be told, in seconds."""
_ACTIONS = {_POWEROFF: "on_poweroff", _REBOOT: "on_reboot", _CRASH: "on_crash"}
_DESTROY, _RESTART = "destroy", "restart"
_SAYS = {"rename-restart": _RESTART}
"""What the driver for Xen does instead."""


class _Known(NamedTuple):
    """A domain while it lived."""

    name: str
    uuid: str
    actions: dict[int, str]
    """By reason."""
    since: int
    """How many ends had been noted when it was first seen; those are not its own."""


class Stops:
    """Follows the domains that are asked about."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: dict[int, _Known] = {}
        self._missed: dict[int, float] = {}
        self._ends: list[tuple[str, int]] = []
        """Uuid and how it ended; the thread of the event loop adds to it."""
        self._is_registered = False

    def follow(self, domid: int) -> None:
        """Have its end noted, from now on."""
        with suppress(UnknownDomain):
            self._link.call(lambda connection: self._look(connection, domid))

    def stopped(self, domid: int) -> StopEvent | None:
        """What became of it; None while it runs, or is on its way."""
        seen = self._link.call(lambda connection: self._look(connection, domid))
        known = self._known.get(domid)
        if known is None:
            raise UnknownDomain(str(domid))
        ends = [how for uuid, how in self._ends[known.since :] if uuid == known.uuid]
        if ends:
            return self._event(domid, known, ends[0], gone=seen is None)
        if seen is not None:
            self._missed.pop(domid, None)
            return self._preserved(domid, known, *seen)
        if monotonic() - self._missed.setdefault(domid, monotonic()) < _PATIENCE:
            return None
        return StopEvent(domid=domid, name=known.name, reason=None, gone=True)

    def _look(self, connection: Any, domid: int) -> tuple[int, int] | None:
        """Its state and the reason of it; None when it is gone. In the thread of the link."""
        if not self._is_registered:
            registered = connection.domainEventRegisterAny(None, _LIFECYCLE, self._note, None)
            self._link.before_closing(lambda connection: connection.domainEventDeregisterAny(registered))
            self._is_registered = True
        try:
            domain = connection.lookupByID(domid)
            if domid not in self._known:
                self._known[domid] = _known(domain, len(self._ends))
            state, reason = domain.state()
        except self._link.api.libvirtError as error:
            if error.get_error_code() != errors.NO_DOMAIN:
                raise
            return None
        return state, reason

    def _note(self, _connection: Any, domain: Any, event: int, detail: int, _opaque: object) -> None:
        """In the thread of the event loop."""
        if event == _STOPPED:
            self._ends.append((domain.UUIDString(), detail))

    def _preserved(self, domid: int, known: _Known, state: int, reason: int) -> StopEvent | None:
        """It is there; it may have shut down before anybody asked."""
        if state not in (domains.SHUTOFF, domains.CRASHED):
            return None
        why = domains.shutdown_reason(state, reason)
        action = known.actions.get(why, "")
        return StopEvent(domid=domid, name=known.name, reason=why, action=action) if action == "preserve" else None

    def _event(self, domid: int, known: _Known, how: int, *, gone: bool) -> StopEvent:
        successor = self._link.call(lambda connection: self._successor(connection, known.uuid, domid))
        if how not in (_ENDED_BY_ITSELF, _CRASHED):
            return StopEvent(domid=domid, name=known.name, reason=None, gone=gone)
        reason = _CRASH if how == _CRASHED else _reason(known, restarted=successor is not None)
        action = known.actions.get(reason, _DESTROY)
        return StopEvent(domid=domid, name=known.name, reason=reason, action=action, successor=successor, gone=gone)

    def _successor(self, connection: Any, uuid: str, domid: int) -> int | None:
        """The domid under which it runs again; in the thread of the link."""
        try:
            now = connection.lookupByUUIDString(uuid).ID()
        except self._link.api.libvirtError as error:
            if error.get_error_code() != errors.NO_DOMAIN:
                raise
            return None
        return None if now in (-1, domid) else int(now)


def _known(domain: Any, since: int) -> _Known:
    root = fromstring(domain.XMLDesc(0))
    words = {reason: root.findtext(tag) or _DESTROY for reason, tag in _ACTIONS.items()}
    actions = {reason: _SAYS.get(word, word.replace("-", "_")) for reason, word in words.items()}
    return _Known(domain.name(), domain.UUIDString(), actions, since)


def _reason(known: _Known, *, restarted: bool) -> int:
    """Libvirt tells a reboot from a poweroff only by what follows."""
    follows = {reason for reason in (_POWEROFF, _REBOOT) if known.actions[reason].endswith(_RESTART) == restarted}
    return _REBOOT if follows == {_REBOOT} else _POWEROFF
