"""What xl.conf changes about creating a domain on a simulated host, beside its configuration."""

from __future__ import annotations

import fcntl
import threading
from typing import TYPE_CHECKING

import pytest

from tests.oracle.ours import XL_CONF_NAME, Run, run_ours
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path

    from xlpy.executors.sim import SimHost

GIB = 1024 * 1024
GUEST = 'name = "{}"\nkernel = "/boot/vmlinuz"\nmemory = {}\n'


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimHost:
    host = open_host(str(tmp_path / "host.db"), facts=BUILT_IN.replace(memory_kib=8 * GIB))
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host)
    return host


def create(folder: Path, conf: str, memory: int = 128, name: str = "web", *words: str) -> Run:
    (folder / XL_CONF_NAME).write_text(conf)
    (folder / "c.cfg").write_text(GUEST.format(name, memory))
    return run_ours("4.20", ("create", "-q", *words, "c.cfg"), folder)


def test_domain_0_gives_up_memory(host: SimHost, tmp_path: Path) -> None:
    assert create(tmp_path, 'autoballoon = "on"\n', memory=6 * 1024).status == 0
    dom0, web = host.domains()
    assert dom0.memory_kib < 4 * GIB
    assert dom0.memory_kib + web.memory_kib < 8 * GIB
    assert host.info().free_memory_kib == 0


def test_domain_0_keeps_the_least(host: SimHost, tmp_path: Path) -> None:
    said = create(tmp_path, 'autoballoon = "on"\n', memory=7 * 1024 + 512)
    assert said.status == 3
    assert said.stderr.startswith(b"failed to free memory for the domain\nxl: it needs ")
    assert host.domains()[0].memory_kib == 4 * GIB


@pytest.mark.parametrize("conf", ["", 'autoballoon = "off"\n'])
def test_domain_0_was_given_a_fixed_size(host: SimHost, tmp_path: Path, conf: str) -> None:
    said = create(tmp_path, conf, memory=6 * 1024)
    assert said.status == 3
    assert b"xc_dom_boot_mem_init failed: Cannot allocate memory" in said.stderr
    assert host.domains()[0].memory_kib == 4 * GIB


def test_random_domids(host: SimHost, tmp_path: Path) -> None:
    for name in "abcd":
        assert create(tmp_path, 'domid_policy = "random"\n', name=name).status == 0
    domids = sorted(domain.domid for domain in host.domains())
    assert domids != [0, 1, 2, 3, 4]
    assert len(set(domids)) == 5
    assert 0 < domids[1] <= domids[-1] < 0x7FF0


def test_a_lock_file_that_cannot_be_opened(host: SimHost, tmp_path: Path) -> None:
    said = create(tmp_path, 'lockfile = "/nosuch/lock"\n')
    assert said == Run(b"", b"cannot open the lockfile /nosuch/lock errno=2\n", 3)
    assert len(host.domains()) == 1


def test_creating_waits_for_the_lock(host: SimHost, tmp_path: Path) -> None:
    with open(tmp_path / "lock", "w") as held:  # noqa: PTH123 - lockf wants a file
        fcntl.flock(held, fcntl.LOCK_EX)
        free = threading.Event()

        def lockf(_descriptor: int, _how: int) -> None:
            free.set()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fcntl, "lockf", lockf)
            assert create(tmp_path, f'lockfile = "{tmp_path}/lock"\n').status == 0
        assert free.is_set()
    assert len(host.domains()) == 2
