"""Saving, restoring, suspending and core dumps on the simulated host."""

from __future__ import annotations

import io
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, MIB, VIF, config
from tests.sim.laws import check_laws
from xlpy.executors import LibxlError, UnknownDomain
from xlpy.executors.saving import GUEST_TIMEDOUT, SaveFailed
from xlpy.executors.sim import stream
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sim.guests import Lab
    from xlpy.libxl import DomainConfig


def sent(lab: Lab, domid: int, *, live: bool = False) -> tuple[bytes, list[str]]:
    out, told = io.BytesIO(), list[str]()

    def put(data: bytes) -> None:
        out.write(data)

    lab.host.saving.streams.send(domid, put, told.append, live=live)
    return out.getvalue(), told


def received(lab: Lab, what: DomainConfig, data: bytes) -> tuple[int, list[str]]:
    told: list[str] = []
    return lab.host.saving.receive(what, io.BytesIO(data).read, told.append, watched=True), told


def moved(lab: Lab, what: DomainConfig) -> int:
    """Saved, destroyed and restored, as xl save and xl restore do."""
    domid = lab.host.find(what.name).domid
    data, _ = sent(lab, domid)
    lab.host.destroy(domid)
    new, _ = received(lab, what, data)
    lab.host.unpause(new)
    return new


def shell(lab: Lab, domid: int, *lines: str) -> str:
    console = lab.host.console(domid)
    console.read()
    for line in lines:
        console.write(line + "\n")
        lab.clock.go(1)
    return console.read() or ""


def test_what_a_shell_keeps(lab: Lab) -> None:
    guest = config(on_reboot="restart")
    domid = lab.booted(guest)
    shell(lab, domid, "root", "marker=kept", "more=$marker")
    domid = moved(lab, guest)
    assert "\n[kept kept]\n" in shell(lab, domid, "echo [$marker ${more}]")
    shell(lab, domid, f"big={'x' * 4000}", "bigger=$big$big")
    assert "\n[]\n" in shell(lab, domid, "echo [$bigger]")
    assert "\n[]\n" in shell(lab, domid, "exit", "root", "echo [$marker]")
    shell(lab, domid, "marker=kept", "reboot")
    lab.clock.go(10)
    assert "\n[]\n" in shell(lab, domid + 1, "root", "echo [$marker]")


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
def test_a_guest_goes_on_where_it_was(lab: Lab, kind: str) -> None:
    guest = config("web", kind, devices=(DISK, VIF))
    domid = lab.booted(guest)
    assert "web:~#" in shell(lab, domid, "root")
    lab.clock.go(100)
    uptime = shell(lab, domid, "uptime")
    new = moved(lab, guest)
    assert new > domid
    check_laws(lab.host)
    assert lab.states() == {"web": "b"}
    assert shell(lab, new, "") == "\nweb:~# "  # still logged in, and nothing of the old scrollback
    lab.clock.go(60)
    later = shell(lab, new, "uptime")
    minutes = [int(re.search(r"up 0:(\d\d)", text)[1]) for text in (uptime, later)]  # type: ignore[index] # it is there
    assert minutes == [1, 2]


def test_what_was_still_to_come_on_the_console_comes(lab: Lab) -> None:
    guest = config()
    domid = lab.create(guest)
    lab.clock.go(0.2)
    early = lab.host.console(domid).read() or ""
    new = moved(lab, guest)
    lab.clock.go(3)
    assert "login: " not in early
    assert (lab.host.console(new).read() or "").endswith("web login: ")


def test_progress_is_told_as_by_xl(lab: Lab) -> None:
    """The lines that Xen 4.17 printed for a PV guest of 128 MiB."""
    _, told = sent(lab, lab.booted(config(memory=128)))
    percents = (6, 12, 18, 25, 31, 37, 43, 50, 56, 62, 68, 75, 81, 87, 93, 100)
    assert told == [
        "xc: info: Saving domain 1, type x86 PV",
        *(f"xc: progress: Frames: {2048 * (i + 1)}/32768  {percent:3}%" for i, percent in enumerate(percents)),
        "xc: progress: End of stream: 0/0    0%",
    ]


