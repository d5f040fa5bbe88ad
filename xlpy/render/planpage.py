"""Plans as a page: Markdown, or HTML that needs nothing else; both made of the plain values of the JSON."""

from __future__ import annotations

import html
import re

from xlpy.planner.steps import PRINTABLE
from xlpy.render.picture.html import page as whole_page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def markdown(plans: Sequence[dict[str, Any]]) -> str:
    """A chapter for each plan: its steps as a table, then each step in full."""
    return "\n".join(line for plan in plans for line in _chapter(plan)) + "\n"


def _chapter(plan: dict[str, Any]) -> Iterator[str]:
    yield f"# {_md(title(plan))}\n"
    for problem in plan["problems"]:
        yield f"**cannot be built:** {_md(problem['line'])} ({_md(problem['advice'])})\n"
    yield "| | step | why there |"
    yield "|---|---|---|"
    yield from (f"| {step['number']} | {_md(_what(step))} | {_md(step['reason'])} |" for step in plan["steps"])
    yield ""
    for step in plan["steps"]:
        lines = list(_full(step["detail"]))
        if lines:
            fence = "````" if any("```" in line for line in lines) else "```"
            yield f"## {step['number']}. {_md(step['step'])}\n\n{fence}"
            yield from lines
            yield f"{fence}\n"


def page(plans: Sequence[dict[str, Any]], host: str, pictures: Iterable[str] = ()) -> str:
    """A page of HTML: a line for each guest, what would fail, PICTURES as SVG, and each guest step by step."""
    heading = f"{len(plans)} guests on {host}" if len(plans) != 1 else f"One guest on {host}"
    return whole_page(
        heading, ["\n".join(_summary(plans)), *pictures, *("\n".join(_section(*one)) for one in enumerate(plans))]
    )


def _summary(plans: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield "<table>\n<tr><th>guest</th><th>type</th><th>memory</th><th>vCPUs</th><th></th></tr>"
    for number, plan in enumerate(plans):
        problems = "<br>".join(
            f"{_html(problem['place'])}{': ' * bool(problem['place'])}{_html(problem['line'])}"
            f'<br><span class="quiet">{_html(problem["advice"])}</span>'
            for problem in plan["problems"]
        )
        said = f'<td class="alarm">{problems}</td>' if problems else "<td>can be built</td>"
        yield (
            f'<tr><td><a href="#guest{number}">{_html(plan["name"])}</a></td><td>{_html(plan["type"])}</td>'
            f"<td>{plan['memory_kib'] // 1024} MiB</td><td>{plan['vcpus']}</td>{said}</tr>"
        )
    yield "</table>"


def _section(number: int, plan: dict[str, Any]) -> Iterator[str]:
    yield f'<h2 id="guest{number}">{_html(title(plan))}</h2>'
    for problem in plan["problems"]:
        yield f'<p class="alarm">cannot be built: {_html(problem["line"])}<br>{_html(problem["advice"])}</p>'
    yield "<table>\n<tr><th></th><th>step</th><th>why there</th></tr>"
    for step in plan["steps"]:
        lines = "\n".join(_full(step["detail"]))
        what = _html(_what(step))
        shown = f"<details><summary>{what}</summary><pre>{_html(lines)}</pre></details>" if lines else what
        yield f'<tr><td>{step["number"]}</td><td>{shown}</td><td class="quiet">{_html(step["reason"])}</td></tr>'
    yield "</table>"


def title(plan: dict[str, Any]) -> str:
    """`web: pv, 512 MiB, 2 vCPUs`."""
    vcpus = f"{plan['vcpus']} vCPU{'s' * (plan['vcpus'] != 1)}"
    return f"{plan['name']}: {plan['type']}, {plan['memory_kib'] // 1024} MiB, {vcpus}"


def _what(step: dict[str, Any]) -> str:
    return f"{step['step']}{': ' * bool(step['argument'])}{step['argument']}"


def _full(detail: dict[str, Any]) -> Iterator[str]:
    """The detail of a step on lines."""
    for name, value in detail["facts"].items():
        yield _clean(f"{name}: {value}")
    if detail["command"]:
        yield from (_clean(f"{name}={value}") for name, value in detail["environment"].items())
        yield from (_clean(word if index == 0 else f"  {word}") for index, word in enumerate(detail["command"]))
    for script in detail["scripts"]:
        yield _clean(" ".join((script["path"], *script["arguments"])))
        yield from (_clean(f"  {name}={value}") for name, value in script["environment"].items())
    for node in detail["nodes"]:
        yield _clean(f'{node["path"]} = "{node["value"]}" ({node["permissions"]})')


def _clean(text: str) -> str:
    return text.translate(PRINTABLE)


def _md(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _clean(str(text)))


def _html(text: str) -> str:
    return html.escape(text if "\n" in text else _clean(text))
