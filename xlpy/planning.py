"""What a device class says about its planning; a class overrides what differs from the common case."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.host import Claim, HostFacts, Problem
    from xlpy.libxl import DomainType
    from xlpy.xenstore import Link, Pair

DEVICE_MODEL_PHASE = 50
"""Devices of an earlier phase are there before QEMU starts, the others after (Xen: libxl_create.c)."""


class Object(NamedTuple):
    """Something that a device leads to, of a kind of xlpy.picture; the same key of a kind is the same thing."""

    kind: str
    key: str
    label: str


class Planning:
    """How a device is planned: what it needs of the host, where it stands among the steps, and why."""

    PHASE: ClassVar[int] = 60
    """Its place among the devices when a domain is built."""
    REASON: ClassVar[str] = "once QEMU runs"
    """Why it stands there."""
    PASSTHROUGH: ClassVar[bool] = False
    """The guest reaches hardware, so the domain needs the IOMMU."""

    MIRRORED: ClassVar[bool] = True
    """Libxl keeps a copy of what it wrote for the backend."""

    def number(self, index: int) -> int:
        """The devid; INDEX counts the devices of this class."""
        given = getattr(self, "devid", -1)
        return int(given) if given >= 0 else index

    def backend_domain(self) -> str:
        """The domain that serves it."""
        domid = getattr(self, "backend_domid", 0)
        return getattr(self, "backend_domname", None) or (str(domid) if domid else "Domain-0")

    def backend_kind(self, guest: DomainType) -> str:  # noqa: ARG002 - for the devices that override it
        """The kind of backend that libxl takes; empty where there is no choice."""
        return ""

    def wants_device_model(self, backend: str) -> bool:  # noqa: ARG002 - for the devices that override it
        """Whether a PV or PVH guest needs QEMU for it."""
        return False

    def boot_target(self) -> str:
        """What a bootloader may look into; empty when it cannot."""
        return ""

    def claims(self) -> Iterable[Claim]:
        """What it takes from the host."""
        return ()

    def problems(self, facts: HostFacts, setting: str) -> Iterable[Problem]:  # noqa: ARG002 - for the devices that override it
        """What the host lacks for it; SETTING is the path of the device in the configuration."""
        return ()

    def boot_lines(self, number: int) -> Iterable[str]:  # noqa: ARG002 - for the devices that override it
        """What a guest's kernel writes on its console when it finds the device."""
        return ()

    def objects(self, number: int) -> Iterable[Object]:  # noqa: ARG002 - for the devices that override it
        """What it leads to, from the guest to what the serving domain has; nothing for what needs no picture."""
        return ()

    # ---- xenstore: names below the directories of both ends, beside the generic ones

    def kinds(self, guest: DomainType) -> tuple[str, str]:  # noqa: ARG002 - for the devices that override it
        """The kinds in the paths of backend and frontend; no backend: only libxl knows of the device."""
        kind = getattr(self, "KIND", "")
        return kind, kind

    def back(self, link: Link) -> Iterable[Pair]:  # noqa: ARG002 - for the devices that override it
        """What libxl writes for the backend."""
        return ()

    def front(self, link: Link) -> Iterable[Pair]:  # noqa: ARG002 - for the devices that override it
        """What libxl writes for the frontend, which the guest may change."""
        return ()

    def fixed(self, link: Link) -> Iterable[Pair]:  # noqa: ARG002 - for the devices that override it
        """What libxl writes for the frontend, which the guest may only read."""
        return ()

    def wiring(self, queues: int) -> tuple[int, int]:  # noqa: ARG002 - for the devices that override it
        """How many event channels and grants the frontend's driver takes, with QUEUES queues."""
        return 0, 0

    def offers(self, link: Link) -> Iterable[Pair]:  # noqa: ARG002 - for the devices that override it
        """What the backend's driver writes before it waits for the frontend."""
        return ()

    def serves(self, link: Link) -> Iterable[Pair]:  # noqa: ARG002 - for the devices that override it
        """What the backend's driver writes when it is connected."""
        return ()

    def connects(self, link: Link, port: int, ref: int) -> Iterable[Pair]:  # noqa: ARG002 - for the devices that override it
        """What the frontend's driver writes; its event channels and grants are counted from PORT and REF."""
        return ()
