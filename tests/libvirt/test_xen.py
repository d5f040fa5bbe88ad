"""The verbs on a host of Xen: what they print, what they ask of libvirt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.libvirt.fake import NO_DOMAIN, Domain, Error, Xen
from tests.libvirt.said import said
from tests.libvirt.samples import WEB
from xlpy.executors import Failure, NoPvDrivers, UnknownDomain
from xlpy.executors.libvirt import errors, vcpus

if TYPE_CHECKING:
    from pathlib import Path

    from xlpy.executors.libvirt.host import LibvirtHost

pytestmark = pytest.mark.usefixtures("xen")
HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)\n"
DOM0 = "Domain-0                                     0  1536     2     r-----       1.5\n"


@pytest.fixture
def deaf(xen: Xen) -> Domain:
    """An HVM guest without PV drivers."""
    return xen.add(WEB.format("hvm", "destroy"), deaf=True)


class TestLooking:
    def test_list(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        row = "web                                          1   128     1     -b----       1.5\n"
        assert said(capsys, "list") == (0, HEADER + DOM0 + row, "")
        assert said(capsys, "list", "web") == (0, HEADER + row, "")

    @pytest.mark.parametrize(
        ("state", "reason", "vcpu", "letters"),
        [
            ("running", 0, vcpus.RUNNING, "r-----"),
            ("running", 0, vcpus.BLOCKED, "-b----"),
            ("running", 0, vcpus.OFFLINE, "------"),
            ("paused", 1, vcpus.BLOCKED, "--p---"),
            ("shutoff", 1, vcpus.BLOCKED, "---s--"),
            ("shutoff", 3, vcpus.BLOCKED, "---sc-"),
        ],
    )
    def test_states(
        self, web: Domain, capsys: pytest.CaptureFixture[str], state: str, reason: int, vcpu: int, letters: str
    ) -> None:
        web.state_, web.reason, web.vcpu_states = state, reason, [vcpu]
        assert said(capsys, "list", "web")[1].split()[-2] == letters

    def test_what_libvirt_does_not_know_is_a_question_mark(
        self, web: Domain, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert said(capsys, "list", "-cn", "web")[1].splitlines()[1].split()[-2:] == ["?", "?"]
        assert said(capsys, "uptime", "web")[1].splitlines()[1].split() == ["web", "1", "?"]
        assert said(capsys, "vcpu-list", "web")[1].splitlines()[1].endswith("  all / ?")

    def test_a_label(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "list", "-Z", "web")[1].endswith(" system_u:system_r:domU_t\n")

    def test_vcpus(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        web.vcpu_states = [vcpus.RUNNING, vcpus.OFFLINE]
        rows = said(capsys, "vcpu-list", "web")[1].splitlines()[1:]
        assert [row.split()[2:5] for row in rows] == [["0", "0", "r--"], ["1", "-", "--p"]]

    def test_vcpus_that_the_guest_has_not_started(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        web.online, web.vcpu_states, web.time = 3, [vcpus.OFFLINE] * 3, 0
        rows = said(capsys, "vcpu-list", "web")[1].splitlines()[1:]
        assert [row.split()[2:5] for row in rows] == [["0", "0", "---"], ["1", "-", "--p"], ["2", "-", "--p"]]
        assert said(capsys, "list", "web")[1].splitlines()[1].split()[3] == "1"

    def test_a_pinned_domain_is_on_its_node(
        self, web: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pinned = [vcpus.Vcpu(0, vcpus.BLOCKED, 0, 2, (2, 3))]
        monkeypatch.setattr("xlpy.executors.libvirt.vcpus.by_library", lambda *_: pinned)
        assert said(capsys, "list", "-n", "web")[1].endswith(" 1\n")
        assert said(capsys, "vcpu-list", "web")[1].endswith("  2-3 / ?\n")

    @pytest.mark.parametrize(("xml", "kind"), [("linux", "pv"), ("xenpvh", "pvh"), ("hvm", "hvm"), ("something", "pv")])
    def test_types(self, xen: Xen, host: LibvirtHost, xml: str, kind: str) -> None:
        xen.add(WEB.format(xml, "destroy"))
        assert host.find("web").type == kind

    def test_a_domain_that_goes_while_the_list_is_made(
        self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def vanish() -> list[int]:
            web.domid = -1
            raise Error(1, "internal error: libxl_domain_info failed for domain '1'")

        monkeypatch.setattr(web, "info", vanish)
        assert said(capsys, "list") == (0, HEADER + DOM0, "")

    def test_other_errors_are_not_swallowed(
        self, web: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> list[int]:
            raise Error(1, "internal error: libxl_domain_info failed for domain '1'")

        monkeypatch.setattr(web, "info", fail)
        status, out, err = said(capsys, "list")
        assert (status, out) == (1, "")
        assert "libxl-driver.log" in err

    def test_names_and_domids(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "domid", "web") == (0, "1\n", "")
        assert said(capsys, "domname", "1") == (0, "web\n", "")
        assert said(capsys, "vm-list")[1].splitlines()[2] == f"{web.uuid}  1    web                           "

    @pytest.mark.parametrize("word", ["nosuch", "na\udcffme", "99", "4294967295", "2147483648"])
    def test_unknown_domains(self, host: LibvirtHost, word: str) -> None:
        with pytest.raises(UnknownDomain) as caught:
            host.find(word)
        assert caught.value.wanted == word

    def test_a_stopped_domain_that_libvirt_keeps(
        self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str]
    ) -> None:
        web.persistent = True
        xen.end(web)
        assert said(capsys, "list")[1] == HEADER + DOM0
        status, out, err = said(capsys, "pause", "web")
        assert (status, out) == (1, "")
        assert err == (
            "web is an invalid domain identifier (rc=-6)\n"
            "xlpy: libvirt keeps it, but it does not run: virsh start starts it\n"
        )

    def test_configurations_are_those_that_libvirt_translates(
        self, web: Domain, host: LibvirtHost, capsys: pytest.CaptureFixture[str]
    ) -> None:
        config = host.config(1)
        assert (config.name, config.c_info.uuid, config.memory_kib) == ("web", web.uuid, 131072)
        assert config.b_info.kernel == "/k"
        dom0 = host.config(0)
        assert (dom0.b_info.sched_params.sched, dom0.b_info.sched_params.weight) == ("credit2", 256)
        assert said(capsys, "list", "-l")[0] == 0

    def test_a_translation_that_cannot_be_read(
        self, xen: Xen, web: Domain, host: LibvirtHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(xen, "domainXMLToNative", lambda *_: 'name = "\x1b"x')
        with pytest.raises(Failure) as caught:
            host.config(1)
        assert caught.value.advice.endswith("virsh dumpxml shows its XML")
        assert not any("\x1b" in line for line in caught.value.lines)


class TestActing:
    def test_pause_and_unpause(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "pause", "web") == (0, "", "")
        assert web.state_ == "paused"
        assert said(capsys, "unpause", "web") == (0, "", "")
        assert web.state_ == "running"

    def test_what_libvirt_has_not_paused(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = said(capsys, "unpause", "web")
        assert status == 0
        assert "Domain 1:Unpausing domain: Invalid argument" in err
        assert "only that can unpause" in err

    def test_destroy(self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "destroy", "web") == (0, "", "")
        assert [domain.name() for domain in xen.known] == ["Domain-0"]

    def test_domain_0_is_spared(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = said(capsys, "destroy", "-f", "0")
        assert (status, err.splitlines()[1]) == (1, "xl: Domain-0 runs the host")

    @pytest.mark.parametrize(("verb", "asked"), [("shutdown", ("shutdown", 1, 16)), ("reboot", ("reboot", 1))])
    def test_requests(
        self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str], verb: str, asked: tuple[Any, ...]
    ) -> None:
        assert said(capsys, verb, "web")[0] == 0
        assert xen.asked == [asked]

    @pytest.mark.parametrize(("verb", "button"), [("shutdown", "power"), ("reboot", "reset")])
    def test_a_guest_without_pv_drivers(
        self, deaf: Domain, capsys: pytest.CaptureFixture[str], verb: str, button: str
    ) -> None:
        status, _, err = said(capsys, verb, "web")
        assert (status, err.splitlines()[1:]) == (1, list(NoPvDrivers(reboot=verb == "reboot").lines))
        assert f"ACPI {button} event" in err

    def test_the_power_button(self, xen: Xen, deaf: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = said(capsys, "shutdown", "-F", "web")
        assert (status, err.splitlines()[-1]) == (
            0,
            "PV control interface not available: sending ACPI power button event.",
        )
        assert xen.asked[-1] == ("shutdown", 1, 1)

    def test_xen_has_no_reset_button(self, deaf: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = said(capsys, "reboot", "-F", "web")
        assert (status, err.splitlines()) == (
            1,
            [
                "Rebooting domain 1",
                "PV control interface not available: sending ACPI reset button event.",
                (
                    "libxl: error: libxl_domain.c:2207:libxl_send_trigger: Domain 1:Send trigger 'reset' failed: "
                    "Function not implemented"
                ),
                "reboot failed (rc=-3)",
            ],
        )

    def test_a_reboot_that_fails_otherwise(
        self, web: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_flags: int) -> None:
            raise Error(1, "internal error: Failed to reboot domain '1' with libxenlight")

        monkeypatch.setattr(web, "reboot", fail)
        status, _, err = said(capsys, "reboot", "web")
        assert (status, err.splitlines()[1]) == (
            1,
            "libvirt: error: " + "internal error: " + ("Failed to reboot domain '1' with libxenlight"),
        )
        assert "PV control" not in err

    def test_libvirt_cannot_rename(self, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = said(capsys, "rename", "web", "other")
        assert (status, len(err.splitlines())) == (1, 1)
        assert err.startswith("xlpy: rename: libvirt cannot rename a domain that runs; shut it down")

    def test_config_update(self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "web.cfg").write_text('name = "other"\nkernel = "/k"\nmemory = 256\n', encoding="utf-8")
        status, _, err = said(capsys, "config-update", "web", f"{tmp_path}/web.cfg")
        assert status == 0
        assert "libvirt keeps web from now on" in err
        (_, xml) = xen.asked[-1]
        assert re.search(r"<name>web</name>\s*<uuid>" + web.uuid, xml)
        assert ">262144</memory>" in xml
        assert "from now on" not in said(capsys, "config-update", "web", f"{tmp_path}/web.cfg")[2]

    @pytest.mark.parametrize("updates", [1, 2])
    def test_what_only_config_update_had_kept_gives_way(
        self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str], tmp_path: Path, updates: int
    ) -> None:
        (tmp_path / "web.cfg").write_text('name = "web"\nkernel = "/k"\nmemory = 256\n', encoding="utf-8")
        for _ in range(updates):
            assert said(capsys, "config-update", "web", f"{tmp_path}/web.cfg")[0] == 0
        assert said(capsys, "create", "-q", f"{tmp_path}/web.cfg")[0] == 3  # it runs
        xen.end(web)
        assert said(capsys, "create", "-q", f"{tmp_path}/web.cfg") == (0, "", "")
        assert [asked[0] for asked in xen.asked[-2:]] == ["undefine", "create"]

    @pytest.mark.parametrize("how", ["defined", "starts with libvirt"])
    def test_what_somebody_wants_kept_does_not(
        self, xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str], tmp_path: Path, how: str
    ) -> None:
        (tmp_path / "web.cfg").write_text('name = "web"\nkernel = "/k"\nmemory = 256\n', encoding="utf-8")
        web.persistent, web.starts_with_libvirt = how == "defined", how != "defined"
        assert said(capsys, "config-update", "web", f"{tmp_path}/web.cfg")[0] == 0
        xen.end(web)
        status, _, err = said(capsys, "create", "-q", f"{tmp_path}/web.cfg")
        assert status == 3
        assert "domain 'web' already exists" in err
        assert "undefine" not in [asked[0] for asked in xen.asked]


def test_what_no_domain_takes_is_a_configuration_only_where_one_is_carried_out(
    web: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, xen: Xen
) -> None:
    def fail(*_: object) -> None:
        raise Error(8, "invalid argument: frob")

    (tmp_path / "web.cfg").write_text('name = "web"\nkernel = "/k"\nmemory = 256\n', encoding="utf-8")
    monkeypatch.setattr(web, "attachDeviceFlags", fail)
    status, _, err = said(capsys, "block-attach", "web", "/dev/vg0/web,raw,xvdb,w")
    assert (status, "does not take that" in err) == (1, True)
    xen.fails["defineXML"] = Error(8, "invalid argument: frob")
    status, _, err = said(capsys, "config-update", "web", f"{tmp_path}/web.cfg")
    assert (status, "does not take this configuration" in err) == (3, True)


def test_a_connection_that_breaks_in_the_middle(xen: Xen, host: LibvirtHost) -> None:
    xen.fails["listAllDomains"] = Error(38, "End of file while reading data: Input/output error")
    with pytest.raises(Failure) as caught:
        host.domains()
    assert caught.value.advice.startswith("the connection to this machine broke")


def test_no_domain_is_a_code_of_its_own() -> None:
    assert NO_DOMAIN.get_error_code() == errors.NO_DOMAIN
