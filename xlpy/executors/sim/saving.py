"""Saving on the simulated host: the state of a domain as a stream, suspending, resuming, core dumps."""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager, suppress

from xlpy.executors import ERROR_FAIL, LibxlError, LibxlMessage, UnknownDomain, refusals
from xlpy.executors.saving import GUEST_TIMEDOUT, SaveFailed
from xlpy.executors.sim import behaviour, events, faults, frames, life, rows, state, stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import Any

    from xlpy.executors.sim.facets import Facets
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig

_INCOMING = "--incoming"
"""What xl puts behind the name of a domain that arrives, until it starts."""
_NO_LOGDIRTY = "Failed to enable logdirty: 95,22,0 (22 = Invalid argument)"
_NEEDS_SHADOW = "a PV guest moves while it runs only where Xen has shadow paging; save it and restore it there"
_NO_TABLES = "Bad mfn 0 for p2m frame list list"
"""What a PV guest writes down of its memory when it starts."""
_RUN_FIRST = "it has never run: unpause it first"
_KINDS = {"pv": "x86 PV"}
_SAVE_DONE = "libxl_stream_write.c:libxl__xc_domain_save_done"
_SUSPEND = "libxl_dom_suspend.c:suspend_common_wait_guest_check"


class SimSaving:
    """See the protocols Saving and Streams."""

    own = None

    def __init__(self, host: Facets) -> None:
        self.host = host
        self.store = host.store
        self.db = host.db

    @property
    def streams(self) -> SimSaving:
        """This host gives streams."""
        return self

    # ---- sending

    def send(self, domid: int, write: Callable[[bytes], None], tell: Callable[[str], None], *, live: bool) -> None:
        """Write the state; the guest is suspended before the end, or with `live` after most of it was sent."""
        row, facts = self._look(domid)
        tell(f"xc: info: Saving domain {domid}, type {_kind(row)}")
        sent: list[int] = []
        kind = "migrate" if live else "save"
        with _wire_fails(domid, GUEST_TIMEDOUT, "did not respond"):
            self._meet(f"{kind}:send", domid)
            if row["type"] == "pv" and rows.never_ran(row):
                write(stream.MAGIC)
                raise _no_answer(domid, stream.xc_error(_NO_TABLES), GUEST_TIMEDOUT, _RUN_FIRST, (0, "Success"))
            write(stream.MAGIC + stream.pack(stream.HEAD, {"type": row["type"], "xen": facts.xen_version}))
            if live and row["type"] == "pv" and not facts.shadow:
                raise _no_answer(domid, stream.xc_error(_NO_LOGDIRTY), GUEST_TIMEDOUT, _NEEDS_SHADOW)
            if live:
                sent = self._send_live(domid, row, write)
        total = frames.highest(row)
        how = f"live, frames by round: {' '.join(map(str, sent))}" if live else f"{total} frames"
        self._meet_suspend(f"{kind}:suspend", domid)
        guest = self._suspend(domid, how)
        with _wire_fails(domid, ERROR_FAIL, "responded"):
            self._meet(f"{kind}:state", domid)
            if not live:
                write(stream.pack(stream.FRAMES, {"round": 0, "frames": total}))
                for line in frames.progress(total):
                    tell(line)
            write(stream.pack(stream.GUEST, guest) + stream.pack(stream.END, {}))

    def _look(self, domid: int) -> tuple[sqlite3.Row, HostFacts]:
        """The domain, if it can be sent, and its host."""
        with self.store.look():
            row = rows.domain(self.db, domid)
            spare_dom0(domid)
            return row, rows.facts(self.db)

    def _send_live(self, domid: int, row: sqlite3.Row, write: Callable[[bytes], None]) -> list[int]:
        """The rounds while the guest runs; gives how many frames each had."""
        sent = []
        for number, count in enumerate(frames.rounds(row)):
            self._meet(f"migrate:round:{number}", domid)
            write(stream.pack(stream.FRAMES, {"round": number, "frames": count}))
            with self.store.look():
                rows.domain(self.db, domid)  # it may be gone by now
            sent.append(count)
        return sent

    def _suspend(self, domid: int, what: str) -> dict[str, Any]:
        with self.store.change() as now:
            row = rows.domain(self.db, domid)
            refuse_suspend(row)
            events.note(self.db, row, "sent", what)
            life.suspend(self.db, row, now)
            return state.snapshot(self.db, domid, now)

    # ---- receiving

    def replicate(
        self, domid: int, write: Callable[[bytes], None], tell: Callable[[str], None], seconds: float
    ) -> None:
        """Write checkpoints until the domain is gone."""
        row, facts = self._look(domid)
        tell(f"xc: info: Saving domain {domid}, type {_kind(row)}")
        with _wire_fails(domid, GUEST_TIMEDOUT, "did not respond"):
            write(stream.MAGIC + stream.pack(stream.HEAD, {"type": row["type"], "xen": facts.xen_version}))
        with _wire_fails(domid, ERROR_FAIL, "responded"), suppress(UnknownDomain):
            while True:
                with self.store.look() as now:
                    guest = state.snapshot(self.db, domid, now)
                write(stream.pack(stream.FRAMES, {"frames": frames.highest(row)}) + stream.pack(stream.GUEST, guest))
                time.sleep(seconds)

    def receive(
        self,
        config: DomainConfig,
        read: Callable[[int], bytes],
        tell: Callable[[str], None],
        *,
        watched: bool,
        checkpointed: bool = False,
    ) -> int:
        """Make a domain, fill it from the stream, and leave it paused; after a failure nothing is left of it."""
        domid = self._make(config, watched=watched)
        try:
            self._meet_received("migrate:receive" if config.name.endswith(_INCOMING) else "restore", domid)
            guest = _read_all(read, tell, checkpointed=checkpointed)
            with self.store.change():
                state.apply(self.db, domid, guest)
                events.note(self.db, rows.domain(self.db, domid), "received")
        except LibxlError as error:
            self._give_up(domid)
            gone = (_rebuild_failed(domid), *refusals.cleanup(domid))
            raise LibxlError(*error.messages, *gone, rc=ERROR_FAIL, advice=error.advice) from None
        except BaseException:
            self._give_up(domid)
            raise
        frames.tell_restored(tell, config.c_info.type, domid)
        return domid

    def _make(self, config: DomainConfig, *, watched: bool) -> int:
        from xlpy.executors.sim.building import carry_out
        from xlpy.executors.sim.incoming import Incoming
        from xlpy.planner.plan import make_plan

        def make(facts: HostFacts, now: float) -> Incoming:
            return Incoming(self.db, make_plan(config, facts), facts, now, watched=watched)

        return carry_out(self.store, make, paused=True)

    def _give_up(self, domid: int) -> None:
        with self.store.change() as now:
            if self.db.execute("SELECT 1 FROM domain WHERE domid = ? AND NOT built", (domid,)).fetchone():
                life.destroy(self.db, domid, now)

    # ---- faults

    def _meet(self, point: str, domid: int) -> None:
        """OSError, as from a line that is broken, where a fault strikes."""
        if faults.meet(self.store, point, domid):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _meet_suspend(self, point: str, domid: int) -> None:
        if faults.meet(self.store, point, domid):
            raise _no_answer(domid, _deaf(domid), GUEST_TIMEDOUT, "")

    def _meet_received(self, point: str, domid: int) -> None:
        if faults.meet(self.store, point, domid):
            raise stream.BadStreamError(stream.xc_error(f"Restore failed ({errno.EIO} = {os.strerror(errno.EIO)})"))

    def meet_at_start(self, domid: int) -> None:
        """A domain that has just arrived may fail to get its name."""
        with self.store.look():
            name = rows.text(rows.domain(self.db, domid)["name"])
        if name.endswith(_INCOMING) and faults.meet(self.store, "migrate:start", domid):
            place = "libxl_xshelp.c:libxl__xs_transaction_commit"
            text = f"could not commit xenstore transaction: {os.strerror(errno.EIO)}"
            raise LibxlError(LibxlMessage(place=place, lines=(268, 268), text=text))

    # ---- asleep

    def suspend(self, domid: int) -> None:
        """The guest suspends itself."""
        with self.store.change() as now:
            row = rows.domain(self.db, domid)
            refuse_suspend(row)
            life.suspend(self.db, row, now)

    def resume(self, domid: int) -> None:
        """A suspended guest goes on; of any other domain nothing changes."""
        with self.store.change() as now:
            life.resume(self.db, rows.domain(self.db, domid), now)

    def dump_core(self, domid: int, path: str) -> None:
        """Write an ELF core; the guest's time stands still meanwhile."""
        from xlpy.executors.sim.core import dump

        with self.store.change():
            row = rows.domain(self.db, domid)
            events.note(self.db, row, "dumped", path)
            vcpus = self.db.execute("SELECT count(*) FROM vcpu WHERE domid = ?", (domid,)).fetchone()[0]
            facts = rows.facts(self.db)
        dump(path, row, vcpus, facts)


