"""A plan as text for people, and as plain values for JSON."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap

from xlpy.record import Record
from xlpy.steps import PRINTABLE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from xlpy.plan import Plan

WIDTH = 100
_SECRETS = frozenset({"passwd"})
_MASK = "***"
_GAP = "  "
_REASON = 34
"""What a reason has at least, so that it stays on one line."""


def plan_text(plan: Plan, width: int = WIDTH) -> str:
    """The steps in columns: number, step, what with, why there. Control characters of the user's text are escaped."""
    config = plan.config
    head = (
        f"{plan.name.translate(PRINTABLE)}: {config.c_info.type}, {config.memory_kib // 1024} MiB, {config.vcpus} vCPU"
    )
    lines = [f"{head}{'s' if config.vcpus > 1 else ''}, {len(plan.steps)} steps"]
    verb = max((len(step.VERB) for step in plan.steps), default=0)
    room = width - len("000") - verb - 3 * len(_GAP)
    arguments = [step.argument().translate(PRINTABLE) for step in plan.steps]
    column = min(max(map(len, arguments), default=0), room - _REASON)
    for number, (step, argument) in enumerate(zip(plan.steps, arguments, strict=True), 1):
        start = f"{number:3}{_GAP}{step.VERB:{verb}}{_GAP}"
        lines += _row(start, argument, column, wrap(step.reason, room - column))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row(start: str, argument: str, column: int, reason: list[str]) -> Iterator[str]:
    """One step, on several lines where its words need them; a word that is too long pushes the reason down."""
    words = wrap(argument, column, break_long_words=False, break_on_hyphens=False) or [""]
    above = [] if all(len(line) <= column for line in words) else words
    for what, why in [*((line, "") for line in above), *zip_longest([] if above else words, reason, fillvalue="")]:
        yield f"{start}{what:{column}}{_GAP}{why}"
        start = " " * len(start)


def plan_dict(plan: Plan) -> dict[str, Any]:
    """The same as plain values; memory in KiB, secrets masked."""
    steps = [{"number": number, "step": step.VERB, **_fields(step)} for number, step in enumerate(plan.steps, 1)]
    return {"name": plan.name, "uuid": plan.config.c_info.uuid, "type": plan.config.c_info.type, "steps": steps}


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
