"""`xlpy plan`: one guest and many, steps in full, the formats, and problems at their place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sim.guests import Lab, config
from xlpy.cli.main import run

WEB = """\
name = "web"
uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"
type = "pvh"
kernel = "/boot/vmlinuz"
memory = 512
vif = ["bridge=nosuch,vifname=a-name-that-is-too-long"]
disk = ["/dev/vg0/web,raw,xvda,w"]
pci = ["03:00.0"]
vcpus = 1
cpus = "1"
"""
PROBLEMS = {
    'kernel = "/nosuch"': "c.cfg:1:10: error: failed to open file",
    'vif = ["bridge=nosuch"]': "c.cfg:1:16: error: script: Could not find bridge device nosuch",
    'vif = ["script=vif-nosuch"]': "c.cfg:1:16: error: libxl: cannot execute /etc/xen/scripts/vif-nosuch",
    'vif = ["vifname=a-name-that-is-too-long"]': "c.cfg:1:17: error: script: Error: argument",
    'disk = ["/nosuch,raw,xvda,w"]': "c.cfg:1:10: error: Disk vdev=xvda failed to stat: /nosuch",
    'disk = ["/dev/vg0/a,raw,xvda,w,script=no"]': "c.cfg:1:39: error: libxl: cannot execute /etc/xen/scripts/no",
    'pool = "nosuch"': "c.cfg:1:8: error: Illegal pool specified: nosuch",
    'type = "pvh"\npci = ["03:00.0"]': "c.cfg:2:8: error: passthrough not yet supported for x86 PVH guests",
    'type = "hvm"\npci = ["03:00.0"]\nmaxmem = 256': "c.cfg:2:8: error: IOMMU required for device passthrough",
    'pci = ["0f:00.0"]': "c.cfg:1:8: error: PCI device 0:f:0.0 is not assignable",
    'pci = ["03:00.0", "03:00.0"]': "c.cfg:1:19: error: PCI device 0000:03:00.0 already assigned",
    "memory = 99999": "c.cfg:1:10: error: failed to free memory",
    "vcpus = 9": "c.cfg:1:9: warning: 9 vCPUs on the 8 pCPUs of Pool-0",
    'seclabel = "a:b:c"': "c.cfg:1:12: warning: XSM Disabled: init_seclabel not supported",
    'vif = ["backend=nosuch"]': "c.cfg:1:17: warning: backend domain nosuch of vif 0 does not exist",
    'type = "hvm"\nfirmware_override = "/nosuch"': "c.cfg:2:21: error: failed to open file '/nosuch'",
    'type = "hvm"\ndevice_model_override = "/nosuch"': "c.cfg:2:25: error: device model /nosuch is not executable",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.cfg").write_text(WEB, encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["plan", *words], "xlpy")
    out, err = capsys.readouterr()
    return status, out, err


def guest(name: str, *lines: str) -> None:
    text = "\n".join((*lines, f'name = "{name}"', 'kernel = "/boot/vmlinuz"', "memory = 128"))
    Path(f"{name}.cfg").write_text(f"{text}\n", encoding="utf-8")


@pytest.mark.parametrize(("lines", "expected"), PROBLEMS.items(), ids=list(PROBLEMS))
def test_a_problem_is_shown_at_its_setting(capsys: pytest.CaptureFixture[str], lines: str, expected: str) -> None:
    has = {line.split(" ")[0] for line in lines.splitlines()}
    rest = {"name": '"c"', "kernel": '"/boot/vmlinuz"', "memory": "128"}
    added = [f"{name} = {value}" for name, value in rest.items() if name not in has]
    Path("c.cfg").write_text("\n".join((lines, *added, "")), encoding="utf-8")
    status, _, err = said(capsys, "c.cfg")
    assert (status != 0) == (": error: " in expected)
    assert [line for line in err.splitlines() if line.startswith(expected)]


def test_several_guests_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    guest("b", 'vif = ["backend=net"]')
    guest("net")
    guest("a", "vcpus = 2")
    guest("c", 'vif = ["bridge=nosuch"]')
    status, out, _ = said(capsys, "b.cfg", "net.cfg", "a.cfg", "c.cfg")
    assert (status, out) == (3, SEVERAL)
    assert said(capsys, "c.cfg", "a.cfg", "net.cfg", "b.cfg")[1] == SEVERAL


SEVERAL = """\
4 guests on xlpy-sim, in the order in which they are built
  1  a    pv 128 MiB  2 vCPUs  node 0  ok
  2  net  pv 128 MiB  1 vCPU   node 1  ok
  3  b    pv 128 MiB  1 vCPU   node 1  ok
  4  c    pv 128 MiB  1 vCPU   node 0  cannot be built: script: Could not find bridge device nosuch
