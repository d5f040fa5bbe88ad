"""xl create on a host of Xen behind libvirt."""

from __future__ import annotations

import os
import re
import signal
import threading
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.libvirt.fake import Domain, Error, Xen
from tests.libvirt.lowlevel import Control, Store
from tests.libvirt.said import said
from tests.libvirt.samples import CAPABILITIES
from tests.optional import TRANSCRIPTS
from xlpy.executors.libvirt import logs, xlconf
from xlpy.executors.libvirt.modules import Modules

pytestmark = pytest.mark.usefixtures("xen")
GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 128\non_crash = "restart"\n'
NO_KERNEL = Error(1, "internal error: libxenlight failed to create new domain 'web'")
TOLD = Path(__file__).parent.parent / "cases" / "steplog" / "pv.txt"
LEVELS = re.compile(
    r"(?m)^(libxl|domainbuilder): (debug|detail|info|notice|warning|error): (libxl\w*\.c:\d+:\w+: .*|xc_.*)"
)
STAMP = "2026-11-20 15:21:49.204+0000: "
LOG = """\
2026-11-20 15:21:49.204+0000: xc: panic: xg_dom_core.c:205: failed to open file '/boot/vmlinuz': No such file
2026-11-20 15:21:49.204+0000: libxl: libxl_create.c:1640:domcreate_rebuild_done: Domain 8:cannot (re-)build domain: -3
"""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "web.cfg"
    path.write_text(GUEST, encoding="utf-8")
    return path


def _sent(xen: Xen) -> tuple[str, int, str]:
    (found,) = [asked[1:] for asked in xen.asked if asked[0] == "create"]
    return found


@pytest.mark.parametrize(("options", "flags", "state"), [((), 0, "r-----"), (("-p",), 1, "--p---")])
def test_create(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], flags: int, state: str
) -> None:
    assert said(capsys, "create", "-q", *options, "web.cfg") == (0, "", "")
    name, sent, xml = _sent(xen)
    assert (name, sent) == ("web", flags)
    root = fromstring(xml)
    assert root.get("type") == "xen"
    assert root.findtext("./os/kernel") == "/boot/vmlinuz"
    assert root.findtext("on_crash") == "restart"
    xen.known[-1].vcpu_states = [1]
    assert state in said(capsys, "list", "web")[1]


def test_the_uptime_of_what_was_built_here_is_known_until_it_restarts(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "create", "-q", "web.cfg")[0] == 0
    assert said(capsys, "uptime", "web")[1].split()[-1] in ("0:00:00", "0:00:01", "0:00:02")
    before = xen.known[-1]
    xen.end(before, restart=True)
    xen.known[-1].metadata = before.metadata
    assert said(capsys, "uptime", "web")[1].split()[-1] == "?"


def test_nobody_acts_on_the_end_of_one_that_is_not_watched(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "create", "-q", "-e", "web.cfg")[0] == 0
    root = fromstring(_sent(xen)[2])
    assert [root.findtext(f"on_{when}") for when in ("poweroff", "reboot", "crash")] == ["preserve"] * 3


