"""A cache of reports by what was linted: one SQLite file, which may be deleted at any time.

A key is made of all that a report depends on: the sources of xlpy, the settings, the path and the bytes of the file.
Many processes may share the file. Where it cannot be read or written, or is damaged, linting goes on without it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from xlpy.cli.files.plainfile import read_plain
from xlpy.cli.linting.packed import is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlpy.lint.settings import LintSettings

    T = TypeVar("T")

NAME = "reports.db"
MOST_BYTES = 200 << 20
FORM = 1
"""Of what is kept; another one makes other keys."""
_WAIT = 5.0
"""How many seconds to wait for a process that writes."""
_AT_ONCE = 500
"""How many reports are written at a time."""
_ID = 8
"""How many bytes of a key SQLite finds a report by; the others stand in front of its body."""
_TABLE = "CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, born INTEGER NOT NULL, body BLOB NOT NULL)"
_MEDIAN = "SELECT born FROM report ORDER BY born LIMIT 1 OFFSET (SELECT COUNT(*) / 2 FROM report)"
_PAGES = ("page_count", "freelist_count", "page_size")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
_SETTINGS = ("journal_mode = WAL", "synchronous = OFF", f"journal_size_limit = {16 << 20}")
_NOT_LINTING = ("cli", "executors", "lsp", "render")
"""Packages that no report depends on."""


def default_folder() -> Path | None:
    """Where it is: $XLPY_CACHE_DIR, else xlpy/lint in $XDG_CACHE_HOME or ~/.cache; None where there is no home."""
    if folder := os.environ.get("XLPY_CACHE_DIR"):
        return Path(folder)
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return Path(base if base.startswith("/") else Path.home() / ".cache", "xlpy", "lint")
    except RuntimeError:
        return None


def _fingerprint() -> bytes:
    """A digest of the sources that linting depends on; OSError where they cannot be read."""
    import xlpy

    (package,) = xlpy.__path__
    digest = blake2b(f"{FORM} {sys.version_info}".encode(), digest_size=32)
    for folder, inner, names in os.walk(package):
        inner[:] = sorted(name for name in inner if folder != package or name not in _NOT_LINTING)
        for name in sorted(name for name in names if name.endswith(".py")):
            source = read_plain(f"{folder}/{name}")
            digest.update(f"\0{folder[len(package) :]}/{name}\0{len(source)}\0".encode())
            digest.update(source)
    return digest.digest()


class Cache:
    """The reports of one folder, for the settings of one run; a process that is forked gets a connection of its own."""

    def __init__(self, folder: Path, settings: LintSettings) -> None:
        """Nothing is opened before it is needed; OSError where the sources of xlpy cannot be read."""
        self._file = folder / NAME
        self._base = blake2b(repr(settings).encode("utf-8", "backslashreplace"), digest_size=16, key=_fingerprint())
        self._off = False
        self._owner = 0
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection | None] = []
        self._new: list[tuple[int, int, bytes]] = []

    def key(self, path: str, data: bytes) -> bytes:
        """What the report of a file is kept under."""
        digest = self._base.copy()
        digest.update(f"\0{path}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
        return digest.digest()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The bodies of those reports that are there and whole."""
        by_id = {_id(key): key for key in keys}
        query = f"SELECT id, body FROM report WHERE id IN ({','.join('?' * len(by_id))})"
        found = self._try(lambda connection: connection.execute(query, tuple(by_id)).fetchall()) or ()
        return {by_id[id_]: body[_ID:] for id_, body in found if _fits(by_id[id_], body)}

    def put(self, key: bytes, body: bytes) -> None:
        """Keep a report; it is written with others, at the latest by `close`."""
        self._new.append((_id(key), time.time_ns(), key[_ID:] + body))
        if len(self._new) >= _AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what is left, and let go of the file."""
        self._write()
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    # ---- the file

    def _write(self) -> None:
        new, self._new = self._new, []
        if new:
            self._try(lambda connection: _insert(connection, new))

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do something with the file; None where there is none to be had, now and for the rest of the run.

        A damaged one is made anew.
        """
        for _ in range(2):
            if self._off:
                break
            try:
                return work(self._connected())
            except (sqlite3.Error, OSError) as error:
                self._off = not (isinstance(error, sqlite3.Error) and self._removed(error))
        return None

    def _connected(self) -> sqlite3.Connection:
        if self._owner != os.getpid():
            self._inherited.append(self._connection)  # to close it would let go of its owner's locks
            self._connection, self._owner, self._new = None, os.getpid(), []
        if self._connection is None:
            self._connection = _open(self._file)
        return self._connection

    def _removed(self, error: sqlite3.Error) -> bool:
        """Remove the file where the error says that it is damaged."""
        if error.sqlite_errorcode & 0xFF not in _DAMAGED:
            return False
        self._connection = None
        for end in ("", "-wal", "-shm"):
            Path(f"{self._file}{end}").unlink(missing_ok=True)
        return True


def _open(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(file, timeout=_WAIT, isolation_level=None)
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.execute(_TABLE)
    return connection


def _insert(connection: sqlite3.Connection, reports: list[tuple[int, int, bytes]]) -> None:
    """Write reports; where there are too many, the older half is thrown out."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany("INSERT OR REPLACE INTO report VALUES (?, ?, ?)", reports)
        if _size(connection) > MOST_BYTES:
            connection.execute(f"DELETE FROM report WHERE born <= ({_MEDIAN})")
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _size(connection: sqlite3.Connection) -> int:
    """How many bytes of the file are in use."""
    pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES)
    return int((pages - free) * size)


def _id(key: bytes) -> int:
    return int.from_bytes(key[:_ID], "little", signed=True)


def _fits(key: bytes, body: bytes) -> bool:
    """Whether what is kept belongs to a key, and is whole."""
    return isinstance(body, bytes) and body[:_ID] == key[_ID:] and is_whole(body[_ID:])
