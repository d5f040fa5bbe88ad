"""What may stand in a place of a command line, by the name that usages give it; values come from the host."""

from __future__ import annotations

import os

from xlpy.cli.completing import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlpy.cli.call import Settings
    from xlpy.executors import DomainInfo, Executor
    from xlpy.libxl import DeviceRecord

CONFIG_ENDINGS = (".cfg", ".conf", ".xl", ".hvm", ".pv", ".pvh", ".json")
PATIENCE_SECONDS = 2.0
"""For a host behind libvirt."""
OLDEST_MINOR = 10
"""Of the releases that are offered."""
XEN_CONFIGS = "/etc/xen"
_LIBVIRTS = ("xen:///system", "xen+ssh://", "xen+tls://")
_CLASSES = {"block": "disk", "network": "vif", "usbdev": "usbdev", "cd": "disk"}
"""The kind of device that a verb's name begins with, where it is another word."""


class Context:
    """A command line up to the word that is completed."""

    def __init__(self, settings: Settings, verb: str, words: Sequence[str], current: str) -> None:
        """WORDS stand between the verb and the word CURRENT, without options."""
        self.settings = settings
        self.verb = verb
        self.words = words
        self.current = current

    def executor(self) -> Executor | None:
        """The host; none where asking for it would make one, or take a user's patience."""
        from xlpy.cli.connection import connect
        from xlpy.executors.sim import default_path

        uri = self.settings.connect
        if uri is None and not os.path.exists(default_path()):  # noqa: PTH110 - pathlib is slow
            return None
        if uri is not None and uri.startswith("sim:///") and not os.path.exists(uri[len("sim://") :]):  # noqa: PTH110 - pathlib is slow
            return None
        if uri is not None and not uri.startswith("sim:"):
            _give_up_soon()
        return connect(uri)

    def domain(self) -> DomainInfo | None:
        """The domain that the words name; None where there are none yet."""
        executor = self.executor()
        return executor.find(self.words[0]) if executor is not None and self.words else None

    def devices(self) -> list[DeviceRecord]:
        """The devices of that domain that the verb is about."""
        executor, domain = self.executor(), self.domain()
        if executor is None or domain is None:
            return []
        name = self.verb.partition("-")[0]
        kind = _CLASSES.get(name, name)
        return [device for device in executor.config(domain.domid).devices if kind == device.KIND]


def _give_up_soon() -> None:
    """End without an answer where another machine does not say anything in time."""
    from threading import Timer

    timer = Timer(PATIENCE_SECONDS, os._exit, (0,))
    timer.daemon = True
    timer.start()


def candidates(name: str, context: Context) -> Iterable[Candidate]:
    """What fits a place that usages call NAME; a word in lower case that is no known name is itself what fits."""
    if name in KINDS:
        return KINDS[name](context)
    if name in FREE or not _is_literal(name):
        return ()
    key, equals, value = name.partition("=")
    if equals and value.startswith("<") and context.current.startswith(f"{key}="):
        return _behind(f"{key}=", value.strip("<>"), context)
    return [Candidate(word=f"{key}=" if equals and value.startswith(("<", "'")) else name)]


def _is_literal(name: str) -> bool:
    """`all`, `-`, `reset`, `mac=<mac>`; not an option, which is offered as such."""
    return name == "-" or (not name.startswith("-") and " " not in name and "[" not in name)


def _behind(start: str, name: str, context: Context) -> Iterator[Candidate]:
    inner = Context(context.settings, context.verb, context.words, context.current.removeprefix(start))
    known = KINDS.get(name)
    for one in known(inner) if known else ():
        yield one.replace(word=f"{start}{one.word}")


# ---- what the host knows


def _domains(context: Context) -> Iterator[Candidate]:
    executor = context.executor()
    for domain in executor.domains() if executor else ():
        yield Candidate(word=domain.name, about=f"domain {domain.domid}, {domain.memory_kib // 1024} MiB")


def _domids(context: Context) -> Iterator[Candidate]:
    executor = context.executor()
    for domain in executor.domains() if executor else ():
        yield Candidate(word=str(domain.domid), about=domain.name)


def _pools(context: Context) -> Iterator[Candidate]:
    executor = context.executor()
    for name in executor.info().facts.pools if executor else ():
        yield Candidate(word=name, about="cpupool")


def _bridges(context: Context) -> Iterator[Candidate]:
    executor = context.executor()
    for name in executor.info().facts.bridges if executor else ():
        yield Candidate(word=name, about="bridge")


def _bdfs(context: Context) -> Iterator[Candidate]:
    """What a guest may have; to detach, what it has; to make assignable, what the host has."""
    executor, domain = context.executor(), context.domain()
    if executor is None:
        return
    if context.verb == "pci-detach" and domain is not None:
        for passed in executor.pci.passed(domain.domid):
            yield Candidate(word=passed.bdf, about="PCI device of this domain")
    elif context.verb == "pci-assignable-add":
        for device in executor.info().facts.pci_devices:
            yield Candidate(word=device.bdf, about=device.what)
    else:
        for one in executor.pci.assignable():
            yield Candidate(word=one.bdf, about=one.name or "assignable PCI device")


def _cpus(context: Context) -> Iterator[Candidate]:
    executor = context.executor()
    for cpu in range(executor.info().facts.cpus if executor else 0):
        yield Candidate(word=str(cpu), about="pCPU")


def _vcpus(context: Context) -> Iterator[Candidate]:
    domain = context.domain()
    for number in range(domain.max_vcpus if domain else 0):
        yield Candidate(word=str(number), about="vCPU")


