"""What is told of domains that stop: by shutdown -w, reboot -w and create -F."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.libvirt.samples import WEB
from xlpy.executors import StopEvent, UnknownDomain
from xlpy.executors.libvirt import stops

if TYPE_CHECKING:
    from tests.libvirt.fake import Domain, Xen
    from xlpy.executors.libvirt.host import LibvirtHost

DESTROYED, CRASHED, FAILED = 1, 2, 5


@pytest.fixture
def web(xen: Xen, host: LibvirtHost) -> Domain:
    """A guest that is followed."""
    domain = xen.add(WEB.format("linux", "restart"))
    assert host.stopped(1) is None
    return domain


def test_a_poweroff(xen: Xen, host: LibvirtHost, web: Domain) -> None:
    xen.end(web)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=0, action="destroy", gone=True)


def test_a_reboot_and_then_a_poweroff(xen: Xen, host: LibvirtHost, web: Domain) -> None:
    xen.end(web, restart=True)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=1, action="restart", successor=2, gone=True)
    assert host.stopped(2) is None
    xen.end(xen.lookupByID(2))
    assert host.stopped(2) == StopEvent(domid=2, name="web", reason=0, action="destroy", gone=True)


def test_a_crash_with_restart(xen: Xen, host: LibvirtHost, web: Domain) -> None:
    xen.end(web, CRASHED, restart=True)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=3, action="restart", successor=2, gone=True)


@pytest.mark.parametrize("how", [DESTROYED, FAILED])
def test_what_is_done_from_outside_has_no_reason(xen: Xen, host: LibvirtHost, web: Domain, how: int) -> None:
    xen.end(web, how)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=None, gone=True)


def test_while_libvirt_builds_it_again_nothing_is_said(xen: Xen, host: LibvirtHost, web: Domain) -> None:
    xen.end(web, restart=True, quiet=True)
    assert host.stopped(1) is None
    xen.tell_end(web, 0)
    event = host.stopped(1)
    assert event is not None
    assert event.successor == 2


def test_an_end_that_is_never_told(xen: Xen, host: LibvirtHost, web: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stops, "_PATIENCE", -1.0)
    xen.end(web, quiet=True)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=None, gone=True)


@pytest.mark.parametrize(("reason", "why"), [(1, 0), (3, 3)])
def test_one_that_was_preserved_before_anybody_asked(xen: Xen, host: LibvirtHost, reason: int, why: int) -> None:
    domain = xen.add(WEB.format("linux", "preserve").replace(">destroy<", ">preserve<"))
    domain.state_, domain.reason = "shutoff", reason
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=why, action="preserve")


def test_one_that_is_preserved_while_it_is_followed(xen: Xen, host: LibvirtHost) -> None:
    domain = xen.add(WEB.format("linux", "preserve").replace(">destroy<", ">preserve<"))
    assert host.stopped(1) is None
    domain.state_ = "shutoff"
    xen.tell_end(domain, 0)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=0, action="preserve")


def test_a_persistent_one_stays_known_to_libvirt(xen: Xen, host: LibvirtHost, web: Domain) -> None:
    web.persistent = True
    xen.end(web)
    assert host.stopped(1) == StopEvent(domid=1, name="web", reason=0, action="destroy", gone=True)


def test_one_that_was_never_there(host: LibvirtHost) -> None:
    with pytest.raises(UnknownDomain):
        host.stopped(77)


def test_a_reboot_where_both_actions_restart_counts_as_a_poweroff(xen: Xen, host: LibvirtHost) -> None:
    xen.add(WEB.format("linux", "destroy").replace("<on_poweroff>destroy", "<on_poweroff>rename-restart"))
    assert host.stopped(1) is None
    xen.end(xen.lookupByID(1), restart=True)
    event = host.stopped(1)
    assert event is not None
    assert (event.reason, event.action) == (0, "restart")


def test_the_listener_is_taken_away_at_the_end(xen: Xen, host: LibvirtHost, web: Domain) -> None:
    assert xen.listener is not None
    host.close()
    assert xen.listener is None
    assert xen.closed
