"""`xlpy sim`: what only a simulated host can do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import host_options
from xlpy.executors import Failure
from xlpy.executors.faults import HOWS, POINTS, Fault
from xlpy.render.text import printable

if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.executors.faults import Faults
    from xlpy.executors.sim import SimHost

_KINDS = tuple(dict.fromkeys(point.partition(":")[0] for point in POINTS))


@click.group(short_help="Look behind a simulated host, and let things go wrong on it")
def command() -> None:
    """Do with a simulated host what no real one lets you do."""


@command.command("inspect", short_help="Show event channels, grants and devices of a domain")
@click.argument("domain", metavar="DOMAIN")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@host_options
@click.pass_obj
def inspect_(settings: Settings, domain: str, layout: str) -> int:
    """Show what Xen keeps for a domain: event channels, grants, the ends of its devices, its nodes of xenstore."""
    from xlpy.render.inspection import inspection_text
    from xlpy.render.objects import to_text

    host = _simulated(settings)
    found = host.inspect(host.find(domain).domid)
    sys.stdout.write(to_text(found, layout) if layout == "json" else inspection_text(found))
    return 0


@command.command(short_help="Show the bridges and their ports")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", help="How to print them.")
@host_options
@click.pass_obj
def bridges(settings: Settings, layout: str) -> int:
    """Show the bridges of Domain-0 and of driver domains, and which interfaces of guests are on them."""
    from xlpy.render.inspection import bridges_text
    from xlpy.render.objects import to_text

    found = _simulated(settings).bridges()
    sys.stdout.write(to_text(found, layout) if layout == "json" else bridges_text(found))
    return 0


@command.group(short_help="Let a step, a device, a migration fail, hang or die")
def fault() -> None:
    """Ask for faults: at a point something fails, hangs, or the process is killed; what xl leaves then is left."""


def _simulated(settings: Settings) -> SimHost:
    from xlpy.cli.connection import connect
    from xlpy.executors.sim import SimHost

    host = connect(settings.connect)
    if not isinstance(host, SimHost):
        raise Failure(advice="only a simulated host lets you do that: --connect sim:///")
    return host


def _faults(settings: Settings) -> Faults:
    return _simulated(settings).faults


@fault.command(short_help="Ask for a fault")
@click.argument("words", metavar="KIND [WHERE]...", nargs=-1, required=True)
@click.option("--how", type=click.Choice(HOWS), default="fail", show_default=True, help="What happens there.")
@click.option("--chance", type=click.FloatRange(0, 1), default=1.0, help="The probability each time; 1 if not given.")
@click.option("--seed", type=int, default=0, help="Of the dice: the same seed gives the same faults.")
@click.option("--times", type=click.IntRange(min=1), help="Only so often; for ever if not given.")
@click.option("--seconds", type=click.FloatRange(min=0), default=10.0, help="How long it hangs; 10 if not given.")
@host_options
@click.pass_obj
def add(
    settings: Settings, words: tuple[str, ...], how: str, chance: float, seed: int, times: int | None, seconds: float
) -> int:
    """Ask for a fault at a point: a KIND and where, as in step load-kernel, device vif, migrate round 2.

    xlpy sim fault points lists them. A kind alone is each of its points; * and ? stand for anything.
    """
    point = ":".join(":".join(words).split())
    if point.partition(":")[0] not in _KINDS and "*" not in point.partition(":")[0]:
        raise click.UsageError(f"{point}: there is no such point; the kinds are {', '.join(_KINDS)}")
    made = Fault(number=0, point=point, how=how, chance=chance, seed=seed, times=times or -1, seconds=seconds)
    print(f"fault {_faults(settings).add(made)}")
    return 0


@fault.command("list", short_help="List the faults")
@host_options
@click.pass_obj
def list_(settings: Settings) -> int:
    """List the faults: number, point, what happens, how likely, how often yet, and how often something came there."""
    rows = [("Number", "Point", "How", "Chance", "Left", "Met")]
    for one in _faults(settings).all():
        left = "-" if one.times < 0 else str(one.times)
        rows.append((str(one.number), printable(one.point), one.how, f"{one.chance:g}", left, str(one.met)))
    sys.stdout.writelines(f"{n:<8}{p:<28}{h:<6}{c:<8}{t:<6}{m}\n" for n, p, h, c, t, m in rows)
    return 0


@fault.command(short_help="Take a fault away")
@click.argument("number", type=int)
@host_options
@click.pass_obj
def remove(settings: Settings, number: int) -> int:
    """Take the fault of this number away."""
    _faults(settings).remove(number)
    return 0


@fault.command(short_help="Take all faults away")
@host_options
@click.pass_obj
def clear(settings: Settings) -> int:
    """Take all faults away; domains that one kept from dying die."""
    _faults(settings).clear()
    return 0


@fault.command(short_help="List where faults may be")
def points() -> int:
    """List the points at which something can go wrong."""
    sys.stdout.writelines(f"{point:<24}{what}\n" for point, what in POINTS.items())
    return 0
