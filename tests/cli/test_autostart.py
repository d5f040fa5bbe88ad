"""`xlpy autostart`: order, what is done with each guest, and what is done when a step fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.real import RELEASES, oracle
from xlpy.cli.autostart.guests import LAST, Guest, find_guests, groups
from xlpy.cli.autostart.rules import Rules, read_rules, rules_of, variables
from xlpy.cli.autostart.work import Runner, in_groups, start, stop
from xlpy.cli.call import Settings
from xlpy.cli.main import run
from xlpy.executors import Failure
from xlpy.executors.sim import open_host
from xlpy.release import DEFAULT

ROOT = Path(__file__).parents[2]


class Program:
    """A runner that fails for some verbs, and remembers what it was asked for."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.asked: list[str] = []

    def __call__(self, *words: str) -> tuple[bool, str]:
        self.asked.append(" ".join(words))
        if words[0] == "save":
            Path(words[-1]).write_text("state")
        return words[0] not in self.failing, f"{words[0]} said\n"


def as_runner(program: Program) -> Runner:
    return program  # type: ignore[return-value]  # it is called the same way


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XLPY_CONNECT", f"sim://{tmp_path}/host.db")
    monkeypatch.setenv("XLPY_XL_CONF", "")
    open_host(f"{tmp_path}/host.db").close()
    return tmp_path


@pytest.fixture
def auto(host: Path) -> Path:
    folder = host / "auto"
    folder.mkdir()
    for name in ("10-netdom", "20-web", "20-db", "mail"):
        guest = name.rpartition("-")[2]
        (folder / f"{name}.cfg").write_text(f'name = "{guest}"\nkernel = "/boot/vmlinuz"\nmemory = 64\n')
    (folder / "mail.cfg~").write_text('name = "old"\n')
    (folder / ".mail.cfg.swp").write_text("")
    return folder


def asked(host: Path, *words: str) -> list[str]:
    return ["autostart", *words, "--auto", f"{host}/auto", "--save", f"{host}/saved"]


def running(host: Path) -> set[str]:
    with closing(open_host(f"{host}/host.db")) as sim:
        return {domain.name for domain in sim.domains() if domain.domid}


# ---- settings


def test_variables_are_read_as_the_shell_reads_them() -> None:
    text = "# comment\nexport A=1 # more\nB='two words'\nC=\nD=\"x\"y\n"
    assert variables(text) == {"A": "1", "B": "two words", "C": "", "D": "xy"}


@pytest.mark.parametrize("text", ["if true", "A = 1", "A='open", "1A=2"])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        variables(text)


def test_rules() -> None:
    assert rules_of({}) == Rules()
    found = rules_of(
        {
            "XENDOMAINS_AUTO": "",
            "XENDOMAINS_SAVE": "/s",
            "XENDOMAINS_RESTORE": "false",
            "XENDOMAINS_MIGRATE": "other --live",
            "XENDOMAINS_AUTO_ONLY": "true",
            "XENDOMAINS_STOP_MAXWAIT": "",
            "XENDOMAINS_CREATE_USLEEP": "5000000",
            "XENDOMAINS_PARALLEL": "0",
        }
    )
    assert found == Rules(
        auto="", save="/s", restore=False, migrate="other --live", only_auto=True, delay=5.0, parallel=1
    )


@pytest.mark.parametrize("release", RELEASES)
def test_the_file_of_debians_xendomains_says_what_is_built_in(release: str) -> None:
    need_real_xl()
    found = oracle() / release / "root" / "etc" / "default" / "xendomains"
    assert read_rules(str(found)) == Rules()


def test_a_bad_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("XENDOMAINS_STOP_MAXWAIT=soon\n")
    with pytest.raises(Failure) as failure:
        read_rules(f"{tmp_path}/settings")
    assert failure.value.advice == f"{tmp_path}/settings: XENDOMAINS_STOP_MAXWAIT=soon is no number"


# ---- order


