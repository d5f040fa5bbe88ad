"""Bin packing by OR-tools (the extra xlpy[capacity]): as many guests as can be, on as few hosts as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.fleet.capacity import Puzzle

SECONDS = 10.0
"""How long it may look for a better answer."""


def best_fit(puzzle: Puzzle, seconds: float = SECONDS) -> Mapping[str, int]:
    """The places of the groups; ImportError without OR-tools."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    hosts = range(len(puzzle.free_kib))
    at = {
        (group.key, host): model.new_bool_var(f"{group.key}@{host}")
        for group in puzzle.groups
        for host in hosts
        if group.fits[host]
    }
    used = [model.new_bool_var(f"used {host}") for host in hosts]
    for group in puzzle.groups:
        model.add(sum(at[group.key, host] for host in hosts if group.fits[host]) <= 1)
    for host in hosts:
        here = [group for group in puzzle.groups if group.fits[host]]
        model.add(sum(group.need_kib[host] * at[group.key, host] for group in here) <= max(0, puzzle.free_kib[host]))
        for group in here:
            model.add_implication(at[group.key, host], used[host])
        for what in {what for group in here for what in group.held}:
            model.add(sum(at[group.key, host] for group in here if what in group.held) <= 1)
    sizes = {group.key: len(group.members) for group in puzzle.groups}
    many = len(hosts) + 1
    model.maximize(sum(many * sizes[key] * variable for (key, _), variable in at.items()) - sum(used))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}
    return {key: host for (key, host), variable in at.items() if solver.boolean_value(variable)}