3 can be built: they need 396 of 60928 MiB, 4 vCPUs on 8 pCPUs
"""


def test_a_folder_stands_for_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    Path("web.cfg").unlink()
    for name in ("a", "b"):
        guest(name)
    assert said(capsys, ".") == said(capsys, "a.cfg", "b.cfg")


def test_very_many_guests_fit_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(60):
        guest(f"g{number}")
    out = said(capsys, *(f"g{number}.cfg" for number in range(60)))[1]
    assert len(out.splitlines()) == 43
    assert "... and 20 more, which --detail shows\n" in out


def test_detail_has_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "--detail", "web.cfg")
    assert status == 6
    assert "     need: 530432 KiB = 518 MiB, rounded up to 2 MiB\n" in out
    assert '/local/domain/DOMID/memory/target = "524288"  (n0,rDOMID)\n' in out
    assert "backend: phy: raw, so the kernel's backend can\n" in out
    assert "cannot be built: passthrough not yet supported for x86 PVH guests" in out
    numbers = [int(number) for number in re.findall(r"^ *(\d+)  [a-z]", out, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(("step", "lines"), [("1", ["  1  free memory: 518 MiB"]), ("attach: vif", []), ("VIF 0", [])])
def test_one_step(capsys: pytest.CaptureFixture[str], step: str, lines: list[str]) -> None:
    out = said(capsys, "--step", step, "web.cfg")[1]
    shown = [line for line in out.splitlines() if re.match(r" *\d+  [a-z]", line)]
    if lines:
        assert shown == lines
    elif step == "VIF 0":
        assert "vif-bridge online type_if=vif" in out
        assert len(shown) == 1


def test_a_step_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no step 99: it has 1 to " in said(capsys, "--step", "99", "web.cfg")[1]


def test_json_has_it_all(capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads(said(capsys, "--format", "json", "web.cfg")[1])[0]
    assert (plan["memory_kib"], plan["need_kib"], plan["vcpus"], plan["pool"]) == (524288, 530432, 1, "Pool-0")
    assert plan["placement"] == {"nodes": [0], "cpus": 1, "vcpus": 5, "free_kib": 31195136}
    problem = next(p for p in plan["problems"] if p["code"] == "no-such-bridge")
    assert (problem["place"], problem["fatal"]) == ("web.cfg:6:16", True)
    attach = next(step for step in plan["steps"] if step.get("kind") == "vif")
    assert attach["detail"]["scripts"][0]["environment"]["XENBUS_TYPE"] == "vif"
    assert all(set(step["detail"]) == DETAIL for step in plan["steps"])


DETAIL = {"facts", "command", "environment", "scripts", "nodes"}


@pytest.mark.parametrize("layout", ["markdown", "html"])
def test_pages_escape_what_a_file_says(capsys: pytest.CaptureFixture[str], layout: str) -> None:
    Path("web.cfg").write_text(
        WEB.replace('"web"', '"<b>*x*</b>"') + 'extra = "<script>``` | \\033[2J"\n', encoding="utf-8"
    )
    out = said(capsys, "--format", layout, "web.cfg")[1]
    assert "\x1b" not in out
    assert ("<script>" in out.replace("<script>``` |", "")) is False
    if layout == "html":
        assert "<b>" not in out
        assert out.startswith("<!DOCTYPE html>")
        assert "cannot be built: libxl: error: passthrough not yet supported" in out
    else:
        assert out.startswith("# \\<b\\>\\*x\\*\\</b\\>: pvh, 512 MiB, 1 vCPU\n")


def test_the_guests_that_run_count(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.host.create(make(lab))
    guest("web")
    status, _, err = said(capsys, "--connect", f"sim://{lab.path}", "web.cfg")
    assert status == 3
    assert 'web.cfg:1:8: error: Domain with name "web" already exists. [name-taken]' in err


def make(lab: Lab) -> Any:
    from xlpy.planner.plan import make_plan

    return make_plan(config("web"), lab.facts)


def test_secrets_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    guest("c", 'type = "hvm"', 'vncpasswd = "geheim"', "spice = 1", "spiceport = 6000", 'spicepasswd = "geheim"')
    for layout in ("text", "json", "markdown", "html"):
        out = said(capsys, "--detail", "--format", layout, "c.cfg")[1]
        assert "password=***" in out
        assert "geheim" not in out
