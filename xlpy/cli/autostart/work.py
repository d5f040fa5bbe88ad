"""Doing the work of autostart: each step is a run of xlpy itself, with a time limit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlpy.cli.autostart.guests import Guest
    from xlpy.cli.autostart.rules import Rules
    from xlpy.cli.call import Settings

_PROGRAM = "from xlpy.cli.main import xlpy; xlpy()"


class Done(Record):
    """What was done about a guest."""

    guest: Guest
    what: str
    """In the past tense: `created`, `saved`; or why nothing was done."""
    ok: bool = True
    said: str = ""
    """What the steps that failed said."""


class Runner:
    """Runs xlpy for the host that is meant."""

    def __init__(self, settings: Settings, rules: Rules) -> None:
        """SETTINGS say which host, RULES how long a run may take."""
        self._timeout = rules.timeout or None
        self._env = {**os.environ, "XLPY_XEN": str(settings.release)}
        if settings.connect is not None:
            self._env["XLPY_CONNECT"] = settings.connect
        if settings.xl_conf is not None:
            self._env["XLPY_XL_CONF"] = settings.xl_conf

    def __call__(self, *words: str) -> tuple[bool, str]:
        """Whether it went well, and what it said."""
        command = [sys.executable, "-P", "-c", _PROGRAM, *words]
        try:
            done = subprocess.run(
                command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False, f"xl {words[0]} took more than {self._timeout:g} s\n"
        return done.returncode == 0, done.stdout.decode("utf-8", "surrogateescape")


def in_groups(
    groups: Iterable[Sequence[Guest]], act: Callable[[Guest], Done], *, parallel: int, delay: float = 0.0
) -> Iterator[Done]:
    """Deal with guests group by group, within a group several at once; gives what was done as soon as it is."""
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        for group in groups:
            started = []
            for place, guest in enumerate(group):
                if delay and place:
                    time.sleep(delay)
                started.append(pool.submit(act, guest))
            for one in started:
                yield one.result()


def start(guest: Guest, rules: Rules, run: Runner) -> Done:
    """Restore a guest that is saved, create one that is not; one whose state cannot be restored is left alone."""
    if guest.domid is not None:
        if guest.saved and rules.restore:
            return Done(guest=guest, ok=False, what=f"runs already; remove {guest.saved}, its state of earlier")
        return Done(guest=guest, what="runs already")
    if guest.saved and rules.restore:
        ok, said = run("restore", guest.saved)
        if not ok:
            return Done(guest=guest, ok=False, what=f"not restored; {guest.saved} is kept", said=said)
        Path(guest.saved).unlink()
        return Done(guest=guest, what="restored")
    if not guest.config:
        return Done(guest=guest, what="left saved")
    ok, said = run("create", "-q", "-f", guest.config)
    return Done(guest=guest, ok=ok, what="created" if ok else "not created", said="" if ok else said)


def stop(guest: Guest, rules: Rules, run: Runner) -> Done:
    """Move a guest away, save it, or shut it down: the first that the rules ask for and that goes well."""
    domid, heard = str(guest.domid), ""
    for what, way in _ways(guest, rules):
        ok, said = way(run, domid)
        if ok:
            return Done(guest=guest, what=what, said=heard)
        heard += said
    return Done(guest=guest, ok=False, what="still runs", said=heard)


def _ways(guest: Guest, rules: Rules) -> Iterator[tuple[str, Callable[[Runner, str], tuple[bool, str]]]]:
    if rules.migrate:
        yield "migrated", lambda run, domid: run("migrate", domid, *rules.migrate.split())
    if rules.save and "/" not in guest.name:
        yield "saved", lambda run, domid: _save(run, domid, Path(rules.save), guest.name)
    yield "shut down", lambda run, domid: run("shutdown", "-w", "-F", domid)
    if rules.destroy:
        yield "destroyed", lambda run, domid: run("destroy", domid)


def _save(run: Runner, domid: str, folder: Path, name: str) -> tuple[bool, str]:
    """Save under a hidden name first: what was cut short is never restored."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return False, f"{folder}: {error.strerror}\n"
    part = folder / f".{name}.part"
    ok, said = run("save", domid, str(part))
    if ok:
        part.replace(folder / name)
    else:
        part.unlink(missing_ok=True)
    return ok, said