@contextmanager
def _wire_fails(domid: int, rc: int, guest: str) -> Iterator[None]:
    """Tell it as libxc and libxl do when the file or pipe takes no more; GUEST has responded, or not yet."""
    try:
        yield
    except OSError as error:
        number, words = error.errno, error.strerror
        text = f"Domain {domid}:saving domain: domain {guest} to suspend request: {words}"
        raise SaveFailed(
            stream.xc_error(f"Failed to write page data to stream ({number} = {words})"),
            stream.xc_error(f"Save failed ({number} = {words})"),
            LibxlMessage(place=_SAVE_DONE, lines=(347, 347), text=text),
            rc=rc,
        ) from None


def _kind(row: sqlite3.Row) -> str:
    return _KINDS.get(row["type"], "x86 HVM")


def spare_dom0(domid: int) -> None:
    """Refuse to suspend Domain-0."""
    if domid == 0:
        raise SaveFailed(advice="Domain-0 runs the host: it can be neither saved nor suspended")


def refuse_suspend(row: sqlite3.Row) -> None:
    """A guest hears the request to suspend itself only while it runs; one without PV drivers is stopped by Xen."""
    domid = row["domid"]
    spare_dom0(domid)
    if row["shutdown"] is not None:
        text = f"guest we were suspending has shut down with unexpected reason code {row['shutdown']}"
        raise _no_answer(domid, LibxlMessage(place=_SUSPEND, lines=(353, 348), text=f"Domain {domid}:{text}"), -3, "")
    deaf = behaviour.has(row["behaviour"], "no-suspend")
    if deaf or (row["pauses"] and row["pv_drivers"]):
        advice = "" if deaf else "the domain is paused: unpause it first"
        raise _no_answer(domid, _deaf(domid), GUEST_TIMEDOUT, advice)


