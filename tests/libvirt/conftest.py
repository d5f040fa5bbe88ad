from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.libvirt.fake import URI, Domain, Xen
from tests.libvirt.module import Libvirt, install
from tests.libvirt.samples import WEB
from xlpy.executors.libvirt import open_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.executors.libvirt.host import LibvirtHost


@pytest.fixture
def libvirt(monkeypatch: pytest.MonkeyPatch) -> Libvirt:
    """A libvirt-python that is none."""
    return install(monkeypatch)


@pytest.fixture
def xen(libvirt: Libvirt) -> Xen:
    """The host behind it."""
    return libvirt.host


@pytest.fixture
def told() -> list[str]:
    """What the user was told."""
    return []


@pytest.fixture
def host(xen: Xen, told: list[str]) -> Iterator[LibvirtHost]:
    """The executor on it."""
    opened = open_host(URI, told.append)
    yield opened
    opened.close()


@pytest.fixture
def web(xen: Xen) -> Domain:
    """A PV guest."""
    return xen.add(WEB.format("linux", "destroy"))
