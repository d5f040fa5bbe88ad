"""Migration between simulated hosts: processes that speak xl's protocol, and what is left where it breaks."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.processes import Place
from tests.sim.laws import check_laws
from xlpy.cli.moving import pipes
from xlpy.executors.sim import open_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.processes import Said

GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 64\ndisk = ["/dev/vg0/web,raw,xvda,w"]\n'
PID = re.compile(r"(?<=process )\[[0-9]+\]")
TO_ITSELF = ("-s", "", "web", "xl migrate-receive")

SUCCESS = """\
migration target: Ready to receive domain.
Saving to migration stream new xl format (info 0x3/0x0/N)
Loading new save file <incoming migration stream> (new xl fmt info 0x3/0x0/N)
 Savefile contains xl domain config in JSON format
Parsing config from <saved>
xc: info: Saving domain 1, type x86 PV
xc: info: Found x86 PV domain from Xen 4.20
xc: info: Restoring domain
xc: info: Restore successful
xc: info: XenStore: mfn 0xN, dom 0, evt 1
xc: info: Console: mfn 0xN, dom 0, evt 2
migration target: Transfer complete, requesting permission to start domain.
migration sender: Target has acknowledged transfer.
migration sender: Giving target permission to start.
migration target: Got permission, starting domain.
migration target: Domain started successsfully.
migration sender: Target reports successful startup.
Migration successful.
"""
"""What the xl of Xen 4.17 printed, with its numbers left out; of 4.20 there is no other."""


NO_RECEIVER = """\
libxl: error: libxl_utils.c:507:libxl_read_exactly: file/stream truncated reading banner from migration receiver stream
libxl: info: libxl_exec.c:117:libxl_report_child_exitstatus: \
migration transport process [PID] exited with error status 255
""".splitlines()
"""The same, for an ssh that does not know the host."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    (tmp_path / "web.cfg").write_text(GUEST)
    assert place.run("xl", "create", "-q", "web.cfg").status == 0
    yield place
    for database in tmp_path.rglob("*.db"):
        host = open_host(str(database))
        check_laws(host)
        host.close()


def states(place: Place, uri: str = "") -> dict[str, str]:
    said = place.run(*(("xlpy", "--connect", uri) if uri else ("xl",)), "list")
    rows = [line.split() for line in said.out.splitlines()[2:]]
    return {row[0]: row[4].replace("-", "").replace("r", "b") for row in rows}


def masked(said: Said) -> list[str]:
    """The lines of standard error, sorted: two processes write it."""
    text = PID.sub("[PID]", said.err)
    text = re.sub(r"mfn 0x[0-9a-f]+", "mfn 0xN", re.sub(r"(?<=/0x0/)[0-9]+", "N", text))
    return sorted(text.splitlines())


def test_to_the_same_host(place: Place) -> None:
    said = place.run("xl", "migrate", *TO_ITSELF)
    assert (said.status, masked(said)) == (0, sorted(SUCCESS.splitlines()))
    assert states(place) == {"web": "b"}
    assert place.run("xl", "domid", "web").out == "2\n"


def test_to_another_host_and_back(place: Place) -> None:
    place.environment["XLPY_STATE_DIR"] = str(place.folder)
    assert place.run("xl", "migrate", "web", "sim:///rack2").status == 0
    assert states(place) == {}
    assert states(place, "sim:///rack2") == {"web": "b"}
    assert (place.folder / "hosts" / "rack2.db").exists()
    home = place.environment["XLPY_CONNECT"]
    assert place.run("xlpy", "--connect", "sim:///rack2", "migrate", "-p", "web", home).status == 0
    assert states(place) == {"web": "p"}
    assert states(place, "sim:///rack2") == {}


def test_the_command_that_is_run(place: Place) -> None:
    """As the real xl builds it: seen by a command in the place of ssh."""
    for options, words in (
        ((), "rack xl migrate-receive"),
        (("-e", "-p", "--debug"), "rack xl migrate-receive -e -d -p"),
        (("-D", "--live", "-F"), "rack xl migrate-receive"),
    ):
        said = place.run("xl", "migrate", "-s", "echo >&2 with", *options, "web", "rack")
        assert f"with {words}" in said.err.splitlines()
        assert said.status == 1
    said = place.run("xl", "-vv", "migrate", "-s", "echo >&2 with", "web", "rack")
    assert "with rack xl -vv migrate-receive" in said.err.splitlines()
    assert states(place) == {"web": "b"}


