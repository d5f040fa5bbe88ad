"""From files, or from what runs, to a picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xlpy.cli.plans.planning import in_file_order, plan_files, read_files
from xlpy.executors import Failure
from xlpy.picture.machine import machine
from xlpy.picture.model import fold
from xlpy.picture.objects import Drawn, object_graph
from xlpy.planner.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlpy.cli.call import Settings
    from xlpy.cli.plans.planning import Planned
    from xlpy.config import Loaded
    from xlpy.host import HostFacts
    from xlpy.picture.model import Graph
    from xlpy.planner.together import Standing

MANY = 12
"""With more guests each is a row, and a dot says what it uses."""
_FOLDED = frozenset({"vbd", "vif", "vdi"})
_LONGEST = 100


def read_guests(words: Sequence[str], settings: Settings, facts: HostFacts, standing: Standing) -> list[Drawn]:
    """The guests of files, each planned after those before it; raises Failure when xl would not accept some file."""
    files = read_files(words, settings, facts)
    if files.statuses:
        raise Failure(status=files.statuses[0])
    return drawn(in_file_order(plan_files(files, facts, standing), files))


def drawn(planned: Iterable[Planned]) -> list[Drawn]:
    """Planned guests as they are drawn."""
    return [Drawn(one.judged.plan, partial(said, one.wanted.loaded)) for one in planned]


def said(loaded: Loaded, field: str) -> str:
    """`web.cfg:7: PART OF THE LINE` for a field; empty where the file says nothing of it."""
    span = loaded.where.get(field)
    if span is None:
        return ""
    text = " ".join(loaded.source.text[span.start : span.end].split())
    return f"{loaded.source.name}:{loaded.source.line(span.start)}: {text[:_LONGEST]}{'...' * (len(text) > _LONGEST)}"


def running_guests(settings: Settings, facts: HostFacts) -> list[Drawn]:
    """The guests that run on the host."""
    from xlpy.cli.connection import connect

    executor = connect(settings.connect)
    domains = [domain.domid for domain in executor.domains() if domain.domid]
    return [Drawn(make_plan(executor.config(domid), facts)) for domid in domains]


def draw(guests: Sequence[Drawn], facts: HostFacts, layout: str, picture: str, theme: str, *, whole: bool) -> bytes:
    """A picture in a format; raises Failure where what draws PNG is absent."""
    if layout in ("dot", "mermaid"):
        from xlpy.render.picture import words

        graph, _ = _graph(guests, facts, whole=whole)
        return (words.dot if layout == "dot" else words.mermaid)(graph).encode()
    if layout == "html":
        from xlpy.render.picture.html import page

        title = f"{len(guests)} guests on {facts.name}"
        return page(title, pictures(guests, facts, picture, theme, whole=whole), theme).encode()
    if layout == "png":
        return _png(next(pictures(guests, facts, picture, "light" if theme == "auto" else theme, whole=whole)))
    return next(pictures(guests, facts, picture, theme, whole=whole)).encode()


def pictures(
    guests: Sequence[Drawn], facts: HostFacts, picture: str = "both", theme: str = "auto", *, whole: bool = False
) -> Iterator[str]:
    """As SVG: objects, machine, or both; WHOLE draws every object of however many guests."""
    if picture != "machine":
        from xlpy.render.picture.objects import objects_svg
        from xlpy.render.picture.table import table_svg

        graph, many = _graph(guests, facts, whole=whole)
        yield (table_svg if many else objects_svg)(graph, theme)
    if picture != "objects":
        from xlpy.render.picture.machine import machine_svg

        yield machine_svg(machine(guests, facts), facts.name, theme)


def _graph(guests: Sequence[Drawn], facts: HostFacts, *, whole: bool) -> tuple[Graph, bool]:
    graph = object_graph(guests, facts)
    many = len(guests) > MANY and not whole
    return fold(graph, _FOLDED) if many else graph, many


def _png(svg: str) -> bytes:
    from xlpy.render.picture.png import NoRendererError, png

    try:
        return png(svg)
    except NoRendererError:
        raise Failure(advice="PNG needs resvg: pip install 'xlpy[png]'; or use --format svg") from None
