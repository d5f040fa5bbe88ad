"""`xlpy apply` and the laws of changes on simulated hosts."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sim.guests import DISK, MIB, VIF, Lab, config
from xlpy.cli.main import run
from xlpy.cli.plans.recording import standing_of
from xlpy.devices.pci import Pci
from xlpy.executors import Failure
from xlpy.executors.observing import observe
from xlpy.executors.rollout import Outcome, roll_out
from xlpy.fleet.change import Changes, Wish, changes
from xlpy.host import BUILT_IN
from xlpy.libxl import DomainConfig, SchedParams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlpy.executors import Executor

SMALL = BUILT_IN.replace(memory_kib=8 * 1024 * 1024, pools=("Pool-0",))
NAMES = ("a", "b", "c", "d")
DISKS = [DISK.replace(pdev_path=f"/dev/vg0/{n}", readwrite=w) for n in "xy" for w in (0, 1)]


def wishes(guests: Sequence[DomainConfig]) -> list[Wish]:
    return [Wish(key=f"{at}", config=guest) for at, guest in enumerate(guests)]


def compared(lab: Lab, guests: Sequence[DomainConfig], *, prune: bool = False) -> Changes:
    facts = lab.host.info().facts
    standing = standing_of(lab.host, facts)
    return changes(wishes(guests), observe(lab.host), facts, standing, prune=prune)


def opener(lab: Lab, around: Callable[[Executor], Any] = lambda host: host) -> Any:
    """Connections of their own for each change, as processes have."""

    @contextmanager
    def opened() -> Iterator[Any]:
        host = lab.open()
        try:
            yield around(host)
        finally:
            host.close()

    return opened


def applied(lab: Lab, found: Changes, jobs: int = 1, **options: Any) -> list[Outcome]:
    fit = [change for change in found.pending if not change.fatal]
    return roll_out(fit, opener(lab, **options), jobs=jobs, patience=0)


def state(lab: Lab) -> list[Any]:
    """All that can be seen of the guests, but for their numbers."""
    found = []
    for one in sorted(observe(lab.host), key=lambda one: one.name):
        config = one.config and one.config.replace(c_info=one.config.c_info.replace(domid=0))
        found.append(one.replace(domid=0, memory_kib=0, config=config))
    return found


@st.composite
def guests(draw: st.DrawFn) -> DomainConfig:
    name = draw(st.sampled_from(NAMES))
    vcpus = draw(st.integers(1, 3))
    memory = draw(st.sampled_from((64, 100, 1000, 2500)))
    devices: list[Any] = draw(st.lists(st.sampled_from(DISKS), max_size=1))
    server = draw(st.sampled_from((None, None, *NAMES)))
    if server != name:
        devices += draw(
            st.lists(st.just(VIF.replace(backend_domname=server, mac=f"00:16:3e:00:00:{name * 2}")), max_size=1)
        )
    devices += draw(st.lists(st.just(Pci(bus=3)), max_size=1)) if draw(st.booleans()) else []
    info: dict[str, Any] = {"avail_vcpus": tuple(range(draw(st.integers(1, vcpus))))}
    info["max_memkb"] = memory * MIB
    if draw(st.booleans()):
        info["sched_params"] = SchedParams(weight=draw(st.sampled_from((128, 512))))
    if draw(st.booleans()):
        info["vcpu_hard_affinity"] = (draw(st.sampled_from(((0, 1), (4,)))),) * vcpus
    return config(name, "pv", memory=memory, vcpus=vcpus, devices=tuple(devices), info=info)


def sets() -> st.SearchStrategy[list[DomainConfig]]:
    """Guests of different names."""
    return st.lists(guests(), max_size=4, unique_by=lambda guest: guest.name)


@contextmanager
def lab_at(*steps: list[DomainConfig]) -> Iterator[Lab]:
    """A small host to which some sets of guests were applied."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), SMALL)
        lab.host.db.execute("PRAGMA synchronous = OFF")
        for step in steps:
            applied(lab, compared(lab, step, prune=True))
        try:
            yield lab
        finally:
            lab.host.close()