def test_a_suspended_guest_stands_still_until_it_is_resumed(lab: Lab) -> None:
    domid = lab.booted(config())
    lab.host.saving.suspend(domid)
    event = lab.host.stopped(domid)
    assert event is not None
    assert (event.reason, event.successor) == (2, None)
    before = lab.host.find("web").cpu_time
    lab.clock.go(1000)
    with pytest.raises(LibxlError):
        lab.host.shutdown(domid)  # it does not hear it
    check_laws(lab.host)
    assert lab.states() == {"web": "s"}
    assert lab.host.find("web").cpu_time == before
    lab.host.saving.resume(domid)
    assert lab.states() == {"web": "b"}
    assert lab.host.stopped(domid) is None


def test_a_paused_guest_does_not_hear_that_it_shall_suspend(lab: Lab) -> None:
    deaf = config("deaf", "hvm", info={"u": Hvm(xen_platform_pci=False)})
    domids = [lab.booted(config(), paused=True), lab.booted(deaf, paused=True)]
    with pytest.raises(SaveFailed) as failed:
        sent(lab, domids[0])
    assert failed.value.rc == GUEST_TIMEDOUT
    assert lab.states() == {"web": "p", "deaf": "p"}
    sent(lab, domids[1])  # Xen itself stops a guest without PV drivers
    lab.host.saving.resume(domids[1])
    assert lab.states()["deaf"] == "p"
    check_laws(lab.host)


def test_a_name_that_is_taken(lab: Lab) -> None:
    """The words of Xen 4.17."""
    data, _ = sent(lab, lab.booted(config()))
    with pytest.raises(LibxlError) as failed:
        received(lab, config(), data)
    assert [*filter(None, (message.line((4, 17)) for message in failed.value.messages))] == [
        'libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain 2:Domain with name "web" already exists.',
        "libxl: error: libxl_create.c:1296:initiate_domain_create: Domain 2:cannot make domain: -6",
        "libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 2:Non-existant domain",
        "libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain 2:Unable to destroy guest",
        "libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain 2:Destruction of domain failed",
    ]
    check_laws(lab.host)


def test_a_pv_guest_that_never_ran_has_no_page_tables(lab: Lab) -> None:
    domid = lab.create(config(), paused=True)
    out = io.BytesIO()
    with pytest.raises(SaveFailed) as failed:
        lab.host.saving.streams.send(domid, out.write, [].append, live=True)  # type: ignore[arg-type]  # gives a number
    done = "libxl__xc_domain_save_done: Domain 1:saving domain: domain did not respond to suspend request: Success"
    assert (failed.value.rc, [message.line((4, 17)) for message in failed.value.messages]) == (
        GUEST_TIMEDOUT,
        [
            "xc: error: Bad mfn 0 for p2m frame list list: Internal error",
            "xc: error: Save failed (0 = Success): Internal error",
            f"libxl: error: libxl_stream_write.c:347:{done}",
        ],
    )
    lab.host.destroy(domid)
    with pytest.raises(LibxlError) as cut:
        received(lab, config(), out.getvalue())
    assert [message.line((4, 17)) for message in cut.value.messages][:2] == [
        "xc: error: Failed to read Image Header from stream (0 = Success): Internal error",
        "libxl: error: libxl_stream_read.c:850:libxl__xc_domain_restore_done: restoring domain: Success",
    ]


def test_any_cut_stream_leaves_nothing(lab: Lab) -> None:
    guest = config(devices=(DISK,))
    domid = lab.booted(guest)
    data, _ = sent(lab, domid)
    lab.host.destroy(domid)
    for length in range(len(data)):
        with pytest.raises(LibxlError) as failed:
            received(lab, guest, data[:length])
        assert failed.value.advice
        assert lab.states() == {}
    received(lab, guest, data)
    check_laws(lab.host)


