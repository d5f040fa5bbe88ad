"""`xlpy events`: what happened to the domains of a host."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from xlpy.cli.command import host_options
from xlpy.cli.connection import connect
from xlpy.render.text import printable

if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.executors.events import Event, Events

POLL_SECONDS = 0.2


@click.command(short_help="Show what happened to the domains of a host")
@click.argument("domain", metavar="[DOMAIN]", required=False)
@click.option("--follow", is_flag=True, help="Go on showing what happens, until Ctrl-C.")
@click.option("--since", metavar="NUMBER", type=int, default=0, help="Only what came after the event of this number.")
@click.option(
    "--format", "layout", type=click.Choice(["text", "json"]), default="text", help="json: one object a line."
)
@host_options
@click.pass_obj
def command(settings: Settings, domain: str | None, follow: bool, since: int, layout: str) -> int:
    """Show the events of a simulated host, oldest first: number, time, what, domid, name and details.

    DOMAIN is a name or domid that the events shall have; domains that are gone count, too.
    """
    events = connect(settings.connect).events
    while True:
        since = _show(events, since, domain, layout)
        if not follow:
            return 0
        sys.stdout.flush()
        time.sleep(POLL_SECONDS)


def _show(events: Events, since: int, domain: str | None, layout: str) -> int:
    """Print what is new; gives the number of the last event."""
    for event in events.since(since):
        since = event.seq
        if domain is None or domain in (event.name, str(event.domid)):
            print(json.dumps(_values(event)) if layout == "json" else line(event))
    return since


def _values(event: Event) -> dict[str, Any]:
    return {**event.as_dict(), "at": round(event.at, 3)}


def line(event: Event) -> str:
    """An event for people, in the local time."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.at))
    text = f"{event.seq:>5} {moment}  {event.kind:<10} {event.domid:>5} {printable(event.name):<24}"
    return f"{text} {printable(event.detail)}".rstrip()
