"""What the verbs ask of a host and what they print, on a host that is made up."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.cli.fake import FakeConsole, FakeExecutor, domain
from xlpy.cli.main import run
from xlpy.cli.shared import stopping
from xlpy.executors import Failure, StopEvent

GONE_17 = "libxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=99\n"
GONE_20 = "libxl: error: libxl_dom.c:37:libxl__domain_type: Domain 99:unable to get dominfo: No such process\n"
LIST_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)\n"


class Said(NamedTuple):
    status: int
    out: str
    err: str


Xl = Callable[..., Said]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FakeExecutor:
    executor = FakeExecutor(domain(1, "pv1"), domain(2, "pvh1", type="pvh"))
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: executor)
    monkeypatch.setattr(stopping, "POLL_SECONDS", 0)
    monkeypatch.setenv("XLPY_XEN", "4.20")
    return executor


@pytest.fixture
def xl(host: FakeExecutor, capsys: pytest.CaptureFixture[str]) -> Xl:
    def call(*words: str, program: str = "xl") -> Said:
        status = run(list(words), program)
        return Said(status, *capsys.readouterr())

    return call


def stop(domid: int, reason: int | None, **other: Any) -> StopEvent:
    return StopEvent(domid=domid, name="pv1", reason=reason, **other)


def test_list(xl: Xl) -> None:
    rows = xl("list").out.splitlines()
    assert [row.split()[0] for row in rows] == ["Name", "Domain-0", "pv1", "pvh1"]
    assert xl("list", "pv1").out.splitlines()[1:] == [rows[2]]
    assert xl("list", "1").out.splitlines()[1:] == [rows[2]]


def test_list_of_the_unknown(xl: Xl) -> None:
    no_info = "libxl: error: libxl_domain.c:354:libxl_domain_info: Domain 99:Getting domain info: No such process\n"
    assert xl("list", "99") == (1, "", f"{no_info}Error: Domain '99' does not exist.\n")
    assert xl("list", "nosuch") == (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")


def test_list_columns(xl: Xl) -> None:
    assert xl("list", "-n").out.splitlines()[1].endswith("     0.0 all")
    assert xl("list", "-c").out.splitlines()[1].endswith("          Pool-0")
    assert xl("list", "-Z").out.splitlines()[1].endswith(" " * 16 + "-")


def test_vm_list_ignores_words(xl: Xl) -> None:
    assert xl("vm-list", "extra") == xl("vm-list")
    assert len(xl("vm-list").out.splitlines()) == 4


def test_vcpu_list(xl: Xl) -> None:
    assert [row.split()[0] for row in xl("vcpu-list").out.splitlines()] == ["Name", "Domain-0", "pv1", "pvh1"]
    assert [row.split()[0] for row in xl("vcpu-list", "2", "pv1").out.splitlines()] == ["Name", "pvh1", "pv1"]


def test_vcpu_list_of_the_unknown(xl: Xl) -> None:
    status, out, err = xl("vcpu-list", "nosuch")
    assert (status, out.split()[0], err) == (1, "Name", "nosuch is an invalid domain identifier (rc=-6)\n")
    status, out, err = xl("vcpu-list", "99")
    place = "libxl_domain.c:1669:libxl_list_vcpu"
    assert (status, err) == (0, f"libxl: error: {place}: Domain 99:Getting dominfo: No such process\n")


def test_uptime(xl: Xl) -> None:
    assert [row.split()[0] for row in xl("uptime").out.splitlines()] == ["Name", "Domain-0", "pv1", "pvh1"]
    assert xl("uptime", "pv1").out.splitlines()[1] == "pv1                                  1  0:00:00"
    assert xl("uptime", "-s", "pv1").out.endswith(" up  0:00, pv1 (1)\n")
    assert xl("uptime", "nosuch") == (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")


def test_info_of_one_field(xl: Xl) -> None:
    assert xl("info", "free_memory") == (0, "1024\n", "")
    assert xl("info", "extra") == (0, "", "")
    assert xl("info", "-n", "free_memory").out == xl("info", "-n").out


def test_domid_takes_names_only(xl: Xl) -> None:
    assert xl("domid", "pv1") == (0, "1\n", "")
    assert xl("domid", "1") == (1, "", "Can't get domid of domain name '1', maybe this domain does not exist.\n")


@pytest.mark.parametrize("word", ["1", "+1", " 1x"])
def test_domname_reads_numbers_as_c_does(xl: Xl, word: str) -> None:
    assert xl("domname", word) == (0, "pv1\n", "")


def test_domname_of_the_unknown(xl: Xl) -> None:
    error = "Can't get domain name of domain id '1000', maybe this domain does not exist.\n"
    assert xl("domname", "1000") == (1, "", error)
    assert xl("domname", "x") == (1, "", "Invalid domain id.\n\n")


def test_pause_and_unpause(xl: Xl, host: FakeExecutor) -> None:
    assert xl("pause", "pv1") == (0, "", "")
    assert xl("unpause", "1") == (0, "", "")
    assert host.asked == [("pause", 1), ("unpause", 1)]


def test_pause_of_the_unknown(xl: Xl, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "libxl_domain.c:583:libxl_domain_pause"
    assert xl("pause", "99") == (0, "", f"libxl: error: {place}: Domain 99:Pausing domain: No such process\n")
    assert xl("unpause", "99") == (0, "", GONE_20)
    monkeypatch.setenv("XLPY_XEN", "4.17")
    assert xl("unpause", "99") == (0, "", GONE_17)
    assert xl("pause", "nosuch").status == 1


def test_rename(xl: Xl, host: FakeExecutor) -> None:
    assert xl("rename", "pv1", "web") == (0, "", "")
    assert host.asked == [("rename", 1, "web")]
    assert xl("rename", "nosuch", "web") == (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")
    assert xl("rename", "99", "web") == (1, "", "Can't rename domain '99'.\n")


def test_rename_to_a_name_that_is_taken(xl: Xl) -> None:
    error = "Domain with name \"pvh1\" already exists.\nCan't rename domain 'pv1'.\n"
    assert xl("rename", "pv1", "pvh1") == (1, "", error)


def test_destroy(xl: Xl, host: FakeExecutor) -> None:
    assert xl("destroy", "pv1") == (0, "", "")
    assert xl("destroy", "0").status == 1
    assert host.asked == [("destroy", 1)]
    status, out, err = xl("destroy", "99")
    assert (status, out, err.splitlines()[-1]) == (1, "", "destroy failed (rc=-21)")


def test_shutdown(xl: Xl, host: FakeExecutor) -> None:
    assert xl("shutdown", "pv1") == (0, "", "Shutting down domain 1\n")
    assert xl("reboot", "pv1") == (0, "", "Rebooting domain 1\n")
    assert host.asked == [("shutdown", 1, False), ("shutdown", 1, True)]


def test_shutdown_all_waits_for_each(xl: Xl, host: FakeExecutor) -> None:
    host.stops = {1: [stop(1, 0)], 2: [stop(2, None)]}
    assert xl("shutdown", "-aw") == (
        0,
        "",
        (
            "Shutting down domain 1\nShutting down domain 2\nWaiting for 2 domains\n"
            "Domain 1 has been shut down, reason code 0\nDomain 2 has been destroyed\n"
        ),
    )


def test_shutdown_with_two_w_waits_until_it_is_gone(xl: Xl, host: FakeExecutor) -> None:
    host.stops = {1: [stop(1, 0), stop(1, 0), stop(1, 0, gone=True)]}
    assert xl("shutdown", "-ww", "1").err == (
        "Shutting down domain 1\nWaiting for 1 domains\nDomain 1 has been shut down, reason code 0\n"
        "Domain 1 continue waiting for death\nDomain 1 has been destroyed\n"
    )


def test_shutdown_without_pv_drivers(xl: Xl, host: FakeExecutor) -> None:
    host.deaf = {1}
    assert xl("reboot", "1") == (
        1,
        "",
        (
            "Rebooting domain 1\nPV control interface not available: external graceful reboot not possible.\n"
            'Use "-F" to fallback to ACPI reset event.\nreboot failed (rc=-10)\n'
        ),
    )
    assert xl("shutdown", "-F", "1") == (
        0,
        "",
        "Shutting down domain 1\nPV control interface not available: sending ACPI power button event.\n",
    )


def test_shutdown_of_the_unknown(xl: Xl) -> None:
    assert xl("shutdown", "99") == (1, "", f"Shutting down domain 99\n{GONE_20}shutdown failed (rc=-3)\n")
    assert xl("shutdown", "-w", "nosuch") == (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")


def test_console_of_the_unknown(xl: Xl) -> None:
    assert xl("console", "99") == (1, "", f"{GONE_20}Unable to attach console\n")


def test_a_release_that_is_none(xl: Xl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_XEN", "new")
    assert xl("list").status == 1
    assert "4.20" in xl("list").err


def test_an_advice_comes_last_and_harmless(xl: Xl, host: FakeExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Failure("xl's words", status=3, advice="do \x1b[31mthis")

    monkeypatch.setattr(host, "console", refuse)
    assert xl("console", "1") == (3, "", "xl's words\nxl: do \\x1b[31mthis\n")


def test_an_error_of_ours_is_one_line(xl: Xl, host: FakeExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "domains", lambda: 1 // 0)
    status, out, err = xl("list")
    assert (status, out) == (70, "")
    assert (
        err == "xl: internal error: ZeroDivisionError: integer division or modulo by zero (XLPY_DEBUG=1 shows where)\n"
    )
    monkeypatch.setenv("XLPY_DEBUG", "1")
    assert "Traceback" in xl("list").err


def test_an_interrupt_has_its_status(xl: Xl, host: FakeExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(host, "domains", interrupt)
    assert xl("list") == (130, "", "")


class TestFollowing:
    """xl create -F."""

    @pytest.fixture(autouse=True)
    def _config(self, tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("xlpy.planner.plan.check", lambda _plan, _facts: ())
        with open("web.cfg", "w", encoding="utf-8") as file:  # noqa: PTH123 - the current directory
            file.write('name = "web"\nkernel = "/boot/vmlinuz"\n')

    def test_create_says_only_what_it_reads(self, xl: Xl, host: FakeExecutor) -> None:
        assert xl("create", "web.cfg") == (0, "", "Parsing config from web.cfg\n")
        assert xl("create", "-qpe", "web.cfg", 'name="two"') == (0, "", "")
        assert host.asked == [("create", "web", False, True), ("create", "two", True, False)]

    def test_a_name_that_is_taken(self, xl: Xl) -> None:
        status, out, err = xl("create", "-q", "web.cfg", 'name="pv1"')
        assert (status, out) == (3, "")
        assert err == 'Domain with name "pv1" already exists.\nxl: name it otherwise\n'

    def test_debug_prints_the_configuration_on_stderr(self, xl: Xl) -> None:
        status, out, err = xl("create", "-qd", "web.cfg")
        assert (status, out) == (0, "")
        assert '"name": "web"' in err

    def test_until_it_is_destroyed(self, xl: Xl, host: FakeExecutor) -> None:
        host.stops = {3: [stop(3, None)]}
        status, out, err = xl("create", "-F", "-q", "web.cfg")
        assert (status, out) == (0, "")
        assert err == f"Waiting for domain web (domid 3) to die [pid {os.getpid()}]\nDomain 3 has been destroyed.\n"

    def test_through_a_reboot_to_the_end(self, xl: Xl, host: FakeExecutor) -> None:
        host.stops = {
            3: [stop(3, 1, action="restart", successor=4)],
            4: [stop(4, 0, action="destroy")],
        }
        pid = os.getpid()
        assert xl("create", "-F", "-q", "web.cfg").err == (
            f"Waiting for domain web (domid 3) to die [pid {pid}]\n"
            "Domain 3 has shut down, reason code 1 0x1\n"
            "Action for shutdown reason code 1 is restart\n"
            "Domain 3 needs to be cleaned up: destroying the domain\n"
            "Done. Rebooting now\n"
            f"Waiting for domain web (domid 4) to die [pid {pid}]\n"
            "Domain 4 has shut down, reason code 0 0x0\n"
            "Action for shutdown reason code 0 is destroy\n"
            "Domain 4 needs to be cleaned up: destroying the domain\n"
            "Done. Exiting now\n"
        )

    def test_a_domain_that_is_preserved_is_not_cleaned_up(self, xl: Xl, host: FakeExecutor) -> None:
        host.stops = {3: [stop(3, 3, action="preserve")]}
        assert xl("create", "-F", "-q", "web.cfg").err.splitlines()[1:] == [
            "Domain 3 has shut down, reason code 3 0x3",
            "Action for shutdown reason code 3 is preserve",
            "Done. Exiting now",
        ]

    def test_with_its_console(self, xl: Xl, host: FakeExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
        host.stream = FakeConsole("booting\n", "login: ")
        monkeypatch.setattr("xlpy.cli.shared.terminal.QUIET_SECONDS", 0.05)
        monkeypatch.setattr("sys.stdin", None)
        assert xl("create", "-qc", "web.cfg") == (0, "booting\nlogin: ", "")
