"""The verbs of Platform Shared Resource, as the real xl answers where Xen says that it has none (ENODEV)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.ours import Run, run_ours
from xlpy.executors.sim import open_host

if TYPE_CHECKING:
    from pathlib import Path

CMT = b"libxl: error: libxl_psr.c:71:libxl__psr_cmt_log_err_msg: CMT is not supported in this system: No such device\n"
GONE = b"libxl: error: libxl_psr.c:46:libxl__psr_log_err_msg: invalid domain ID: No such process\n"
UNKNOWN = b"nosuch is an invalid domain identifier (rc=-6)\n"
MONITORING = b"Cache Monitoring Technology (CMT):\nEnabled         : 0\n"
NONE, OFF = b"Failed to get info\n", b"CMT is disabled in the system\n"


def allocation(feature: str, sockets: int) -> bytes:
    place = "libxl: error: libxl_psr.c:123:libxl__psr_alloc_log_err_msg"
    return f"{place}: {feature}: is not supported in this system\n".encode() * sockets


CASES = (
    ("psr-hwinfo", 253, MONITORING, b""),
    ("psr-hwinfo -m", 0, MONITORING, b""),
    ("psr-hwinfo --cat", 253, b"", b""),
    ("psr-hwinfo -b", 253, b"", b""),
    ("psr-hwinfo -mab", 253, MONITORING, b""),
    ("psr-cmt-attach 0", 253, b"", CMT),
    ("psr-cmt-attach 7", 253, b"", GONE),
    ("psr-cmt-attach nosuch", 1, b"", UNKNOWN),
    ("psr-cmt-detach 0", 253, b"", CMT),
    ("psr-cmt-show cache-occupancy", 255, b"", OFF),
    ("psr-cmt-show local-mem-bandwidth 0", 255, b"", OFF),
    ("psr-cmt-show total-mem-bandwidth nosuch", 1, b"", UNKNOWN),
    ("psr-cat-show", 253, b"", NONE),
    ("psr-cat-show -l2 0", 253, b"", NONE),
    ("psr-cat-show --level 9 0", 1, b"", b"Input lvl 9 is wrong\n"),
    ("psr-cat-show -l9 nosuch", 1, b"", UNKNOWN),
    ("psr-cat-set 0 0x3", 253, b"", allocation("L3 CAT", 2)),
    ("psr-cat-set -l2 0 0x3", 253, b"", allocation("L2 CAT", 2)),
    ("psr-cat-set -c 0 0x3", 253, b"", allocation("CDP", 2)),
    ("psr-cat-set --data 0 0x3", 253, b"", allocation("CDP", 2)),
    ("psr-cat-set -cd 0 0x3", 1, b"", b"Cannot handle -c and -d at the same time\n"),
    ("psr-cat-set -cdl2 0 0x3", 253, b"", allocation("L2 CAT", 2)),
    ("psr-cat-set -lx 0 0x3", 1, b"", b"Input lvl 0 is wrong\n"),
    ("psr-cat-set -s1 0 0x3", 253, b"", allocation("L3 CAT", 1)),
    ("psr-cat-set -s0-1 0 0x3", 253, b"", allocation("L3 CAT", 2)),
    ("psr-cat-set -s9 0 0x3", 253, b"", allocation("L3 CAT", 2)),
    ("psr-cat-set -s1,x 0 0x3", 253, b"", allocation("L3 CAT", 2)),
    ("psr-cat-set 7 0x3", 253, b"", GONE * 2),
    ("psr-mba-show", 253, b"", NONE),
    ("psr-mba-show nosuch", 1, b"", UNKNOWN),
    ("psr-mba-set 0 10", 253, b"", allocation("MBA", 2)),
    ("psr-mba-set --socket=1 0 10", 253, b"", allocation("MBA", 1)),
)


@pytest.mark.parametrize("release", ["4.17", "4.20"])
@pytest.mark.parametrize(("command", "status", "out", "err"), CASES)
def test_answers(
    command: str, status: int, out: bytes, err: bytes, release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: open_host(":memory:"))
    assert run_ours(release, command.split(), tmp_path) == Run(out, err, status)