def test_no_receiver(place: Place) -> None:
    said = place.run("xl", "migrate", "-s", "", "web", "exit 255")
    assert said.status == 1
    assert masked(said) == NO_RECEIVER
    said = place.run("xl", "migrate", "-s", "", "web", f"printf %{len(pipes.BANNER)}d 5")
    assert (
        "migration receiver stream contained unexpected data instead of banner\n(command run was: printf %" in said.err
    )
    assert states(place) == {"web": "b"}


DIES = """\
import os, sys, time
from xlpy.cli.moving import pipes
stage = int(sys.argv[1])
os.write(1, pipes.BANNER)
if stage == 0:
    sys.exit(3)
while stage and not os.read(0, 1 << 20).endswith(b"END.\\x02\\0\\0\\0{}"):
    pass
if stage == 1:
    sys.exit(3)
os.write(1, pipes.READY)
if stage == 2:
    sys.exit(3)
os.read(0, 1 << 20)
if stage == 3:
    sys.exit(3)
os.write(1, pipes.REPORT)
if stage == 4:
    sys.exit(3)
os.write(1, b"\\3" + (pipes.GO if stage == 5 else b""))
"""


SENDER_FAILS = ("migrate:send", "migrate:round:0", "migrate:round:1", "migrate:suspend", "migrate:state")
TARGET_FAILS = ("memory", "step:attach", "migrate:receive", "migrate:start")
HERE, ASLEEP, THERE = {"web": "b"}, {"web": "ss"}, {"web--incoming": "p"}


@pytest.mark.parametrize(
    ("point", "how"),
    [
        *((point, "fail") for point in (*SENDER_FAILS, *TARGET_FAILS)),
        *((point, "die") for point in ("migrate:round:1", "migrate:state", "step:attach", "migrate:start")),
    ],
)
def test_a_fault_at_any_moment_leaves_one_domain_that_can_run(place: Place, point: str, how: str) -> None:
    """At the sender or at the target; only where one of them dies people must help, as with xl."""
    target = f"sim://{place.folder}/target.db"
    place.run("xlpy", "--connect", target, "list")
    where = ("--connect", target) if point in TARGET_FAILS else ()
    assert place.run("xlpy", "sim", "fault", "add", *point.split(":"), "--how", how, *where).status == 0
    said = place.run("xl", "migrate", "web", target)
    here, there = states(place), states(place, target)
    assert said.status != 0
    if how == "fail":
        assert (here, there) == (HERE, {})
        assert "Migration failed" in said.err
    elif point == "migrate:state":
        assert (here, there) == (ASLEEP, {})
        place.run("xl", "destroy", "web")
    elif point == "migrate:start":
        assert (here, there) == ({"web--migratedaway": "ss"}, THERE)
    else:
        assert here == HERE
        assert there in ({}, THERE)
    if there:
        place.run("xlpy", "--connect", target, "destroy", "web--incoming")
    place.run("xlpy", "sim", "fault", "clear", *where)
    if here == HERE:
        assert place.run("xl", "migrate", "web", target).status == 0
        assert states(place, target) == HERE


COPIES = """\
import os
from xlpy.cli.moving import pipes
os.write(1, pipes.BANNER)
with open("sent", "wb") as file:
    while data := os.read(0, 65536):
        file.write(data)
        if data.endswith(b"END.\\x02\\0\\0\\0{}"):
            break
"""


@pytest.mark.parametrize(
    ("stage", "last", "state"),
    [
        (0, "", {"web": "b"}),
        (1, "Migration failed, resuming at sender.", {"web": "b"}),
        (2, " responsibility to avoid that.  Sorry.", {"web--migratedaway": "ss"}),
        (3, " responsibility to avoid that.  Sorry.", {"web--migratedaway": "ss"}),
        (4, " responsibility to avoid that.  Sorry.", {"web--migratedaway": "ss"}),
        (5, "Migration failed due to problems at target.", {"web": "b"}),
        (6, " responsibility to avoid that.  Sorry.", {"web--migratedaway": "ss"}),
    ],
)
def test_a_receiver_that_dies(place: Place, stage: int, last: str, state: dict[str, str]) -> None:
    """Until permission was given the domain goes on here; after that only people can tell where it is."""
    (place.folder / "dies.py").write_text(DIES)
    said = place.run("xl", "migrate", "-s", "", "web", f"{sys.executable} dies.py {stage}")
    lines = said.err.splitlines()
    assert said.status == 1
    assert not last or last in lines  # 0: it depends on when the pipe breaks
    assert ("** Migration failed during final handshake **" in lines) == (state != {"web": "b"})
    assert states(place) == state