def _devices(context: Context) -> Iterator[Candidate]:
    """Disks by vdev, other devices by devid."""
    for place, device in enumerate(context.devices()):
        vdev, devid = getattr(device, "vdev", None), getattr(device, "devid", place)
        yield Candidate(word=vdev or str(devid if devid >= 0 else place), about=str(device.KIND))


def _drives(context: Context) -> Iterator[Candidate]:
    for device in context.devices():
        if getattr(device, "is_cdrom", 0):
            yield Candidate(word=str(getattr(device, "vdev", "")), about="CD drive")


def _macs(context: Context) -> Iterator[Candidate]:
    for device in context.devices():
        if mac := getattr(device, "mac", None):
            yield Candidate(word=str(mac), about="MAC address")


# ---- files


def _files(context: Context) -> Iterator[Candidate]:
    return _paths(context.current)


def _configs(context: Context) -> Iterator[Candidate]:
    """Directories and files that look like a configuration, else all; those of /etc/xen if nothing is typed."""
    found = list(_paths(context.current))
    likely = [one for one in found if one.word.endswith(("/", *CONFIG_ENDINGS))]
    if not context.current and os.path.isdir(XEN_CONFIGS):  # noqa: PTH112 - pathlib is slow
        likely += [one for one in _paths(f"{XEN_CONFIGS}/") if one.word.endswith(CONFIG_ENDINGS)]
    return iter(likely or found)


def _paths(typed: str) -> Iterator[Candidate]:
    """The files and directories (with a slash behind them) whose path begins with what is typed."""
    head, slash, start = typed.rpartition("/")
    with os.scandir(os.path.expanduser(head + slash) or ".") as entries:  # noqa: PTH111 - pathlib is slow
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith(start) and (start or not entry.name.startswith(".")):
                yield Candidate(word=f"{head}{slash}{entry.name}{'/' * entry.is_dir()}", is_path=True)


# ---- words


def _keys(context: Context) -> Iterator[Candidate]:
    """The keys of xl.cfg."""
    from xlpy.vocabulary import all_keys

    for key in all_keys():
        if key.name.startswith(context.current):
            yield Candidate(word=f"{key.name}=", about=key.doc.partition(". ")[0].rstrip("."))


def _pool_keys(_context: Context) -> Iterator[Candidate]:
    from xlpy.cpupool import KEYS

    for key in KEYS:
        yield Candidate(word=f"{key.name}=", about=key.doc.partition(". ")[0].rstrip("."))


def _words_of(module: str) -> Callable[[Context], Iterator[Candidate]]:
    """The words of a device's spec."""

    def words(_context: Context) -> Iterator[Candidate]:
        from importlib import import_module

        for token in import_module(f"xlpy.devices.{module}").TOKENS:
            word = token.name if token.form == "flag" else f"{token.name}="
            yield Candidate(word=word, about=token.doc.partition(". ")[0].rstrip("."))

    return words


def _releases(_context: Context) -> Iterator[Candidate]:
    from xlpy.release import DEFAULT

    major, newest = DEFAULT
    for minor in range(newest, OLDEST_MINOR - 1, -1):
        yield Candidate(word=f"{major}.{minor}", about="release of Xen")


def _hosts(context: Context) -> Iterator[Candidate]:
    yield Candidate(word="sim:///", about="the simulated host of this user")
    for uri in _LIBVIRTS:
        yield Candidate(word=uri, about="a real Xen, through libvirt")
    if context.current.startswith("sim://"):
        for one in _paths(context.current.removeprefix("sim://")):
            yield one.replace(word=f"sim://{one.word}", is_path=False)


def _literal(*words: str) -> Callable[[Context], list[Candidate]]:
    return lambda _context: [Candidate(word=word) for word in words]


KINDS: dict[str, Callable[[Context], Iterable[Candidate]]] = {
    "Domain": _domains,
    "DomainName": _domains,
    "BackDomain": _domains,
    "DOMAIN": _domains,
    "domain": _domains,
    "DomainId": _domids,
    "DOMID": _domids,
    "ConfigFile": _configs,
    "defconfig": _configs,
    "FILE": _files,
    "CONFIG": _configs,
    "CheckpointFile": _files,
    "filename": _files,
    "path": _files,
    "script": _files,
    "policy file": _files,
    "pidfile": _files,
    "config": _files,
    "DIR": _files,
    "vars": _keys,
    "Variable=value": _pool_keys,
    "CPU Pool": _pools,
    "CPUPOOL": _pools,
    "cpupool": _pools,
    "bridge": _bridges,
    "BDF": _bdfs,
    "PCI_SPEC_STRING": _bdfs,
    "CPU nr": _cpus,
    "Hard affinity": _cpus,
    "Soft affinity": _cpus,
    "VCPU": _vcpus,
    "VCPUID": _vcpus,
    "vcpuid": _vcpus,
    "DevId": _devices,
    "VirtualDevice": _drives,
    "mac": _macs,
    "disk-spec-component": _words_of("disk"),
    "vkb-spec-component": _words_of("vkb"),
    "vsnd-spec-component": _words_of("vsnd"),
    "node:<node nr": _literal("node:"),
    "Button": _literal("power", "sleep"),
    "PSR-CMT-Type": _literal("cache-occupancy", "total-mem-bandwidth", "local-mem-bandwidth"),
    "xen": _releases,
    "connect": _hosts,
    "URI": _hosts,
    "RELEASE": _releases,
    "format": _literal("text", "json", "yaml"),
}
"""The names that usages, helps and options give what they want."""
FREE = frozenset(
    (
        *("NewDomainName", "new name", "host", "letter", "Keys", "Params", "Command", "CBM", "THRTL", "vCPUs"),
        *("controller", "port", "uuid", "NAME"),
    )
)
"""Names of what nobody can know."""
