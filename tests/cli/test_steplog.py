"""What the global options -v and -T of xl show; the lines of libxl are those that were recorded on real Xen 4.17."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import run_ours
from tests.oracle.real import RELEASES, run_real
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN

GUEST = """\
name = "pv1"
type = "pv"
kernel = "/boot/vmlinux"
ramdisk = "/boot/initrd"
extra = "console=hvc0 quiet"
memory = 128
vif = ["bridge=xenbr0,mac=00:16:3e:00:00:01"]
disk = ["/dev/vg0/disk,raw,xvda,rw"]
"""
CASES = Path(__file__).parents[1] / "cases" / "steplog"
TOLD = (CASES / "pv.txt").read_text(encoding="utf-8")
RESTORED = (CASES / "restored.txt").read_text(encoding="utf-8")
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ \[\d+\] "


@pytest.fixture(autouse=True)
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = BUILT_IN.replace(nodes=(0, 0, 0, 0), xen_version="4.17.7")
    host = open_host(str(tmp_path / "host.db"), facts=facts)
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host)
    (tmp_path / "c.cfg").write_text(GUEST)


def told(folder: Path, *options: str, release: str = "4.17") -> list[str]:
    said = run_ours(release, (*options, "create", "-q", "c.cfg"), folder)
    assert said.status == 0
    return said.stderr.decode().splitlines()


def test_all_steps(tmp_path: Path) -> None:
    assert told(tmp_path, "-vvv") == TOLD.splitlines()


@pytest.mark.parametrize("options", [("-v",), ("-v", "-v")])
def test_fewer_steps(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert told(tmp_path, *options) == [line for line in TOLD.splitlines() if ": detail: " in line]


def test_none(tmp_path: Path) -> None:
    assert told(tmp_path) == []


def test_lines_of_a_later_release(tmp_path: Path) -> None:
    lines = told(tmp_path, "-vvv", release="4.20")
    assert lines[1].startswith("libxl: debug: libxl_device.c:443:libxl__device_disk_set_backend: Disk vdev=xvda ")
    assert lines[3] == "libxl: debug: libxl_create.c:1397:initiate_domain_create: Domain 1:running bootloader"
    assert lines[12].startswith("libxl: debug: libxl_device.c:1283:device_hotplug: Domain 1:calling hotplug script: ")


def test_an_emulated_guest(tmp_path: Path) -> None:
    (tmp_path / "c.cfg").write_text('name = "h"\ntype = "hvm"\nmemory = 128\ndisk = ["/dev/vg0/d,raw,hda,rw"]\n')
    lines = told(tmp_path, "-vvv")
    skipped = "libxl_bootloader.c:411:libxl__bootloader_run: Domain 1:not a PV/PVH domain, skipping bootloader"
    assert f"libxl: debug: {skipped}" in lines
    start = "libxl_dm.c:3005:libxl__spawn_local_dm: Domain 1:Spawning device-model "
    assert any(line.startswith(f"libxl: debug: {start}") for line in lines)
    assert any(line.endswith("libxl__spawn_local_dm: Domain 1:  -xen-domid") for line in lines)


def restored(folder: Path, *options: str, release: str = "4.17") -> list[str]:
    """What is told of a PVH guest that was saved, below the three lines of its configuration."""
    (folder / "c.cfg").write_text(GUEST.replace('"pv"', '"pvh"').partition("\ndisk")[0])
    for words in (("create", "-q", "c.cfg"), ("save", "pv1", "pv1.save"), (*options, "restore", "pv1.save")):
        said = run_ours(release, words, folder)
        assert said.status == 0
    return without_frames(said.stderr.decode()).splitlines()[3:]


def without_frames(text: str) -> str:
    """Where pages are in the memory of the host is another matter each time."""
    return re.sub(r"(?<=: mfn )0x\w+|(?<=-> d0 )0x\w+", "<frame>", text)


def test_a_restored_guest(tmp_path: Path) -> None:
    assert restored(tmp_path, "-vvv") == without_frames(RESTORED).splitlines()


def test_less_of_a_restored_guest(tmp_path: Path) -> None:
    least = [line for line in without_frames(RESTORED).splitlines() if ": debug: " not in line]
    assert restored(tmp_path, "-v") == least


@pytest.mark.parametrize("release", RELEASES)
def test_stamps_stand_where_those_of_the_real_xl_stand(tmp_path: Path, release: str) -> None:
    need_real_xl()
    argv = ("-T", "psr-cat-set", "99", "3")
    real, ours = run_real(release, argv, tmp_path, keep=False), run_ours(release, argv, tmp_path)
    for run in (real, ours):
        lines = run.stderr.decode().splitlines()
        assert len(lines) == 2
        assert all(re.match(f"{STAMP}libxl: error: libxl_psr.c:46:", line) for line in lines)
    other = ("-T", "psr-cat-set", "-l9", "99", "3")
    assert run_ours(release, other, tmp_path) == run_real(release, other, tmp_path)
