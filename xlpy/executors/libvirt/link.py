"""A connection to libvirt that never hangs for ever: one thread uses it, and whoever asks waits only so long."""

from __future__ import annotations

import atexit
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from xlpy.executors.libvirt import binding, errors

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LIMIT = 120.0
"""How long a call may take, in seconds: libxl waits 60 for a guest that is asked to shut down."""
_LIMIT_OF_SSH = 60.0
"""For opening a connection where ssh may ask for a password."""
_LIMIT_OF_OPENING = 20.0
_LIMIT_OF_CLOSING = 1.0
_SIGN_OF_LIFE, _MISSED = 5, 3
"""Every so many seconds the other end is asked for a sign of life; so many may be missed."""


class Job:
    """Work for the thread of a link, which may come to its end later than anybody waits, or never."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._value: Any = None
        self._error: Exception | None = None
        self._done = Event()

    def do(self) -> None:
        """In the thread."""
        try:
            self._value = self._work()
        except Exception as error:
            self._error = error
        self._done.set()

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""
        return self._done.is_set()

    def wait(self, limit: float) -> Any:
        """What it gives or raises; TimeoutError when it takes longer. Ctrl-C ends the waiting, not the work."""
        if not self._done.wait(limit):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._value


class Link:
    """A connection. Failures come translated; see errors.TABLE."""

    def __init__(self, uri: str) -> None:
        """Connect; Failure where that is not possible, or takes too long."""
        self.uri = uri
        self.api = binding.load()
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._last: Job | None = None
        self._goodbyes: list[Callable[[Any], object]] = []
        Thread(target=self._work, daemon=True).start()
        self._connection = self._await(
            self.start(self._open), _LIMIT_OF_SSH if "+ssh" in uri else _LIMIT_OF_OPENING, errors.OPENING
        )
        atexit.register(self.close)

    def call(self, work: Callable[[Any], T], limit: float = LIMIT, stage: str = errors.LATER) -> T:
        """What WORK makes of the connection; STAGE says what its failures mean."""
        result: T = self._await(self.begin(work), limit, stage)
        return result

    def start(self, work: Callable[[], Any]) -> Job:
        """Let the thread begin with something, when it is done with all before."""
        self._last = job = Job(work)
        self._jobs.put(job)
        return job

    def begin(self, work: Callable[[Any], Any]) -> Job:
        """The same with the connection."""
        return self.start(lambda: work(self._connection))

    def finish(self, job: Job, limit: float) -> Any:
        """Wait for a domain that is being built."""
        return self._await(job, limit, errors.BUILDING)

    def before_closing(self, work: Callable[[Any], object]) -> None:
        """What has to be taken back first; what is left registered keeps the connection open."""
        self._goodbyes.append(work)

    def close(self) -> None:
        """Say goodbye, if nothing is under way; libvirt's daemon notes as an error who does not."""
        atexit.unregister(self.close)
        if self._last is None or self._last.done:
            with suppress(Exception):
                self.start(self._leave).wait(_LIMIT_OF_CLOSING)

    def _leave(self) -> None:
        while self._goodbyes:
            self._goodbyes.pop()(self._connection)
        self._connection.close()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            job.do()
            del job  # what it holds is let go before the next one

    def _open(self) -> Any:
        connection = self.api.open(self.uri)
        with suppress(self.api.libvirtError):  # what has no other end needs none
            connection.setKeepAlive(_SIGN_OF_LIFE, _MISSED)
        return connection

    def _await(self, job: Job, limit: float, stage: str) -> Any:
        try:
            return job.wait(limit)
        except TimeoutError:
            raise errors.timeout(self.uri, limit) from None
        except UnicodeEncodeError:
            raise errors.not_text(self.uri) from None
        except self.api.libvirtError as error:
            raise errors.failure(error, self.uri, stage=stage) from None
