"""`xlpy plan --capacity`: many guests, one or several hosts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xlpy.cli.plans.planning import read_files, the_host
from xlpy.executors import Failure
from xlpy.fleet.capacity import Capacity, Site, capacity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Settings
    from xlpy.libxl import DomainConfig


def show_capacity(settings: Settings, words: Sequence[str], host_files: Sequence[str], layout: str, solver: str) -> int:
    """Print what fits where; the status is 1 when a guest has no place, or that of a file that xl would not accept."""
    named: list[str | None] = [*host_files] or [None]
    pairs = [the_host(settings, host) for host in named]
    sites = [Site(facts=facts, standing=standing) for facts, standing in pairs]
    files = read_files(words, settings, sites[0].facts)
    found = _solved(files.configs, sites, solver)
    if layout == "json":
        import json

        from xlpy.render.plancapacity import capacity_dict

        sys.stdout.write(json.dumps(capacity_dict(found), indent=2) + "\n")
    else:
        from xlpy.render.plancapacity import capacity_text

        sys.stdout.write(capacity_text(found))
    return next(iter(files.statuses), int(bool(found.left)))


def _solved(configs: dict[str, DomainConfig], sites: list[Site], solver: str) -> Capacity:
    if solver == "first-fit":
        return capacity(configs, sites)
    from xlpy.fleet.packing import best_fit

    try:
        return capacity(configs, sites, best_fit, "OR-tools")
    except ImportError:
        if solver == "or-tools":
            raise Failure(advice="this needs OR-tools: pip install 'xlpy[capacity]'") from None
        return capacity(configs, sites)
