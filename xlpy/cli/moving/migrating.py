"""The sender's end of a migration."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.cli.files.savefile import write_head
from xlpy.cli.moving import pipes
from xlpy.cli.moving.outgoing import config_of, tell, to_text
from xlpy.cli.moving.transport import Transport, make_rune
from xlpy.cli.say import say_failure, say_libxl, say_whole
from xlpy.cli.shared.domains import find_domid
from xlpy.executors import Failure, LibxlError
from xlpy.executors.saving import GUEST_TIMEDOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.executors.saving import Streams

STREAM = "migration stream"
AWAY = "--migratedaway"
_UNDEFINED = """\
** Migration failed during final handshake **
Domain state is now undefined !
Please CHECK AT BOTH ENDS for running instances, before renaming and
 resuming at most one instance.  Two simultaneous instances of the domain
 would probably result in SEVERE DATA LOSS and it is now your
 responsibility to avoid that.  Sorry.
"""


def migrate(call: Call, options: dict[str, str]) -> int:
    """Move the domain of the first word to the host of the second."""
    executor = call.executor()
    word, host = call.words[:2]
    domid = find_domid(executor, word)
    config = config_of(call, executor, domid, options.get("C"), keep_domid="D" in options)
    if executor.saving.own is not None:
        executor.saving.own.migrate(domid, host, config=config if "C" in options else None, paused="p" in options)
        return 0
    name = executor.find(str(domid)).name
    flags = "".join(f" -{letter}" for option, letter in (("e", "e"), ("\0debug", "d"), ("p", "p")) if option in options)
    transport = Transport(make_rune(call, host, options, flags), call.release)
    return _Sender(call, executor, domid, name, transport).run(to_text(call, config))


class _Sender:
    """One migration, step by step; each step that fails says what becomes of the domain here."""

    def __init__(self, call: Call, executor: Executor, domid: int, name: str, transport: Transport) -> None:
        self.call = call
        self.executor = executor
        self.domid = domid
        self.name = name
        self.transport = transport

    def run(self, config: str) -> int:
        """Gives the exit status."""
        streams = self.executor.saving.streams
        assert streams is not None
        self._greet(config)
        rc = self._send(streams)
        if rc == GUEST_TIMEDOUT:
            return self._failed("Migration failed, failed to suspend at sender.", resume=False)
        if rc or not self._acknowledged():
            return self._failed("Migration failed, resuming at sender.", resume=True)
        return self._hand_over()

    def _greet(self, config: str) -> None:
        """Wait for the other end, and send what stands before the state."""
        try:
            self._expect(pipes.BANNER, "banner")
            write_head(lambda data: pipes.say_to(self.transport.to, data), STREAM, config)
        except pipes.Broken:
            self.transport.hang_up()
            raise Leave(1) from None

    def _send(self, streams: Streams) -> int:
        """The state; gives libxl's error, 0 for none."""
        try:
            streams.send(self.domid, lambda data: pipes.write_all(self.transport.to, data), tell, live=True)
        except LibxlError as error:
            say_libxl(error, self.call.release)
            rc = error.rc
        except Failure as failure:
            say_failure(failure)
            rc = -3
        else:
            return 0
        say_whole(f"migration sender: libxl_domain_suspend failed (rc={rc})")
        return rc

    def _acknowledged(self) -> bool:
        """The other end has it all, and the name is free for its copy."""
        try:
            self._expect(pipes.READY, "ready message")
            _say("Target has acknowledged transfer.")
            self.executor.rename(self.domid, self.name + AWAY)
        except pipes.Broken:
            return False
        except Failure as failure:
            say_failure(failure)
            return False
        return True

    def _hand_over(self) -> int:
        """From here on only the other end may run the domain, unless it says that it does not."""
        _say("Giving target permission to start.")
        try:
            pipes.say_to(self.transport.to, pipes.GO)
            self._expect(pipes.REPORT, "success/failure report message")
            what = "success/failure status"
            status = pipes.read_up_to(self.transport.from_, 1, what, "migration ack stream", self.call.release)[0]
            if status:
                return self._take_back(status if status < 128 else status - 256)
        except pipes.Broken:
            sys.stderr.write(_UNDEFINED)
            self.transport.hang_up()
            return 1
        _say("Target reports successful startup.")
        self.executor.destroy(self.domid)
        say_whole("Migration successful.")
        return 0

    def _take_back(self, status: int) -> int:
        """The other end could not start its copy, and has destroyed it."""
        _say(f"Target reports startup failure (status code {status}).")
        self._expect(pipes.GO, "permission for sender to resume")
        _say("Trying to resume at our end.")
        self.executor.rename(self.domid, self.name)
        self.executor.saving.resume(self.domid)
        _say("Resumed OK.")
        say_whole("Migration failed due to problems at target.")
        return 1

    def _failed(self, message: str, *, resume: bool) -> int:
        self.transport.hang_up()
        say_whole(message)
        if resume:
            self.executor.saving.resume(self.domid)
        return 1

    def _expect(self, words: bytes, what: str) -> None:
        pipes.expect(self.transport.from_, words, what, self.call.release, self.transport.rune)


def _say(text: str) -> None:
    say_whole(f"migration sender: {text}")