def receive(place: Place, data: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = {**place.environment, "XLPY_CONNECT": f"sim://{place.folder}/target.db"}
    words = ["xl", "migrate-receive"]
    return subprocess.run(
        words, input=data, capture_output=True, env=environment, cwd=place.folder, timeout=60, check=False
    )


def test_a_sender_that_dies(place: Place) -> None:
    """Wherever the stream ends, the receiver is left as it was; only the words of permission start a domain."""
    (place.folder / "copy.py").write_text(COPIES)
    place.run("xl", "migrate", "-s", "", "web", f"{sys.executable} copy.py")
    data = (place.folder / "sent").read_bytes()
    target = f"sim://{place.folder}/target.db"
    for length in (0, 20, 48, 60, len(data) // 2, len(data) - 9, len(data) - 1):
        done = receive(place, data[:length])
        assert done.returncode == 1
        assert done.stdout == pipes.BANNER
        assert states(place, target) == {}
    done = receive(place, data)
    assert done.stdout == pipes.BANNER + pipes.READY + pipes.REPORT + b"\xff" + pipes.GO
    assert done.returncode == 0
    assert done.stderr.endswith(b"migration target: Cleanup OK, granting sender permission to resume.\n")
    assert states(place, target) == {}
    done = receive(place, data + pipes.GO)
    assert done.stdout == pipes.BANNER + pipes.READY + pipes.REPORT + b"\0"
    assert states(place, target) == {"web": "b"}


def test_another_configuration(place: Place) -> None:
    (place.folder / "other.cfg").write_text(GUEST.replace('"web"', '"shop"'))
    place.environment["XLPY_STATE_DIR"] = str(place.folder)
    assert "unable to read overridden config file" in place.run("xl", "migrate", "-C", "none", "web", "x").err
    assert place.run("xl", "migrate", "-C", "other.cfg", "web", "sim:///rack3").status == 0
    assert states(place, "sim:///rack3") == {"shop": "b"}


def test_a_copy_takes_over_when_the_first_is_gone(place: Place) -> None:
    """Remus: the copy goes on from the last checkpoint."""
    place.environment["XLPY_STATE_DIR"] = str(place.folder)
    sender = subprocess.Popen(
        ["xl", "remus", "-Fd", "-i", "20", "web", "sim:///backup"],
        env=place.environment,
        cwd=place.folder,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(100):
        if states(place, "sim:///backup"):
            break
        time.sleep(0.1)
    assert states(place, "sim:///backup") == {"web--incoming": "p"}
    time.sleep(0.2)
    assert states(place) == {"web": "b"}
    assert place.run("xl", "destroy", "web").status == 0
    _, told = sender.communicate(timeout=30)
    assert sender.returncode == 0
    assert told.count("libxl_domain_info: Domain 1:Getting domain info: No such process") == 1
    assert "Remus: Primary domain has been destroyed." in told.splitlines()
    assert "migration target: Remus Failover for domain 1" in told.splitlines()
    for _ in range(100):
        if states(place, "sim:///backup") == {"web": "b"}:
            break
        time.sleep(0.1)
    assert states(place, "sim:///backup") == {"web": "b"}


def test_what_remus_refuses(place: Place) -> None:
    """The statuses and words of the real xl."""
    for options, status, line in (
        (("-p",), 255, "Option -p must be used in conjunction with -c"),
        (("-c", "-i", "5"), 255, "option -c is conflict with -i, -d, -n or -b: No such file or directory"),
        (("-s", "", "-e"), 1, NO_RECEIVER[0]),
    ):
        said = place.run("xl", "remus", *options, "web", "exit 3")
        assert (said.status, said.err.splitlines()[0]) == (status, line)
    assert states(place) == {"web": "b"}
