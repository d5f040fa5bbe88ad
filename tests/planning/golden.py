"""`python -m tests.planning.golden` writes the golden plans anew; look at what it changed."""

from __future__ import annotations

from pathlib import Path

from xlpy.cli.files.hostfile import read_host
from xlpy.config import load
from xlpy.planner.plan import make_plan
from xlpy.render.plan import detail_text, plan_text
from xlpy.source import Source

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
HERE = Path(__file__).parent / "golden"
HOST = "numa"


def golden(example: Path) -> str:
    """The plan of an example on a shipped host: the summary, then all of it."""
    facts = read_host(HOST)
    plan = make_plan(load(Source(example.name, example.read_text(encoding="utf-8")), host=facts).config, facts)
    return f"{plan_text(plan)}\n{detail_text(plan, facts, lambda _number, _step: True)}"


def main() -> None:
    """One file for each example."""
    HERE.mkdir(exist_ok=True)
    for example in EXAMPLES:
        (HERE / f"{example.stem}.txt").write_text(golden(example), encoding="utf-8")


if __name__ == "__main__":
    main()
