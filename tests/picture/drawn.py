"""Guests to draw."""

from __future__ import annotations

from functools import partial

from xlpy.cli.plans.drawing import said
from xlpy.config import load
from xlpy.host import BUILT_IN, HostFacts
from xlpy.picture.objects import Drawn
from xlpy.planner.plan import make_plan
from xlpy.source import Source


def drawn(text: str, facts: HostFacts = BUILT_IN, name: str = "web.cfg") -> Drawn:
    """The guest of a configuration."""
    loaded = load(Source(name, text), host=facts)
    return Drawn(make_plan(loaded.config, facts), partial(said, loaded))


def numbered(count: int) -> list[Drawn]:
    """So many guests, each with two disks and a network interface."""
    return [
        drawn(
            f'name = "vm{number}"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'
            f'disk = ["/dev/vg{number % 3}/vm{number},raw,xvda,w", "/srv/images/{number}.img,raw,xvdb,w"]\n'
            f'vif = ["bridge=xenbr{number % 2}"]\n'
        )
        for number in range(count)
    ]
