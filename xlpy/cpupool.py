"""Text of a cpupool's configuration -> PoolConfig (Xen: main_cpupoolcreate in xl_cpupool.c, xlcpupool.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.cstring import atoi, same_word
from xlpy.host import BUILT_IN, HostFacts
from xlpy.kinds import STRING, STRING_OR_LIST, STRINGS, Choice
from xlpy.reader import Reader
from xlpy.record import Record
from xlpy.release import DEFAULT, Release
from xlpy.settings import settle
from xlpy.syntax import ListNode
from xlpy.values import parse_cpus
from xlpy.vocabulary import Key

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic
    from xlpy.libxl import Scheduler
    from xlpy.source import Source

SCHEDULER_NUMBERS = {"unknown": 0, "sedf": 4, "credit": 5, "credit2": 6, "arinc653": 7, "rtds": 8, "null": 9}
"""libxl_scheduler."""


class PoolConfig(Record):
    """A cpupool to be made."""

    name: str = ""
    scheduler: Scheduler = "unknown"
    cpus: tuple[int, ...] = ()
    """Its pCPUs as they were asked for, one twice where it was named twice; none: libxl takes a free one."""


class LoadedPool(NamedTuple):
    """What a text says, and what is wrong with it (in the order in which xl meets it)."""

    pool: PoolConfig
    diagnostics: tuple[Diagnostic, ...]


def load_pool(
    source: Source, filename: str | None, *, release: Release = DEFAULT, host: HostFacts = BUILT_IN
) -> LoadedPool:
    """Read the configuration of a pool; FILENAME, where there is a file, gives the name that the text does not."""
    settled = settle(source, "config file")
    reader = Reader(source, settled.entries, release, host)
    reader.diagnostics += settled.diagnostics
    reader.draft["scheduler"] = host.scheduler
    if filename is not None:
        reader.draft["name"] = filename.rpartition("/")[2]
    for key in KEYS:
        key.apply(reader)
    return LoadedPool(PoolConfig(**reader.draft), tuple(reader.diagnostics))


def _read_name(reader: Reader, key: Key) -> None:
    text = reader.text(key.name)
    name = reader.get(key.field) if text is None else text
    if name is None:
        reader.refuse("no-pool-name", "Missing cpupool name!")
        return
    if name in reader.host.pools:
        reader.refuse("pool-exists", f'Pool name "{name}" already exists', key=key.name)
    reader.put(key.field, name, key.name)


def _read_scheduler(reader: Reader, name: str) -> str | None:
    text = reader.text(name)
    if text is None:
        return None
    if same_word(text) not in SCHEDULER_NUMBERS:
        reader.refuse("unknown-scheduler", "Unknown scheduler", key=name)
        return None
    return same_word(text)


def _status(reader: Reader) -> int:
    """What xl ends with: it reuses the variable in which it has put the number of the host's scheduler."""
    chosen = reader.text("sched", quiet=True)
    return 1 if chosen is not None else SCHEDULER_NUMBERS[reader.host.scheduler]


def _read_nodes(reader: Reader, key: Key) -> None:
    """The free pCPUs of each node."""
    items = reader.atoms(key.name)
    if items is None:
        return
    free, host = reader.host.free_cpus, reader.host
    cpus = tuple(cpu for item in items for cpu in host.node_cpus(atoi(item.text)) if cpu in free)
    if not cpus:
        reader.refuse("no-free-cpu", "no free cpu found", key=key.name, status=_status(reader))
    reader.put(key.field, cpus, key.name)


def _read_cpus(reader: Reader, key: Key) -> None:
    """A list of numbers, or a CPU list; a list of nodes goes before it."""
    nodes = reader.entries.get("nodes")
    if key.name not in reader.entries or (nodes is not None and isinstance(nodes.value, ListNode)):
        return
    items = reader.atoms(key.name, quiet=True)
    try:
        cpus = parse_cpus(reader.text(key.name) or "", reader.host) if items is None else None
    except ValueError as error:
        reader.refuse("bad-cpu-list", str(error), key=key.name, status=_status(reader))
        return
    wanted = tuple(atoi(item.text) for item in items or ()) if cpus is None else cpus
    for cpu in wanted:
        if cpu not in reader.host.free_cpus:
            message = f"cpu {cpu} illegal or not free"
            reader.refuse("cpu-not-free", message, key=key.name, status=_status(reader))
            return
    reader.put(key.field, wanted, key.name)


_SCHEDULER = Choice(name="word", read=_read_scheduler, values={name: name for name in SCHEDULER_NUMBERS})

KEYS = (
    Key(
        name="name",
        kind=STRING,
        order=1,
        field="name",
        read=_read_name,
        default="the name of the file without its directory",
        doc="The name of the cpupool, unique on the host.",
        good=('"Pool-io"',),
        bad=("[]",),
    ),
    Key(
        name="sched",
        kind=_SCHEDULER,
        order=2,
        field="scheduler",
        default="that of the host",
        doc="The scheduler of the pool.",
        good=('"credit2"', '"null"', '"RTDS"'),
        bad=('"fair"',),
    ),
    Key(
        name="nodes",
        kind=STRINGS,
        order=3,
        field="cpus",
        read=_read_nodes,
        doc="The NUMA nodes whose free pCPUs the pool gets; cpus is ignored then.",
        good=('["1"]', '["0", "1"]'),
        bad=('"1"',),
    ),
    Key(
        name="cpus",
        kind=STRING_OR_LIST,
        order=4,
        field="cpus",
        read=_read_cpus,
        default="one free pCPU",
        doc="The free pCPUs that the pool gets: a CPU list, or a list of numbers.",
        good=('"4-7"', '["4", "5"]'),
        bad=('"4-"', '["first"]'),
    ),
)
"""Every key of xlcpupool.cfg, in the order in which xl reads them."""
