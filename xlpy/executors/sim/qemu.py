"""The monitor of the device model that a simulated domain has or has not."""

from __future__ import annotations

from xlpy.executors.sim import configs, rows
from xlpy.planner import steps
from xlpy.planner.plan import make_plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.host import HostFacts

_VERSION = "9.2.0"


def has_device_model(row: sqlite3.Row, facts: HostFacts) -> bool:
    """Whether a QEMU was started with the domain."""
    if row["domid"] == 0:
        return False
    plan = make_plan(configs.current(row, facts), facts)
    return any(isinstance(step, steps.StartDeviceModel) for step in plan.steps)


def answer(command: str, row: sqlite3.Row) -> str:
    """What the monitor prints; the lines end as QEMU's do."""
    words = command.split()
    if words == ["info", "version"]:
        return f"{_VERSION} (simulated by xlpy)\r\n"
    if words == ["info", "status"]:
        running = row["shutdown"] is None and not row["pauses"]
        return f"VM status: {'running' if running else 'paused'}\r\n"
    if words == ["info", "name"]:
        return rows.text(row["name"]) + "\r\n"
    if words[:1] in (["help"], ["?"]):
        return "help|?: show this\r\ninfo name|status|version: show what the simulated device model knows\r\n"
    if words[:1] == ["info"]:
        return f"simulated: nothing to show for {command.strip()!r}\r\n"
    return f"unknown command: '{words[0]}'\r\n" if words else ""
