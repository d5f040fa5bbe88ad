"""A module libvirt for tests, with one host of Xen behind it."""
# ruff: noqa: N802, N815 - the names of libvirt

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from tests.libvirt.fake import INACTIVE, LIVE, NONBLOCK, PARAVIRT, SAVE_PAUSED, START_PAUSED, Domain, Error, Xen
from xlpy.executors.libvirt.vcpus import Vcpu

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Libvirt(ModuleType):
    """The module; `opens` is what opening a connection raises or gives."""

    libvirtError = Error
    VIR_CONNECT_LIST_DOMAINS_ACTIVE = 1
    VIR_DOMAIN_START_PAUSED = START_PAUSED
    VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN = 1
    VIR_DOMAIN_SHUTDOWN_PARAVIRT = PARAVIRT
    VIR_STREAM_NONBLOCK = NONBLOCK
    VIR_DOMAIN_XML_SECURE = 1
    VIR_DOMAIN_XML_INACTIVE = INACTIVE
    VIR_DOMAIN_METADATA_ELEMENT = 2
    VIR_DOMAIN_AFFECT_LIVE = LIVE
    VIR_DOMAIN_MEM_MAXIMUM = 4
    VIR_DOMAIN_SAVE_PAUSED = SAVE_PAUSED
    VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV = 2
    VIR_MIGRATE_LIVE, VIR_MIGRATE_PEER2PEER, VIR_MIGRATE_TUNNELLED = 1, 2, 4
    VIR_MIGRATE_PERSIST_DEST, VIR_MIGRATE_UNDEFINE_SOURCE, VIR_MIGRATE_PAUSED = 8, 16, 32
    VIR_MIGRATE_PARAM_URI = "migrate_uri"

    def __init__(self) -> None:
        super().__init__("libvirt")
        self.host = Xen()
        self.opens: Callable[[], Xen] = lambda: self.host
        self.uris: list[str] = []

    def open(self, uri: str) -> Xen:
        self.uris.append(uri)
        return self.opens()

    def registerErrorHandler(self, _handler: object, _context: None) -> None:
        """Nothing is printed here."""

    def virEventRegisterDefaultImpl(self) -> int:
        return 0

    def virEventRunDefaultImpl(self) -> int:
        raise Error(1, "the events of this one come by themselves")


def install(monkeypatch: pytest.MonkeyPatch) -> Libvirt:
    """Take the place of libvirt-python."""
    module = Libvirt()
    monkeypatch.setitem(sys.modules, "libvirt", module)
    monkeypatch.setattr("xlpy.executors.libvirt.vcpus.by_library", _vcpus)
    monkeypatch.setattr("xlpy.executors.libvirt.access._is_here", lambda _uri: False)
    return module


def _vcpus(_api: object, domain: Domain, _most: int, cpus: int) -> list[Vcpu]:
    everywhere = tuple(range(cpus))
    return [Vcpu(number, state, domain.time, number, everywhere) for number, state in enumerate(domain.vcpu_states)]
