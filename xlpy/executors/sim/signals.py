"""Signals on the simulated host: what triggers and sysrq do to guests, Xen's console, the monitor of QEMU."""

from __future__ import annotations

import errno
import os

from xlpy.executors import LibxlError, LibxlMessage, UnknownDomain
from xlpy.executors.sim import behaviour, events, life, rows
from xlpy.executors.sim.guest import Line, crashing, stamped

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from xlpy.executors.sim.facets import Facets

_BUFFER = 16 * 1024
"""Bytes of Xen's console that it keeps (conring_size)."""
_KERNEL_SAYS = {
    "nmi": (
        "Uhhuh. NMI received for unknown reason 00 on CPU {vcpu}.",
        "Dazed and confused, but trying to continue",
    ),
    "sleep": ("PM: suspend entry (deep)", "ACPI: PM: Preparing to enter system sleep state S3"),
    "s3resume": ("ACPI: PM: Waking up from system sleep state S3", "PM: suspend exit"),
}
_SYSRQ = {
    "b": "Resetting",
    "c": "Trigger a crash",
    "e": "Terminate All Tasks",
    "f": "Manual OOM execution",
    "i": "Kill All Tasks",
    "l": "Show backtrace of all active CPUs",
    "m": "Show Memory",
    "o": "Power Off",
    "p": "Show Regs",
    "s": "Emergency Sync",
    "t": "Show State",
    "u": "Emergency Remount R/O",
    "w": "Show Blocked State",
}
_SYSRQ_HELP = (
    "HELP : loglevel(0-9) reboot(b) crash(c) terminate-all-tasks(e) memory-full-oom-kill(f) kill-all-tasks(i) "
    "show-backtrace-all-active-cpus(l) show-memory-usage(m) poweroff(o) show-registers(p) sync(s) "
    "show-task-states(t) unmount(u) show-blocked-tasks(w)"
)
_STOPS = {"b": life.REBOOT, "o": life.POWEROFF}


class SimSignals:
    """See the protocol Signals."""

    def __init__(self, host: Facets) -> None:
        self.store = host.store
        self.db = host.db

    def trigger(self, domid: int, name: str, vcpu: int) -> None:
        """What Xen on x86 does: NMIs to all, buttons of the ACPI to HVM guests; it has no reset and no init."""
        if name == "unknown":  # libxl refuses it by itself
            raise _failed(domid, name, errno.EINVAL)
        with self.store.change() as now:
            row = self._known(domid, name)
            if name == "s3resume":
                _refuse_resume(row)
            elif number := _refusal(self.db, row, name, vcpu):
                raise _failed(domid, name, number)
            events.note(self.db, row, "signalled", name)
            if row["type"] == "pvh" and name != "nmi":
                return
            if name == "power":
                life.ask(self.db, domid, now, life.POWEROFF)
            elif _hears(row):
                self._say(row, now, (line.format(vcpu=vcpu) for line in _KERNEL_SAYS[name]))

    def _known(self, domid: int, name: str) -> sqlite3.Row:
        try:
            return rows.domain(self.db, domid)
        except UnknownDomain:
            if name == "s3resume":
                raise
            raise _failed(domid, name, errno.ESRCH) from None

    def _say(self, row: sqlite3.Row, now: float, lines: Iterable[str]) -> None:
        at = life.soonest(row, now)
        life.write(self.db, row["domid"], (Line(at, stamped(at, line)) for line in lines))

    def sysrq(self, domid: int, letter: str) -> None:
        """A guest with PV drivers hears it, as Linux would; of a domain that is not there nobody complains."""
        with self.store.change() as now:
            row = self.db.execute("SELECT * FROM domain WHERE domid = ?", (domid,)).fetchone()
            if row is None:
                return
            events.note(self.db, row, "signalled", f"sysrq {letter}")
            if row["pv_drivers"] and _hears(row):
                self._say(row, now, [f"sysrq: {_SYSRQ.get(letter, _SYSRQ_HELP)}"])
                self._carry_out(row, now, letter)

    def _carry_out(self, row: sqlite3.Row, now: float, letter: str) -> None:
        at = life.soonest(row, now)
        if letter == "c":
            life.end(self.db, row, crashing(at), life.CRASH)
        elif letter in _STOPS:
            life.end(self.db, row, (Line(at + 0.1, ""),), _STOPS[letter])

    def debug_keys(self, keys: str) -> None:
        """Xen writes its answers on its console."""
        from xlpy.executors.sim.debugkeys import answers

        with self.store.change() as now:
            lines = [line for key in keys for line in answers(self.db, key, now)]
            self.db.executemany("INSERT INTO message (text) VALUES (?)", [(f"(XEN) {line}\n",) for line in lines])

    def dmesg(self, *, clear: bool = False) -> str:
        """What Xen wrote at its start and since, or the end of it."""
        from xlpy.executors.sim.debugkeys import boot_lines

        with self.store.change():
            text = ""
            if self.db.execute("SELECT unread FROM host").fetchone()[0]:
                text = "".join(f"(XEN) {line}\n" for line in boot_lines(rows.facts(self.db)))
            text += "".join(row[0] for row in self.db.execute("SELECT text FROM message ORDER BY seq"))
            if clear:
                self.db.execute("DELETE FROM message")
                self.db.execute("UPDATE host SET unread = 0")
        return text[-_BUFFER:]

    def monitor(self, domid: int, command: str) -> str:
        """The monitor of a domain that has a device model."""
        from xlpy.executors.sim.qemu import answer

        with self.store.look():
            row = rows.domain(self.db, domid)
        if domid == 0 or not row["device_model"]:
            place = "libxl_qmp.c:qmp_ev_lock_aquired"
            socket = f"/var/run/xen/qmp-libxl-{domid}"
            text = f"Domain {domid}:Failed to connect to QMP socket {socket}: No such file or directory"
            raise LibxlError(LibxlMessage(place=place, lines=(1334, 1334), text=text))
        return answer(command, row)


def _hears(row: sqlite3.Row) -> bool:
    """Whether a kernel runs that reacts."""
    return row["domid"] != 0 and row["shutdown"] is None and not behaviour.goes_down(row)


def _refusal(db: sqlite3.Connection, row: sqlite3.Row, name: str, vcpu: int) -> int:
    """Why Xen does not take a trigger, as errno; 0 where it does."""
    if not db.execute("SELECT 1 FROM vcpu WHERE domid = ? AND vcpu = ?", (row["domid"], vcpu)).fetchone():
        return errno.ESRCH
    if name in ("reset", "init"):
        return errno.ENOSYS
    return errno.EINVAL if name != "nmi" and row["type"] == "pv" else 0


def _refuse_resume(row: sqlite3.Row) -> None:
    if row["type"] != "hvm":
        text = f"Domain {row['domid']}:Send trigger 's3resume' failed, rc=-6"
        place = "libxl_domain.c:domain_s3_resume_done"
        raise LibxlError(LibxlMessage(place=place, lines=(2162, 2164), text=text), rc=-6)


def _failed(domid: int, name: str, number: int) -> LibxlError:
    text = f"Domain {domid}:Send trigger '{name}' failed: {os.strerror(number)}"
    place = "libxl_domain.c:libxl_send_trigger"
    return LibxlError(LibxlMessage(place=place, lines=(2207, 2209), text=text))
