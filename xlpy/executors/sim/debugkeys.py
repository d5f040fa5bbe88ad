"""What the simulated Xen writes on its console: at its start, and when debug keys are pressed."""

from __future__ import annotations

from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from xlpy.host import HostFacts

_HANDLERS = {
    "0": "dump Dom0 registers",
    "*": "print all diagnostics",
    "a": "dump timer queues",
    "c": "dump ACPI Cx structures",
    "d": "dump registers",
    "e": "dump evtchn info",
    "g": "print grant table usage",
    "h": "show this message",
    "i": "dump interrupt bindings",
    "m": "memory info",
    "n": "NMI statistics",
    "q": "dump domain (and guest debug) info",
    "r": "dump run queues",
    "s": "dump softtsc stats",
    "t": "display multi-cpu clock info",
    "u": "dump NUMA info",
    "v": "dump VT-x VMCSs",
}
_NANO = 10**9


def boot_lines(facts: HostFacts) -> Iterator[str]:
    """The first words of Xen."""
    yield f"Xen version {facts.xen_version} (simulated by xlpy)"
    yield f"Command line: {facts.commandline or f'dom0_mem={facts.dom0_memory_kib // 1024}M'}"
    yield f"System RAM: {facts.memory_kib // 1024}MB ({facts.memory_kib}kB)"
    yield f"Using scheduler: {facts.scheduler}"
    yield f"Detected {facts.cpu_mhz}.000 MHz processor."
    yield f"I/O virtualisation {'en' if facts.iommu else 'dis'}abled"
    yield f"Brought up {facts.cpus} CPUs"
    if facts.hvm:
        yield "HVM: Hardware Assisted Paging (HAP) " + ("detected" if facts.hap else "not present")
    yield f"Dom0 has maximum {facts.dom0_vcpus} VCPUs"
    yield "Xen is relinquishing VGA console."


def answers(db: sqlite3.Connection, key: str, now: float) -> Iterator[str]:
    """The lines for a key; none for one that Xen does not know."""
    if key == "h":
        yield f"'{key}' pressed -> showing installed handlers"
        for other, what in _HANDLERS.items():
            yield f" key '{other}' (ascii '{ord(other):02x}') => {what}"
    elif key == "q":
        yield f"'{key}' pressed -> dumping domain info (now = {int(now * _NANO)})"
        for row in db.execute("SELECT * FROM domain ORDER BY domid").fetchall():
            yield from _domain(db, row, rows.facts(db))
    elif key in _HANDLERS:
        yield f"'{key}' pressed -> {_HANDLERS[key]} (this Xen is simulated: there is nothing to show)"


def _domain(db: sqlite3.Connection, row: sqlite3.Row, facts: HostFacts) -> Iterator[str]:
    """A domain, in the layout of Xen's."""
    domid, pages = row["domid"], row["memory_kib"] // 4
    yield f"General information for domain {domid}:"
    yield f"    refcnt=3 dying={2 * row['dying']} pause_count={row['pauses']}"
    yield f"    nr_pages={pages} xenheap_pages=3 dirty_cpus={{}} max_pages={row['max_memory_kib'] // 4}"
    yield f"    handle={row['uuid'][: rows.UUID_LENGTH]} vm_assist=00000020"
    yield f"Memory pages belonging to domain {domid}:"
    yield "    DomPage list too long to display"
    yield "    PoD entries=0 cachesize=0"
    yield f"VCPU information and callbacks for domain {domid}:"
    for vcpu in db.execute("SELECT * FROM vcpu WHERE domid = ? ORDER BY vcpu", (domid,)):
        hard, soft = (cpus(vcpu[name], facts) for name in ("hard", "soft"))
        yield f"  UNIT{vcpu['vcpu']} affinities: hard={{{hard}}} soft={{{soft}}}"
        has = "T" if rows.is_busy(row) else "F"
        yield f"    VCPU{vcpu['vcpu']}: CPU{vcpu['cpu']} [has={has}] poll=0 upcall_pend=00 upcall_mask=00"
        yield f"    pause_count={row['pauses']} pause_flags={0 if has == 'T' else 1}"
    yield "No periodic timer"


def cpus(joined: str, facts: HostFacts) -> str:
    """A set of pCPUs as Xen prints it; all where none are named."""
    numbers = rows.numbers(joined) or tuple(range(facts.cpus))
    return ",".join(map(str, numbers)) if rows.numbers(joined) else f"{numbers[0]}-{numbers[-1]}"
