"""What waits until all files are linted: reports in a file without a name, claims in a database without one.

Both are gone when the process is, whatever ends it, and neither grows the memory with the number of files.
"""

from __future__ import annotations

import marshal
import sqlite3
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from xlpy.cli.linting.packed import Packed, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_IN_MEMORY = 1 << 22
"""How many bytes of reports are kept before they go to a file."""
_CLASHES = """
INSERT INTO clash
SELECT hash, MIN(file) AS first, MIN(CASE WHEN NOT shared THEN file END) AS alone
FROM claim GROUP BY hash HAVING first < MAX(file) AND alone NOT NULL
"""
_CLASHING = """
SELECT file, claim.hash, CASE WHEN shared THEN alone ELSE first END AS other
FROM claim JOIN clash ON clash.hash = claim.hash WHERE other < file ORDER BY claim.rowid
"""


class Clash(NamedTuple):
    """A claim of a file that an earlier file makes too, where not both share it; files by number."""

    file: int
    hash: int
    other: int


class Claims:
    """What all files take."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE claim (hash INTEGER, shared INTEGER, file INTEGER)")
        self._database.execute("CREATE TABLE clash (hash INTEGER PRIMARY KEY, first INTEGER, alone INTEGER)")
        self._database.execute("BEGIN")

    def add(self, first: int, chunk: list[Packed]) -> None:
        """Take in the claims of files, of which FIRST is the number of the first."""
        rows = [
            (number >> 1, number & 1, file)
            for file, packed in enumerate(chunk, first)
            if packed.body
            for number in numbers(packed.body)
        ]
        self._database.executemany("INSERT INTO claim VALUES (?, ?, ?)", rows)

    def clashes(self) -> Iterator[Clash]:
        """All clashes, by file; once everything is in."""
        self._database.execute(_CLASHES)
        if self._database.execute("SELECT EXISTS (SELECT * FROM clash)").fetchone()[0]:
            yield from map(Clash._make, self._database.execute(_CLASHING))


class Reports:
    """What linting gave, file by file."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._chunks: list[bytes] = []
        self._places = array("Q", [0])
        self._firsts = array("Q", [0])
        self._last = (-1, list[Packed]())

    def __len__(self) -> int:
        return self._firsts[-1]

    def add(self, chunk: list[Packed]) -> None:
        """Keep some more."""
        data = marshal.dumps([tuple(one) for one in chunk])
        self._places.append(self._places[-1] + len(data))
        self._firsts.append(self._firsts[-1] + len(chunk))
        if self._file is None:
            self._chunks.append(data)
            if self._places[-1] > _IN_MEMORY:
                self._spill()
        else:
            self._file.write(data)

    def _spill(self) -> None:
        from tempfile import TemporaryFile

        self._file = TemporaryFile()  # noqa: SIM115 - it is wanted as long as this is
        self._file.writelines(self._chunks)
        self._chunks.clear()

    def __iter__(self) -> Iterator[Packed]:
        for number in range(len(self._firsts) - 1):
            yield from self._chunk(number)

    def __getitem__(self, file: int) -> Packed:
        number = bisect_right(self._firsts, file) - 1
        if self._last[0] != number:
            self._last = number, self._chunk(number)
        return self._last[1][file - self._firsts[number]]

    def _chunk(self, number: int) -> list[Packed]:
        if self._file is None:
            data = self._chunks[number]
        else:
            start, end = self._places[number : number + 2]
            self._file.seek(start)
            data = self._file.read(end - start)
        return [Packed(*one) for one in marshal.loads(data)]
