"""xentop's table: a look at a host -> lines, to the byte."""

from __future__ import annotations

from xlpy.record import Record
from xlpy.render.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlpy.top.sample import Sample, Seen

NO_LIMIT_KIB = 0xFFFFFFFF * 4
"""The most that Xen can count: a domain with this much has no limit."""
CRASHED = 3
UNKNOWN = "n/a"
_NAME_WIDTH = 10
_VCPUS_IN_LINE = 5


class View(Record):
    """What of it is shown, as xentop's options say."""

    networks: bool = False
    vbds: bool = False
    vcpus: bool = False
    repeat_header: bool = False
    full_name: bool = False
    dom0_first: bool = False
    sort: int = 0
    """The place of the column by which it is sorted."""


class Line(Record):
    """A line, and what it is: `header`, `domain` or `detail`."""

    kind: str
    text: str
    marked: tuple[int, int] = (0, 0)
    """Of a header: where the column stands by which it is sorted."""


class Column(Record):
    """A column: its values as text, and what they are sorted by."""

    title: str
    width: int
    text: Callable[[Seen, Sample], str]
    key: Callable[[Seen], object]
    grows: bool = False
    """Wider values widen it."""


def lines(sample: Sample, view: View) -> list[Line]:
    """The header and the domains, each with the details that are asked for."""
    ordered = in_order(sample.domains, view)
    rows = [[column.text(seen, sample) for column in COLUMNS] for seen in ordered]
    widths = [_width(column, [row[place] for row in rows], view) for place, column in enumerate(COLUMNS)]
    found = []
    for place, (seen, row) in enumerate(zip(ordered, rows, strict=True)):
        if place == 0 or view.repeat_header:
            found.append(_header(widths, view))
        cells = [_cell(column, text, width, view) for column, text, width in zip(COLUMNS, row, widths, strict=True)]
        found.append(Line(kind="domain", text=" ".join(cells)))
        found += [Line(kind="detail", text=text) for text in _details(seen, view)]
    return found


def in_order(domains: Sequence[Seen], view: View) -> list[Seen]:
    """Sorted by the column; Domain-0 is the first where that is asked for."""
    key = COLUMNS[view.sort].key
    ordered = sorted(domains, key=key)  # type: ignore[arg-type]  # each column has keys of one kind
    return sorted(ordered, key=lambda seen: seen.domain.domid != 0) if view.dom0_first else ordered


def summary(sample: Sample, clock: str) -> list[str]:
    """The three lines above the table; CLOCK is the time of day as HH:MM:SS."""
    facts, free = sample.host.facts, sample.host.free_memory_kib
    used = facts.memory_kib - free
    counts = dict.fromkeys(("running", "blocked", "paused", "crashed", "dying", "shutdown"), 0)
    for seen in sample.domains:
        state = next((name for name in ("running", "blocked", "paused", "shutdown", "crashed") if _is(seen, name)), "")
        if state or seen.domain.dying:
            counts[state or "dying"] += 1
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    return [
        f"xentop - {clock}   Xen {facts.xen_version}",
        f"{len(sample.domains)} domains: {told} ",
        f"Mem: {facts.memory_kib}k total, {used}k used, {free}k free    CPUs: {facts.cpus} @ {facts.cpu_mhz}MHz",
    ]


def _header(widths: Sequence[int], view: View) -> Line:
    titles = [column.title.rjust(width) for column, width in zip(COLUMNS, widths, strict=True)]
    start = sum(len(title) + 1 for title in titles[: view.sort])
    return Line(kind="header", text=" ".join(titles), marked=(start, start + len(titles[view.sort])))


def _width(column: Column, texts: Sequence[str], view: View) -> int:
    grows = column.grows or (column is COLUMNS[0] and view.full_name)
    return max([column.width, *map(len, texts)]) if grows else column.width


def _cell(column: Column, text: str, width: int, view: View) -> str:
    """Only a name is cut."""
    return (text[:width] if column is COLUMNS[0] and not view.full_name else text).rjust(width)


# ---- states


def _is(seen: Seen, state: str) -> bool:
    """As xentop tells them apart: a domain that crashed is not one that has shut down."""
    domain = seen.domain
    if state in ("crashed", "shutdown"):
        return domain.shutdown and (domain.shutdown_reason == CRASHED) == (state == "crashed")
    return bool(getattr(domain, state))


_STATES = {"dying": "d", "shutdown": "s", "blocked": "b", "crashed": "c", "paused": "p", "running": "r"}


def _state(seen: Seen) -> str:
    return "".join(letter if _is(seen, name) else "-" for name, letter in _STATES.items())


def _state_rank(seen: Seen) -> tuple[bool, ...]:
    """Those in the first of the states come first."""
    return tuple(not _is(seen, name) for name in _STATES)


# ---- columns


def _limit(seen: Seen, text: str, otherwise: str) -> str:
    return otherwise if seen.domain.max_memory_kib >= NO_LIMIT_KIB else text


def _share(kib: int, sample: Sample) -> str:
    return f"{100 * kib / sample.host.facts.memory_kib:.1f}"


