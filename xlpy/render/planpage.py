"""Plans as a page: Markdown, or HTML that needs nothing else; both made of the plain values of the JSON."""

from __future__ import annotations

import html
import re

from xlpy.steps import PRINTABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")
_STYLE = """\
body { font: 15px/1.45 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: 0.5em 0 1em; } th, td { text-align: left; vertical-align: top;
padding: 0.2em 0.8em 0.2em 0; border-bottom: 1px solid #ddd; } code, pre { font-size: 13px; }
pre { background: #f6f6f6; padding: 0.6em; overflow-x: auto; } .bad { color: #b00020; } .why { color: #666; }
summary { cursor: pointer; }
"""


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


def page(plans: Sequence[dict[str, Any]], host: str) -> str:
    """A page of HTML."""
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f"<title>{_html(f'Plan for {host}')}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{_html(f'{len(plans)} guests on {host}' if len(plans) != 1 else f'One guest on {host}')}</h1>",
        *(line for plan in plans for line in _section(plan)),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _section(plan: dict[str, Any]) -> Iterator[str]:
    yield f"<section>\n<h2>{_html(title(plan))}</h2>"
    for problem in plan["problems"]:
        yield f'<p class="bad">cannot be built: {_html(problem["line"])}<br>{_html(problem["advice"])}</p>'
    yield "<table>\n<tr><th></th><th>step</th><th>why there</th></tr>"
    for step in plan["steps"]:
        lines = "\n".join(_full(step["detail"]))
        what = _html(_what(step))
        shown = f"<details><summary>{what}</summary><pre>{_html(lines)}</pre></details>" if lines else what
        yield f'<tr><td>{step["number"]}</td><td>{shown}</td><td class="why">{_html(step["reason"])}</td></tr>'
    yield "</table>\n</section>"


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
