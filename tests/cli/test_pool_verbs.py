"""cpupools and schedulers: what the real xl said, on a host like the one where it said it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.lab import Recorded


HEADER = "Name               CPUs   Sched     Active   Domain count\n"
SHARES = "Name                                ID Weight  Cap\n"
CREATED = 'Using config file "command line"\ncpupool name:   two\nscheduler:      credit\nnumber of cpus: 1\n'
NO_CPU = "libxl: error: libxl_cpupool.c:302:libxl_cpupool_cpuadd: Error moving cpu {} to cpupool: No such device\n"


def two_pools(lab: Recorded) -> None:
    assert lab.xl("cpupool-cpu-remove", "Pool-0", "3") == (0, "", "")
    assert lab.xl("cpupool-create", 'name="two"', 'sched="credit"', 'cpus=["3"]') == (0, CREATED, "")


def test_pools(lab: Recorded) -> None:
    lab.guest(paused=True)
    assert lab.xl("cpupool-list").out == f"{HEADER}Pool-0               4   credit2       y          2\n"
    assert lab.xl("cpupool-list", "-c").out == "Name               CPU list\nPool-0             0,1,2,3\n"
    two_pools(lab)
    assert lab.xl("cpupool-cpu-remove", "Pool-0", "3") == (
        0,
        "",
        (
            "libxl: error: libxl_cpupool.c:365:libxl_cpupool_cpuremove: Error removing cpu 3 from cpupool: "
            "Cannot assign requested address\nSome cpus may have not or only partially been removed from 'Pool-0'.\n"
            "If a cpu can't be added to another cpupool, add it to 'Pool-0' again and retry.\n"
        ),
    )
    taken = 'Pool name "two" already exists\n'
    assert lab.xl("cpupool-create", 'name="two"', 'sched="credit"') == (1, "", taken)
    assert lab.xl("cpupool-list").out == (
        f"{HEADER}Pool-0               3   credit2       y          2\n"
        "two                  1    credit       y          0\n"
    )
    assert lab.xl("cpupool-list", "-c").out.splitlines()[1:] == ["Pool-0             0,1,2", "two                3"]
    assert lab.xl("cpupool-list", "nosuch") == (1, "", "Pool 'nosuch' does not exist\n")


def test_a_domain_moves(lab: Recorded) -> None:
    lab.guest(paused=True)
    two_pools(lab)
    assert lab.xl("cpupool-migrate", "pv1", "two") == (0, "", "")
    assert lab.xl("cpupool-migrate", "pv1", "nosuch") == (1, "", "unknown cpupool 'nosuch'\n")
    assert lab.xl("cpupool-migrate", "nosuch", "two") == (1, "", "unknown domain 'nosuch'\n")
    assert lab.xl("list", "-c").out.splitlines()[2].split()[-1] == "two"
    assert lab.xl("vcpu-list", "pv1").out.splitlines()[1].split()[3:5] == ["3", "---"]
    said = "libxl: error: libxl_cpupool.c:437:libxl_cpupool_movedomain: Domain 0:Error moving domain to cpupool\n"
    assert lab.xl("cpupool-migrate", "0", "two") == (1, "", said)
    assert lab.xl("cpupool-destroy", "two") == (1, "", "Can't destroy cpupool 'two'\n")


def test_names(lab: Recorded) -> None:
    """Two pools may have one name; the first is meant then."""
    lab.guest(paused=True)
    two_pools(lab)
    assert lab.xl("cpupool-rename", "two", "duo") == (0, "", "")
    assert lab.xl("cpupool-rename", "duo", "Pool-0") == (0, "", "")
    assert lab.xl("cpupool-rename", "nosuch", "x") == (1, "", "unknown cpupool 'nosuch'\n")
    assert lab.xl("cpupool-destroy", "duo") == (1, "", "unknown cpupool 'duo'\n")
    failed = "some cpus may not have been added to Pool-0\n"
    assert lab.xl("cpupool-cpu-add", "Pool-0", "3") == (0, "", NO_CPU.format(3) + failed)
    assert lab.xl("cpupool-cpu-add", "Pool-0", "99") == (0, "", "")
    assert lab.xl("cpupool-cpu-add", "Pool-0", "node:1").err == NO_CPU.format(2) + NO_CPU.format(3) + failed
    assert lab.xl("cpupool-destroy", "Pool-0") == (1, "", "Can't destroy cpupool 'Pool-0'\n")
    assert lab.xl("cpupool-numa-split") == (1, "", "splitting not possible, already cpupools in use\n")
    assert lab.xl("cpupool-list").out == (
        f"{HEADER}Pool-0               3   credit2       y          2\n"
        "Pool-0               1    credit       y          0\n"
    )
    assert lab.xl("cpupool-destroy", "1") == (0, "", "")


def test_numa_split(lab: Recorded) -> None:
    lab.guest()
    assert lab.xl("cpupool-numa-split") == (0, "", "")
    assert lab.xl("cpupool-list", "-c").out.splitlines()[1:] == ["Pool-node0         0,1", "Pool-node1         2,3"]
    assert [pool.domains for pool in lab.host.pools.pools()] == [2, 0]


def test_credit2(lab: Recorded) -> None:
    lab.guest()
    listed = f"Cpupool Pool-0: ratelimit=1000us\n{SHARES}"
    rows = (
        "Domain-0                             0    256    0\n",
        "pv1                                  1    256    0\n",
    )
    assert lab.xl("sched-credit2") == (0, listed + rows[0] + rows[1], "")
    assert lab.xl("sched-credit2", "-d", "pv1", "-w", "512", "-c", "50") == (0, "", "")
    assert lab.xl("sched-credit2", "-d", "pv1").out == f"{SHARES}pv1                                  1    512   50\n"
    beyond = (
        "libxl: error: libxl_sched.c:455:sched_credit2_domain_set: Domain 1:Cpu cap out of range, "
        "valid range is from 0 to 400 for specified number of vcpus\nlibxl_domain_sched_params_set failed.\n"
    )
    assert lab.xl("sched-credit2", "-d", "1", "-c", "-5") == (1, "", beyond)
    assert lab.xl("sched-credit2", "-s", "-p", "Pool-0").out == "Cpupool Pool-0: ratelimit=1000us\n"
    assert lab.xl("sched-credit2", "-s", "-r", "2000") == (0, "", "")
    assert lab.xl("sched-credit2", "-s").out == "Cpupool Pool-0: ratelimit=2000us\n"
    assert "libxl_sched.c:270:sched_ratelimit_check: Ratelimit out of range" in lab.xl("sched-credit2", "-sr9").err
    assert lab.xl("sched-credit2", "-w", "5") == (1, "", "Must specify a domain.\n")
    assert lab.xl("sched-credit2", "-p", "x") == (1, "", "unknown cpupool 'x'\n")
    words = "Specifying a cpupool is not allowed with other options.\n"
    assert lab.xl("sched-credit2", "-p", "x", "-d", "5") == (1, "", words)


def test_credit_where_the_pool_has_another(lab: Recorded) -> None:
    lab.guest()
    assert lab.xl("sched-credit") == (0, "", "")
    other = "libxl_domain_sched_params_get returned credit2 not credit.\n"
    assert lab.xl("sched-credit", "-d", "pv1") == (1, SHARES, other)
    getting = "libxl: error: libxl_sched.c:287:libxl_sched_credit_params_get: getting Credit scheduler parameters: "
    failed = f"{getting}Invalid argument\nlibxl_sched_credit_params_get failed.\n"
    assert lab.xl("sched-credit", "-s") == (0, "Cpupool Pool-0: [sched params unavailable]\n", failed)
    said = "Domain 1:Getting domain sched credit: Invalid argument\nlibxl_domain_sched_params_set failed.\n"
    set_failed = f"libxl: error: libxl_sched.c:232:sched_credit_domain_set: {said}"
    assert lab.xl("sched-credit", "-d", "1", "-w", "5") == (1, "", set_failed)


def test_credit(lab: Recorded) -> None:
    lab.guest(paused=True)
    two_pools(lab)
    lab.xl("cpupool-migrate", "pv1", "two")
    assert lab.xl("sched-credit", "-d", "pv1").out == f"{SHARES}pv1                                  1    256    0\n"
    assert lab.xl("sched-credit", "-d", "pv1", "-w", "512", "-c", "20") == (0, "", "")
    tuned = "Cpupool two: tslice=30ms ratelimit=1000us migration-delay=0us\n"
    assert lab.xl("sched-credit", "-s", "-p", "two") == (0, tuned, "")
    assert lab.xl("sched-credit", "-s", "-p", "two", "-t", "20", "-r", "500") == (0, "", "")
    changed = "Cpupool two: tslice=20ms ratelimit=500us migration-delay=0us\n"
    assert (
        lab.xl("sched-credit", "-p", "two").out
        == f"{changed}{SHARES}pv1                                  1    512   20\n"
    )
    assert lab.xl("sched-credit", "-t", "5").err == "Must specify schedparam to set schedule parameter values.\n"
    slow = lab.xl("sched-credit", "-s", "-p", "two", "-r", "30000")
    assert "Ratelimit cannot be greater than timeslice" in slow.err
    assert slow.err.endswith("libxl_sched_credit_params_set failed.\n")


def test_rtds(lab: Recorded) -> None:
    lab.guest(paused=True)
    lab.xl("cpupool-cpu-remove", "Pool-0", "3")
    assert lab.xl("cpupool-create", 'name="rt"', 'sched="rtds"', 'cpus="3"').status == 0
    lab.xl("cpupool-migrate", "pv1", "rt")
    defaults = "Name                                ID    Period    Budget  Extratime\n"
    row = "pv1                                  1     10000      4000        yes\n"
    assert lab.xl("sched-rtds").out == f"Cpupool rt: sched=RTDS\n{defaults}{row}"
    assert lab.xl("sched-rtds", "-d", "pv1").out == defaults + row
    changes = ("-v", "1", "-p", "20000", "-b", "5000", "-e", "0")
    assert lab.xl("sched-rtds", "-d", "pv1", *changes) == (0, "", "")
    header = "Name                                ID VCPU    Period    Budget  Extratime\n"
    one = "pv1                                  1    1     20000      5000         no\n"
    assert lab.xl("sched-rtds", "-d", "pv1", "-v", "1") == (0, header + one, "")
    assert len(lab.xl("sched-rtds", "-d", "pv1", "-v", "all").out.splitlines()) == 5
    beyond = lab.xl("sched-rtds", "-d", "pv1", "-v", "9")
    said = "VCPU index is out of range, valid values are within range from 0 to 3"
    assert f"libxl_sched.c:524:sched_rtds_vcpu_get: Domain 1:{said}\n" in beyond.err
    more = lab.xl("sched-rtds", "-d", "pv1", "-v", "1", "-p", "5", "-b", "6", "-e", "0")
    assert "VCPU budget must be smaller than or equal to period, but 6 > 5\n" in more.err


def test_rtds_options(lab: Recorded) -> None:
    assert lab.xl("sched-rtds", "-e", "2").err == "Invalid extratime.\n"
    assert lab.xl("sched-rtds", "-p", "5").err == "Missing parameters.\n"
    assert lab.xl("sched-rtds", "-d", "0", "-p", "5").err == "Must specify VCPU.\n"
    assert lab.xl("sched-rtds", "-d", "0", "-v", "1", "-v", "all").err == "Incorrect VCPU IDs.\n"
    wrong = "Incorrect number of period, budget and extratime\n"
    assert lab.xl("sched-rtds", "-d", "0", "-v", "1", "-p", "5") == (1, "", wrong)