def _moved(seen: Seen, kind: str, *fields: str) -> int | None:
    """The sum of counters over the devices of a domain; without FIELDS how many devices; None where nobody counts."""
    if seen.counters is None:
        return None
    devices = getattr(seen.counters, kind)
    return sum(getattr(device, field) for device in devices for field in fields) if fields else len(devices)


def _counted(title: str, width: int, kind: str, *fields: str, unit: int = 1, grows: bool = False) -> Column:
    def text(seen: Seen, _sample: Sample) -> str:
        moved = _moved(seen, kind, *fields)
        return UNKNOWN if moved is None else str(moved // unit)

    return Column(
        title=title, width=width, text=text, key=lambda seen: -(_moved(seen, kind, *fields) or 0), grows=grows
    )


COLUMNS = (
    Column(
        title="NAME",
        width=_NAME_WIDTH,
        text=lambda seen, _: printable(seen.domain.name),
        key=lambda seen: seen.domain.name.lower(),
    ),
    Column(title="STATE", width=6, text=lambda seen, _: _state(seen), key=_state_rank),
    Column(
        title="CPU(sec)",
        width=10,
        text=lambda seen, _: str(int(seen.domain.cpu_time)),
        key=lambda seen: -seen.domain.cpu_time,
    ),
    Column(title="CPU(%)", width=6, text=lambda seen, _: f"{seen.cpu_percent:.1f}", key=lambda seen: -seen.cpu_percent),
    Column(
        title="MEM(k)",
        width=10,
        text=lambda seen, _: str(seen.domain.memory_kib),
        key=lambda seen: -seen.domain.memory_kib,
    ),
    Column(
        title="MEM(%)",
        width=6,
        text=lambda seen, sample: _share(seen.domain.memory_kib, sample),
        key=lambda seen: -seen.domain.memory_kib,
    ),
    Column(
        title="MAXMEM(k)",
        width=10,
        text=lambda seen, _: _limit(seen, str(seen.domain.max_memory_kib), "no limit"),
        key=lambda seen: -seen.domain.max_memory_kib,
    ),
    Column(
        title="MAXMEM(%)",
        width=9,
        text=lambda seen, sample: _limit(seen, _share(seen.domain.max_memory_kib, sample), UNKNOWN),
        key=lambda seen: -seen.domain.max_memory_kib,
    ),
    Column(
        title="VCPUS", width=5, text=lambda seen, _: str(seen.domain.max_vcpus), key=lambda seen: -seen.domain.max_vcpus
    ),
    _counted("NETS", 4, "nets"),
    _counted("NETTX(k)", 8, "nets", "tx_bytes", unit=1024, grows=True),
    _counted("NETRX(k)", 8, "nets", "rx_bytes", unit=1024, grows=True),
    _counted("VBDS", 4, "disks"),
    _counted("VBD_OO", 8, "disks", "waits"),
    _counted("VBD_RD", 8, "disks", "read_requests", grows=True),
    _counted("VBD_WR", 8, "disks", "write_requests", grows=True),
    _counted("VBD_RSECT", 10, "disks", "read_sectors", grows=True),
    _counted("VBD_WSECT", 10, "disks", "written_sectors", grows=True),
    Column(title="SSID", width=4, text=lambda *_: "0", key=lambda _: 0),
)
"""xentop's columns, in its order. Xen without a security module gives each domain the SSID 0."""


# ---- what stands below a domain


def _details(seen: Seen, view: View) -> Iterator[str]:
    if view.vcpus:
        yield from _vcpus(seen)
    if seen.counters is None:
        return
    for place, net in enumerate(seen.counters.nets if view.networks else ()):
        received = (net.rx_bytes, net.rx_packets, net.rx_errors, net.rx_drops)
        sent = (net.tx_bytes, net.tx_packets, net.tx_errors, net.tx_drops)
        yield f"Net{place} RX: {_traffic(received)}  TX: {_traffic(sent)}"
    for disk in seen.counters.disks if view.vbds else ():
        major, minor = disk.number >> 8, disk.number & 0xFF
        yield (
            f"VBD BlkBack {disk.number:4} [{major:2x}:{minor:2x}]  OO: {disk.waits:8}   RD: {disk.read_requests:8}   "
            f"WR: {disk.write_requests:8}   RSECT: {disk.read_sectors:10}   WSECT: {disk.written_sectors:10}"
        )


def _traffic(counts: Sequence[int]) -> str:
    return " ".join(f"{count:8}{unit}" for count, unit in zip(counts, ("bytes", "pkts", "err", "drop"), strict=True))


def _vcpus(seen: Seen) -> list[str]:
    """Five to a line, by their numbers."""
    text = "VCPUs(sec): "
    for vcpu in (vcpu for vcpu in seen.vcpus if vcpu.online):
        if vcpu.vcpu and vcpu.vcpu % _VCPUS_IN_LINE == 0:
            text += "\n        "
        text += f" {vcpu.vcpu:2}: {int(vcpu.cpu_time):10}s"
    return text.split("\n")
