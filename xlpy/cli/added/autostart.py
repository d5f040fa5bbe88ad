"""`xlpy autostart`: start guests with the machine, and stop them with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from xlpy.cli.command import host_options
from xlpy.cli.say import say_failure
from xlpy.executors import Failure
from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlpy.cli.autostart.guests import Guest
    from xlpy.cli.autostart.rules import Rules
    from xlpy.cli.autostart.work import Done
    from xlpy.cli.call import Settings

FAILED = 1
NOT_RUNNING = 3
"""What init scripts say for a service that is not running."""


@click.group(short_help="Start guests with the machine, and stop them with it")
def command() -> None:
    """Start the guests of /etc/xen/auto with the machine, and save or stop all guests with it.

    The order is that of the names of the files. Those whose names begin with the same number make a group, which is
    started at once; the next group follows when it is done. They are stopped the other way round, and guests without
    a file there first. The settings are those of xendomains: /etc/default/xendomains or /etc/sysconfig/xendomains.
    """


def _rule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that change what the settings file says."""
    for option in (
        click.option(
            "--settings", "filename", metavar="FILE", help="The settings, instead of /etc/default/xendomains."
        ),
        click.option("--auto", metavar="DIR", help="The folder of the configurations."),
        click.option("--save", metavar="DIR", help="Where guests are saved; empty for not at all."),
        click.option("--parallel", type=click.IntRange(1), metavar="N", help="How many guests at once."),
        click.option("--timeout", type=float, metavar="SECONDS", help="For each step of each guest; 0 for none."),
    ):
        function = option(function)
    return host_options(function)


_dry_run = click.option("-n", "--dry-run", is_flag=True, help="Only show the guests, group by group.")


@command.command(short_help="Restore what is saved, and start the guests of the folder")
@_rule_options
@click.option("--restore/--no-restore", default=None, help="Whether saved guests are restored.")
@_dry_run
@click.pass_obj
def up(settings: Settings, /, *, dry_run: bool, **given: Any) -> int:
    """Restore the guests that are saved, and create those of the folder that neither run nor are saved.

    A guest whose state cannot be restored is not created instead: its disks belong to that state. The status is 1
    when a guest could not be started.
    """
    from xlpy.cli.autostart.guests import groups
    from xlpy.cli.autostart.work import Runner, in_groups, start

    try:
        rules, guests = _found(settings, given)
    except Failure as failure:
        return _failed(failure)
    wanted = groups(guest for guest in guests if guest.config or guest.saved)
    if dry_run:
        return _show_groups(wanted)
    run = Runner(settings, rules)
    work = in_groups(wanted, lambda guest: start(guest, rules, run), parallel=rules.parallel, delay=rules.delay)
    return _tell(work)


@command.command(short_help="Save or stop the guests")
@_rule_options
@click.option("--only-auto/--all", default=None, help="Only guests that have a file in the folder.")
@click.option("--destroy/--no-destroy", default=None, help="Whether guests that do not stop in time are destroyed.")
@_dry_run
@click.pass_obj
def down(settings: Settings, /, *, dry_run: bool, **given: Any) -> int:
    """Move away, save or shut down the guests that run, as the settings say.

    What does not help with a guest is followed by the next. The status is 1 when a guest still runs.
    """
    from xlpy.cli.autostart.guests import groups
    from xlpy.cli.autostart.work import Runner, in_groups, stop

    try:
        rules, guests = _found(settings, given)
    except Failure as failure:
        return _failed(failure)
    running = [guest for guest in guests if guest.domid is not None and (guest.config or not rules.only_auto)]
    wanted = groups(reversed(running))
    if dry_run:
        return _show_groups(wanted)
    run = Runner(settings, rules)
    return _tell(in_groups(wanted, lambda guest: stop(guest, rules, run), parallel=rules.parallel))


@command.command(short_help="Show which guests run")
@_rule_options
@click.option("--format", "layout", type=click.Choice(["text", "json", "yaml"]), default="text", help="How to print.")
@click.pass_obj
def status(settings: Settings, /, *, layout: str, **given: Any) -> int:
    """Show the guests of the folder, and what is saved; the status is 3 when one of the folder does not run."""
    try:
        _, found = _found(settings, given)
    except Failure as failure:
        return _failed(failure)
    guests = [guest for guest in found if guest.config or guest.saved]
    if layout == "text":
        for guest in guests:
            state = "saved" if guest.saved else "not running"
            shown = f"running, domid {guest.domid}" if guest.domid is not None else state
            print(printable(f"{guest.label}: {shown} ({guest.config or guest.saved})"))
    else:
        from xlpy.render.objects import to_text

        sys.stdout.write(to_text(guests, layout))
    return NOT_RUNNING if any(guest.config and guest.domid is None for guest in guests) else 0


def _found(settings: Settings, given: dict[str, Any]) -> tuple[Rules, list[Guest]]:
    from xlpy.cli.autostart.guests import find_guests
    from xlpy.cli.autostart.rules import read_rules
    from xlpy.cli.connection import connect

    rules = read_rules(given.pop("filename")).replace(**{k: value for k, value in given.items() if value is not None})
    return rules, find_guests(rules, connect(settings.connect).domains())


def _failed(failure: Failure) -> int:
    say_failure(failure, "xlpy")
    return failure.status


def _show_groups(groups: Iterable[Iterable[Guest]]) -> int:
    for number, group in enumerate(groups, 1):
        print(printable(f"{number}: {', '.join(guest.label for guest in group)}"))
    return 0


def _tell(work: Iterable[Done]) -> int:
    """Say what becomes of each guest when it is known; gives the status."""
    status = 0
    for done in work:
        print(printable(f"{done.guest.label}: {done.what}"), flush=True)
        for line in done.said.splitlines():
            print(printable(f"    {line}"), file=sys.stderr, flush=True)
        status = status if done.ok else FAILED
    return status
