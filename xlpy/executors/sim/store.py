"""The file of a simulated host: opening it, transactions, time."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager

from xlpy.executors import Failure
from xlpy.executors.sim.schema import APPLICATION_ID, MIGRATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BUSY_SECONDS = 30


class Store:
    """One connection to the file. Times are ages of the host: they never go back, whatever the clock does."""

    def __init__(
        self, path: str, clock: Callable[[], float], first: Callable[[sqlite3.Connection, float], None]
    ) -> None:
        """Open PATH; FIRST fills a new one."""
        self.path = path
        self.clock = clock
        with self._failures():
            self.db = _connect(path)
            self._prepare(first)

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    @contextmanager
    def look(self) -> Iterator[float]:
        """A consistent view, with its time. What time brought since the last look is settled before."""
        with self._failures():
            self.db.execute("BEGIN")
            try:
                now = self._now()
                if not self._settled(now):
                    self.db.execute("ROLLBACK")
                    with self._change() as now:
                        pass
                    self.db.execute("BEGIN")
                yield now
            finally:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")

    @contextmanager
    def change(self, *, faulty: bool = True) -> Iterator[float]:
        """A change, with its time: whole and on the disk when this ends, or not at all.

        One that is not FAULTY is made also where a fault forbids the writing of changes.
        """
        with self._failures(), self._change() as now:
            yield now
            if faulty and self.db.execute("SELECT 1 FROM fault").fetchone():
                self._meet_faults()

    def _meet_faults(self) -> None:
        """Rolls everything back where a fault strikes, as when the disk fails."""
        from xlpy.executors.sim import faults

        try:
            faults.check(self.db, "store:write")
        except faults.Struck as struck:
            self.db.execute("ROLLBACK")
            faults.finish(self, struck)
            raise Failure(
                f"{self.path}: {_words(OSError(0, 'disk I/O error'))}", advice=struck.failure.advice
            ) from None

    @contextmanager
    def _change(self) -> Iterator[float]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            now = self._now()
            self.db.execute("UPDATE host SET time = ?, wall = ?, moment = ?", (now, self.clock(), now))
            if not self._settled(now):
                from xlpy.executors.sim.life import settle

                settle(self.db, now)
            yield now
            if self.db.execute("SELECT 1 FROM stirred").fetchone():
                from xlpy.executors.sim import shares

                shares.settle(self.db, now)
            self.db.execute("COMMIT")
            if self.db.execute("SELECT 1 FROM told").fetchone():
                from xlpy.executors.sim.watcher import flush

                flush(self.db, self.path)
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def _now(self) -> float:
        age, wall = self.db.execute("SELECT time, wall FROM host").fetchone()
        return float(age + max(0.0, self.clock() - wall))

    def _settled(self, now: float) -> bool:
        """Whether nothing is due, no balloon moves, and the clock did not go back."""
        due = "EXISTS (SELECT 1 FROM domain WHERE wake <= ?)"
        moves = "EXISTS (SELECT 1 FROM domain WHERE moves AND moves = 1 AND since IS NOT NULL)"
        row = self.db.execute(f"SELECT {due} OR {moves} OR wall > ? FROM host", (now, self.clock())).fetchone()
        return not row[0]

    def _prepare(self, first: Callable[[sqlite3.Connection, float], None]) -> None:
        """Bring the schema to this version."""
        application, version = (
            self.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if application == APPLICATION_ID and version == len(MIGRATIONS):
            return
        if version > len(MIGRATIONS):
            raise Failure(
                f"{self.path}: version {version} of a simulated host; this xlpy knows up to {len(MIGRATIONS)}",
                advice="use the newer xlpy that wrote it, or another host: sim:///PATH",
            )
        _use_wal(self.db)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            self._migrate(first)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def reset(self, first: Callable[[sqlite3.Connection, float], None]) -> None:
        """Forget everything and begin with the first day again: whole, or not at all."""
        with self._failures():
            self.db.execute("PRAGMA foreign_keys = OFF")  # SQLite would delete row by row
            self.db.execute("BEGIN IMMEDIATE")
            try:
                for kind, name in self.db.execute(_OWN_TABLES).fetchall():
                    self.db.execute(f"DROP {kind} {name}")
                self.db.execute("DELETE FROM sqlite_sequence")
                self.db.execute("PRAGMA user_version = 0")
                self._migrate(first)
                self.db.execute("COMMIT")
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            finally:
                self.db.execute("PRAGMA foreign_keys = ON")

    def _migrate(self, first: Callable[[sqlite3.Connection, float], None]) -> None:
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and self.db.execute("SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchone():
            raise Failure(f"{self.path}: a database, but not a simulated host", advice=_OTHER)
        known = self.db.execute("SELECT 1 FROM sqlite_master WHERE name = 'device'").fetchone()
        for migration in MIGRATIONS[version:]:
            for statement in _statements(migration):
                self.db.execute(statement)
        self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        if version == 0:
            first(self.db, self.clock())
        if not self.db.execute("SELECT 1 FROM pool").fetchone():
            from xlpy.executors.sim import machine, shares

            machine.furnish(self.db)
            shares.settle(self.db, self._now())
        if version and not known:
            from xlpy.executors.sim import attaching

            attaching.adopt(self.db)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise Failure(f"{self.path}: {_words(error)}", advice=_advice(error)) from error


_OWN_TABLES = (
    "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'table') AND name NOT LIKE 'sqlite_%'"
    " ORDER BY type DESC"
)
_OTHER = "move it away, or name another host: sim:///PATH, or XLPY_STATE_DIR"


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; those inside a trigger are part of it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _words(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) else str(error)
    return f"the simulated host cannot be used: {text}"


def _advice(error: Exception) -> str:
    """The way out of what SQLite or the system said."""
    text = str(error)
    if "locked" in text:
        return f"another process has held it for {_BUSY_SECONDS} s; try again"
    if any(words in text for words in ("malformed", "not a database", "no such table", "no such column")):
        return _OTHER
    if "full" in text:
        return "make room on the disk"
    return "check who owns it and its directory, or name another host: sim:///PATH, or XLPY_STATE_DIR"


def _connect(path: str) -> sqlite3.Connection:
    # Closing a descriptor of the file would end the locks of this process's other connections to it.
    if path != ":memory:" and not (os.path.isfile(path) and os.access(path, os.R_OK | os.W_OK)):  # noqa: PTH113 - pathlib is slow
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """SQLite does not wait for others here, so this does."""
    for attempt in range(100):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.05)
