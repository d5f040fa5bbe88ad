"""Changes and what became of them, as text for people and as plain values for JSON."""

from __future__ import annotations

from xlpy.fleet.change import SIGNS
from xlpy.planner.steps import PRINTABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from xlpy.executors.rollout import Outcome
    from xlpy.fleet.change import Change, Changes

_WORDS = {
    "create": ("will be created", "to create"),
    "update": ("will be changed while it runs", "to change"),
    "replace": ("will be built anew", "to build anew"),
    "destroy": ("will be destroyed", "to destroy"),
}
_MADE = {"create": "created", "update": "changed", "replace": "built anew", "destroy": "destroyed"}
_DOING = {"create": "creating", "update": "changing", "replace": "building anew", "destroy": "destroying"}


def changes_text(changes: Changes) -> str:
    """What would be done, guest by guest, in the order in which it is done; then a line that counts."""
    lines = [line for change in changes.pending for line in _lines(change)]
    if lines:
        lines.append("")
    lines.append(_counted(changes))
    if changes.strangers:
        names = ", ".join(changes.strangers[:5]) + ", ..." * (len(changes.strangers) > 5)
        lines.append(f"No file is about {len(changes.strangers)} that run ({names}); --prune destroys them.")
    return "".join(f"{line.translate(PRINTABLE)}\n" for line in lines)


def _lines(change: Change) -> Iterator[str]:
    size = ""
    if change.config is not None and change.action == "create":
        config = change.config
        size = (
            f" ({config.c_info.type}, {config.memory_kib // 1024} MiB, {config.vcpus} vCPU{'s' * (config.vcpus > 1)})"
        )
    yield f"{SIGNS[change.action]:>3} {change.label} {_WORDS[change.action][0]}{size}"
    width = max((len(one.setting) for one in change.differences), default=0)
    for one in change.differences:
        anew = "  (needs a new build)" * (change.action == "replace" and not one.edits)
        yield f"      {one.setting:{width}}  {one.before} -> {one.after}{anew}"
    for problem in change.problems:
        words = "cannot be done" if problem.fatal else "but"
        yield f"      !  {words}: {problem.line.removeprefix('libxl: error: ').removeprefix('xc: error: ')}"


def _counted(changes: Changes) -> str:
    kept = len(changes.changes) - len(changes.pending)
    if not changes.pending:
        return f"No changes: {kept} guest{'s run as their files say' if kept != 1 else ' runs as its file says'}."
    counts = {action: sum(one.action == action for one in changes.pending) for action in _WORDS}
    parts = [f"{count} {_WORDS[action][1]}" for action, count in counts.items() if count]
    return f"Plan: {', '.join(parts)}; {kept} as they should be."


def begun_text(change: Change) -> str:
    """A line for a change that begins."""
    return f"{change.label.translate(PRINTABLE)}: {_DOING[change.action]} ...\n"


def done_text(outcome: Outcome) -> str:
    """A line for a change that is made or has failed."""
    change = outcome.change
    if outcome.state == "made":
        domid = f", domain {outcome.domid}" * (outcome.domid is not None and change.action in ("create", "replace"))
        text = f"{_MADE[change.action]}{domid} ({outcome.seconds:.1f} s)"
    else:
        back = "; it is as it was" if outcome.undone and change.action != "create" else ""
        text = f"failed{back if outcome.undone else '; it could not be brought back'}"
    return f"{change.label.translate(PRINTABLE)}: {text}\n"


def outcomes_text(outcomes: list[Outcome]) -> str:
    """The line at the end."""
    counts = {state: sum(one.state == state for one in outcomes) for state in ("made", "failed", "left")}
    if not counts["failed"] and not counts["left"]:
        return f"Done: {counts['made']} change{'s' * (counts['made'] != 1)} made.\n"
    return (
        f"Stopped: {counts['made']} made, {counts['failed']} failed, {counts['left']} not begun. "
        "Mend what failed and run it again: it goes on from there.\n"
    )


def changes_dict(changes: Changes) -> dict[str, Any]:
    """The same as plain values."""
    return {"changes": [_change_dict(change) for change in changes.changes], "strangers": list(changes.strangers)}


def _change_dict(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "name": change.name,
        "file": change.key.rpartition("#")[0],
        "domid": change.running.domid if change.running is not None else None,
        "differences": [
            {"setting": one.setting, "before": one.before, "after": one.after, "in_place": bool(one.edits)}
            for one in change.differences
        ],
        "problems": [problem.as_dict() for problem in change.problems],
        "after": list(change.after),
    }
