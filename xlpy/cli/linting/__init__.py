"""Linting many files: in several processes, by a cache, and compared with each other.

Paths are taken one by one, chunks of them go to workers (workers.py), which lint what the cache does not know
(linter.py, cache.py) and send reports back as bytes (packed.py). These wait in a file (spool.py) until all are there,
for only then is known which file takes what another one takes (comparing.py). Memory does not grow with the number
of files.
"""

from __future__ import annotations

import marshal
import os
from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING

from xlpy.cli.linting.linter import Linter
from xlpy.cli.linting.packed import Packed, unpack
from xlpy.executors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from xlpy.cli.linting.cache import Cache
    from xlpy.lint.report import Report
    from xlpy.lint.settings import LintSettings

_FIRST = 8
"""How many files are linted before other processes are thought of."""
_CHUNK = 32
_LONGEST = 4000
"""How many characters the paths of a chunk may have."""


def run(
    paths: Iterable[str],
    settings: LintSettings,
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[Report]:
    """Lint files (- is standard input); gives a report for each, in their order, once all are linted.

    JOBS is the number of processes (None: one for each core), CACHE the folder of the cache (None: no cache).
    ON_PROGRESS is told how many files are done. A file that cannot be read has a report that says why; raises Failure
    where there is no room for temporary files.
    """
    kept = _cache(cache, settings)
    try:
        with closing(_linted(iter(paths), Linter(settings, kept), jobs or cores())) as chunks:
            yield from _run(chunks, settings, kept, on_progress)
    finally:
        if kept is not None:
            kept.close()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def _cache(folder: Path | None, settings: LintSettings) -> Cache | None:
    """The cache; None where there is to be none, or what xlpy itself is made of cannot be read."""
    if folder is None:
        return None
    from xlpy.cli.linting.cache import Cache

    try:
        return Cache(folder, settings)
    except OSError:
        return None


def _run(
    chunks: Iterator[list[Packed]],
    settings: LintSettings,
    cache: Cache | None,
    on_progress: Callable[[int], None] | None,
) -> Iterator[Report]:
    head = next(chunks, [])
    second = next(chunks, None)
    if second is None and len(head) < 2:
        yield from map(unpack, _kept(head, cache))
        return
    from sqlite3 import Error

    from xlpy.cli.linting.comparing import compared
    from xlpy.cli.linting.spool import Claims, Reports

    reports, claims = Reports(), Claims()
    try:
        for chunk in chain([head], [second] if second else [], chunks):
            claims.add(len(reports), chunk)
            reports.add(_kept(chunk, cache))
            if on_progress is not None:
                on_progress(len(reports))
        yield from compared(reports, claims, settings.host)
    except Error as error:
        advice = f"lint: the files cannot be compared, as there is no room for what they take: {error} (see TMPDIR)"
        raise Failure(advice=advice) from None


def _kept(chunk: list[Packed], cache: Cache | None) -> list[Packed]:
    """The same, new ones put into the cache."""
    for packed in chunk:
        if cache is not None and packed.key:
            cache.put(packed.key, packed.body)
    return chunk


def _linted(paths: Iterator[str], linter: Linter, jobs: int) -> Generator[list[Packed], None, None]:
    """What linting gave, in chunks; the first few files here, so that workers find loaded what they need."""
    yield linter.lint(list(islice(paths, _FIRST)))
    chunks = _chunks(paths)
    if jobs == 1:
        yield from map(linter.lint, chunks)
        return
    second, third = next(chunks, None), next(chunks, None)
    if third is None:
        yield from map(linter.lint, [second] if second else [])
        return
    yield from _shared(chain([second or [], third], chunks), linter, jobs)


def _chunks(paths: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    length = 0
    for path in paths:
        chunk.append(path)
        length += len(path)
        if len(chunk) >= _CHUNK or length >= _LONGEST:
            yield chunk
            chunk, length = [], 0
    if chunk:
        yield chunk


def _shared(chunks: Iterable[list[str]], linter: Linter, jobs: int) -> Iterator[list[Packed]]:
    """What workers give for the chunks."""
    from collections import deque

    from xlpy.cli.linting.workers import spread

    def work(message: bytes) -> bytes:
        return marshal.dumps([tuple(one) for one in linter.lint(marshal.loads(message))])

    sent: deque[bytes] = deque()

    def messages() -> Iterator[bytes]:
        for chunk in chunks:
            sent.append(marshal.dumps(chunk))
            yield sent[-1]

    with closing(spread(work, messages(), jobs)) as results:
        for result in results:
            message = sent.popleft()
            yield _survivors(work, marshal.loads(message)) if result is None else _packed(result)


def _packed(result: bytes) -> list[Packed]:
    return [Packed(*one) for one in marshal.loads(result)]


def _survivors(work: Callable[[bytes], bytes], paths: list[str]) -> list[Packed]:
    """What each file of a chunk gives that a worker died of."""
    from xlpy.cli.linting.workers import alone

    found: list[Packed] = []
    for path in paths:
        result = alone(work, marshal.dumps([path]))
        found += [Packed(path, trouble=result)] if isinstance(result, str) else _packed(result)
    return found
