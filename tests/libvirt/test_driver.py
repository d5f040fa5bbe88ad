"""The real libvirt with its test driver: what it has of a host's protocol works, the rest says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.libvirt.needed import need_libvirt
from xlpy.cli.main import run
from xlpy.executors import Failure, UnknownDomain
from xlpy.executors.libvirt import open_host, vcpus

if TYPE_CHECKING:
    from xlpy.executors.libvirt.host import LibvirtHost

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "etc-xen"
NODE = """\
<node>
  <cpu><mhz>2000</mhz><model>x86_64</model><active>2</active><nodes>1</nodes><sockets>1</sockets><cores>2</cores>
  <threads>1</threads></cpu>
  <memory>8388608</memory>
  <domain type='test'>
    <name>web</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
    <memory>131072</memory><vcpu>2</vcpu><os><type>hvm</type></os>
  </domain>
</node>
"""
GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 128\nvcpus = 2\n'


@pytest.fixture(autouse=True)
def _libvirt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_libvirt()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.cfg").write_text(GUEST, encoding="utf-8")


@pytest.fixture
def host(tmp_path: Path) -> LibvirtHost:
    """One with the domain `web`, of which nobody else knows."""
    (tmp_path / "node.xml").write_text(NODE, encoding="utf-8")
    return open_host(f"test://{tmp_path}/node.xml", lambda _text: None)


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["--connect", "test:///default", *words], "xlpy")
    return status, *capsys.readouterr()


def test_looking(host: LibvirtHost) -> None:
    (web,) = host.domains()
    assert (web.name, web.memory_kib, web.vcpus, web.running) == ("web", 131072, 2, True)
    assert host.find("web").replace(cpu_time=0) == host.find(str(web.domid)).replace(cpu_time=0)
    assert [vcpu.vcpu for vcpu in host.vcpus(web.domid)] == [0, 1]
    assert host.info().facts.cpus > 1


def test_pause_and_unpause(host: LibvirtHost) -> None:
    domid = host.find("web").domid
    host.pause(domid)
    assert host.find("web").paused
    host.unpause(domid)
    assert not host.find("web").paused
    with pytest.raises(Failure, match="Unpausing domain"):
        host.unpause(domid)


def test_shutdown_is_told_by_an_event(host: LibvirtHost) -> None:
    domid = host.find("web").domid
    assert host.shutdown(domid) is False
    event = host.stopped(domid)
    while event is None:
        event = host.stopped(domid)
    assert (event.reason, event.action, event.successor) == (0, "destroy", None)
    with pytest.raises(UnknownDomain) as caught:
        host.find("web")
    assert "virsh start" in caught.value.advice


def test_destroy(host: LibvirtHost) -> None:
    domid = host.find("web").domid
    host.destroy(domid)
    assert host.domains() == []
    with pytest.raises(UnknownDomain):
        host.destroy(domid)


def test_past_libvirt_python_the_library_tells_the_same(host: LibvirtHost) -> None:
    def both(connection: Any) -> tuple[list[vcpus.Vcpu], list[vcpus.Vcpu]]:
        domain = connection.lookupByName("web")
        cpus = connection.getInfo()[2]
        return vcpus.by_python(domain), vcpus.by_library(host._link.api, domain, 2, cpus)

    by_python, by_library = host._link.call(both)
    assert [vcpu._replace(time=0) for vcpu in by_library] == [vcpu._replace(time=0) for vcpu in by_python]
    assert [vcpu.number for vcpu in by_library] == [0, 1]


def test_past_libvirt_python_errors_come_too(host: LibvirtHost) -> None:
    def ask(connection: Any) -> object:
        domain = connection.lookupByName("web")
        domain.destroy()
        return vcpus.by_library(host._link.api, domain, 2, 2)

    with pytest.raises(Failure, match="cannot list vcpus for an inactive domain"):
        host._link.call(ask)


@pytest.mark.parametrize("option", ["", "-p"])
def test_create(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert _said(capsys, "create", "-q", *option.split(), "web.cfg")[0] == 0
    out = _said(capsys, "list", "web")[1]
    assert re.search(r"^web +\d+ +128 +2 +" + ("--p---" if option else "r-----"), out, re.MULTILINE)
    assert re.search(r"^web +\d+ +0:00:0\d$", _said(capsys, "uptime")[1], re.MULTILINE)
    assert _said(capsys, "destroy", "web") == (0, "", "")


def test_a_name_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = _said(capsys, "create", "-q", "web.cfg", "name='test'")
    assert (status, err.count("\n")) == (3, 2)
    assert "already exists with uuid" in err


@pytest.mark.parametrize("name", ["alpine-pvh", "debian", "installer-hvm", "passthrough", "ubuntu"])
def test_the_examples_are_taken(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert _said(capsys, "create", "-q", f"{EXAMPLES}/{name}.cfg")[0] == 0
    domain = re.search(r'^name\s*=\s*"([^"]*)"', (EXAMPLES / f"{name}.cfg").read_text("utf-8"), re.MULTILINE)
    assert domain is not None
    assert _said(capsys, "destroy", domain[1]) == (0, "", "")


@pytest.mark.parametrize(("words", "out_first"), [(("list", "-l"), ""), (("console", "test"), "")])
def test_what_this_driver_lacks(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], out_first: str) -> None:
    status, out, err = _said(capsys, *words)
    assert (status, out) == (1, out_first)
    assert err.startswith("libvirt: error: ")


def test_a_file_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--connect", f"test://{EXAMPLES}/debian.cfg", "list"], "xlpy") == 1
    assert "FILE is XML" in capsys.readouterr().err
