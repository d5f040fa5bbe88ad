"""Worker processes: chunks of paths go out, bytes come back in the order of the chunks.

Each worker has two pipes. It is given its next chunk before it has finished one, so that it need not wait, and no
more: what is on its way is bounded, whatever the number of files. A worker that dies is found out by the end of its
pipe; of its chunk each file is then read by a process of its own, so that only the file is lost that kills it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import struct
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import NoReturn

    Work = Callable[[bytes], bytes]

_LENGTH = struct.Struct("<Q")
_READ = 1 << 16
_AHEAD = 1 << 14
"""The longest message that is sent to a worker that is busy: the pipe holds two of them, so nobody waits for it."""
_WINDOW = 4
"""How many chunks for each worker may be out or done, while the first of them is not."""
_FAILED = 70


class _Worker:
    """A process that does one chunk after the other."""

    def __init__(self, work: Work, others: list[_Worker]) -> None:
        """OTHERS are the workers that there are, whose pipes this one must not hold open. Raises OSError."""
        theirs, self.to = os.pipe()
        self.back, ours = os.pipe()
        self.chunks: deque[int] = deque()
        self._read = bytearray()
        self.pid = os.fork()
        if self.pid == 0:
            _child(work, theirs, ours, [self.to, self.back, *(end for one in others for end in (one.to, one.back))])
        os.close(theirs)
        os.close(ours)

    def send(self, number: int, message: bytes) -> None:
        """Give it a chunk."""
        self.chunks.append(number)
        with contextlib.suppress(BrokenPipeError):  # it is dead, which its other pipe will tell
            _write(self.to, message)

    def received(self) -> Iterator[tuple[int, bytes]]:
        """The chunks that are done, after something came; EOFError where the worker is dead."""
        data = os.read(self.back, _READ)
        if not data:
            raise EOFError
        self._read += data
        while len(self._read) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._read)
            end = _LENGTH.size + length
            if len(self._read) < end:
                break
            yield self.chunks.popleft(), bytes(self._read[_LENGTH.size : end])
            del self._read[:end]

    def end(self) -> int:
        """Kill it, if it is not dead; gives its exit status, below zero for a signal."""
        os.close(self.to)
        os.close(self.back)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class _Crew:
    """The workers of a run, and where each chunk is."""

    def __init__(self, work: Work, jobs: int) -> None:
        self._work = work
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._out: dict[int, bytes] = {}
        self._done: dict[int, bytes | None] = {}

    def run(self, chunks: Iterator[bytes]) -> Iterator[bytes | None]:
        """The results of the chunks in their order; None for one that a worker died of."""
        numbered = enumerate(chunks)
        first = 0
        while True:
            self._hand_out(numbered)
            if first in self._done:
                yield self._done.pop(first)
                first += 1
            elif self._out:
                self._wait()
            else:
                return

    def end(self) -> None:
        """Kill all workers."""
        while self._workers:
            self._workers.pop().end()

    def _hand_out(self, numbered: Iterator[tuple[int, bytes]]) -> None:
        """Give chunks to the workers, as far as they can do with more."""
        while self._waiting or len(self._out) + len(self._done) < _WINDOW * self._jobs:
            chunk = self._waiting.popleft() if self._waiting else next(numbered, None)
            if chunk is None:
                return
            worker = self._free(len(chunk[1]))
            if worker is None and self._workers:
                self._waiting.appendleft(chunk)
                return
            number, message = chunk
            if worker is None:
                self._done[number] = self._work(message)
            else:
                self._out[number] = message
                worker.send(number, message)

    def _free(self, length: int) -> _Worker | None:
        """A worker for a message of this length; None where there is none, or no process can be had."""
        idle = next((worker for worker in self._workers if not worker.chunks), None)
        if idle is None and len(self._workers) < self._jobs:
            try:
                self._workers.append(_Worker(self._work, self._workers))
            except OSError:
                self._jobs = max(1, len(self._workers))
            else:
                return self._workers[-1]
        if idle is None and length <= _AHEAD:
            return next((worker for worker in self._workers if len(worker.chunks) == 1), None)
        return idle

    def _wait(self) -> None:
        """Wait for results, and take what came."""
        poll = select.poll()
        by_pipe = {worker.back: worker for worker in self._workers}
        for pipe in by_pipe:
            poll.register(pipe, select.POLLIN)
        for pipe, _ in poll.poll():
            try:
                for number, result in by_pipe[pipe].received():
                    self._done[number] = result
                    del self._out[number]
            except EOFError:
                self._bury(by_pipe[pipe])

    def _bury(self, worker: _Worker) -> None:
        """Note the chunk that a worker died of, and let others do those that it had not begun."""
        self._workers.remove(worker)
        worker.end()
        if worker.chunks:
            number = worker.chunks.popleft()
            del self._out[number]
            self._done[number] = None
        self._waiting.extend((number, self._out.pop(number)) for number in worker.chunks)


def spread(work: Work, chunks: Iterator[bytes], jobs: int) -> Generator[bytes | None, None, None]:
    """What WORK gives for each of the chunks, in their order, out of so many processes; None where one died of it.

    All processes are gone when the iterator is closed.
    """
    crew = _Crew(work, jobs)
    try:
        yield from crew.run(chunks)
    finally:
        crew.end()


def alone(work: Work, message: bytes) -> bytes | str:
    """What WORK gives for one chunk, out of a process of its own; or what that died of. Raises OSError."""
    worker = _Worker(work, [])
    try:
        worker.send(0, message)
        results: list[tuple[int, bytes]] = []
        with contextlib.suppress(EOFError):
            while not results:
                results = list(worker.received())
    finally:
        status = worker.end()
    return results[0][1] if results else _died_of(status)


def _died_of(status: int) -> str:
    what = f"signal {-status}" if status < 0 else f"status {status}"
    memory = ": there may be too little memory" if status == -signal.SIGKILL else ""
    return f"the process that linted it ended by {what}{memory}"


def _child(work: Work, source: int, sink: int, others: list[int]) -> NoReturn:
    """The life of a worker: it ends when there is nothing more to read, as its parent is done or dead."""
    status = _FAILED
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells when to end
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for end in others:
            os.close(end)
        gc.freeze()
        while (message := _receive(source)) is not None:
            _write(sink, work(message))
        status = 0
    except Exception:
        if os.environ.get("XLPY_DEBUG"):
            import traceback

            traceback.print_exc()
    finally:
        os._exit(status)


def _write(pipe: int, message: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _receive(pipe: int) -> bytes | None:
    """The next message; None where there is none to come."""
    head = _exactly(pipe, _LENGTH.size)
    return None if head is None else _exactly(pipe, _LENGTH.unpack(head)[0])


def _exactly(pipe: int, length: int) -> bytes | None:
    data = bytearray()
    while len(data) < length:
        more = os.read(pipe, min(length - len(data), _READ))
        if not more:
            return None
        data += more
    return bytes(data)
