"""LibvirtHost: the executor whose host is behind libvirt."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree.ElementTree import fromstring

from xlpy.executors import Display, Failure, LibxlError, NoPvDrivers, UnknownDomain
from xlpy.executors.absent import not_paused
from xlpy.executors.libvirt import errors, vcpus
from xlpy.executors.libvirt.access import Access
from xlpy.executors.libvirt.domains import PAUSED, Look, domain_info, look, vcpu_infos
from xlpy.executors.libvirt.facets import Facets
from xlpy.executors.libvirt.stops import Stops

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlpy.executors import ConsoleStream, DomainInfo, HostInfo, StopEvent, VcpuInfo
    from xlpy.executors.libvirt.link import Link
    from xlpy.executors.libvirt.vcpus import Vcpu
    from xlpy.executors.pools import Pool
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan

_NO_REASON = ("did not set virError", "cause is unknown")
"""What comes for a guest that does not hear a request to shut down: the driver fails without saying why."""


class LibvirtHost(Facets):
    """A host behind libvirt; see the Executor protocol for its methods."""

    simulated: ClassVar[bool] = False

    def __init__(self, link: Link, tell: Callable[[str], None], *, best_effort: bool = False) -> None:
        """TELL shows the user a line about something that goes on all the same."""
        super().__init__(Access(link, tell))
        self._best_effort = best_effort
        self._link = link
        self._tell = tell
        self._cpus = 0
        self._stops = Stops(link)

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()

    # ---- looking

    def info(self) -> HostInfo:
        """The host."""
        from xlpy.executors.libvirt.facts import host_info
        from xlpy.executors.libvirt.xeninfo import completed

        return completed(host_info(self._access.ask(), local=self._access.local), self._access.modules)

    def domains(self) -> Sequence[DomainInfo]:
        """All domains that run, by domid."""
        found = self._link.call(self._look_at_all)
        return sorted((self._info(seen) for seen in found), key=lambda domain: domain.domid)

    def find(self, wanted: str) -> DomainInfo:
        """A domain by name or domid; digits are a domid."""
        if wanted.isascii() and wanted.isdigit():
            return self._access.on(int(wanted), lambda domain: self._info(self._look(domain)))
        return self._info(self._by_name(wanted))

    def vcpus(self, domid: int) -> Sequence[VcpuInfo]:
        """The vCPUs of a domain."""
        from xlpy.executors.libvirt.xeninfo import vcpus_completed

        found = vcpu_infos(self._access.on(domid, self._look), self._access.told.cpus)
        return vcpus_completed(found, domid, self._access.modules)

    def all_vcpus(self) -> Mapping[int, Sequence[VcpuInfo]]:
        """The vCPUs of all domains, by domid, without those that end meanwhile."""
        found: dict[int, Sequence[VcpuInfo]] = {}
        for domain in self.domains():
            with suppress(UnknownDomain):
                found[domain.domid] = self.vcpus(domain.domid)
        return found

    def config(self, domid: int) -> DomainConfig:
        """What libxl keeps of a domain; from afar its XML, which libvirt itself translates to xl.cfg."""
        from xlpy.executors.libvirt.configs import kept_by_libxl, native, of_dom0, read_back, with_present

        if domid == 0 and not self._access.is_test:
            return self._access.on(domid, lambda domain: of_dom0(domain, self._info(self._look(domain))))
        name, uuid = self._access.on(domid, lambda domain: (domain.name(), domain.UUIDString()))
        kept = kept_by_libxl(domid, uuid) if self._access.local else None
        if kept is not None:
            named = kept.replace(c_info=kept.c_info.replace(name=name, domid=domid))
            return self._access.on(domid, lambda domain: with_present(named, domain, self._access.modules))
        return read_back(self._access.on(domid, lambda domain: native(self._link.api, domain)), self.info().facts)

    # ---- changing

    def update_config(self, domid: int, config: DomainConfig) -> None:
        """Define what the next restart builds; libvirt then keeps the domain until one of that name is created."""
        from xlpy.executors.libvirt.domains import is_marked_kept, marked_kept

        name, uuid, kept, now = self._access.on(
            domid,
            lambda d: (d.name(), d.UUIDString(), d.isPersistent(), d.XMLDesc(self._link.api.VIR_DOMAIN_XML_INACTIVE)),
        )
        xml = self._xml(config.replace(c_info=config.c_info.replace(name=name, uuid=uuid)))
        ours = not kept or is_marked_kept(now)
        self._link.call(
            lambda connection: connection.defineXML(marked_kept(xml) if ours else xml), stage=errors.BUILDING
        )
        if not kept:
            self._tell(f"libvirt keeps {name} from now on, until it is created anew, or virsh undefine removes it")

    def create(self, plan: Plan, *, paused: bool = False, watched: bool = True) -> int:
        """Have libvirt build it, all or nothing."""
        from xlpy.executors.libvirt.creation import build, unwatched
        from xlpy.executors.libvirt.pools import outside_of_libvirt
        from xlpy.executors.libvirt.xlconf import unheeded

        config, pool = outside_of_libvirt(plan.config, self._access)
        xml = self._xml(config if watched else unwatched(config))
        on_xen = not self._access.is_test
        for line in unheeded(plan, self._access):
            self._tell(line)
        with self._access.causes(plan.name):
            domid = build(self._link, xml, self._tell, paused=(paused or pool is not None) and on_xen)
        if pool is not None:
            self._put_into(pool, domid, paused=paused)
        elif paused and not on_xen:  # the test driver cannot build a domain that is paused
            self.pause(domid)
        self._stops.follow(domid)
        return domid

    def _put_into(self, pool: Pool, domid: int, *, paused: bool) -> None:
        """Move a domain that has not run yet; nothing is left of it where Xen refuses."""
        try:
            self.pools.move(domid, pool.number)
            if not paused:
                self.unpause(domid)
        except BaseException:
            self.destroy(domid)
            raise
        self._tell(
            f"libvirt does not know that it is in {errors.printable(pool.name)}: at a restart it builds it in Pool-0"
        )

    def destroy(self, domid: int) -> None:
        """End a domain at once, which takes as long as Xen needs to get its memory back."""
        from xlpy.executors.libvirt.creation import LIMIT

        self._access.act(domid, lambda domain: domain.destroy(), LIMIT)

    def shutdown(self, domid: int, *, reboot: bool = False, force: bool = False) -> bool:
        """Ask the guest; without PV drivers the ACPI power button reaches it. Libvirt has no button for a reboot."""
        self._stops.follow(domid)
        ask = self._reboot if reboot else self._shutdown
        try:
            self._access.act(domid, ask)
        except NoPvDrivers:
            if not force:
                raise
        else:
            return False
        if reboot:
            raise self._no_reset_button(domid)
        self._access.act(domid, lambda domain: domain.shutdownFlags(self._link.api.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN))
        return True

    def _no_reset_button(self, domid: int) -> Failure:
        """Xen itself has none, which libxl finds out by asking it."""
        from xlpy.executors.libvirt.facts import release
        from xlpy.executors.libvirt.signals import refused

        return Failure(
            "PV control interface not available: sending ACPI reset button event.",
            refused(domid, "reset", "Function not implemented").messages[0].line(release(self._access.told)),
            "reboot failed (rc=-3)",
        )

    def pause(self, domid: int) -> None:
        """Stop the vCPUs."""
        self._access.act(domid, lambda domain: domain.suspend())

    def unpause(self, domid: int) -> None:
        """Let them run; libvirt does nothing to a domain that it has not paused."""
        if self._access.on(domid, lambda domain: domain.info())[0] != PAUSED:
            if self.find(str(domid)).paused:  # by Xen's own xl, and Xen's own module tells it
                self._access.modules.xen("unpausing", "domain_unpause", domid)
                return
            raise LibxlError(
                not_paused(domid),
                advice="libvirt has not paused it: what Xen's own xl paused, only that can unpause",
            )
        self._access.act(domid, lambda domain: domain.resume())

    def rename(self, domid: int, name: str) -> None:
        """No driver can, of a domain that runs."""
        raise Failure(advice="libvirt cannot rename a domain that runs: shut it down, and create it with another name=")

    def console(self, domid: int, kind: str = "", number: int = 0) -> ConsoleStream:
        """The primary console, from now on: libvirt keeps no output, and opens no other of a domain's."""
        from xlpy.executors.libvirt.console import open_console

        return open_console(self._access, domid, kind, number)

    def display(self, domid: int) -> Display | None:
        """The first one by VNC."""
        secure = self._link.api.VIR_DOMAIN_XML_SECURE
        root = fromstring(self._access.on(domid, lambda domain: domain.XMLDesc(secure)))
        found = root.find("./devices/graphics[@type='vnc']")
        port = -1 if found is None else int(found.get("port", -1))
        if found is None or port < 0:
            return None
        return Display(address=found.get("listen", "127.0.0.1"), port=port, password=found.get("passwd", ""))

    def stopped(self, domid: int) -> StopEvent | None:
        """What became of a domain that runs no more; None while it runs."""
        return self._stops.stopped(domid)

    # ---- in the thread of the link

    def _look(self, domain: Any) -> Look:
        return look(domain, self._read_vcpus)

    def _look_at_all(self, connection: Any) -> list[Look]:
        api, found = self._link.api, []
        for domain in connection.listAllDomains(api.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
            try:
                found.append(self._look(domain))
            except api.libvirtError:
                if self._runs(domain):
                    raise
        return found

    def _runs(self, domain: Any) -> bool:
        """Whether it is still there."""
        try:
            return bool(domain.isActive())
        except self._link.api.libvirtError as error:
            if error.get_error_code() != errors.NO_DOMAIN:
                raise
            return False

    def _read_vcpus(self, domain: Any, most: int) -> list[Vcpu]:
        if self._access.is_test:
            return vcpus.by_python(domain)
        if not self._cpus:
            self._cpus = domain.connect().getInfo()[2]
        return vcpus.by_library(self._link.api, domain, most, self._cpus)

    def _shutdown(self, domain: Any) -> None:
        if self._access.is_test:
            domain.shutdown()
            return
        try:
            domain.shutdownFlags(self._link.api.VIR_DOMAIN_SHUTDOWN_PARAVIRT)
        except self._link.api.libvirtError as error:
            if any(words in str(error) for words in _NO_REASON):
                raise NoPvDrivers(reboot=False) from None
            raise

    def _reboot(self, domain: Any) -> None:
        try:
            domain.reboot(0)
        except self._link.api.libvirtError as error:
            if "Failed to reboot domain" in str(error) and domain.OSType() == "hvm":
                raise NoPvDrivers(reboot=True) from None
            raise

    # ---- helpers

    def _by_name(self, name: str) -> Look:
        def search(connection: Any) -> Look | None:
            domain = connection.lookupByName(name)
            return self._look(domain) if domain.isActive() else None

        try:
            name.encode()
            seen = self._link.call(search)
        except (UnknownDomain, UnicodeEncodeError):  # libvirt's names are UTF-8
            self._access.mention_foreign(name)
            raise UnknownDomain(name) from None
        if seen is None:
            raise UnknownDomain(name, advice="libvirt keeps it, but it does not run: virsh start starts it")
        return seen

    def _info(self, seen: Look) -> DomainInfo:
        from xlpy.executors.libvirt.xeninfo import domain_completed

        info = domain_info(seen, time.time(), _uptime_here() if self._access.local else None)
        return domain_completed(info, self._access.modules)

    def _xml(self, config: DomainConfig) -> str:
        from xlpy.executors.libvirt import creation

        xml = creation.xml_of(config, self._access.told, self._tell, best_effort=self._best_effort)
        return creation.for_test_driver(xml) if self._access.is_test else xml


def _uptime_here() -> float:
    """Of this machine, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
