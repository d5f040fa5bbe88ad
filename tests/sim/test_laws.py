"""What a host refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, GIB, VIF, config
from xlpy.devices.pci import Pci
from xlpy.executors import Failure, LibxlError, UnknownDomain
from xlpy.planner.plan import make_plan
from xlpy.planner.steps import Unpause

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sim.guests import Lab
    from xlpy.libxl import DomainConfig


def refused(lab: Lab, config: DomainConfig) -> Failure:
    """Create must fail, and change nothing."""
    before = (lab.host.domains(), lab.host.info())
    with pytest.raises(Failure) as caught:
        lab.create(config)
    assert (lab.host.domains(), lab.host.info()) == before
    assert caught.value.advice
    return caught.value


def test_a_host_begins_with_domain_0(lab: Lab) -> None:
    (dom0,) = lab.host.domains()
    assert (dom0.domid, dom0.name, dom0.running, dom0.memory_kib, dom0.vcpus) == (0, "Domain-0", True, 4 * GIB, 4)
    assert dom0.uuid == "00000000-0000-0000-0000-000000000000"
    assert lab.host.info().free_memory_kib == lab.facts.guest_memory_kib


def test_domids_ascend_and_are_not_reused(lab: Lab) -> None:
    assert [lab.create(config(name)) for name in "abc"] == [1, 2, 3]
    lab.host.destroy(3)
    lab.host.destroy(2)
    assert lab.create(config("d")) == 4


def test_domids_start_again_after_the_last(lab: Lab) -> None:
    lab.create(config("a"))
    lab.host.db.execute("UPDATE host SET next_domid = 32751")
    assert [lab.create(config(name)) for name in "bcd"] == [32751, 2, 3]


def test_a_failure_spends_a_domid_when_the_domain_was_begun(lab: Lab) -> None:
    lab.create(config("a"))
    refused(lab, config("a"))
    refused(lab, config("b", created={"pool_name": "nosuch"}))
    assert lab.create(config("b")) == 3


def test_names_are_unique(lab: Lab) -> None:
    lab.create(config("web"))
    failure = refused(lab, config("web", created={"uuid": None}))
    assert failure.lines == (
        'libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain 2:Domain with name "web" already exists.',
        "libxl: error: libxl_create.c:1351:initiate_domain_create: Domain 2:cannot make domain: -6",
        "libxl: error: libxl_domain.c:354:libxl_domain_info: Domain 2:Getting domain info: No such process",
        "libxl: error: libxl_domain.c:1179:libxl__destroy_domid: Domain 2:Non-existant domain",
        "libxl: error: libxl_domain.c:1133:domain_destroy_callback: Domain 2:Unable to destroy guest",
        "libxl: error: libxl_domain.c:1060:domain_destroy_cb: Domain 2:Destruction of domain failed",
    )
    assert failure.status == 3
    refused(lab, config("Domain-0"))


def test_uuids_are_unique(lab: Lab) -> None:
    lab.create(config("a"))
    failure = refused(lab, config("b", created={"uuid": lab.host.find("a").uuid}))
    assert "already exists" in failure.lines[0]


def test_a_domain_without_uuid_gets_one(lab: Lab) -> None:
    lab.create(config("a", created={"uuid": None}))
    lab.create(config("b", created={"uuid": None}))
    assert lab.host.find("a").uuid != lab.host.find("b").uuid
    assert len(lab.host.find("a").uuid) == 36


def test_memory_adds_up(lab: Lab) -> None:
    all_of_it = lab.facts.guest_memory_kib
    lab.create(config("a", memory=20 * 1024))
    lab.create(config("b", memory=30 * 1024))
    free = lab.host.info().free_memory_kib
    assert all_of_it - 51 * GIB < free < all_of_it - 50 * GIB
    failure = refused(lab, config("c", memory=15 * 1024))
    what = "xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory"
    assert failure.lines[1:4] == (
        f"xc: error: panic: xg_dom_boot.c:119: {what}",
        "libxl: error: libxl_dom.c:581:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot allocate memory",
        "libxl: error: libxl_create.c:1695:domcreate_rebuild_done: Domain 3:cannot (re-)build domain: -3",
    )
    assert failure.status == 3
    lab.host.destroy(1)
    domid = lab.create(config("c", memory=15 * 1024))
    lab.host.destroy(2)
    lab.host.destroy(domid)
    assert lab.host.info().free_memory_kib == all_of_it


def test_a_kernel_needs_memory(lab: Lab) -> None:
    failure = refused(lab, config(memory=0, info={"kernel": "/usr/lib/xen/boot/grub-x86_64-xen.bin"}))
    assert isinstance(failure, LibxlError)
    segment = "segment kernel too large (0x614 > 0x0 - 0x0 pages)"
    assert [line for message in failure.messages if (line := message.line((4, 17)))] == [
        f"xc: error: panic: xg_dom_core.c:536: xc_dom_chk_alloc_pages: {segment}: Out of memory",
        "libxl: error: libxl_dom.c:594:libxl__build_dom: xc_dom_build_image failed: No such file or directory",
        "libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 1:cannot (re-)build domain: -3",
        "libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 1:Non-existant domain",
        "libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain 1:Unable to destroy guest",
        "libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain 1:Destruction of domain failed",
    ]
    assert failure.advice == "what it boots does not fit into its memory: memory=7 should do"
    assert lab.states() == {}


@pytest.mark.parametrize(
    ("data", "boots"),
    [
        (b"\x7fELF", True),
        (b"", True),  # whoever makes an empty file for a test has no disk in mind
        (bytes(510) + b"\x55\xaa", False),
        (bytes(4096), False),
        (b"MZ" + bytes(508) + b"\x55\xaa" + b"\xeb\x6aHdrS" + bytes(64), True),
        (b"\x1f\x8b" + bytes(4096), True),
    ],
)
def test_the_image_of_a_disk_is_no_kernel(lab: Lab, tmp_path: Path, data: bytes, boots: bool) -> None:
    (tmp_path / "kernel").write_bytes(data)
    guest = config(info={"kernel": str(tmp_path / "kernel")})
    if boots:
        lab.create(guest)
        return
    failure = refused(lab, guest)
    assert isinstance(failure, LibxlError)
    assert [message.line((4, 17)) for message in failure.messages][:3] == [
        "xc: error: panic: xg_dom_core.c:689: xc_dom_find_loader: no loader found: Invalid kernel",
        "libxl: error: libxl_dom.c:571:libxl__build_dom: xc_dom_parse_image failed",
        "libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 1:cannot (re-)build domain: -3",
    ]


def test_a_disk_has_one_writer(lab: Lab) -> None:
    reader = DISK.replace(readwrite=0)
    lab.create(config("a", devices=(DISK,)))
    assert "in use by domain a" in refused(lab, config("b", devices=(DISK,))).lines[0]
    refused(lab, config("b", devices=(reader,)))
    lab.host.destroy(1)
    lab.create(config("b", devices=(reader,)))
    lab.create(config("c", devices=(reader,)))
    refused(lab, config("d", devices=(DISK,)))


def test_a_disk_may_be_twice_in_one_guest(lab: Lab) -> None:
    lab.create(config("a", devices=(DISK.replace(readwrite=0), DISK.replace(vdev="xvdb"))))
    refused(lab, config("b", devices=(DISK.replace(readwrite=0),)))


def test_a_disk_is_known_by_any_path(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "image").touch()
    (tmp_path / "link").symlink_to("image")
    lab.create(config("a", devices=(DISK.replace(pdev_path=str(tmp_path / "image")),)))
    refused(lab, config("b", devices=(DISK.replace(pdev_path=str(tmp_path / "link")),)))


def test_a_path_of_a_driver_domain_is_another_disk(lab: Lab) -> None:
    lab.create(config("storage"))
    lab.create(config("a", devices=(DISK,)))
    lab.create(config("b", devices=(DISK.replace(backend_domname="storage"),)))
    refused(lab, config("c", devices=(DISK.replace(backend_domname="storage"),)))


def test_a_backend_domain_must_be_there(lab: Lab) -> None:
    guest = config("a", devices=(VIF.replace(backend_domname="net"),))
    assert "backend domain net" in refused(lab, guest).lines[0]
    lab.create(config("net"))
    lab.create(guest)


def test_a_pci_device_is_held_once(lab: Lab) -> None:
    card = Pci(bus=3, dev=0, func=1)
    lab.create(config("a", devices=(card,)))
    refused(lab, config("b", devices=(card,)))
    refused(lab, config("b", devices=(card.replace(func=0, vfunc_mask=2**32 - 1),)))
    lab.create(config("b", devices=(card.replace(func=0),)))


def test_what_the_host_lacks_is_refused(lab: Lab) -> None:
    failure = refused(lab, config("a", created={"pool_name": "nosuch"}))
    place = "libxl_create.c:1180:libxl__domain_config_setdefault"
    assert (failure.lines, failure.status) == ((f"libxl: error: {place}: Illegal pool specified: nosuch",), 6)


def test_no_unpause_before_build(lab: Lab) -> None:
    plan = make_plan(config("a"), lab.facts)
    unpause = next(step for step in plan.steps if isinstance(step, Unpause))
    early = [step for step in plan.steps if step != unpause]
    with pytest.raises(Failure):
        lab.host.create(plan.replace(steps=(*early[:5], unpause, *early[5:])))
    assert len(lab.host.domains()) == 1


def test_a_failed_step_undoes_all_before_it(lab: Lab) -> None:
    guest = config("a", devices=(DISK, VIF.replace(backend_domname="nosuch")))
    refused(lab, guest)
    lab.create(config("b", devices=(DISK,)))


def test_domain_0_is_spared(lab: Lab) -> None:
    for act in (lab.host.destroy, lab.host.pause, lab.host.unpause, lab.host.console):
        with pytest.raises(Failure):
            act(0)
    with pytest.raises(Failure):
        lab.host.rename(0, "other")
    assert lab.host.shutdown(0) is False
    lab.clock.go(100)
    assert lab.host.find("Domain-0").running


def test_unknown_domains(lab: Lab) -> None:
    for act in (
        lab.host.destroy,
        lab.host.pause,
        lab.host.unpause,
        lab.host.shutdown,
        lab.host.console,
        lab.host.stopped,
        lab.host.vcpus,
    ):
        with pytest.raises(UnknownDomain):
            act(7)
    with pytest.raises(UnknownDomain):
        lab.host.rename(7, "other")
    for wanted in ("nosuch", "7", "", "9" * 40, "\u0661", "a\udc80"):
        with pytest.raises(UnknownDomain):
            lab.host.find(wanted)


def test_digits_are_a_domid(lab: Lab) -> None:
    lab.create(config("2"))
    lab.create(config("b"))
    assert lab.host.find("2").name == "b"


def test_names_may_be_any_bytes(lab: Lab) -> None:
    name = "caf\udce9 \x1b[2J"
    domid = lab.create(config(name, created={"uuid": None}))
    refused(lab, config(name, created={"uuid": None}))
    assert lab.host.find(name).domid == domid
    lab.clock.go(3)
    text = lab.host.console(domid).read()
    assert text is not None
    assert "\x1b" not in text
    lab.host.shutdown(domid)
    lab.clock.go(3)
    event = lab.host.stopped(domid)
    assert event is not None
    assert event.name == name


def test_rename(lab: Lab) -> None:
    lab.create(config("a"))
    lab.create(config("b"))
    with pytest.raises(Failure, match='Domain 1:Domain with name "b" already exists'):
        lab.host.rename(1, "b")
    lab.host.rename(1, "a")
    lab.host.rename(1, "c")
    assert [d.name for d in lab.host.domains()] == ["Domain-0", "c", "b"]


def test_vcpus_go_round_the_pcpus(lab: Lab) -> None:
    lab.create(config("a", vcpus=2))
    lab.create(config("b", vcpus=3, info={"avail_vcpus": (0, 1), "vcpu_hard_affinity": ((6, 7), (6, 7), ())}))
    lab.clock.go(3)
    placed = [[v.cpu for v in lab.host.vcpus(domid)] for domid in (0, 1, 2)]
    assert placed == [[0, 1, 2, 3], [0, 1], [6, 7, 4]]
    vcpus = lab.host.vcpus(2)
    assert [v.soft_affinity for v in lab.host.vcpus(1)] == [(0, 1, 2, 3)] * 2
    assert {v.soft_affinity for v in vcpus} == {(4, 5, 6, 7)}
    assert [v.online for v in vcpus] == [True, True, False]
    assert vcpus[0].hard_affinity == (6, 7)
    assert vcpus[2].hard_affinity == tuple(range(8))


def test_cpus_that_the_host_lacks_are_no_place(lab: Lab) -> None:
    domid = lab.create(config("a", info={"vcpu_hard_affinity": ((98, 99),)}))
    assert lab.host.vcpus(domid)[0].cpu in range(8)


def test_the_last_line_says_the_cause_and_the_way_out(lab: Lab) -> None:
    lab.create(config("a", devices=(DISK,)))
    told = {
        'Domain with name "a" already exists: give it another name': config("a", created={"uuid": None}),
        "failed to open file '/nosuch': No such file or directory: check the path": config(
            "b", info={"kernel": "/nosuch"}
        ),
        "Could not find bridge device br9: bridges of this host: xenbr0": config(
            "b", devices=(VIF.replace(bridge="br9"),)
        ),
        "disk /dev/vg0/web is in use by domain a: a disk that a guest writes": config("b", devices=(DISK,)),
        "Illegal pool specified: nosuch: pools of this host: Pool-0": config("b", created={"pool_name": "nosuch"}),
    }
    for words, guest in told.items():
        assert refused(lab, guest).advice.startswith(words)
