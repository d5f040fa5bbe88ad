"""mem-set, mem-max, claims, sharing: what the real xl said, on a host like the one where it said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlpy.cli.shared.sizes import parse_kib

if TYPE_CHECKING:
    from tests.cli.lab import Recorded

HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)"
NO_INFO_17 = (
    "libxl: error: libxl_dom.c:1216:libxl__userdata_path: unable to find domain info for domain 99: No such process\n"
)
NO_INFO_20 = (
    "libxl: error: libxl_domain.c:354:libxl_domain_info: Domain 99:Getting domain info: No such process\n"
    "libxl: error: libxl_dom.c:1244:libxl__userdata_path: unable to find domain info for domain 99: No such process\n"
)


def memory(lab: Recorded, name: str) -> int:
    return lab.host.find(name).memory_kib // 1024


def test_a_guest_follows_its_target(lab: Recorded) -> None:
    lab.guest()
    assert lab.xl("mem-set", "pv1", "64") == (0, "", "")
    lab.clock.go(1)
    assert lab.xl("mem-set", "pv1", "100m") == (0, "", "")
    lab.clock.go(1)
    row = lab.xl("list", "pv1").out.splitlines()[1]
    assert row.startswith("pv1                                          1   101     2     -b---- ")


def test_wrong_sizes(lab: Recorded) -> None:
    lab.guest()
    assert lab.xl("mem-set", "pv1", "frob") == (1, "", "invalid memory size: frob\n")
    assert lab.xl("mem-max", "pv1", "frob") == (1, "", "invalid memory size: frob\n")
    low = "memory_static_max must be greater than or or equal to memory_dynamic_max: Success"
    assert lab.xl("mem-max", "pv1", "1") == (
        1,
        "",
        (
            f"libxl: error: libxl_mem.c:59:libxl_domain_setmaxmem: Domain 1:{low}\n"
            "cannot set domid 1 static max memory to : 1\n"
        ),
    )
    high = "Domain 1:memory_dynamic_max must be less than or equal to memory_static_max\n\n"
    assert lab.xl("mem-set", "pv1", "1g") == (
        1,
        "",
        f"libxl: error: libxl_mem.c:278:libxl_set_memory_target: {high}cannot set domid 1 dynamic max memory to : 1g\n",
    )


def test_domain_0(lab: Recorded) -> None:
    assert lab.xl("mem-set", "0", "1400") == (0, "", "")
    lab.clock.go(2)
    assert memory(lab, "Domain-0") == 1400
    assert lab.xl("info", "free_memory").out == f"{2514 + 136}\n"
    assert lab.xl("mem-set", "0", "1536") == (0, "", "")
    lab.clock.go(2)
    assert memory(lab, "Domain-0") == 1536
    few = "New target 102400 for dom0 is below the minimum threshold"
    assert lab.xl("mem-set", "0", "100").err.splitlines()[0].endswith(f"libxl_set_memory_target: Domain 0:{few}")


@pytest.mark.parametrize(("release", "said"), [("4.17", NO_INFO_17), ("4.20", NO_INFO_20)])
def test_the_unknown(lab: Recorded, monkeypatch: pytest.MonkeyPatch, release: str, said: str) -> None:
    monkeypatch.setenv("XLPY_XEN", release)
    assert lab.xl("mem-set", "99", "64") == (1, "", f"{said}cannot set domid 99 dynamic max memory to : 64\n")
    assert lab.xl("mem-max", "99", "64") == (1, "", f"{said}cannot set domid 99 static max memory to : 64\n")
    assert lab.xl("mem-set", "x", "64") == (1, "", "x is an invalid domain identifier (rc=-6)\n")


@pytest.mark.parametrize(
    ("text", "kib"),
    [
        ("64", 65536),
        ("64m", 65536),
        ("64M", 65536),
        ("1g", 1048576),
        ("1T", 2**30),
        ("7k", 7),
        ("2048b", 2),
        (" +5", 5120),
        ("-5", -5120),
        ("", 0),
        ("m", 0),
        ("-1k", None),
        ("-1b", None),
        ("x", None),
        ("1kk", None),
        ("frob", None),
    ],
)
def test_sizes(text: str, kib: int | None) -> None:
    assert parse_kib(text) == kib


def test_sharing_and_claims(lab: Recorded) -> None:
    lab.guest()
    rows = [
        "Name                                        ID   Mem Shared",
        "Domain-0                                     0  1536      0",
        "pv1                                          1   128      0",
    ]
    assert lab.xl("sharing").out.splitlines() == rows
    assert lab.xl("sharing", "0").out.splitlines() == rows[:2]
    assert lab.xl("sharing", "nosuch") == (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")
    assert lab.xl("sharing", "5") == (1, "", "Error: Domain '5' does not exist.\n")
    claims = lab.xl("claims").out.splitlines()
    assert claims[0] == f"{HEADER}  Claimed"
    assert claims[2].startswith("pv1                                          1   128     2     -b---- ")
    assert claims[2].endswith(" 0.9     0")