@settings(max_examples=15)
@example(before=[config("b", vcpus=2)], wanted=[config("b")], jobs=1)
@given(before=sets(), wanted=sets(), jobs=st.sampled_from((1, 3)))
def test_what_is_feasible_applies_and_then_there_is_nothing_to_do(
    before: list[DomainConfig], wanted: list[DomainConfig], jobs: int
) -> None:
    with lab_at(before) as lab:
        found = compared(lab, wanted, prune=True)
        if any(change.fatal for change in found.pending):
            return  # then xlpy apply changes nothing
        outcomes = applied(lab, found, jobs)
        assert [str(one.failure) for one in outcomes if one.state != "made"] == []
        assert compared(lab, wanted, prune=True).pending == ()


@pytest.mark.parametrize("wait", [0.1, 5])
def test_what_was_asked_of_a_guest_is_not_asked_again(tmp_path: Path, wait: float) -> None:
    """A kernel that boots, is paused, or has yet to run unplugs vCPUs later; the target of its memory is alike."""
    lab = Lab(tmp_path)
    lab.create(config("web", vcpus=3), paused=True)
    assert compared(lab, [config("web", vcpus=3)]).pending == ()
    lab.host.unpause(1)
    lab.clock.go(wait)
    lab.host.pause(1)
    for count in (1, 2):
        (change,) = compared(lab, [config("web", vcpus=count)]).pending
        applied(lab, Changes(changes=(change,)))
        assert [one.online for one in lab.host.vcpus(1)] == [True] * 3
        assert compared(lab, [config("web", vcpus=count)]).pending == ()
    lab.host.unpause(1)
    lab.clock.go(5)
    assert lab.host.find("web").vcpus == 2


@settings(max_examples=10)
@given(before=sets(), wanted=sets(), data=st.data())
def test_the_order_of_files_does_not_matter(
    before: list[DomainConfig], wanted: list[DomainConfig], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(wanted))
    with lab_at(before) as one, lab_at(before) as other:
        for lab, guests in ((one, wanted), (other, shuffled)):
            applied(lab, compared(lab, guests, prune=True))
        assert state(one) == state(other)


class Failing:
    """A host on which one method fails."""

    def __init__(self, host: Any, name: str) -> None:
        self._host = host
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._host, name)
        if name == self._name.split(".")[0]:
            if "." in self._name:
                return Failing(found, self._name.split(".", 1)[1])
            return self._fail
        return found

    @staticmethod
    def _fail(*_args: Any, **_named: Any) -> Any:
        raise Failure("it does not work", status=3)


@settings(max_examples=10)
@given(
    before=sets(),
    wanted=sets(),
    method=st.sampled_from(("create", "cpus.set_share", "cpus.set_affinity", "cpus.set_online", "update_config")),
)
def test_undo_leaves_the_host_as_it_was(before: list[DomainConfig], wanted: list[DomainConfig], method: str) -> None:
    with lab_at(before) as lab:
        found = compared(lab, wanted)
        fit = [c for c in found.pending if not (c.fatal or c.part)]
        first = next((c for c in fit if c.action in ("create", "update")), None)
        if first is None:
            return
        there = state(lab)
        (outcome,) = roll_out([first.replace(after=())], opener(lab, lambda host: Failing(host, method)), patience=0)
        if outcome.state == "failed":
            assert outcome.undone
            assert state(lab) == there


