"""The console of a simulated guest: its output by time, and what typed lines do."""

from __future__ import annotations

from xlpy.executors.sim import behaviour, guest, life, rows, shell
from xlpy.executors.sim.guest import Line
from xlpy.xenstore import CONNECTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from xlpy.executors.sim.store import Store

_STOPPING = {"poweroff": life.POWEROFF, "reboot": life.REBOOT}
_ENTER, _ERASE, _CTRL_C, _CTRL_D = "\r\n", "\b\x7f", "\x03", "\x04"
_LONGEST = 4096


class SimConsole:
    """One reader of a console, who starts with all that was written so far."""

    def __init__(self, store: Store, domid: int, tty: str) -> None:
        """TTY is pv or serial; a guest has the same shell on both."""
        self.store = store
        self.domid = domid
        self.tty = tty
        self._seen = (-1.0, 0)

    def read(self) -> str | None:
        """What is new; None when the domain is gone and all is read."""
        with self.store.look() as now:
            row = self.store.db.execute("SELECT * FROM domain WHERE domid = ?", (self.domid,)).fetchone()
            found = self.store.db.execute(
                "SELECT at, seq, text FROM console WHERE domid = ? AND (at, seq) > (?, ?) AND at <= ?"
                " AND tty IN ('', ?) ORDER BY at, seq",
                (self.domid, *self._seen, float("inf") if row is None else rows.guest_time(row, now), self.tty),
            ).fetchall()
        if found:
            self._seen = (found[-1]["at"], found[-1]["seq"])
        elif row is None:
            return None
        return "".join(rows.text(line["text"]) for line in found)

    def write(self, text: str) -> None:
        """Type. A guest that is still booting or paused takes it when it can; one that goes down does not."""
        with self.store.change() as now:
            row = self.store.db.execute("SELECT * FROM domain WHERE domid = ?", (self.domid,)).fetchone()
            if row is not None and row["shutdown"] is None and _reads(row):
                _Terminal(self.store.db, row, now).take(text)


def _reads(row: sqlite3.Row) -> bool:
    return not behaviour.goes_down(row) and not behaviour.has(row["behaviour"], "silent")


class _Terminal:
    """The guest's side: echo, line editing, login and shell."""

    def __init__(self, db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
        self.db = db
        self.row = row
        self.name = rows.text(row["name"])
        self.now = now
        self.session, self.typed = rows.text(row["session"]), rows.text(row["typed"])
        self.variables: Mapping[str, str] = _variables(row)
        self.at = life.soonest(row, now)
        self.output: list[str] = []
        self.stopping = False

    def take(self, text: str) -> None:
        """Every character, and what it brings about."""
        last = ""
        for character in text:
            if not self.stopping and not (last == "\r" and character == "\n"):
                self._character(character)
            last = character
        self._flush()
        self.db.execute(
            "UPDATE domain SET session = ?, typed = ?, variables = ? WHERE domid = ?",
            (rows.bind(self.session), rows.bind(self.typed), _kept(self.variables), self.row["domid"]),
        )

    def _character(self, character: str) -> None:
        if character in _ENTER:
            self.output.append("\n")
            line, self.typed = self.typed.strip(), ""
            self._line(line)
        elif character in _ERASE:
            if self.typed:
                self.typed = self.typed[:-1]
                self.output.append("\b \b")
        elif character == _CTRL_C:
            self.typed = ""
            self.output.append(f"^C\n{self._prompt()}")
        elif character == _CTRL_D:
            if self.session and not self.typed:
                self._leave()
        elif character.isprintable() and len(self.typed) < _LONGEST:
            self.typed += character
            self.output.append(character)

    def _line(self, line: str) -> None:
        if not self.session:
            self.session = line[:64]
            self.output.append(self._prompt())
        elif line in ("exit", "logout"):
            self._leave()
        elif line in _STOPPING:
            self._stop(guest.going_down(self.name, self.at, _STOPPING[line]), _STOPPING[line])
        elif line == "crash":
            self._stop(guest.crashing(self.at), life.CRASH)
        else:
            self.output.append((self._answer(line) if line else "") + self._prompt())

    def _answer(self, line: str) -> str:
        changed = shell.assigned(line, self.variables)
        if changed is None:
            return shell.answer(line, self._shell())
        self.variables = changed
        return ""

    def _prompt(self) -> str:
        return shell.prompt(self.name) if self.session else guest.login(self.name)

    def _leave(self) -> None:
        self.session, self.variables = "", {}
        self.output.append(f"logout\n\n{self._prompt()}")

    def _stop(self, lines: tuple[Line, ...], reason: int) -> None:
        self.stopping = True
        self._flush()
        life.end(self.db, self.row, lines, reason)

    def _flush(self) -> None:
        if self.output:
            life.write(self.db, self.row["domid"], (Line(self.at, "".join(self.output)),))
            self.output = []

    def _shell(self) -> shell.Shell:
        from xlpy.executors.sim import nodes, wires

        config, most = nodes.config_of(self.row), nodes.vcpus_of(self.db)
        found = wires.read(self.db, self.row["domid"])
        there = [one for one in found if wires.states(one, self.row, self.now)[0] == CONNECTED]
        disks = {
            str(getattr(one.record, "vdev", "")): wires.link_of(one, self.row, most.get(one.backend, 1)).sectors
            for one in there
            if one.kind == "disk"
        }
        return shell.Shell(
            name=self.name,
            cmdline=config.b_info.cmdline or "",
            memory_kib=self.row["memory_kib"],
            uptime=self.at,
            disks=disks,
            cards=sum(one.kind == "vif" for one in there),
            variables=self.variables,
        )


def _variables(row: sqlite3.Row) -> Mapping[str, str]:
    import json

    try:
        found = json.loads(rows.text(row["variables"]) or "{}")
    except ValueError:
        found = None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _kept(variables: Mapping[str, str]) -> str:
    import json

    return json.dumps(dict(variables)) if variables else ""
