"""vcpu-set, vcpu-pin, vcpu-list: what the real xl said, on a host like the one where it said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.lab import Recorded


UNREACHABLE = (
    "libxl: warning: libxl_sched.c:84:libxl__set_vcpuaffinity: Domain 1:All cpus in soft affinity of vcpu 1 are "
    "unreachable. Only hard affinity will be considered for scheduling\n"
)


def affinities(lab: Recorded, domain: str) -> list[str]:
    return [" ".join(row.split()[6:]) for row in lab.xl("vcpu-list", domain).out.splitlines()[1:]]


def places(lab: Recorded, domain: str) -> list[str]:
    """The pCPU of each vCPU, and its state."""
    return [" ".join(row.split()[3:5]) for row in lab.xl("vcpu-list", domain).out.splitlines()[1:]]


def test_set(lab: Recorded) -> None:
    lab.guest()
    assert places(lab, "pv1")[2:] == ["- --p", "- --p"]
    assert lab.xl("vcpu-set", "pv1", "1") == (0, "", "")
    assert lab.host.find("pv1").vcpus == 1
    assert lab.xl("vcpu-set", "pv1", "4") == (0, "", "")
    assert lab.host.find("pv1").vcpus == 4
    assert lab.xl("vcpu-set", "pv1", "0") == (
        1,
        "",
        (
            "libxl: error: libxl_domain.c:1863:libxl_set_vcpuonline: Domain 1:Requested 0 VCPUs!: "
            "Function not implemented\n"
            "libxl_set_vcpuonline failed domid=1 max_vcpus=0, rc: -3\n"
        ),
    )
    assert lab.xl("vcpu-set", "pv1", "frob") == (1, "", "Error: Invalid argument.\n")
    assert lab.xl("vcpu-set", "pv1", "2147483648") == (1, "", "Error: Invalid argument.\n")
    many = (
        "You are overcommmitting! You have 4 physical CPUs and want 5 vCPUs! Aborting, use --ignore-host to continue\n"
    )
    assert lab.xl("vcpu-set", "pv1", "5") == (1, "", many)
    said = lab.xl("vcpu-set", "-i", "pv1", "5").err.splitlines()
    assert "Domain 1:Requested 5 VCPUs, however maxcpus is 4!" in said[0]
    assert said[1] == "libxl_set_vcpuonline failed domid=1 max_vcpus=5, rc: -3"


def test_set_of_the_unknown(lab: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lab.xl("vcpu-set", "99", "1") == (1, "", "")
    assert lab.xl("vcpu-set", "-i", "99", "1").err.splitlines()[-1] == "Domain 99 does not exist."
    monkeypatch.setenv("XLPY_XEN", "4.20")
    no_info = "libxl: error: libxl_domain.c:354:libxl_domain_info: Domain 99:Getting domain info: No such process\n"
    assert lab.xl("vcpu-set", "99", "1") == (1, "", no_info)


def test_domain_0_gives_up_a_vcpu(lab: Recorded) -> None:
    assert lab.xl("vcpu-set", "0", "1") == (0, "", "")
    assert places(lab, "0")[1] == "- --p"
    assert lab.xl("vcpu-pin", "0", "all", "0") == (0, "", "")
    assert affinities(lab, "0") == ["0 / all", "0 / all"]
    assert places(lab, "0")[0] == "0 r--"


def test_pin(lab: Recorded) -> None:
    lab.guest()
    assert affinities(lab, "pv1") == ["all / all"] * 4
    assert lab.xl("vcpu-pin", "pv1", "0", "1") == (0, "", "")
    assert lab.xl("vcpu-pin", "pv1", "1", "0-1", "2-3") == (0, "", UNREACHABLE)
    assert affinities(lab, "pv1") == ["1 / all", "0-1 / 2-3", "all / all", "all / all"]
    assert places(lab, "pv1")[0] == "1 -b-"
    assert lab.xl("vcpu-pin", "pv1", "all", "all", "nodes:0") == (0, "", "")
    assert affinities(lab, "pv1") == ["all / 0-1"] * 4
    assert lab.xl("vcpu-pin", "pv1", "0", "99") == (1, "", "vcpu hard affinity map is empty\n")
    assert lab.xl("vcpu-pin", "pv1", "0", "frob") == (1, "", "Invalid pcpu range: frob.\n")
    assert lab.xl("vcpu-pin", "-f", "pv1", "0", "1") == (0, "", "")
    assert lab.xl("vcpu-pin", "pv1", "0", "-", "-") == (1, "", "Could not set affinity for vcpu `0'.\n")
    first, last = lab.xl("vcpu-pin", "pv1", "9", "1").err.splitlines()
    assert first.endswith(":Setting vcpu affinity: Invalid argument")
    assert last == "Could not set affinity for vcpu `9'."


def test_pin_of_the_unknown(lab: Recorded) -> None:
    assert lab.xl("vcpu-pin", "99", "0", "1") == (1, "", "Could not get domain info\n")
    assert lab.xl("vcpu-pin", "99", "0", "-", "-") == (1, "", "Could not set affinity for vcpu `0'.\n")


def test_masks_of_xl_conf(lab: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xl.conf").write_text('vm.pv.cpumask = "0-1"\n')
    monkeypatch.setenv("XLPY_XL_CONF", str(tmp_path / "xl.conf"))
    lab.guest()
    assert lab.xl("vcpu-pin", "pv1", "0", "1-3") == (0, "", "")
    assert affinities(lab, "pv1")[0] == "1 / all"
    assert lab.xl("vcpu-pin", "-i", "pv1", "0", "1-3") == (0, "", "")
    assert affinities(lab, "pv1")[0] == "1-3 / all"
    assert lab.xl("vcpu-pin", "pv1", "0", "3") == (1, "", "vcpu hard affinity map is empty\n")
