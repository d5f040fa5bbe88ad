"""What xlpy plan --against sees of a host behind libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cli.plans.recording import recorded, standing_of
from xlpy.executors.observing import observe
from xlpy.fleet.compare import differences

if TYPE_CHECKING:
    from tests.libvirt.fake import Domain
    from xlpy.executors.libvirt.host import LibvirtHost


def test_a_guest_that_runs_as_it_was_told_is_no_difference(host: LibvirtHost, web: Domain) -> None:
    facts = host.info().facts
    seen = observe(host)
    assert [(one.name, one.domid) for one in seen] == [("web", web.ID())]
    assert not seen[0].exact
    assert seen[0].config is not None
    assert differences(seen[0].config, seen[0], facts) == ()


def test_what_runs_counts_but_more_may(host: LibvirtHost, web: Domain) -> None:
    facts = host.info().facts
    standing = standing_of(host, facts)
    assert not standing.complete
    assert {guest.name for guest in standing.guests} >= {one.name for one in observe(host)}
    assert standing.free_kib == host.info().free_memory_kib
    assert recorded(host).domains == tuple(one.name for one in observe(host))
