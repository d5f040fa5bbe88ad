"""A host for tests: what it shows is given, what is asked of it is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from xlpy.executors import DomainInfo, Failure, HostInfo, NoPvDrivers, StopEvent, UnknownDomain, VcpuInfo
from xlpy.host import BUILT_IN
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Pv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.executors.events import Event
    from xlpy.planner.plan import Plan

NO_UUID = "00000000-0000-0000-0000-000000000000"
ALL_CPUS = tuple(range(8))


def domain(domid: int, name: str, **other: Any) -> DomainInfo:
    values: dict[str, Any] = {
        "domid": domid,
        "name": name,
        "uuid": NO_UUID,
        "type": "pv",
        "memory_kib": 128 * 1024,
        "max_memory_kib": 128 * 1024,
        "vcpus": 1,
        "max_vcpus": 1,
        "blocked": True,
    }
    return DomainInfo(**{**values, **other})


def vcpu(number: int, **other: Any) -> VcpuInfo:
    values: dict[str, Any] = {
        "vcpu": number,
        "cpu": number,
        "online": True,
        "running": False,
        "blocked": True,
        "cpu_time": 1.0,
        "hard_affinity": ALL_CPUS,
        "soft_affinity": ALL_CPUS,
    }
    return VcpuInfo(**{**values, **other})


class FakeConsole:
    """A guest that says what it is told to, echoes, and goes at `poweroff`."""

    def __init__(self, *said: str) -> None:
        self.said = list(said)
        self.typed = ""
        self.gone = False

    def read(self) -> str | None:
        if self.said:
            return self.said.pop(0)
        return None if self.gone else ""

    def write(self, text: str) -> None:
        self.typed += text
        self.said.append(text)
        self.gone = self.gone or "poweroff" in self.typed


class FakeSaving:
    """Saving by itself: what is asked of it is written down."""

    streams = None

    def __init__(self, executor: FakeExecutor) -> None:
        self.executor = executor

    @property
    def own(self) -> FakeSaving:
        return self

    def _note(self, domid: int, *asked: Any) -> None:
        self.executor.find(str(domid))
        self.executor.asked.append((asked[0], domid, *asked[1:]))

    def save(self, domid: int, path: str, *, then: str) -> None:
        self._note(domid, "save", path, then)

    def restore(self, path: str, *, config: DomainConfig | None, paused: bool) -> int:
        self.executor.asked.append(("restore", path, config, paused))
        return 1

    def migrate(self, domid: int, host: str, *, config: DomainConfig | None, paused: bool) -> None:
        self._note(domid, "migrate", host, config, paused)

    def suspend(self, domid: int) -> None:
        self._note(domid, "suspend")

    def resume(self, domid: int) -> None:
        self._note(domid, "resume")

    def dump_core(self, domid: int, path: str) -> None:
        self._note(domid, "dump_core", path)


class FakeSignals:
    """All that is asked of it is written down."""

    def __init__(self, executor: FakeExecutor) -> None:
        self.executor = executor

    def trigger(self, domid: int, name: str, vcpu: int) -> None:
        self.executor.asked.append(("trigger", domid, name, vcpu))

    def sysrq(self, domid: int, letter: str) -> None:
        self.executor.asked.append(("sysrq", domid, letter))

    def debug_keys(self, keys: str) -> None:
        self.executor.asked.append(("debug_keys", keys))

    def dmesg(self, *, clear: bool = False) -> str:
        self.executor.asked.append(("dmesg", clear))
        return "(XEN) up\n"

    def monitor(self, domid: int, command: str) -> str:
        self.executor.find(str(domid))
        self.executor.asked.append(("monitor", domid, command))
        return "answer\n"


class FakeEvents:
    """Nothing happened."""

    def since(self, seq: int = 0) -> Sequence[Event]:
        return ()


class FakeExecutor:
    """An Executor over lists."""

    simulated: ClassVar[bool] = False

    def __init__(self, *domains: DomainInfo) -> None:
        self.known = [domain(0, "Domain-0", memory_kib=1536 * 1024, vcpus=2, running=True, blocked=False), *domains]
        self.asked: list[tuple[Any, ...]] = []
        self.stops: dict[int, list[StopEvent]] = {}
        self.stream = FakeConsole("hello\n")
        self.deaf: set[int] = set()
        self.configs: dict[int, DomainConfig] = {}

    def info(self) -> HostInfo:
        return HostInfo(facts=BUILT_IN, free_memory_kib=1024 * 1024)

    def domains(self) -> Sequence[DomainInfo]:
        return self.known

    def find(self, wanted: str) -> DomainInfo:
        for known in self.known:
            if wanted in (known.name, str(known.domid)):
                return known
        raise UnknownDomain(wanted)

    def vcpus(self, domid: int) -> Sequence[VcpuInfo]:
        self.find(str(domid))
        return [vcpu(0)]

    def all_vcpus(self) -> dict[int, Sequence[VcpuInfo]]:
        return {known.domid: self.vcpus(known.domid) for known in self.domains()}

    def config(self, domid: int) -> DomainConfig:
        known = self.find(str(domid))
        config = DomainConfig(c_info=CreateInfo(type="pv", name=known.name), b_info=BuildInfo(u=Pv()))
        return self.configs.get(domid, config)

    def update_config(self, domid: int, config: DomainConfig) -> None:
        self.find(str(domid))
        self.asked.append(("update", domid, config.name, config.memory_kib))

    def create(self, plan: Plan, *, paused: bool = False, watched: bool = True) -> int:
        if any(known.name == plan.name for known in self.known):
            raise Failure(f'Domain with name "{plan.name}" already exists.', status=3, advice="name it otherwise")
        self.asked.append(("create", plan.name, paused, watched))
        self.known.append(domain(len(self.known), plan.name))
        return self.known[-1].domid

    def destroy(self, domid: int) -> None:
        self.find(str(domid))
        self.asked.append(("destroy", domid))

    def shutdown(self, domid: int, *, reboot: bool = False, force: bool = False) -> bool:
        self.find(str(domid))
        if domid in self.deaf and not force:
            raise NoPvDrivers(reboot=reboot)
        self.asked.append(("shutdown", domid, reboot))
        return domid in self.deaf

    def pause(self, domid: int) -> None:
        self.find(str(domid))
        self.asked.append(("pause", domid))

    def unpause(self, domid: int) -> None:
        self.find(str(domid))
        self.asked.append(("unpause", domid))

    def rename(self, domid: int, name: str) -> None:
        self.find(str(domid))
        if any(known.name == name and known.domid != domid for known in self.known):
            raise Failure(f'Domain with name "{name}" already exists.')
        self.asked.append(("rename", domid, name))

    def console(self, domid: int, kind: str = "", number: int = 0) -> FakeConsole:
        self.find(str(domid))
        return self.stream

    @property
    def signals(self) -> FakeSignals:
        return FakeSignals(self)

    @property
    def events(self) -> FakeEvents:
        return FakeEvents()

    @property
    def saving(self) -> FakeSaving:
        return FakeSaving(self)

    def stopped(self, domid: int) -> StopEvent | None:
        events = self.stops.get(domid, [])
        return events.pop(0) if len(events) > 1 else events[0] if events else None