def test_guests_stand_in_order_those_without_a_file_last(auto: Path, host: Path) -> None:
    saved = host / "saved"
    saved.mkdir()
    for name in ("db", "gone", ".web.part"):
        (saved / name).write_text("")
    sim = open_host(f"{host}/host.db")
    assert run(["create", "-q", f"{auto}/20-web.cfg"]) == 0
    assert run(["create", "-q", f"{auto}/mail.cfg", 'name="other"']) == 0
    found = find_guests(Rules(auto=str(auto), save=str(saved)), sim.domains())
    assert [(guest.name, guest.rank, guest.domid, bool(guest.saved)) for guest in found] == [
        ("netdom", 10, None, False),
        ("db", 20, None, True),
        ("web", 20, 1, False),
        ("mail", LAST, None, False),
        ("gone", LAST, None, True),
        ("other", LAST, 2, False),
    ]
    assert [[guest.name for guest in group] for group in groups(found)] == [
        ["netdom"],
        ["db", "web"],
        ["mail"],
        ["gone", "other"],
    ]


def test_groups_wait_for_each_other_and_guests_of_one_do_not() -> None:
    first, *second = [Guest(name=name, config=name, rank=rank) for name, rank in (("a", 1), ("b", 2), ("c", 2))]
    log: list[str] = []

    def act(guest: Guest) -> object:
        log.append(f"+{guest.name}")
        time.sleep(0.2)
        log.append(f"-{guest.name}")
        return guest

    assert [*in_groups([[first], second], act, parallel=4)] == [first, *second]  # type: ignore[arg-type]  # its result only passes through
    assert log[:2] == ["+a", "-a"]
    assert sorted(log[2:4]) == ["+b", "+c"]
    log.clear()
    assert len([*in_groups([second], act, parallel=1)]) == 2  # type: ignore[arg-type]  # as above
    assert log == ["+b", "-b", "+c", "-c"]


# ---- what is done


def test_what_starts_a_guest(tmp_path: Path) -> None:
    rules, state = Rules(), tmp_path / "web"
    state.write_text("")
    web = Guest(name="web", config="/c/web.cfg")
    asleep, create, restore = web.replace(saved=str(state)), "create -q -f /c/web.cfg", f"restore {state}"
    cases: list[tuple[Guest, dict[str, bool], tuple[str, ...], list[str], str]] = [
        (web, {}, (), [create], "created"),
        (web, {}, ("create",), [create], "not created"),
        (web.replace(domid=3), {}, (), [], "runs already"),
        (asleep, {}, ("restore",), [restore], f"not restored; {state} is kept"),
        (asleep, {}, (), [restore], "restored"),
        (asleep, {"restore": False}, (), [create], "created"),
        (Guest(name="web", saved=str(state)), {"restore": False}, (), [], "left saved"),
    ]
    for guest, changes, failing, words, what in cases:
        program = Program(*failing)
        done = start(guest, rules.replace(**changes), as_runner(program))
        assert (program.asked, done.what, done.ok) == (words, what, not failing)
        assert done.said == "".join(f"{verb} said\n" for verb in failing)
        assert state.exists() == (what != "restored")
        state.write_text("")


def test_a_guest_that_runs_although_it_is_saved_is_told(tmp_path: Path) -> None:
    done = start(Guest(name="web", saved="/s/web", domid=4), Rules(), as_runner(Program()))
    assert (done.ok, done.what) == (False, "runs already; remove /s/web, its state of earlier")


def test_what_stops_a_guest(tmp_path: Path) -> None:
    save, part = Rules(save=str(tmp_path / "saved")), f"{tmp_path}/saved/.web.part"
    web = Guest(name="web", domid=7)
    off = ["shutdown -w -F 7"]
    for guest, rules, failing, words, what in (
        (web, save, (), [f"save 7 {part}"], "saved"),
        (web, save, ("save",), [f"save 7 {part}", *off], "shut down"),
        (web, save.replace(save=""), (), off, "shut down"),
        (web, save.replace(migrate="other --live"), (), ["migrate 7 other --live"], "migrated"),
        (web, Rules(save="", migrate="other"), ("migrate",), ["migrate 7 other", *off], "shut down"),
        (web, Rules(save=""), ("shutdown",), off, "still runs"),
        (web, Rules(save="", destroy=True), ("shutdown",), [*off, "destroy 7"], "destroyed"),
        (Guest(name="a/b", domid=7), save, (), off, "shut down"),
    ):
        program = Program(*failing)
        done = stop(guest, rules, as_runner(program))
        assert (program.asked, done.what, done.ok) == (words, what, what != "still runs")
        assert done.said == "".join(f"{verb} said\n" for verb in failing)
        assert not Path(part).exists()
    assert (tmp_path / "saved" / "web").read_text() == "state"


