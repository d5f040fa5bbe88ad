"""Moving a domain to another host, from libvirt to libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.executors import Failure
from xlpy.executors.libvirt import errors, passage
from xlpy.executors.libvirt.domains import is_marked_kept
from xlpy.executors.libvirt.link import Link
from xlpy.executors.libvirt.saving import LIMIT

if TYPE_CHECKING:
    from xlpy.executors.libvirt.access import Access


class _Stored(NamedTuple):
    """What libvirt keeps of a domain for its next start."""

    name: str
    xml: str
    ours: bool
    """It is kept only because of config-update."""
    starts: bool
    """With libvirt."""


def migrate(access: Access, domid: int, uri: str, *, paused: bool) -> None:
    """Move a domain, which runs meanwhile, to the libvirt of a URI, with what libvirt keeps of it."""
    api = access.api
    flags = api.VIR_MIGRATE_LIVE | api.VIR_MIGRATE_PEER2PEER | api.VIR_MIGRATE_UNDEFINE_SOURCE
    flags |= api.VIR_MIGRATE_PAUSED if paused else 0
    stored = access.on(domid, lambda domain: _stored(api, domain))
    if stored is not None and not stored.ours:
        flags |= api.VIR_MIGRATE_PERSIST_DEST
    if access.local and passage.is_possible(uri):
        with passage.opened(uri) as way:
            _move(access, domid, uri, {api.VIR_MIGRATE_PARAM_URI: way}, flags)
    else:
        _move(access, domid, uri, {}, flags | api.VIR_MIGRATE_TUNNELLED)
    if stored is not None:
        _send_after(access, stored, uri)


def _move(access: Access, domid: int, uri: str, parameters: dict[str, str], flags: int) -> None:
    try:
        access.act(domid, lambda domain: domain.migrateToURI3(uri, parameters, flags), LIMIT)
    except Failure as failure:
        if not errors.is_broken(failure) or not access.on(domid, lambda domain: domain.isActive()):
            raise
        where = errors.host_of(uri)
        raise Failure(
            *failure.lines,
            advice=f"the connection to {where} broke; the domain goes on to run here, what is there of it can go",
            status=failure.status,
        ) from None


def _send_after(access: Access, stored: _Stored, uri: str) -> None:
    """Have the other libvirt keep what this one kept, which by itself keeps at most what runs."""
    try:
        there = Link(uri)
        there.call(lambda connection: _define(connection, stored))
        there.close()
    except Failure as failure:
        why = "; ".join(filter(None, (*failure.lines, failure.advice)))
        name, lost = errors.printable(stored.name), " and autostart" if stored.starts else ""
        access.tell(f"{name} runs there, but its stored configuration{lost} did not go along: {why}")


def _stored(api: Any, domain: Any) -> _Stored | None:
    """None of a domain that libvirt forgets when it ends; in the thread of the link."""
    if not domain.isPersistent():
        return None
    xml = domain.XMLDesc(api.VIR_DOMAIN_XML_INACTIVE | api.VIR_DOMAIN_XML_SECURE)
    return _Stored(domain.name(), xml, is_marked_kept(xml), bool(domain.autostart()))


def _define(connection: Any, stored: _Stored) -> None:
    """The domain itself is there already."""
    defined = connection.defineXML(stored.xml)
    if stored.starts:
        defined.setAutostart(1)
