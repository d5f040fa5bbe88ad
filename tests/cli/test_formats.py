"""--format and --watch: the shape that docs/json.md promises, the same in YAML, and xl's own output untouched."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import run_ours
from tests.oracle.real import RELEASES, run_real
from xlpy.cli import names
from xlpy.cli.main import run
from xlpy.cli.registry import find_verb
from xlpy.executors.sim import open_host
from xlpy.record import Record
from xlpy.render.objects import as_data, to_text

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 256\nvcpus = 2\ndisk = ["/dev/vg0/web,,xvda"]\nvif = [""]\n'
WITHOUT = {"help"}
"""Lists no things."""


def docs() -> ModuleType:
    """The generator of docs/json.md."""
    spec = importlib.util.spec_from_file_location("listings", ROOT / "docs" / "listings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")  # as for a script of that folder
        spec.loader.exec_module(module)
    return module


DOCS = docs()
LISTING = DOCS.listing_verbs()
WORDS = {"pci-list": ["web"], "usb-list": ["web"], **{f"{kind}-list": ["web"] for kind in ("block", "network", "vtpm")}}
"""What verbs need behind their options."""

every_listing = pytest.mark.parametrize("verb", LISTING, ids=lambda verb: verb.name)


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XLPY_CONNECT", f"sim://{tmp_path}/host.db")
    monkeypatch.setenv("XLPY_XL_CONF", "")
    open_host(f"{tmp_path}/host.db").close()
    return tmp_path


@pytest.fixture
def web(host: Path) -> None:
    (host / "web.cfg").write_text(GUEST)
    assert run(["create", "-q", str(host / "web.cfg")]) == 0


def words(verb: Any) -> list[str]:
    """A command line that lists: with a domain where the usage asks for one."""
    asks = verb.usage.lstrip().startswith("<Domain")
    return [verb.name, *WORDS.get(verb.name, ["web"] if asks else [])]


def listed(argv: list[str], capsys: pytest.CaptureFixture[str], program: str = "xl") -> str:
    capsys.readouterr()
    assert run(argv, program) == 0
    return capsys.readouterr().out


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "listings.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0, done.stderr


def test_every_verb_that_lists_has_a_format() -> None:
    verbs = [verb for name in names.NAMES if (verb := find_verb(name))]
    lists = {v.name for v in verbs if v.name.endswith("list") or v.summary.startswith("List") or v.name == "info"}
    lists |= {v.name for v in verbs if v.name.startswith("sched-")}
    assert lists <= {verb.name for verb in LISTING}


@every_listing
def test_the_shape_is_the_documented_one(verb: Any, web: None, capsys: pytest.CaptureFixture[str]) -> None:
    name, *others = words(verb)
    data = json.loads(listed([name, "--format", "json", *others], capsys))
    record, several = DOCS.listed(verb)
    assert isinstance(data, list) == several
    for one in data if several else [data]:
        check(one, record)


def check(data: dict[str, Any], record: type[Record]) -> None:
    fields = DOCS.fields(record)
    assert list(data) == list(fields)
    for key, (kind, inner, _) in fields.items():
        assert fits(data[key], kind), (key, kind, data[key])
        for one in data[key] if isinstance(data[key], list) else [data[key]]:
            if inner and inner[0].FIELDS and isinstance(one, dict):
                check(one, inner[0])


def fits(value: Any, kind: str) -> bool:
    if " or " in kind and kind != "true or false":
        return any(fits(value, part) for part in kind.split(" or "))
    if kind.startswith("array of "):
        return isinstance(value, list) and all(fits(one, kind.removeprefix("array of ")) for one in value)
    types: dict[str, Any] = {"number": (int, float), "text": str, "true or false": bool, "null": type(None)}
    return isinstance(value, types.get(kind, (dict, str)))


@every_listing
def test_units_stand_in_the_names(verb: Any) -> None:
    for key, (kind, _, _) in DOCS.fields(DOCS.listed(verb)[0]).items():
        if kind.startswith("number") and re.search("memory|mem_|size|time|free|claim|period|budget|extra_", key):
            assert key.endswith(("_kib", "_mib", "_bytes", "_seconds", "_ms", "_us", "_percent")), key


@every_listing
def test_yaml_says_the_same(verb: Any, web: None, capsys: pytest.CaptureFixture[str]) -> None:
    name, *others = words(verb)
    first = yaml.safe_load(listed([name, "--format=yaml", *others], capsys))
    second = json.loads(listed([name, "--format=json", *others], capsys))
    assert unmoved(first) == unmoved(second)


def unmoved(data: Any) -> Any:
    """Without what goes on between two looks."""
    if isinstance(data, list):
        return [unmoved(one) for one in data]
    moving = ("cpu_time_seconds", "uptime_seconds", "running", "blocked")
    return {key: value for key, value in data.items() if key not in moving} if isinstance(data, dict) else data


@every_listing
def test_text_is_what_xl_prints(verb: Any, web: None, capsys: pytest.CaptureFixture[str]) -> None:
    name, *others = words(verb)
    plain = listed([name, *others], capsys)
    assert [line[:40] for line in listed([name, "--format", "text", *others], capsys).splitlines()] == [
        line[:40] for line in plain.splitlines()
    ]


def test_a_bad_value_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--format", "xml"]) == 2
    assert run(["list", "--watch=soon"], "xlpy") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "xl: --format is text, json or yaml, not xml\nxlpy: --watch is a number of seconds from 0.1 on, not soon\n"
    )


def test_errors_are_those_of_the_plain_listing(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["list", "nobody"], ["list", "7"], ["vcpu-list", "nobody"], ["uptime", "nobody"]):
        status = run(argv)
        plain = capsys.readouterr()
        assert run([argv[0], "--format", "json", *argv[1:]]) == status == 1
        assert capsys.readouterr().err == plain.err


def test_other_options_stay_where_they_are(web: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(listed(["list", "-v", "--format", "json", "-n", "web"], capsys))[0]["name"] == "web"
    assert run(["list", "-l", "--format", "yaml"]) == 1
    assert "libxl's JSON" in capsys.readouterr().err


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    "argv", ["list --formatted json", "list --form json", "list --watched", "pause --format json", "list -- --format"]
)
def test_what_is_not_ours_is_an_error_as_of_the_real_xl(argv: str, release: str, tmp_path: Path) -> None:
    need_real_xl()
    ours, real = run_ours(release, argv.split(), tmp_path), run_real(release, argv.split(), tmp_path)
    assert (ours.stdout, ours.status) == (real.stdout, real.status)


def test_only_xlpys_help_shows_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    plain = listed(["help", "list"], capsys)
    assert listed(["list", "-h"], capsys) == plain
    assert "--format" not in plain
    more = listed(["help", "list"], capsys, "xlpy")
    assert more.startswith(plain)
    assert "--format=FORMAT" in more
    assert listed(["list", "-h"], capsys, "xlpy") == more
    assert "--format" not in listed(["help", "pause"], capsys, "xlpy")


def test_watch_prints_until_it_fails(web: None, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = "import sys; from xlpy.cli.main import xlpy; xlpy()"
    command = [sys.executable, "-c", script, "--connect", f"sim://{tmp_path}/host.db", "list", "--watch=0.1", "web"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        seen = [watching.stdout.readline() for _ in range(6)]
        assert run(["destroy", "web"]) == 0
        assert watching.wait(20) == 1
    assert [line[:4] for line in seen] == ["Name", "web ", "\n", "Name", "web ", "\n"]


class Thing(Record):
    """What a listing might list."""

    UNITS = {"age": "seconds"}  # noqa: RUF012 - as the records declare it
    text: str
    age: float
    more: tuple[Any, ...] = ()


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.lists(st.text() | st.none() | st.booleans()))
def test_any_text_comes_back_from_json_and_yaml(text: str, age: float, more: list[Any]) -> None:
    thing = Thing(text=text, age=age, more=(*more, {"key": [text]}, [], {}))
    for value in (thing, [thing, thing], []):
        expected = as_data(value)
        assert json.loads(to_text(value, "json")) == expected
        printed = to_text(value, "yaml")
        assert all(char.isprintable() or char == "\n" for char in printed)
        assert yaml.safe_load(printed) == expected


def test_units_and_broken_bytes() -> None:
    thing = Thing(text="caf\udce9", age=1.5)
    assert as_data(thing) == {"text": "caf\\xe9", "age_seconds": 1.5, "more": []}


def test_what_changes_something_has_no_format(web: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sched-credit2", "-d", "web", "-w", "512", "--format", "json"]) == 1
    assert "--format only shows" in capsys.readouterr().err
    (pool,) = json.loads(listed(["sched-credit2", "-d", "web", "--format", "json"], capsys))
    assert [(domain["name"], domain["weight"]) for domain in pool["domains"]] == [("web", 256)]
