"""A plan as text for people, and as plain values for JSON."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap

from xlpy.planner.steps import PRINTABLE, Step
from xlpy.record import Record
from xlpy.render.plandetail import detail_dict, detail_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from xlpy.host import HostFacts
    from xlpy.planner.plan import Plan
    from xlpy.planner.together import Judged

WIDTH = 100
_SECRETS = frozenset({"passwd"})
_MASK = "***"
_GAP = "  "
_REASON = 34
"""What a reason has at least, so that it stays on one line."""
_MOST_GUESTS = 40
"""What a screen shows of a list of guests."""


def plan_text(plan: Plan, width: int = WIDTH) -> str:
    """The steps in columns: number, step, what with, why there. Control characters of the user's text are escaped."""
    head = f"{_head(plan)}, {len(plan.steps)} steps"
    return "".join(f"{line.rstrip()}\n" for line in (head, *step_lines(plan, plan.steps, width)))


def detail_text(plan: Plan, facts: HostFacts, wanted: Callable[[int, Step], bool]) -> str:
    """The steps that are WANTED (by number and step), each with all that there is to say about it."""
    lines = [_head(plan)]
    for number, step in enumerate(plan.steps, 1):
        if wanted(number, step):
            argument = step.argument().translate(PRINTABLE)
            lines.append(f"{number:3}{_GAP}{step.VERB}{': ' * bool(argument)}{argument}")
            lines += [f"     {line}" for line in (f"({step.reason})", *detail_lines(step, plan, facts))]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def list_text(judged: Sequence[Judged], facts: HostFacts, free_kib: int) -> str:
    """Several guests, a line each, in the order in which they are built; then what they want together."""
    rows = [_row_of(number, one) for number, one in enumerate(judged, 1)]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    lines = [f"{len(judged)} guests on {facts.name.translate(PRINTABLE)}, in the order in which they are built"]
    for row in rows[:_MOST_GUESTS]:
        cells = [f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)]
        lines += ["  ".join((*cells, row[5]))]
    if len(rows) > _MOST_GUESTS:
        lines.append(f"... and {len(rows) - _MOST_GUESTS} more, which --detail shows")
    lines.append(_sum(judged, facts, free_kib))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row_of(number: int, one: Judged) -> tuple[str, ...]:
    config, placed = one.plan.config, one.plan.placement
    nodes = f"node{'s' * (len(placed.nodes) > 1)} {','.join(map(str, placed.nodes))}" if placed else ""
    size = f"{config.memory_kib // 1024} MiB"
    verdict = one.fatal[0].line if one.fatal else ""
    state = f"cannot be built: {verdict.removeprefix('libxl: error: ')}".translate(PRINTABLE) if verdict else "ok"
    cpus = f"{config.vcpus} vCPU{'s' * (config.vcpus > 1)}"
    return f"{number:3}", one.plan.name.translate(PRINTABLE), f"{config.c_info.type} {size}", cpus, nodes, state


def _sum(judged: Sequence[Judged], facts: HostFacts, free_kib: int) -> str:
    from xlpy.planner import decisions

    built = [one.plan.config for one in judged if not one.fatal]
    need = sum(decisions.need(config, facts) for config in built)
    vcpus = sum(config.vcpus for config in built)
    rest = f"{need // 1024} of {free_kib // 1024} MiB, {vcpus} vCPUs on {facts.cpus} pCPUs"
    return f"{len(built)} can be built: they need {rest}"


def _head(plan: Plan) -> str:
    config = plan.config
    memory = f"{config.memory_kib // 1024} MiB"
    name = plan.name.translate(PRINTABLE)
    return f"{name}: {config.c_info.type}, {memory}, {config.vcpus} vCPU{'s' if config.vcpus > 1 else ''}"


def step_lines(plan: Plan, steps: Sequence[Step], width: int = WIDTH) -> Iterator[str]:
    """Some steps of a plan in columns."""
    verb = max((len(step.VERB) for step in steps), default=0)
    room = width - len("000") - verb - 3 * len(_GAP)
    arguments = [step.argument().translate(PRINTABLE) for step in steps]
    column = min(max(map(len, arguments), default=0), room - _REASON)
    for step, argument in zip(steps, arguments, strict=True):
        number = next(at for at, one in enumerate(plan.steps, 1) if one is step)
        start = f"{number:3}{_GAP}{step.VERB:{verb}}{_GAP}"
        yield from _row(start, argument, column, wrap(step.reason, room - column))


def _row(start: str, argument: str, column: int, reason: list[str]) -> Iterator[str]:
    """One step, on several lines where its words need them; a word that is too long pushes the reason down."""
    words = wrap(argument, column, break_long_words=False, break_on_hyphens=False) or [""]
    above = [] if all(len(line) <= column for line in words) else words
    for what, why in [*((line, "") for line in above), *zip_longest([] if above else words, reason, fillvalue="")]:
        yield f"{start}{what:{column}}{_GAP}{why}"
        start = " " * len(start)


def plan_dict(plan: Plan, facts: HostFacts | None = None) -> dict[str, Any]:
    """The same as plain values; memory in KiB, secrets masked. With FACTS each step has its `detail`."""
    config = plan.config
    steps = []
    for number, step in enumerate(plan.steps, 1):
        fields = {"number": number, "step": step.VERB, **_fields(step)}
        if facts is not None:
            fields |= {"argument": step.argument(), "detail": detail_dict(step, plan, facts)}
        steps.append(fields)
    return {
        "name": plan.name,
        "uuid": config.c_info.uuid,
        "type": config.c_info.type,
        **({} if facts is None else _sizes(plan, facts)),
        "steps": steps,
    }


def _sizes(plan: Plan, facts: HostFacts) -> dict[str, Any]:
    from xlpy.planner import decisions
    from xlpy.planner.together import served_by

    config, placed = plan.config, plan.placement
    return {
        "memory_kib": config.memory_kib,
        "max_memory_kib": config.max_memory_kib,
        "need_kib": decisions.need(config, facts),
        "vcpus": config.vcpus,
        "max_vcpus": config.max_vcpus,
        "pool": config.c_info.pool_name or facts.pools[0],
        "placement": None if placed is None else _plain(placed),
        "served_by": sorted(served_by(config)),
    }


def _fields(step: Step) -> dict[str, Any]:
    fields = step.as_dict()
    reason = fields.pop("reason")
    device = fields.pop("device", None)
    if device is not None:
        fields = {"kind": device.KIND, **fields, "device": _plain(device)}
    return {**{name: _plain(value) for name, value in fields.items()}, "reason": reason}


def _plain(value: Any) -> Any:
    """Records without what is at its default; secrets are not shown."""
    if isinstance(value, Record):
        given = {name: item for name, item in value.as_dict().items() if item != getattr(type(value), name, None)}
        return {name: _MASK if name in _SECRETS else _plain(item) for name, item in given.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