def test_a_step_has_a_time_limit(host: Path, auto: Path) -> None:
    assert run(["create", "-q", "-p", f"{auto}/20-web.cfg"]) == 0
    program = Runner(Settings(release=DEFAULT), Rules(timeout=1.0))
    begin = time.monotonic()
    assert program("shutdown", "-w", "web") == (False, "xl shutdown took more than 1 s\n")
    assert time.monotonic() - begin < 10


# ---- the whole way


def test_up_down_and_up_again(auto: Path, host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(asked(host, "status"), "xlpy") == 3
    assert run(asked(host, "up", "-n"), "xlpy") == 0
    assert capsys.readouterr().out.splitlines()[-3:] == ["1: netdom", "2: db, web", "3: mail"]
    assert run(asked(host, "up"), "xlpy") == 0
    assert capsys.readouterr().out == "netdom: created\ndb: created\nweb: created\nmail: created\n"
    assert running(host) == {"netdom", "db", "web", "mail"}
    assert run(asked(host, "status"), "xlpy") == 0
    time.sleep(2)
    capsys.readouterr()
    assert run(asked(host, "down"), "xlpy") == 0
    assert capsys.readouterr().out == "mail: saved\nweb: saved\ndb: saved\nnetdom: saved\n"
    assert running(host) == set()
    assert run([*asked(host, "status"), "--format", "json"], "xlpy") == 3
    assert json.loads(capsys.readouterr().out)[0]["saved"] == f"{host}/saved/netdom"
    assert run(asked(host, "up"), "xlpy") == 0
    assert capsys.readouterr().out == "netdom: restored\ndb: restored\nweb: restored\nmail: restored\n"
    assert list((host / "saved").iterdir()) == []


def test_a_guest_that_cannot_be_built_does_not_keep_others_from_it(
    auto: Path, host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (auto / "15-broken.cfg").write_text("name = \n")
    assert run(asked(host, "up"), "xlpy") == 1
    told = capsys.readouterr()
    assert "15-broken.cfg: not created" in told.out
    assert "syntax error" in told.err
    assert len(running(host)) == 4


def test_only_the_guests_of_the_folder(auto: Path, host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["create", "-q", f"{auto}/mail.cfg", 'name="other"']) == 0
    assert run([*asked(host, "down", "-n"), "--only-auto"], "xlpy") == 0
    assert capsys.readouterr().out == ""
    assert run(asked(host, "down", "-n"), "xlpy") == 0
    assert capsys.readouterr().out == "1: other\n"


def test_every_setting_is_in_the_manual() -> None:
    page = (ROOT / "man" / "xlpy-autostart.1.in").read_text()
    names = {line.split('"')[1] for line in source().splitlines() if '"XENDOMAINS_' in line}
    assert len(names) == 9
    assert {name for name in names if name not in page} == set()


def source() -> str:
    return (ROOT / "xlpy" / "cli" / "autostart" / "rules.py").read_text()


def test_the_programs_that_read_unit_and_script_have_no_complaint() -> None:
    script = ROOT / "examples" / "autostart" / "xlpy-autostart.init"
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("shellcheck is not installed")
    assert subprocess.run([program, script], capture_output=True, text=True, check=False).stdout == ""


@pytest.mark.parametrize("release", RELEASES)
def test_the_service_that_it_replaces_is_xens(release: str) -> None:
    need_real_xl()
    script = oracle() / release / "root" / "etc" / "init.d" / "xendomains"
    unit = (ROOT / "examples" / "autostart" / "xlpy-autostart.service").read_text()
    assert script.exists()
    assert f"Conflicts={script.name}.service" in unit