@pytest.mark.parametrize(
    ("start", "advice"),
    [(b"LibxlFmt" + bytes(8), "only Xen can restore it"), (b"something else", "another version")],
)
def test_what_is_not_ours_is_refused(lab: Lab, start: bytes, advice: str) -> None:
    with pytest.raises(LibxlError) as failed:
        received(lab, config(), start + bytes(1000))
    assert "Invalid ident: expected 0x" in failed.value.lines[0]
    assert advice in failed.value.advice
    assert lab.states() == {}


def test_a_domain_can_come_to_the_host_where_it_is(lab: Lab) -> None:
    """As xl migrate DOMAIN localhost: for a while there are two with the same uuid and disks."""
    guest = config(devices=(DISK,))
    domid = lab.booted(guest)
    data, _ = sent(lab, domid, live=True)
    incoming = guest.replace(c_info=guest.c_info.replace(name="web--incoming"))
    new, _ = received(lab, incoming, data)
    assert lab.states() == {"web": "s", "web--incoming": "p"}
    assert len({lab.host.find(name).uuid for name in ("web", "web--incoming")}) == 1
    lab.host.destroy(domid)
    lab.host.rename(new, "web")
    lab.host.unpause(new)
    check_laws(lab.host)
    assert lab.host.config(new).c_info.uuid == guest.c_info.uuid
    with pytest.raises(Exception, match="in use by domain web"):
        lab.create(config("other", devices=(DISK,)))


def test_a_migration_sends_what_became_dirty_again(lab: Lab) -> None:
    domid = lab.booted(config(memory=1024))
    data, told = sent(lab, domid, live=True)
    assert told == [f"xc: info: Saving domain {domid}, type x86 PV"]  # xl hides the progress of migrations
    read, counts = io.BytesIO(data).read, list[int]()
    stream.check_magic(read)
    while (record := stream.unpack(read))[0] != stream.END:
        counts += [record[1]["frames"]] if record[0] == stream.FRAMES else []
    assert counts[0] == 1024 * MIB // 4
    assert len(counts) >= 2
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(("kind", "index"), [("pv", ".xen_p2m"), ("hvm", ".xen_pfn")])
def test_a_core_is_an_elf_file(lab: Lab, tmp_path: Path, kind: str, index: str) -> None:
    path = tmp_path / "core"
    lab.host.saving.dump_core(lab.booted(config("web", kind, memory=64, vcpus=2)), str(path))
    shown = subprocess.run(["readelf", "-hSW", path], capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    assert "CORE (Core file)" in shown.stdout
    sections = {name: int(size, 16) for name, size in re.findall(r"\] (\.\S+) +\S+ +\S+ \S+ (\S+)", shown.stdout)}
    assert sections.pop(".xen_pages") == 64 * MIB * 1024
    assert sections.keys() == {".note.Xen", ".xen_prstatus", ".xen_shared_info", index, ".shstrtab"}
    assert path.stat().st_blocks * 512 < 2 * MIB * 1024  # the pages take no room
    assert path.stat().st_mode & 0o777 == 0o600


def test_domain_0_stays(lab: Lab) -> None:
    for work in (lambda: lab.host.saving.suspend(0), lambda: sent(lab, 0), lambda: sent(lab, 0, live=True)):
        with pytest.raises(SaveFailed) as failed:
            work()
        assert "runs the host" in failed.value.advice
    lab.host.saving.resume(0)
    check_laws(lab.host)


def test_domains_that_are_not_there(lab: Lab, tmp_path: Path) -> None:
    saving = lab.host.saving
    for work in (
        lambda: sent(lab, 9),
        lambda: saving.suspend(9),
        lambda: saving.resume(9),
        lambda: saving.dump_core(9, str(tmp_path / "c")),
    ):
        with pytest.raises(UnknownDomain):
            work()
    assert not list(tmp_path.glob("c"))
