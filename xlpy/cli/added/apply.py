"""`xlpy apply`: make what runs on a host what files say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import host_options
from xlpy.cli.files.planfile import load_plan
from xlpy.cli.files.xlconf import with_conf
from xlpy.cli.plans.changing import Compared, compare_files, compare_saved, opener
from xlpy.cli.say import say, say_failure
from xlpy.executors import Failure
from xlpy.render.planchanges import begun_text, changes_text, done_text, outcomes_text

if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.executors.rollout import Outcome
    from xlpy.fleet.change import Change

_STALE = 4
"""The status for a saved plan whose host has changed since."""
_NOT_APPROVED = 5


@click.command(short_help="Make what runs on a host what files say")
@click.argument("words", metavar="FILE|DIR|PLAN... [NAME=VALUE]...", nargs=-1, required=True)
@click.option("--against", metavar="URI", help="The host; else that of --connect, or the simulated one of this user.")
@click.option("--prune", is_flag=True, help="Destroy the guests that no file is about.")
@click.option("--auto-approve", "approved", is_flag=True, help="Do not ask.")
@click.option("--jobs", type=click.IntRange(1, 64), default=4, metavar="N", help="So many changes at once (4).")
@click.option(
    "--patience",
    type=click.FloatRange(0, 3600),
    default=60.0,
    metavar="SECONDS",
    help="How long a guest that is to end has for shutting down, before it is destroyed (60); 0 destroys at once.",
)
@host_options
@click.pass_obj
def command(
    settings: Settings,
    words: tuple[str, ...],
    against: str | None,
    jobs: int,
    patience: float,
    *,
    prune: bool,
    approved: bool,
) -> int:
    """Compare files with what runs, show the changes, ask, and make them.

    Guests that do not run are created, those that differ are changed while they run where that can be (memory, vCPUs,
    affinity, weight, cpupool, disks, media, network cards), or built anew. Servers of devices come first; what is
    independent is done at once. At a failure nothing more begins, the guest that failed is as it was, and running this
    again goes on from there. PLAN is a file of xlpy plan --out; it is refused (status 4) when the host has changed.
    """
    settings = with_conf(settings)
    uri = against or settings.connect
    try:
        plan = load_plan(words[0]) if len(words) == 1 else None
        if plan is not None:
            uri = against or settings.connect or plan.uri
            compared, fresh = compare_saved(plan, uri)
            if not fresh:
                say(f"{words[0]}: the host has changed since this plan was made: make it again with xlpy plan --out")
                return _STALE
        else:
            compared = compare_files(words, settings, uri, prune=prune)
        return _apply(compared, uri, jobs, patience, approved=approved)
    except Failure as failure:
        say_failure(failure, "xlpy")
        return failure.status


def _apply(compared: Compared, uri: str | None, jobs: int, patience: float, *, approved: bool) -> int:
    sys.stdout.write(changes_text(compared.changes))
    pending = compared.changes.pending
    statuses = [*compared.statuses, *(one.fatal[0].status for one in pending if one.fatal)]
    if statuses:
        say("nothing was changed: mend the files first" if compared.statuses else "nothing was changed")
        return statuses[0]
    if not pending:
        return 0
    if not (approved or _agreed()):
        say("nothing was changed")
        return _NOT_APPROVED
    return _roll_out(compared, uri, jobs, patience)


def _agreed() -> bool:
    """What the user says; without a terminal nobody does."""
    if not sys.stdin.isatty():
        say("nobody can be asked: --auto-approve makes the changes without")
        return False
    sys.stdout.write("Make these changes? Only yes is taken: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() == "yes"


def _roll_out(compared: Compared, uri: str | None, jobs: int, patience: float) -> int:
    from xlpy.executors.rollout import roll_out
    from xlpy.render.progress import Progress

    pending = compared.changes.pending
    counted = [0]
    with Progress(sys.stderr, "Applying", lambda: len(pending)) as progress:

        def done(outcome: Outcome) -> None:
            counted[0] += 1
            progress.hide()
            sys.stdout.write(done_text(outcome))
            sys.stdout.flush()
            if outcome.failure is not None:
                say_failure(outcome.failure, "xlpy")
            progress(counted[0])

        def begun(change: Change) -> None:
            progress.hide()
            sys.stdout.write(begun_text(change))
            sys.stdout.flush()

        outcomes = roll_out(pending, opener(uri), jobs=jobs, patience=patience, begun=begun, done=done)
    sys.stdout.write(outcomes_text(outcomes))
    failed = [one.failure.status for one in outcomes if one.failure is not None]
    return failed[0] if failed else 0
