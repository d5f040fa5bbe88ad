"""The table of top: columns and widths as xentop's source and manual have them."""

from __future__ import annotations

import gzip
import io
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.fake import FakeExecutor, domain
from tests.oracle.needed import need_real_xl
from tests.oracle.real import RELEASES, oracle
from tests.sim.guests import DISK, VIF, Lab, config
from xlpy.cli.main import run
from xlpy.cli.registry import find_verb
from xlpy.executors import Failure
from xlpy.top.sample import Sample, take
from xlpy.top.table import COLUMNS, NO_LIMIT_KIB, View, in_order, lines, summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from xlpy.executors import DomainInfo
    from xlpy.executors.counters import DomainCounters

HEADER = (
    "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k) VBDS   "
    "VBD_OO   VBD_RD   VBD_WR  VBD_RSECT  VBD_WSECT SSID"
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    yield lab
    lab.host.close()


class Host(FakeExecutor):
    """A host over a list, of whose devices nobody knows anything."""

    @property
    def counters(self) -> Host:
        return self

    def of(self, domid: int) -> DomainCounters:
        raise Failure("nobody counts")


def at_once(*known: DomainInfo) -> Sample:
    """The first look at Domain-0 and these domains."""
    host: Any = Host(*known)
    return take(host, 0.0, None)


def looked(lab: Lab, seconds: float = 10.0) -> Sample:
    """Two looks, so that there is a use of CPUs."""
    first = take(lab.host, lab.clock.now, None)
    lab.clock.go(seconds)
    return take(lab.host, lab.clock.now, first)


def texts(sample: Sample, **view: object) -> list[str]:
    return [line.text for line in lines(sample, View().replace(**view))]


def test_the_header_is_xentops(lab: Lab) -> None:
    assert texts(take(lab.host, 0.0, None))[0] == HEADER


@pytest.mark.parametrize("release", RELEASES)
def test_the_titles_and_options_are_those_of_the_real_xentop(release: str) -> None:
    """Its program has the titles as texts, and its page the options."""
    need_real_xl()

    root = oracle() / release / "root" / "usr"
    program = (root / "lib" / f"xen-{release}" / "bin" / "xentop").read_bytes()
    assert [column.title for column in COLUMNS if f"{column.title}\0".encode() not in program] == []
    page = gzip.decompress((root / "share" / "man" / "man1" / "xentop.1.gz").read_bytes()).decode()
    listed = dict(re.findall(r"-(\w), --([\w-]+)", re.sub(r"\\f.", "", page).replace("\\", "")))
    verb = find_verb("top")
    assert verb is not None
    ours = {option.letter: option.name for option in verb.added} | {"h": "help"}
    assert set(listed.items()) <= set(ours.items())
    assert len(listed) >= 10


def test_rows_and_details(lab: Lab) -> None:
    lab.booted(config("web", devices=(DISK, VIF), vcpus=2))
    lab.clock.go(100)
    sample = looked(lab)
    header, dom0, web = texts(sample)
    assert len(header) == len(dom0) == len(web)
    assert re.fullmatch(
        r"       web --b---  +\d+ +\d+\.\d     131072    0\.2     131072       0\.2     2    1 +\d+ +\d+    1        0 "
        r"+\d+ +\d+ +\d+ +\d+    0",
        web,
    )
    assert dom0.startswith("  Domain-0 -----r ")
    details = texts(sample, networks=True, vbds=True, vcpus=True)[-3:]
    assert re.fullmatch(r"VCPUs\(sec\):   0:  {9}\ds  1:  {9}\ds", details[0])
    assert re.fullmatch(
        r"Net0 RX: [\d ]{8}bytes [\d ]{8}pkts        0err        0drop  "
        r"TX: [\d ]{8}bytes [\d ]{8}pkts        0err        0drop",
        details[1],
    )
    assert re.fullmatch(
        r"VBD BlkBack 51712 \[ca: 0\]  OO: {8}0   RD: [\d ]{8}   WR: [\d ]{8}   RSECT: [\d ]{10}   WSECT: [\d ]{10}",
        details[2],
    )


def test_the_use_of_cpus_is_of_the_time_between_two_looks(lab: Lab) -> None:
    lab.create(config("web"))
    first = take(lab.host, lab.clock.now, None)
    lab.clock.go(0.5)
    second = take(lab.host, lab.clock.now, first)
    web = next(seen for seen in second.domains if seen.domain.name == "web")
    assert [seen.cpu_percent for seen in first.domains] == [0.0, 0.0]
    assert web.cpu_percent == pytest.approx(100 * web.domain.cpu_time / 0.5)


def test_a_name_is_cut_unless_it_is_wanted_in_full() -> None:
    sample = at_once(domain(4, "a-very-long-name"))
    assert texts(sample)[1].startswith("a-very-lon --b---")
    full = texts(sample, full_name=True)
    assert full[0].startswith("            NAME  STATE")
    assert full[1].startswith("a-very-long-name --b---")


def test_five_vcpus_to_a_line(lab: Lab) -> None:
    lab.booted(config("web", vcpus=7))
    *_, first, second = texts(looked(lab), vcpus=True)
    assert first.count("s  ") == 4
    assert second.startswith("          5: ")


def test_states() -> None:
    known = [
        domain(1, "paused", blocked=False, paused=True),
        domain(2, "crashed", blocked=False, shutdown=True, shutdown_reason=3),
        domain(3, "off", blocked=False, shutdown=True),
        domain(4, "dying", blocked=False, dying=True),
    ]
    sample = at_once(*known)
    rows = dict(line.split()[:2] for line in texts(sample)[1:])
    assert rows == {"Domain-0": "-----r", "paused": "----p-", "crashed": "---c--", "off": "-s----", "dying": "d-----"}
    assert summary(sample, "12:00:00") == [
        "xentop - 12:00:00   Xen 4.20.0",
        "5 domains: 1 running, 0 blocked, 1 paused, 1 crashed, 1 dying, 1 shutdown ",
        "Mem: 67108864k total, 66060288k used, 1048576k free    CPUs: 8 @ 3000MHz",
    ]
    by_state = [seen.domain.name for seen in in_order(sample.domains, View(sort=1))]
    assert by_state == ["dying", "off", "crashed", "paused", "Domain-0"]


def test_a_domain_without_a_limit() -> None:
    sample = at_once(domain(1, "web", max_memory_kib=NO_LIMIT_KIB))
    assert "   no limit       n/a " in texts(sample)[2]


def test_a_host_that_does_not_count() -> None:
    row = texts(at_once(domain(1, "web")), networks=True, vbds=True)[-1]
    assert row.split()[-11:] == ["1", *["n/a"] * 9, "0"]


@pytest.mark.parametrize("place", range(len(COLUMNS)))
def test_every_column_sorts(lab: Lab, place: int) -> None:
    lab.booted(config("small", memory=64))
    lab.booted(config("big", memory=256, vcpus=4, devices=(DISK, VIF)))
    names = [seen.domain.name for seen in in_order(looked(lab).domains, View(sort=place))]
    assert sorted(names) == ["Domain-0", "big", "small"]
    title = COLUMNS[place].title
    if title not in ("NAME", "STATE", "SSID") and not title.startswith("CPU") and title != "VBD_OO":
        assert names.index("big") < names.index("small")
    first = in_order(looked(lab).domains, View(sort=place, dom0_first=True))[0]
    assert first.domain.domid == 0


def test_the_header_is_repeated_where_that_is_asked_for(lab: Lab) -> None:
    lab.booted(config("web"))
    sample = looked(lab)
    assert [line.kind for line in lines(sample, View(repeat_header=True))] == ["header", "domain"] * 2
    marked = next(line for line in lines(sample, View(sort=2)) if line.kind == "header")
    assert marked.text[slice(*marked.marked)].strip() == "CPU(sec)"


# ---- the command


def test_batch(lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lab.booted(config("web"))
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: lab.host)
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    assert run(["top", "-b", "-i", "2", "-d", "5"], "xlpy") == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line == HEADER for line in printed] == [True, False, False] * 2
    assert slept == [5]


def test_options_are_xlpys_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["top", "-b"]) == 2
    assert capsys.readouterr().err == "option `b' not supported.\n"
    assert run(["top", "-V"], "xlpy") == 0
    assert run(["help", "top"], "xlpy") == 0
    assert "--batch" in capsys.readouterr().out


def test_no_terminal(lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: lab.host)
    assert run(["top"]) == 1
    assert capsys.readouterr().err == "xl: top: this is no terminal: xlpy top -b prints instead\n"


def test_without_textual_the_way_out_is_told(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: lab.host)
    for name in [name for name in sys.modules if name.startswith(("textual", "xlpy.top.screen"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("xlpy.top.screen", raising=False)
    monkeypatch.setitem(sys.modules, "textual", None)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert run(["top"], "xlpy") == 1
    said = "xlpy: top: the screen needs textual: pip install 'xlpy[top]'; xlpy top -b prints without it\n"
    assert capsys.readouterr().err == said


class Terminal(io.StringIO):
    """Standard input of a terminal."""

    def isatty(self) -> bool:
        return True
