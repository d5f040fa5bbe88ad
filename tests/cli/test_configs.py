"""`xl list -l` and `xl config-update` on a host that is made up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.fake import FakeExecutor, domain
from xlpy.cli.main import run
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Pvh

if TYPE_CHECKING:
    from pathlib import Path

GUEST = 'name = "pv1"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'
WARNING = (
    "WARNING: xl now has better capability to manage domain configuration, avoid using this command when possible\n"
)
NO_DOMAIN_INFO = """\
setting dom9 configuration
libxl: error: libxl_dom.c:1244:libxl__userdata_path: unable to find domain info for domain 9: No such process
failed to update configuration
"""


@pytest.fixture(autouse=True)
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeExecutor:
    executor = FakeExecutor(domain(1, "pv1"), domain(2, "pvh1", type="pvh"))
    executor.configs[2] = DomainConfig(c_info=CreateInfo(type="pvh", name="pvh1"), b_info=BuildInfo(u=Pvh()))
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: executor)
    monkeypatch.setenv("XLPY_XEN", "4.20")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.cfg").write_text(GUEST, encoding="utf-8")
    return executor


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    return run(list(words)), *capsys.readouterr()


class TestList:
    def test_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = _said(capsys, "list", "--long", "-v")
        assert (status, err) == (0, "")
        assert out.startswith('[\n    {\n        "domid": 0,\n        "config": {\n            "c_info": {\n')
        assert out.endswith("        }\n    }\n]\n\n")
        assert [(one["domid"], one["config"]["c_info"]["name"]) for one in json.loads(out)] == [
            (0, "Domain-0"),
            (1, "pv1"),
            (2, "pvh1"),
        ]

    def test_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert [one["domid"] for one in json.loads(_said(capsys, "list", "-l", "pv1")[1])] == [1]
        status, _, err = _said(capsys, "list", "-l", "9")
        assert (status, err.splitlines()[-1]) == (1, "Error: Domain '9' does not exist.")

    def test_expressions(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "xl.conf").write_text('output_format = "sxp"\n', encoding="utf-8")
        monkeypatch.setenv("XLPY_XL_CONF", str(tmp_path / "xl.conf"))
        status, out, err = _said(capsys, "list", "-l", "pv1")
        assert (status, err) == (0, "")
        assert out.startswith("(domain\n\t(domid 1)\n\t(create_info)\n")
        assert _said(capsys, "-N", "config-update", "pv1", "a.cfg")[1].startswith("(domain\n\t(domid -1)\n")
        assert _said(capsys, "list", "-l")[::2] == (1, "Unknown domain type 3\n")


class TestUpdate:
    def test_it_is_stored(self, host: FakeExecutor, capsys: pytest.CaptureFixture[str]) -> None:
        said = _said(capsys, "config-update", "pv1", "a.cfg", "memory=128")
        assert said == (0, "", f"{WARNING}setting dom1 configuration\n")
        assert host.asked == [("update", 1, "pv1", 128 * 1024)]

    def test_it_can_be_shown(self, host: FakeExecutor, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = _said(capsys, "config-update", "1", "-d", "a.cfg")
        assert (status, err) == (0, f"{WARNING}setting dom1 configuration\n")
        assert json.loads(out)["domid"] is None
        assert _said(capsys, "-N", "config-update", "pv1", "a.cfg")[::2] == (0, WARNING)
        assert len(host.asked) == 1

    def test_a_domain_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert _said(capsys, "config-update", "9", "a.cfg") == (1, "", WARNING + NO_DOMAIN_INFO)
        unknown = f"{WARNING}nosuch is an invalid domain identifier (rc=-6)\n"
        assert _said(capsys, "config-update", "nosuch", "a.cfg") == (1, "", unknown)
        assert _said(capsys, "-N", "config-update", "9", "a.cfg")[0] == 0

    def test_no_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = _said(capsys, "config-update", "pv1")
        assert (status, out) == (1, "")
        assert err.startswith(f"{WARNING}Config file not specified\n")