def _deaf(domid: int) -> LibxlMessage:
    return LibxlMessage(
        place="libxl_dom_suspend.c:domain_suspend_common_pvcontrol_suspending",
        lines=(269, 269),
        text=f"Domain {domid}:guest didn't acknowledge suspend, cancelling request",
    )


def _no_answer(
    domid: int, message: LibxlMessage, rc: int, advice: str, why: tuple[int, str] = (errno.EINVAL, "Invalid argument")
) -> SaveFailed:
    number, words = why
    text = f"Domain {domid}:saving domain: domain did not respond to suspend request: {words}"
    failed = stream.xc_error(f"Save failed ({number} = {words})")
    return SaveFailed(
        message, failed, LibxlMessage(place=_SAVE_DONE, lines=(347, 347), text=text), rc=rc, advice=advice
    )


def _read_all(read: Callable[[int], bytes], tell: Callable[[str], None], *, checkpointed: bool) -> dict[str, Any]:
    """The guest in a stream that is whole, or the last one in a stream of checkpoints."""
    stream.check_magic(read)
    kind = b""
    guest: dict[str, Any] = {}
    while True:
        try:
            kind, body = stream.unpack(read, first=not kind)
        except stream.BadStreamError:
            if checkpointed and guest:
                return guest
            raise
        if kind == stream.HEAD:
            major, minor = (*body.get("xen", "").split("."), "0", "0")[:2]
            tell(f"xc: info: Found {_KINDS.get(body.get('type', ''), 'x86 HVM')} domain from Xen {major}.{minor}")
            tell("xc: info: Restoring domain")
        elif kind == stream.GUEST:
            guest = body
        elif kind == stream.END:
            if not guest:
                raise stream.truncated()
            return guest


def _rebuild_failed(domid: int) -> LibxlMessage:
    text = f"Domain {domid}:cannot (re-)build domain: {ERROR_FAIL}"
    return LibxlMessage(place="libxl_create.c:domcreate_rebuild_done", lines=(1640, 1695), text=text)
