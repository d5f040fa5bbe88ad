"""Any order of commands: the laws hold, and domains are in the states in which a simple model has them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.sim.guests import DISK, VIF, Lab, config
from tests.sim.laws import check_laws
from tests.sim.test_faults import everything
from tests.sim.test_saving import received, sent
from xlpy.executors import Failure, LibxlError
from xlpy.executors.faults import Fault
from xlpy.executors.signals import TRIGGERS
from xlpy.host import BUILT_IN
from xlpy.libxl import Hvm

ACTIONS = ("destroy", "restart", "restart_rename", "preserve", "coredump_destroy", "coredump_restart", "soft_reset")
SUSPENDED = 2
NAMES = ("a", "b", "c", "d")
SMALL = BUILT_IN.replace(memory_kib=8 * 1024 * 1024)
DISKS = [DISK.replace(pdev_path=f"/dev/vg0/{n}", readwrite=w) for n in "xy" for w in (0, 1)]
names = st.sampled_from(NAMES)
actions = st.sampled_from(ACTIONS)


class Machine(RuleBasedStateMachine):
    """Two connections to one host, as two processes have."""

    @initialize()
    def start(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.lab = Lab(Path(self.directory.name), SMALL)
        self.hosts = [self.lab.host, self.lab.open()]
        for host in self.hosts:
            host.db.execute("PRAGMA synchronous = OFF")
        self.newest = 0
        self.paused: dict[int, int] = {}

    def teardown(self) -> None:
        for host in self.hosts:
            host.close()
        self.directory.cleanup()

    def domid(self, name: str) -> int | None:
        return next((d.domid for d in self.lab.host.domains() if d.name == name), None)

    @rule(host=st.integers(0, 1))
    def other_process(self, host: int) -> None:
        self.lab.host = self.hosts[host]

    @rule(
        name=names,
        kind=st.sampled_from(("pv", "pvh", "hvm")),
        memory=st.sampled_from((64, 1000, 2500)),
        disks=st.lists(st.sampled_from(DISKS), max_size=2),
        on=st.tuples(actions, actions, actions),
        drivers=st.booleans(),
        paused=st.booleans(),
        watched=st.booleans(),
    )
    def create(
        self,
        name: str,
        kind: str,
        memory: int,
        disks: list[Any],
        on: tuple[str, str, str],
        *,
        drivers: bool,
        paused: bool,
        watched: bool,
    ) -> None:
        info = {"u": Hvm(xen_platform_pci=drivers)} if kind == "hvm" else {}
        poweroff, reboot, crash = on
        guest = config(
            name,
            kind,
            memory=memory,
            devices=tuple(disks),
            info=info,
            created={"uuid": None},
            on_poweroff=poweroff,
            on_reboot=reboot,
            on_crash=crash,
        )
        taken = self.domid(name) is not None
        try:
            domid = self.lab.create(guest, paused=paused, watched=watched)
        except Failure:
            return
        assert not taken
        assert domid > self.newest
        self.paused[domid] = int(paused)

    @rule(name=names)
    def destroy(self, name: str) -> None:
        domid = self.domid(name)
        if domid is not None:
            self.lab.host.destroy(domid)
            assert self.domid(name) is None
            event = self.lab.host.stopped(domid)
            assert event is not None
            assert event.gone

    @rule(name=names)
    def pause(self, name: str) -> None:
        domid = self.domid(name)
        if domid is not None:
            self.lab.host.pause(domid)
            self.paused[domid] = self.paused.get(domid, 0) + 1

    @rule(name=names)
    def unpause(self, name: str) -> None:
        domid = self.domid(name)
        if domid is None:
            return
        if self.paused.get(domid, 0):
            self.lab.host.unpause(domid)
            self.paused[domid] -= 1
        else:
            with pytest.raises(Failure):
                self.lab.host.unpause(domid)

    @rule(name=names, reboot=st.booleans(), force=st.booleans())
    def shutdown(self, name: str, *, reboot: bool, force: bool) -> None:
        domid = self.domid(name)
        if domid is not None:
            try:
                self.lab.host.shutdown(domid, reboot=reboot, force=force)
            except Failure:
                assert not force or self.lab.host.find(name).shutdown

    @rule(name=names, new=names)
    def rename(self, name: str, new: str) -> None:
        domid, other = self.domid(name), self.domid(new)
        if domid is None:
            return
        if other in (None, domid):
            self.lab.host.rename(domid, new)
            assert self.domid(new) == domid
        else:
            with pytest.raises(Failure):
                self.lab.host.rename(domid, new)

    @rule(name=names, disk=st.sampled_from(DISKS), vdev=st.sampled_from(("xvda", "xvdb")), nic=st.booleans())
    def attach(self, name: str, disk: Any, vdev: str, *, nic: bool) -> None:
        """No number twice, and no image that another domain writes."""
        domid = self.domid(name)
        if domid is not None:
            devices = self.lab.host.devices
            before = {info.devid for info in devices.attached(domid, "disk")}
            try:
                devices.attach(domid, VIF.replace(devid=-1) if nic else disk.replace(vdev=vdev))
            except LibxlError:
                assert not nic
            else:
                assert nic or {"xvda": 51712, "xvdb": 51728}[vdev] not in before

    @rule(name=names, kind=st.sampled_from(("disk", "vif")), force=st.booleans())
    def detach(self, name: str, kind: str, *, force: bool) -> None:
        domid = self.domid(name)
        if domid is None:
            return
        devices = self.lab.host.devices
        for info in list(devices.attached(domid, kind))[:1]:
            with mock.patch("time.sleep", self.lab.clock.go):
                devices.detach(domid, kind, info.devid, force=force)
            if self.domid(name) == domid:
                assert info.devid not in [other.devid for other in devices.attached(domid, kind)]

    @rule(name=names)
    def sleep(self, name: str) -> None:
        """Suspend to RAM; a guest that does not run, or is paused, does not hear it."""
        domid = self.domid(name)
        if domid is not None:
            before = self.lab.host.find(name)
            try:
                self.lab.host.saving.suspend(domid)
            except LibxlError:
                assert before.shutdown or before.paused
            else:
                assert self.lab.host.find(name).shutdown_reason == SUSPENDED

    @rule(name=names)
    def wake(self, name: str) -> None:
        domid = self.domid(name)
        if domid is not None:
            before = self.lab.host.find(name)
            self.lab.host.saving.resume(domid)
            asleep = before.shutdown and before.shutdown_reason == SUSPENDED
            assert self.lab.host.find(name).shutdown == (before.shutdown and not asleep)

    @rule(name=names, live=st.booleans(), cut=st.sampled_from((0, 0, 1, 40)))
    def move(self, name: str, *, live: bool, cut: int) -> None:
        """Save and restore, or migrate to the host where it is; with a part missing nothing comes of it."""
        domid = self.domid(name)
        if domid is None:
            return
        what = self.lab.host.config(domid)
        try:
            data, _ = sent(self.lab, domid, live=live)
        except LibxlError:
            return
        if not live:
            self.lab.host.destroy(domid)
        coming = what.replace(c_info=what.c_info.replace(name=f"{name}--incoming"))
        try:
            new, _ = received(self.lab, coming, data[: len(data) - cut])
        except Failure:
            assert self.domid(f"{name}--incoming") is None
            self.lab.host.saving.resume(domid) if live else None
            return
        assert not cut
        if live:
            self.lab.host.destroy(domid)
        self.lab.host.rename(new, name)
        self.paused[new] = 1

    @rule(name=names, letter=st.sampled_from("cbos"))
    def sysrq(self, name: str, letter: str) -> None:
        domid = self.domid(name)
        if domid is not None:
            self.lab.host.signals.sysrq(domid, letter)
            assert self.lab.host.find(name).domid == domid

    @rule(name=names, trigger=st.sampled_from(TRIGGERS), vcpu=st.integers(0, 1))
    def trigger(self, name: str, trigger: str, vcpu: int) -> None:
        domid = self.domid(name)
        if domid is not None:
            known = {"nmi", "power", "sleep"} if self.lab.host.find(name).type != "pv" else {"nmi"}
            try:
                self.lab.host.signals.trigger(domid, trigger, vcpu)
            except LibxlError:
                assert trigger not in known or vcpu
            else:
                assert trigger in known | {"s3resume"}

    @rule(point=st.sampled_from(("step:load-kernel", "device", "destroy", "store", "migrate", "restore")))
    def fault(self, point: str) -> None:
        """One that strikes at what comes next, if it is of that kind."""
        self.lab.host.faults.clear()
        self.lab.host.faults.add(Fault(number=0, point=point, times=1))
        data = everything(self.lab)
        try:
            self.lab.create(config("faulty", memory=32, devices=(VIF,), created={"uuid": None}))
        except Failure:
            assert everything(self.lab) == data
        else:
            self.lab.host.faults.clear()
            self.lab.host.destroy(self.lab.host.find("faulty").domid)
        self.lab.host.faults.clear()

    @rule(name=names, text=st.sampled_from(("root\r", "crash\r", "reboot\r", "poweroff\r", "exit\r", "\x7f\x03x")))
    def type(self, name: str, text: str) -> None:
        domid = self.domid(name)
        if domid is not None:
            console = self.lab.host.console(domid)
            console.write(text)
            assert console.read() is not None

    @rule(seconds=st.sampled_from((0.1, 0.7, 1.3, 5.0, 1000.0, -100.0)))
    def time_passes(self, seconds: float) -> None:
        self.lab.clock.go(seconds)

    @invariant()
    def laws_hold(self) -> None:
        check_laws(self.lab.host)

    @invariant()
    def domids_ascend(self) -> None:
        self.newest = max(self.newest, *(d.domid for d in self.lab.host.domains()))

    @invariant()
    def both_see_the_same(self) -> None:
        first, second = (host.domains() for host in self.hosts)
        assert first == second

    @invariant()
    def pauses_are_known(self) -> None:
        for domain in self.lab.host.domains():
            assert domain.paused == bool(self.paused.get(domain.domid, 0))


Machine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMachine = Machine.TestCase
