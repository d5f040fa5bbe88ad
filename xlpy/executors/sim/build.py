"""Carrying out a plan on the simulated host, step by step, inside one transaction."""

from __future__ import annotations

import os

from xlpy.executors import ERROR_FAIL, LibxlError, refusals
from xlpy.executors.sim import (
    attaching,
    behaviour,
    configs,
    faults,
    guest,
    life,
    machine,
    memory,
    rows,
    saved,
    schedulers,
    shares,
    stepfaults,
)
from xlpy.host import Problem
from xlpy.planner import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from xlpy.executors.sim.wires import Attached
    from xlpy.host import Claim, HostFacts
    from xlpy.libxl import DeviceRecord, DomainConfig
    from xlpy.planner.plan import Plan

_DOMIDS = range(1, 0x7FF0)
"""What domids can be (Xen: DOMID_FIRST_RESERVED)."""
DEFAULT_PARAMETER = -1
"""Of a scheduler: as it is when nothing is said."""
OTHER_NAME = 'give it another name (name="..."), or rename or destroy that one'
FAILED = 3
"""The exit status for ERROR_FAIL."""


_SHARE_NUMBERS = ("pci", "usbdev", "dtdev")
"""Devices that are not told apart by their devid."""


class Build:
    """One plan being carried out at time `now`; each step refuses what Xen refuses, with xl's words."""

    def __init__(
        self, db: sqlite3.Connection, plan: Plan, facts: HostFacts, now: float, *, watched: bool, manner: str = ""
    ) -> None:
        self.db = db
        self.plan = plan
        self.facts = facts
        self.now = now
        self.watched = watched
        self.behaviour = manner
        self.faulty = bool(db.execute("SELECT 1 FROM fault").fetchone())
        self.domid = 0
        self.need_kib = 0
        self.devices: list[Attached] = []
        self.chosen: list[tuple[DeviceRecord, DeviceRecord]] = []

    def run(self, *, paused: bool = False) -> int:
        """All steps, or all but the last when the domain is to stay paused; gives the domid."""
        for step in self.plan.steps:
            if not (paused and isinstance(step, steps.Unpause)):
                getattr(self, f"do_{step.VERB.replace(' ', '_')}")(step)
                self._meet_faults(step)
        return self.domid

    def _meet_faults(self, step: steps.AnyStep) -> None:
        """A fault strikes when the step has done its work, so that there is something to clean up."""
        if not self.faulty:
            return
        try:
            faults.check(self.db, *stepfaults.points_of(step))
        except faults.Struck as struck:
            struck.failure = stepfaults.failure_of(step, self.domid, struck.failure.advice)
            raise

    def _update(self, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(f"UPDATE domain SET {names} WHERE domid = ?", (*values.values(), self.domid))

    # ---- one method for each step

    def do_free_memory(self, step: steps.FreeMemory) -> None:
        """What is not free Domain-0 gives up, if it may."""
        self.need_kib = step.need_kib
        missing = step.need_kib - rows.free_memory(self.db)
        if missing > 0:
            self._balloon(missing, ballooning=step.ballooning)

    def _balloon(self, missing: int, *, ballooning: bool) -> None:
        row = rows.domain(self.db, 0)
        if ballooning and row["memory_kib"] - missing >= memory.LEAST_DOM0_KIB:
            self.db.execute(
                "UPDATE domain SET memory_kib = memory_kib - ?, need_kib = need_kib - ? WHERE domid = 0",
                (missing, missing),
            )
            machine.give_back(self.db, 0, missing)
            memory.set_target(self.db, row, row["memory_kib"] - missing, self.now)
            return
        need, free = self.need_kib // 1024, (self.need_kib - missing) // 1024
        advice = f"it needs {need} MiB and {free} MiB are free: lower memory=, or shut down another domain"
        if ballooning:
            raise refusals.no_room(advice)
        problem = Problem(code="not-enough-memory", line="", advice=advice)
        raise refusals.refusal(problem, self.plan, self.facts, next_domid(self.db))

    def do_allocate_domid(self, step: steps.AllocateDomid) -> None:
        """Ascending; after the last one it starts again with those that are free."""
        self.domid = random_domid(self.db) if step.random else take_domid(self.db)
        self.db.execute("DELETE FROM console WHERE domid = ?", (self.domid,))

    def do_create_domain(self, step: steps.CreateDomain) -> None:
        """Names and uuids are unique."""
        if is_taken(self.db, step.name, self.domid):
            raise refusals.not_made(refusals.name_taken(step.name, self.domid), self.domid, OTHER_NAME)
        uuid = step.uuid or random_uuid()
        if self.db.execute("SELECT 1 FROM domain WHERE uuid = ?", (uuid,)).fetchone():
            raise refusals.not_made(
                refusals.uuid_taken(uuid), self.domid, "remove uuid= and let xl choose one", ERROR_FAIL
            )
        self.db.execute(
            "INSERT INTO domain"
            " (domid, name, uuid, type, pool, label, max_vcpus, watched, pv_drivers, created, need_kib, behaviour,"
            " pool_number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT min(number) FROM pool WHERE name = ?))",
            (
                self.domid,
                rows.bind(step.name),
                uuid,
                step.type,
                step.pool,
                rows.bind(self.plan.config.c_info.ssid_label or ""),
                step.max_vcpus,
                self.watched,
                guest.has_pv_drivers(self.plan) and not behaviour.has(self.behaviour, "no-pv-drivers"),
                self.now,
                self.need_kib,
                self.behaviour,
                rows.bind(step.pool),
            ),
        )

    def do_run_bootloader(self, step: steps.RunBootloader) -> None:
        """Every simulated disk has something to boot."""

    def do_place_on_nodes(self, step: steps.PlaceOnNodes) -> None:
        """Where its memory comes from does not change what a simulated guest does."""

    def do_set_vcpus(self, step: steps.SetVcpus) -> None:
        """Each vCPU goes to the pCPU of its pool and affinity that has the fewest."""
        pool = shares.cpus_of_pool(self.db, rows.domain(self.db, self.domid)["pool_number"])
        placed = self._placed(pool)
        load = dict.fromkeys(pool, 0)
        load |= dict(self.db.execute("SELECT cpu, number FROM busy").fetchall())
        for vcpu in range(step.maximum):
            hard = step.hard_affinity[vcpu] if vcpu < len(step.hard_affinity) else ()
            soft = step.soft_affinity[vcpu] if vcpu < len(step.soft_affinity) else placed
            fits = [cpu for cpu in pool if cpu in hard] or pool
            cpu = min([c for c in fits if c in soft] or fits, key=lambda c: (load[c], c), default=0)
            online = vcpu in step.online
            load[cpu] += online
            row = (self.domid, vcpu, cpu, online, ",".join(map(str, hard)), ",".join(map(str, soft)))
            self.db.execute("INSERT INTO vcpu (domid, vcpu, cpu, online, hard, soft) VALUES (?, ?, ?, ?, ?, ?)", row)
        self._update(vcpus=len(step.online))

    def _placed(self, pool: tuple[int, ...]) -> tuple[int, ...]:
        """The soft affinity that libxl gives a guest on a NUMA machine; none where that is all pCPUs."""
        from xlpy.planner.placement import place

        found = place(self.plan.config, self.need_kib, self.facts, machine.room(self.db, self.facts))
        if found is None or len(found.nodes) == len(self.facts.node_ids):
            return ()
        return tuple(cpu for cpu in pool if self.facts.nodes[cpu] in found.nodes)

    def do_set_memory(self, step: steps.SetMemory) -> None:
        """The limits; the pages come from the nodes of the vCPUs."""
        row = rows.domain(self.db, self.domid)
        machine.place(self.db, self.domid, self.need_kib, machine.nodes_of(self.db, self.domid, self.facts))
        self._update(
            memory_kib=step.target_kib,
            max_memory_kib=step.max_kib,
            target_kib=step.target_kib,
            limit_kib=step.target_kib,
            video_kib=step.video_kib,
            hole_kib=guest.VGA_HOLE_KIB if guest.has_hole(self.plan.config) else 0,
            balloon_kib=memory.speed(self.behaviour) * row["pv_drivers"],
            load=min(1.0, behaviour.number(self.behaviour, "busy") / 100),
            slack_kib=memory.XEN_SLACK_KIB if row["type"] == "pv" and step.target_kib < step.max_kib else 0,
        )

    def do_load_kernel(self, _step: steps.LoadKernel) -> None:
        """From here on there is something to run, and the console knows what it will say."""
        boot = guest.boot(self.plan, self.facts, behaviour.number(self.behaviour, "slow-boot"))
        short = self._runs_out_of_memory()
        life.write(self.db, self.domid, boot.lines[:-1] if short else boot.lines)
        self._update(built=1, booted=boot.seconds, due=boot.seconds, stop_reason=life.CRASH if short else None)

    def _runs_out_of_memory(self) -> bool:
        """Whether a guest touches more memory than it has, for it is populated on demand and there is no balloon."""
        row = rows.domain(self.db, self.domid)
        return bool(row["type"] != "pv" and row["memory_kib"] < row["max_memory_kib"] and not row["balloon_kib"])

    def do_set_scheduler(self, step: steps.SetScheduler) -> None:
        """What the configuration says of weight and cap, where the pool's scheduler knows them."""
        weight, cap = (None if value == DEFAULT_PARAMETER else value for value in (step.weight, step.cap))
        scheduler = schedulers.scheduler_of(self.db, self.domid)
        if scheduler in schedulers.WITH_WEIGHTS:
            schedulers.set_share(self.db, self.domid, scheduler, weight, cap)

    def do_populate_memory(self, step: steps.PopulateMemory) -> None:
        """What it takes was counted when it was made free."""

    def do_introduce_domain(self, step: steps.IntroduceDomain) -> None:
        """Its nodes follow from its tables."""

    def do_permit_hardware(self, step: steps.PermitHardware) -> None:
        """A simulated host has no ports."""

    def do_attach(self, step: steps.Attach) -> None:
        """The backend domain must be there, and what the device takes must be free."""
        if step.backend_domain != "Domain-0" and rows.lookup(self.db, step.backend_domain) is None:
            words = f"backend domain {step.backend_domain} of {step.device.KIND} {step.devid} does not exist"
            advice = "start the driver domain first, or correct backend="
            problem = Problem(code="no-backend-domain", line=f"libxl: error: {words}", advice=advice)
            raise refusals.refusal(problem, self.plan, self.facts, self.domid)
        backend = rows.lookup(self.db, step.backend_domain) or 0
        for device in attaching.each(self.db, step.device, self.facts):
            self._add(device, step.devid, backend)

    def _add(self, device: DeviceRecord, devid: int, backend: int) -> None:
        """Take what a device needs; its row waits until all devices are known."""
        guest = self.plan.config.c_info.type
        kin = [one.devid for one in self.devices if one.kind == device.KIND]
        nth = len(kin)
        if devid in kin and device.KIND not in _SHARE_NUMBERS:
            raise refusals.device_twice(device.KIND, device.KIND, self.domid)
        record = attaching.chosen(device, devid, guest)
        self.chosen.append((device, record))
        self.devices.append(attaching.new_device(record, self.domid, nth, devid, guest, backend))
        for wanted in device.claims():
            self._claim(wanted)

    def _claim(self, claim: Claim) -> None:
        holder = attaching.holder(self.db, self.domid, claim)
        if holder is not None:
            words = f"{claim.kind} {claim.what} is in use by domain {holder}"
            problem = Problem(code=f"{claim.kind}-taken", line=f"libxl: error: {words}", advice=claim.advice)
            raise refusals.refusal(problem, self.plan, self.facts, self.domid)
        attaching.take(self.db, self.domid, claim)

    def do_add_console(self, step: steps.AddConsole) -> None:
        """Every simulated guest has one."""

    def do_start_device_model(self, _step: steps.StartDeviceModel) -> None:
        """It is part of the guest, and brings devices with it."""
        self._update(device_model=1)
        planned = {step.device.KIND for step in self.plan.steps if isinstance(step, steps.Attach)}
        for device in (device for device in attaching.implicit(self.plan.config) if device.KIND not in planned):
            self._add(device, sum(one.kind == device.KIND for one in self.devices), 0)
        if self.plan.config.b_info.device_model_stubdomain:
            from xlpy.executors.sim.stubdomain import start

            check_name(self.db, f"{self.plan.name}-dm", self.domid)
            start(self.db, self.plan, self.domid, take_domid(self.db), self.now)

    def do_store_configuration(self, step: steps.StoreConfig) -> None:
        """What a restart builds from."""
        attaching.wire(self.db, self.domid, self.devices, self.plan.config.b_info)
        actions = (step.on_poweroff, step.on_reboot, "", step.on_crash, step.on_watchdog, step.on_soft_reset)
        self._update(config=saved.to_text(self._settled()), actions=",".join(actions))

    def _settled(self) -> DomainConfig:
        """The configuration with what libxl chose."""
        config = configs.settled(self.plan.config)
        chosen, own = {id(device): record for device, record in self.chosen}, set(map(id, self.plan.config.devices))
        kept = [chosen.get(id(device), device) for device in config.devices]
        added = [record for one, record in self.chosen if id(one) not in own and record.KIND == "usbctrl"]
        return config.replace(devices=(*kept, *added))

    def do_unpause(self, _step: steps.Unpause) -> None:
        """Only a domain that is built can run."""
        life.unpause(self.db, self.domid, self.now)


def check_name(db: sqlite3.Connection, name: str, domid: int) -> None:
    """Refuse a name that another domain has."""
    if is_taken(db, name, domid):
        raise LibxlError(refusals.name_taken(name, domid), rc=-6, status=FAILED, advice=OTHER_NAME)


def is_taken(db: sqlite3.Connection, name: str, domid: int) -> bool:
    """Whether another domain has a name."""
    found = db.execute("SELECT 1 FROM domain WHERE name = ? AND domid <> ?", (rows.bind(name), domid))
    return found.fetchone() is not None


def next_domid(db: sqlite3.Connection) -> int:
    """The domid of the next domain."""
    domid = int(db.execute("SELECT next_domid FROM host").fetchone()[0])
    while db.execute("SELECT 1 FROM domain WHERE domid = ?", (domid,)).fetchone():
        domid = _after(domid)
    return domid


def random_domid(db: sqlite3.Connection) -> int:
    """Any domid that no domain has."""
    from random import choice

    taken = {row[0] for row in db.execute("SELECT domid FROM domain")}
    return choice([domid for domid in _DOMIDS if domid not in taken])


def take_domid(db: sqlite3.Connection) -> int:
    """The same, which is then spent."""
    domid = next_domid(db)
    db.execute("UPDATE host SET next_domid = ?", (_after(domid),))
    return domid


def _after(domid: int) -> int:
    """The domid that comes next."""
    return domid + 1 if domid + 1 in _DOMIDS else _DOMIDS.start


def random_uuid() -> str:
    """As xl makes them."""
    digits = os.urandom(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
