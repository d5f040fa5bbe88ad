"""From files, or from what runs, to a picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xlpy.cli.configfile import read_config
from xlpy.cli.findings import show
from xlpy.config import load
from xlpy.diagnostic import xl_output
from xlpy.executors import Failure
from xlpy.picture.machine import machine
from xlpy.picture.model import fold
from xlpy.picture.objects import Drawn, object_graph
from xlpy.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.cli.call import Settings
    from xlpy.config import Loaded
    from xlpy.host import HostFacts

MANY = 12
"""With more guests each is a row, and a dot says what it uses."""
_FOLDED = frozenset({"vbd", "vif", "vdi"})
_LONGEST = 100


def read_guests(words: Sequence[str], settings: Settings, facts: HostFacts) -> list[Drawn]:
    """The guests of files; raises Failure at the first that xl would not accept."""
    names, values = [word for word in words if "=" not in word], [word for word in words if "=" in word]
    guests = []
    for name in names:
        source = read_config(name, values, settings.release, quiet=True)
        loaded = load(source, release=settings.release, host=facts, conf=settings.conf)
        status = xl_output(loaded.diagnostics)[1]
        if status is not None:
            show(loaded.diagnostics)
            raise Failure(status=status)
        guests.append(Drawn(make_plan(loaded.config, facts), partial(said, loaded)))
    return guests


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
    graph = object_graph(guests, facts)
    many = len(guests) > MANY and not whole
    if many:
        graph = fold(graph, _FOLDED)
    if layout in ("dot", "mermaid"):
        from xlpy.render.picture import words

        return (words.dot if layout == "dot" else words.mermaid)(graph).encode()

    def pictures(theme: str) -> Iterator[str]:
        if picture != "machine":
            from xlpy.render.picture.objects import objects_svg
            from xlpy.render.picture.table import table_svg

            yield (table_svg if many else objects_svg)(graph, theme)
        if picture != "objects":
            from xlpy.render.picture.machine import machine_svg

            yield machine_svg(machine(guests, facts), facts.name, theme)

    if layout == "html":
        from xlpy.render.picture.html import page

        return page(f"{len(guests)} guests on {facts.name}", pictures(theme), theme).encode()
    if layout == "png":
        return _png(next(pictures("light" if theme == "auto" else theme)))
    return next(pictures(theme)).encode()


def _png(svg: str) -> bytes:
    from xlpy.render.picture.png import NoRendererError, png

    try:
        return png(svg)
    except NoRendererError:
        raise Failure(advice="PNG needs resvg: pip install 'xlpy[png]'; or use --format svg") from None
