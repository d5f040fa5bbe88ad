"""What is drawn: whole documents, nothing from files unescaped, nothing upon anything else."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.picture.drawn import drawn, numbered
from tests.processes import ROOT
from xlpy.cli.plans.drawing import draw
from xlpy.host import BUILT_IN
from xlpy.picture.objects import object_graph
from xlpy.render.picture.layout import LANE, ROW, layout

if TYPE_CHECKING:
    from pathlib import Path

    from xlpy.picture.objects import Drawn

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """</title><script>alert(1)</script>&lt;"'`\\u2028{}[]|-->"""
EXAMPLES = sorted((ROOT / "examples" / "etc-xen").glob("*.cfg"))
PNG = b"\x89PNG\r\n\x1a\n"


def picture(guests: list[Drawn], layout: str = "svg", what: str = "objects", theme: str = "auto", **more: bool) -> str:
    return draw(guests, BUILT_IN, layout, what, theme, whole=more.get("whole", False)).decode()


def examples() -> list[Drawn]:
    return [drawn(path.read_text(encoding="utf-8"), name=path.name) for path in EXAMPLES]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("what", ["objects", "machine"])
@pytest.mark.parametrize("count", [0, 1, 3, 60])
def test_a_picture_is_whole_and_names_every_guest(count: int, what: str) -> None:
    shown = texts(picture(numbered(count), what=what))
    assert {f"vm{number}" for number in range(count)} <= {*shown}


def test_sixty_guests_are_rows_with_a_dot_for_each_thing_that_they_use() -> None:
    svg = ElementTree.fromstring(picture(numbered(60)))
    dots = list(svg.iter(f"{SVG}circle"))
    assert len(dots) == 60 * 3
    titles = [element.text for element in svg.iter(f"{SVG}title")]
    assert 'vm7: xvda, vm7\nweb.cfg:4: "/dev/vg1/vm7,raw,xvda,w"' in titles


def test_drawn_whole_they_have_all_their_disks() -> None:
    shown = texts(picture(numbered(60), whole=True))
    assert shown.count("xvda") == shown.count("xvdb") == 60


def test_boxes_do_not_lie_upon_each_other() -> None:
    for guests in (examples(), numbered(40)):
        graph = object_graph(guests, BUILT_IN)
        columns: dict[int, list[float]] = {}
        for column, height in layout(graph).places.values():
            columns.setdefault(column, []).append(height)
        for heights in columns.values():
            heights.sort()
            assert all(low - high > ROW - 0.001 for high, low in itertools.pairwise(heights))


def test_edges_pass_between_boxes() -> None:
    graph = object_graph(examples(), BUILT_IN)
    laid = layout(graph)
    boxes = set(laid.places.values())
    for points in laid.bends.values():
        for column, height in points[1:-1]:
            assert all(abs(height - other) >= (ROW + LANE) / 2 - 0.001 for at, other in boxes if at == column)


@given(name=st.text(min_size=1, max_size=40), folder=st.text(max_size=20))
def test_any_text_is_escaped(name: str, folder: str) -> None:
    guest = drawn('name = "x"\nkernel = "/k"\ndisk = ["/a,raw,xvda,w"]\n')
    config = guest.plan.config
    disk = config.devices[0].replace(pdev_path=f"/{folder}/{name}")
    config = config.replace(c_info=config.c_info.replace(name=name), devices=(disk,))
    hostile = guest._replace(plan=guest.plan.replace(name=name, config=config), said=lambda _field: name)
    for what in ("objects", "machine"):
        ElementTree.fromstring(picture([hostile], what=what))
    assert "<script" not in picture([hostile], "html", "both").lower()


def test_hostile_names_do_no_harm() -> None:
    guest = drawn('name = "x"\nkernel = "/k"\nvif = ["bridge=b"]\n')
    config = guest.plan.config
    vif = config.devices[0].replace(bridge=HOSTILE)
    guest = guest._replace(plan=guest.plan.replace(config=config.replace(devices=(vif,))), said=lambda _field: HOSTILE)
    page = picture([guest], "html", "both")
    assert "<script" not in page
    assert re.search(r"alert\(1\)", page), "the text is shown"
    dot = picture([guest], "dot")
    assert len(re.findall(r'(?<!\\)"', dot)) % 2 == 0
    mermaid = picture([guest], "mermaid")
    assert not re.search(r'\["[^"]*["\]<>&][^"]*"\]', mermaid.replace("<br/>", ""))


def test_a_page_needs_nothing_else() -> None:
    page = picture(examples(), "html", "both")
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href|url|@import)\s*[=(]", page)
    assert page.count("<svg ") == 2


def test_no_secret_is_drawn() -> None:
    guest = drawn('name = "x"\ntype = "hvm"\nvncpasswd = "hunter2"\nvfb = ["vnc=1,vncpasswd=hunter3"]\n')
    for layout_name in ("svg", "html", "dot", "mermaid"):
        assert "hunter" not in picture([guest], layout_name, "both" if layout_name == "html" else "objects")


def test_themes() -> None:
    light, dark, auto = (picture(numbered(1), theme=theme) for theme in ("light", "dark", "auto"))
    assert "#14181e" in dark
    assert "#14181e" not in light
    assert "prefers-color-scheme: dark" in auto
    assert {*texts(light)} == {*texts(dark)} == {*texts(auto)}


def test_png() -> None:
    assert draw(numbered(3), BUILT_IN, "png", "objects", "auto", whole=False).startswith(PNG)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz, the judge of dot, is not installed")
def test_graphviz_takes_it() -> None:
    drawn_by_dot = subprocess.run(
        ["dot", "-Tsvg"], input=picture(examples(), "dot"), capture_output=True, text=True, check=True
    )
    assert drawn_by_dot.stderr == ""
    assert {"alpine", "windows"} <= {*texts(drawn_by_dot.stdout)}


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium, the judge of the pages, is installed")
def test_a_browser_reads_all_of_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    words = [sys.executable, "-c", START, "plan", "--format", "html", "--host", "numa", *map(str, EXAMPLES)]
    report.write_text(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout, "utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu"]
    browser = subprocess.run(
        [str(CHROMIUM), *options, f"--user-data-dir={tmp_path}", "--dump-dom", report.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert browser.stdout.count("<svg ") == 2
    assert len(re.findall("<h2[ >]", browser.stdout)) == len(EXAMPLES)


def test_the_command(tmp_path: Path) -> None:
    started = [sys.executable, "-c", START, "graph"]
    done = subprocess.run(
        [*started, *map(str, EXAMPLES), "--host", "numa", "-o", str(tmp_path / "a.html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


START = "import sys; from xlpy.cli.main import xlpy; sys.exit(xlpy())"