def test_what_libvirt_would_leave_undone_is_refused_before_anything_is_built(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web.write_text(GUEST + 'disk = ["/d,raw,xvda,w,script=block-\x1bfoo"]\n', encoding="utf-8")
    status, out, err = said(capsys, "create", "-q", "web.cfg")
    assert (status, out) == (3, "")
    first, second = err.splitlines()
    assert first.startswith("libvirt: error: disk: script=block-\\x1bfoo: ")
    assert second == (
        "xlpy: the guest would not be the one that is described: take these settings out, build it without them "
        "(xlpy --best-effort), or with Xen's own xl"
    )
    assert not xen.asked


NESTED = 'name = "web"\ntype = "hvm"\nmemory = 128\nnestedhvm = 1\nvnc = 0\n'
EPYC = "<model>EPYC-Rome</model><vendor>AMD</vendor><feature name='x2apic'/><feature name='tsc-deadline'/>"
SKYLAKE = "<model>Skylake-Server</model><vendor>Intel</vendor><feature name='vmx'/><feature name='hypervisor'/>"
DHYANA = "<model>Dhyana</model><vendor>Hygon</vendor>"


@pytest.mark.parametrize(
    ("cpu", "feature"),
    [
        (EPYC, "svm"),
        (SKYLAKE, "vmx"),
        (DHYANA, "svm"),
        ("<feature name='svm'/>", "svm"),
        ("<feature name='vmx'/>", "vmx"),
    ],
)
def test_nested_guests_are_switched_on_by_the_feature_that_the_driver_looks_for(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cpu: str, feature: str
) -> None:
    web.write_text(NESTED, encoding="utf-8")
    monkeypatch.setattr(xen, "getCapabilities", lambda: CAPABILITIES.replace("<feature name='svm'/>", cpu))
    assert said(capsys, "create", "-q", "web.cfg")[0] == 0
    found = fromstring(_sent(xen)[2]).findall("./cpu/feature")
    assert [(one.get("name"), one.get("policy")) for one in found] == [(feature, "require")]


def test_without_such_a_cpu_nested_guests_are_refused(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    web.write_text(NESTED, encoding="utf-8")
    monkeypatch.setattr(xen, "getCapabilities", lambda: CAPABILITIES.replace("<feature name='svm'/>", ""))
    status, _, err = said(capsys, "create", "-q", "web.cfg")
    assert status == 3
    assert err.startswith("libvirt: error: nestedhvm = 1: ")


def test_best_effort_only_tells(xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    web.write_text(GUEST + 'disk = ["/d,raw,xvda,w,script=block-foo"]\n', encoding="utf-8")
    status, out, err = said(capsys, "--best-effort", "create", "-q", "web.cfg")
    assert (status, out) == (0, "")
    assert err.startswith("xl: not carried out by libvirt: disk: script=block-foo: ")
    assert fromstring(_sent(xen)[2]).findall("./devices/disk/source[@file='/d']")


def test_tuning_that_is_lost_is_told(xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    web.write_text(GUEST + "cap = 50\n", encoding="utf-8")
    status, _, err = said(capsys, "create", "-q", "web.cfg")
    assert status == 0
    assert err.startswith("xl: not carried out by libvirt: cap = 50: ")
    assert _sent(xen)


def test_what_libxl_said_is_shown_as_the_cause(
    xen: Xen,
    web: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _is_local(tmp_path, monkeypatch)
    log = tmp_path / "libxl-driver.log"
    log.write_text("2026-11-20 15:00:00.000+0000: libxl: of another domain\n", encoding="utf-8")

    def fail(_xml: str, _flags: int) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(LOG)
        raise NO_KERNEL

    monkeypatch.setattr(xen, "createXML", fail)
    status, _, err = said(capsys, "create", "-q", "web.cfg")
    assert (status, err.splitlines()) == (
        3,
        [
            "xc: error: panic: xg_dom_core.c:205: failed to open file '/boot/vmlinuz': No such file",
            "libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 8:cannot (re-)build domain: -3",
        ],
    )


def test_what_libxl_said_of_a_domain_of_its_own(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _is_local(tmp_path, monkeypatch)
    assert said(capsys, "create", "-q", "web.cfg")[0] == 0

    def fail(_flags: int) -> None:
        log = "Domain start: {\n}\n2026-11-20 15:21:49.204+0000: libxl: Domain 1:PV control didn't acknowledge\n"
        (tmp_path / "web.log").write_text(log, encoding="utf-8")
        raise Error(1, "internal error: Failed to shutdown domain '1' with libxenlight")

    monkeypatch.setattr(xen.known[-1], "shutdownFlags", fail)
    status, _, err = said(capsys, "shutdown", "web")
    assert (status, err.splitlines()[1:]) == (
        1,
        ["libxl: error: Domain 1:PV control didn't acknowledge", "shutdown failed (rc=-3)"],
    )


@pytest.mark.parametrize(
    ("error", "said_then"),
    [
        (Error(1, "internal error: libxenlight failed to attach network device"), []),
        (
            Error(87, "resource busy: Lockspace resource '/dev/vg0/web' is locked"),
            [
                "libvirt: error: resource busy: Lockspace resource '/dev/vg0/web' is locked",
                "xl: another domain holds it: shut that one down first",
            ],
        ),
    ],
)
def test_what_libvirt_itself_says_follows_unless_it_says_nothing(
    xen: Xen,
    web: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Error,
    said_then: list[str],
) -> None:
    _is_local(tmp_path, monkeypatch)
    assert said(capsys, "create", "-q", "web.cfg")[0] == 0

    def fail(_xml: str, _flags: int) -> None:
        lines = (f"{STAMP}libxl: x.c:1:f: Domain {domid}:failed\n" for domid in (1, 7))
        (tmp_path / "libxl-driver.log").write_text("".join(lines), encoding="utf-8")
        raise error

    monkeypatch.setattr(xen.known[-1], "attachDeviceFlags", fail)
    status, _, err = said(capsys, "network-attach", "web", "bridge=br0")
    assert status != 0
    own_line = "libxl_device_nic_add failed."
    assert [line for line in err.splitlines() if line != own_line] == [
        "libxl: error: x.c:1:f: Domain 1:failed",
        *said_then,
    ]


def _is_local(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host counts as this machine; its kernels and logs are made up."""
    monkeypatch.setattr("xlpy.executors.libvirt.access._is_here", lambda _uri: True)
    monkeypatch.setattr("xlpy.host.HostFacts.has", lambda *_: True)
    monkeypatch.setattr(logs, "FOLDER", str(folder))


def test_from_afar_the_log_is_named(xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xen.fails["createXML"] = NO_KERNEL
    status, _, err = said(capsys, "create", "-q", "web.cfg")
    assert (status, len(err.splitlines())) == (3, 2)
    assert "libxl-driver.log" in err
    assert [domain.name() for domain in xen.known] == ["Domain-0"]


def test_a_name_that_is_taken(xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xen.fails["createXML"] = Error(9, "operation failed: domain 'web' already exists with uuid 4ab4bf7f-ff9f-43e4")
    status, _, err = said(capsys, "create", "-q", "web.cfg")
    assert status == 3
    assert "virsh undefine" in err


def test_after_ctrl_c_nothing_is_left(xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xen.slow.clear()

    def interrupt() -> None:
        xen.started.wait(10)
        os.kill(os.getpid(), signal.SIGINT)
        xen.slow.set()

    thread = threading.Thread(target=interrupt)
    thread.start()
    status, _, err = said(capsys, "create", "-q", "web.cfg")
    thread.join()
    assert status == 130
    assert "will be destroyed" in err
    assert _sent(xen)[0] == "web"
    assert [domain.name() for domain in xen.known] == ["Domain-0"]


def test_console_and_watcher(xen: Xen, web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xen.console = [b"hello\r\n", b""]
    status, out, err = said(capsys, "create", "-q", "-c", "web.cfg")
    assert (status, out, err) == (0, "hello\n", "")


def test_a_domain_without_console_is_built_all_the_same(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Error(1, "internal error: cannot find character device <null>")

    monkeypatch.setattr(Domain, "openConsole", refuse)
    status, out, err = said(capsys, "create", "-q", "-c", "web.cfg")
    assert (status, out, 'serial="pty"' in err) == (0, "", True)
    assert [domain.name() for domain in xen.known] == ["Domain-0", "web"]


def test_create_in_the_foreground(
    xen: Xen, web: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(_seconds: float) -> None:
        xen.end(xen.known[-1], restart=len(ends) == 0)
        ends.append(1)

    ends: list[int] = []
    monkeypatch.setattr("time.sleep", end)
    status, _, err = said(capsys, "create", "-q", "-F", "web.cfg")
    told = [line.partition(" [pid")[0] for line in err.splitlines()]
    assert (status, told) == (
        0,
        [
            "Waiting for domain web (domid 1) to die",
            "Domain 1 has shut down, reason code 1 0x1",
            "Action for shutdown reason code 1 is restart",
            "Domain 1 needs to be cleaned up: destroying the domain",
            "Done. Rebooting now",
            "Waiting for domain web (domid 2) to die",
            "Domain 2 has shut down, reason code 0 0x0",
            "Action for shutdown reason code 0 is destroy",
            "Domain 2 needs to be cleaned up: destroying the domain",
            "Done. Exiting now",
        ],
    )


class TestLog:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(logs, "FOLDER", str(tmp_path))

    def test_those_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "web.log").mkdir()
        assert logs.ends("web") == {f"{tmp_path}/libxl-driver.log": 0}
        assert logs.ends("../web\0") == {f"{tmp_path}/libxl-driver.log": 0}
        assert logs.ends("web\0") == {f"{tmp_path}/libxl-driver.log": 0}
        assert logs.since({f"{tmp_path}/nosuch": 0, str(tmp_path): 0}) == []

    def test_the_last_lines_of_many(self, tmp_path: Path) -> None:
        before = logs.ends("web")
        lines = b"".join(b"2026-11-20 15:21:49.204+0000: libxl: \x1b\xff%d\n\n" % n for n in range(100))
        (tmp_path / "libxl-driver.log").write_bytes(lines)
        found = logs.since(before)
        assert len(found) == 12
        assert found[-1].line((4, 17)) == "libxl: error: \\x1b\ufffd99"

    @pytest.mark.parametrize(("domid", "count"), [(None, 3), (8, 2), (9, 2), (10, 1)])
    def test_those_of_other_domains_are_left_out(self, tmp_path: Path, domid: int | None, count: int) -> None:
        before = logs.ends("web")
        texts = ("x.c:1:f: Domain 8:one", "x.c:1:f: Domain 9:other", "x.c:1:f: no Domain 10 here")
        (tmp_path / "libxl-driver.log").write_text("".join(f"{STAMP}libxl: {text}\n" for text in texts), "utf-8")
        assert len(logs.since(before, domid)) == count

    def test_in_a_log_of_everything_no_line_counts_as_an_error(self, tmp_path: Path) -> None:
        before = logs.ends("web")
        progress = re.sub("(?m)^(libxl|domainbuilder): [a-z]+: ", r"\1: ", TOLD.read_text("utf-8"))
        lines = (*progress.splitlines(), *LOG.replace(STAMP, "").splitlines())
        (tmp_path / "libxl-driver.log").write_text("".join(f"{STAMP}{line}\n" for line in lines), "utf-8")
        assert [message.line((4, 17)) for message in logs.since(before)] == LOG.replace(STAMP, "").splitlines()

    @pytest.mark.skipif(TRANSCRIPTS is None, reason="XLPY_TRANSCRIPTS names no recordings of a real host")
    def test_what_is_progress_and_what_is_grave(self) -> None:
        found = [
            (line[1], f"{line[0]}: {line[2]}")
            for path in Path(TRANSCRIPTS or "").rglob("*.txt")
            for line in LEVELS.findall(path.read_text("utf-8", "replace"))
        ]
        assert len(found) > 300
        for level, line in found:
            if "libxl_report_child_exitstatus: migration" not in line:  # told at both levels
                assert (re.match(logs._PROGRESS, line) is None) == (level in {"error", "warning"}), line

    def test_lines_of_several_logs_stand_in_the_order_of_time(self, tmp_path: Path) -> None:
        before = logs.ends("web")
        for name, second in (("libxl-driver", 9), ("web", 8)):
            line = f"2026-11-20 15:21:0{second}.204+0000: libxl: {name}\n"
            (tmp_path / f"{name}.log").write_text(line, encoding="utf-8")
        assert [message.text for message in logs.since(before)] == ["libxl: web", "libxl: libxl-driver"]


class TestXlConf:
    @pytest.fixture
    def conf(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The file that is read as xl.conf; that of libvirt is beside it."""
        monkeypatch.setenv("XLPY_XL_CONF", str(tmp_path / "xl.conf"))
        monkeypatch.setattr(xlconf, "OWN", str(tmp_path / "libxl.conf"))
        return tmp_path / "xl.conf"

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ('autoballoon = "off"', ["autoballoon"]),
            ('autoballoon = "on"\ndomid_policy = "random"', ["autoballoon", "domid_policy"]),
            ('autoballoon = "auto"\ndomid_policy = "xen"\nclaim_mode = 0\nblkdev_start = "xvdz"', []),
        ],
    )
    def test_from_afar_all_that_libvirt_does_not_know_is_told(
        self, web: Path, conf: Path, capsys: pytest.CaptureFixture[str], text: str, names: list[str]
    ) -> None:
        conf.write_text(text + "\n", encoding="utf-8")
        status, _, err = said(capsys, "create", "-q", "web.cfg")
        assert status == 0
        assert [line.split("=")[0] for line in err.splitlines()] == [f"xl: {name}" for name in names]
        assert err.count("of xl.conf is not carried out: ") == len(names)
        assert err.count(xlconf.OWN) == names.count("autoballoon")

    @pytest.mark.parametrize(
        ("ours", "own", "commandline", "told"),
        [
            ("off", "autoballoon = 0", "", False),
            ("off", "# autoballoon = 0\n  autoballoon=1", "", True),
            ("on", "autoballoon = 1", "", False),
            ("on", "autoballoon = 0", "", True),
            ("on", "", "", False),
            ("on", "#autoballoon = 1", "placeholder dom0_mem=512M", True),
            ("off", None, "placeholder dom0_mem=512M", False),
            ("off", None, "", True),
        ],
    )
    def test_on_dom0_only_what_is_not_so_anyway(
        self,
        web: Path,
        conf: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        ours: str,
        own: str | None,
        commandline: str,
        told: bool,
    ) -> None:
        _is_local(conf.parent, monkeypatch)
        control = Control()
        monkeypatch.setattr(control, "xeninfo", lambda: {**Control.xeninfo(control), "xen_commandline": commandline})
        monkeypatch.setattr("xlpy.executors.libvirt.modules.load", lambda: Modules(control=control, store=Store({})))
        conf.write_text(f'autoballoon = "{ours}"\n', encoding="utf-8")
        if own is not None:
            (conf.parent / "libxl.conf").write_text(own, encoding="utf-8")
        status, _, err = said(capsys, "create", "-q", "web.cfg")
        assert (status, f'autoballoon="{ours}" of xl.conf' in err) == (0, told)

    def test_the_first_disk_of_domain_0(self, web: Path, conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
        conf.write_text('blkdev_start = "xvdz"\n', encoding="utf-8")
        web.write_text(GUEST.replace("kernel", "bootloader") + 'disk = ["/d,raw,xvda,w"]\n', encoding="utf-8")
        assert said(capsys, "create", "-q", "web.cfg")[2].startswith('xl: blkdev_start="xvdz" of xl.conf is not ')