def test_a_guest_that_cannot_be_built_anew_comes_back(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.create(config("web"))
    (change,) = compared(lab, [config("web", "pvh")]).pending
    calls: list[str] = []

    class Once(Failing):
        def __getattr__(self, name: str) -> Any:
            if name == "create" and not calls:
                calls.append(name)
                return self._fail
            return getattr(self._host, name)

    (outcome,) = roll_out([change], opener(lab, lambda host: Once(host, "create")), patience=0)
    assert (outcome.state, outcome.undone, outcome.failure and outcome.failure.status) == ("failed", True, 3)
    assert [(d.name, d.type) for d in lab.host.domains() if d.domid] == [("web", "pv")]
    (outcome,) = roll_out(
        [change.replace(running=observe(lab.host)[0])], opener(lab, lambda h: Failing(h, "create")), patience=0
    )
    assert (outcome.state, outcome.undone) == ("failed", False)


def test_after_a_failure_nothing_more_begins_and_again_it_goes_on(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    wanted = [config(name) for name in "abc"]
    found = compared(lab, wanted)

    class NotB(Failing):
        def __getattr__(self, name: str) -> Any:
            if name == "create":
                return lambda plan: self._fail() if plan.name == "b" else self._host.create(plan)
            return getattr(self._host, name)

    outcomes = roll_out(found.pending, opener(lab, lambda host: NotB(host, "")), jobs=1, patience=0)
    assert [(one.change.name, one.state) for one in outcomes] == [("a", "made"), ("b", "failed"), ("c", "left")]
    again = compared(lab, wanted)
    assert [change.name for change in again.pending] == ["b", "c"]
    assert [one.state for one in applied(lab, again)] == ["made", "made"]
    assert compared(lab, wanted).pending == ()


def test_independent_guests_are_built_at_once(tmp_path: Path) -> None:
    import threading

    lab = Lab(tmp_path)
    together = threading.Barrier(3, timeout=10)

    class Meeting(Failing):
        def __getattr__(self, name: str) -> Any:
            if name == "create":
                together.wait()
            return getattr(self._host, name)

    found = compared(lab, [config(name) for name in "abc"])
    outcomes = roll_out(found.pending, opener(lab, lambda host: Meeting(host, "")), jobs=3, patience=0)
    assert [one.state for one in outcomes] == ["made"] * 3


def test_a_guest_is_asked_to_shut_down_first(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.booted(config("web"))
    asked: list[str] = []

    class Asking(Failing):
        def __getattr__(self, name: str) -> Any:
            if name == "shutdown":
                asked.append(name)
                lab.clock.go(5)
            if name == "stopped":
                lab.clock.go(5)
            return getattr(self._host, name)

    found = compared(lab, [], prune=True)
    (outcome,) = roll_out(found.pending, opener(lab, lambda host: Asking(host, "")), patience=30)
    assert (outcome.state, asked) == ("made", ["shutdown"])
    assert [d.name for d in lab.host.domains()] == ["Domain-0"]


# ---- the commands


WEB = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 512\nvcpus = 2\nvif = ["backend=net"]\n'
NET = 'name = "net"\nkernel = "/boot/vmlinuz"\nmemory = 256\nmaxmem = 512\n'


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guests").mkdir()
    Path("guests/web.cfg").write_text(WEB, encoding="utf-8")
    Path("guests/net.cfg").write_text(NET, encoding="utf-8")
    return f"sim://{tmp_path}/host.db"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run([*words], "xlpy")
    out, err = capsys.readouterr()
    return status, out, err


def test_apply_makes_it_so_and_again_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    status, out, _ = said(capsys, "apply", "--against", uri, "--auto-approve", "guests")
    assert status == 0
    assert out.startswith(
        "  + net will be created (pv, 256 MiB, 1 vCPU)\n  + web will be created (pv, 512 MiB, 2 vCPUs)"
    )
    assert "net: created, domain 1 (" in out
    assert out.endswith("Done: 2 changes made.\n")
    status, out, _ = said(capsys, "plan", "--against", uri, "guests")
    assert (status, out) == (0, "No changes: 2 guests run as their files say.\n")


def test_changes_are_told_setting_by_setting(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    said(capsys, "apply", "--against", uri, "--auto-approve", "guests")
    Path("guests/net.cfg").write_text(NET.replace("256", "384") + "cpu_weight = 512\n", encoding="utf-8")
    Path("guests/web.cfg").unlink()
    status, out, _ = said(capsys, "plan", "--against", uri, "guests")
    assert (status, out) == (0, CHANGED)
    assert said(capsys, "apply", "--against", uri, "--auto-approve", "--patience", "0", "--prune", "guests")[0] == 0
    out = said(capsys, "plan", "--against", uri, "--prune", "--format", "json", "guests")[1]
    assert json.loads(out)["strangers"] == []
    assert [change["action"] for change in json.loads(out)["changes"]] == ["keep"]


CHANGED = """\
  ~ net will be changed while it runs
      memory      256 MiB -> 384 MiB
      cpu_weight  256 -> 512

Plan: 1 to change; 0 as they should be.
No file is about 1 that run (web); --prune destroys them.
"""


def test_a_saved_plan_is_refused_when_the_host_has_changed(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    assert said(capsys, "plan", "--against", uri, "--out", "x.plan", "guests")[0] == 0
    status, out, _ = said(capsys, "apply", "--auto-approve", "x.plan")
    assert (status, out.splitlines()[-1]) == (0, "Done: 2 changes made.")
    status, out, err = said(capsys, "apply", "--auto-approve", "x.plan")
    assert (status, out) == (4, "")
    assert "the host has changed since this plan was made" in err


@pytest.mark.parametrize(
    "text", ['{"xlpy plan": 2}', '{"xlpy plan": 1}', '{"xlpy plan": 1, "guests": [{}]}', '{"xlpy plan"']
)
def test_a_broken_plan_is_told(capsys: pytest.CaptureFixture[str], uri: str, text: str) -> None:
    Path("x.plan").write_text(text, encoding="utf-8")
    status, out, err = said(capsys, "apply", "--auto-approve", "--against", uri, "x.plan")
    assert (status, out, err.count("\n")) == (1, "", 1)


def test_nothing_is_done_unasked(capsys: pytest.CaptureFixture[str], uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO())
    status, _, err = said(capsys, "apply", "--against", uri, "guests")
    assert status == 5
    assert "--auto-approve" in err
    answers = io.StringIO("y\n")
    monkeypatch.setattr(answers, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", answers)
    assert said(capsys, "apply", "--against", uri, "guests")[0] == 5
    answers = io.StringIO("yes\n")
    monkeypatch.setattr(answers, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", answers)
    assert said(capsys, "apply", "--against", uri, "guests")[0] == 0


def test_a_plan_with_a_fatal_problem_changes_nothing(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    Path("guests/bad.cfg").write_text('name = "bad"\nkernel = "/nosuch"\nmemory = 64\n', encoding="utf-8")
    status, out, err = said(capsys, "apply", "--against", uri, "--auto-approve", "guests")
    assert status == 3
    assert "  + bad will be created" in out
    assert "guests/bad.cfg:2:10: error: failed to open file '/nosuch'" in err
    assert said(capsys, "--connect", uri, "list")[1].count("\n") == 2
    Path("guests/bad.cfg").write_text("name = \n", encoding="utf-8")
    assert said(capsys, "apply", "--against", uri, "--auto-approve", "guests")[0] == 1
    assert said(capsys, "--connect", uri, "list")[1].count("\n") == 2


EXAMPLES = sorted(str(path) for path in (Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
TOGETHER = [path for path in EXAMPLES if not path.endswith("debian-install.cfg")]
"""All but the first stage of a guest whose second one is there."""


def test_the_examples_run_as_their_files_say(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    assert said(capsys, "apply", "--against", uri, "--auto-approve", *TOGETHER)[0] == 0
    out = said(capsys, "plan", "--against", uri, *TOGETHER)[1]
    assert out == f"No changes: {len(TOGETHER)} guests run as their files say.\n"


def test_devices_and_all_else_that_can_be_change_while_the_guest_runs(tmp_path: Path) -> None:
    from xlpy.config import load
    from xlpy.source import Source

    def read(*lines: str) -> DomainConfig:
        text = "\n".join(('name = "web"', 'kernel = "/boot/vmlinuz"', "maxmem = 1024", *lines, ""))
        found = load(Source("web.cfg", text)).config
        return found.replace(c_info=found.c_info.replace(uuid="6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"))

    lab = Lab(tmp_path)
    cd = '"/var/lib/xen/iso/{}.iso,raw,xvdc,cdrom,r"'
    first = read(
        "memory = 512",
        "vcpus = 2",
        'vif = ["mac=00:16:3e:00:00:01"]',
        f'disk = ["/dev/vg0/web,raw,xvda,w", {cd.format("a")}]',
    )
    then = read(
        "memory = 768",
        "maxvcpus = 2",
        "vcpus = 1",
        'cpus = ["0-1", "2"]',
        "cpu_weight = 512",
        'vif = ["mac=00:16:3e:00:00:01,rate=10Mb/s", "mac=00:16:3e:00:00:02"]',
        f'disk = ["/dev/vg0/web,raw,xvda,w", "/dev/vg0/data,raw,xvdb,w", {cd.format("b")}]',
    )
    lab.booted(first)
    lab.host.close()
    lab.clock = time.time  # type: ignore[assignment]  # guests answer in their own time
    lab.host = lab.open()
    (change,) = compared(lab, [then]).pending
    assert change.action == "update"
    assert len(change.differences) == 9
    (outcome,) = applied(lab, Changes(changes=(change,)))
    assert (outcome.state, outcome.failure) == ("made", None)
    assert compared(lab, [then]).pending == ()
    assert [d.domid for d in lab.host.domains()] == [0, 1]
