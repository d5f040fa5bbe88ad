"""xl console on a host behind libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.libvirt.fake import Domain, Error, Stream, Xen
from tests.libvirt.said import said
from tests.libvirt.samples import WEB
from xlpy.executors import Failure
from xlpy.executors.libvirt import console as consoles

if TYPE_CHECKING:
    from xlpy.executors.libvirt.host import LibvirtHost

pytestmark = pytest.mark.usefixtures("xen")


def test_it_is_followed_until_the_domain_is_gone(xen: Xen, web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
    xen.console = [b"one\r\n", -2, "zw\xf6lf\r\n".encode(), b""]
    assert said(capsys, "console", "web") == (0, "one\nzw\xf6lf\n", "")


def test_bytes_that_are_not_text(xen: Xen, web: Domain, host: LibvirtHost) -> None:
    xen.console = [b"\xff\xc3", b"\xb6", -2, b""]
    stream = host.console(1)
    assert [stream.read() for _ in range(4)] == ["\udcff\udcc3", "\udcb6", "", None]


def test_typing(xen: Xen, web: Domain, host: LibvirtHost) -> None:
    stream = host.console(1)
    xen.streams[-1].room = [3, -2, 2]
    stream.write("h\xe9llo\udcff\r")
    assert xen.streams[-1].taken == b"h\xc3\xa9llo\xff\r"


def test_a_guest_that_takes_nothing(xen: Xen, web: Domain, host: LibvirtHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consoles, "_LIMIT", 0.05)
    stream = host.console(1)
    monkeypatch.setattr(Stream, "send", lambda *_: -2)
    with pytest.raises(Failure) as caught:
        stream.write("x")
    assert "no answer" in caught.value.advice


def test_one_that_is_in_use(web: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Error(9, "operation failed: Active console session exists for this domain")

    monkeypatch.setattr(web, "openConsole", refuse)
    status, _, err = said(capsys, "console", "web")
    assert (status, err.count("\n")) == (1, 2)
    assert "end that session first" in err


PV_CONSOLE = "<console type='pty'><target type='xen' port='0'/></console>"
SERIAL = "<serial type='pty'><target port='0'/></serial><console type='pty'><target type='serial' port='0'/></console>"
TWO = f"{SERIAL}<console type='pty'><target type='xen' port='1'/></console>"


@pytest.mark.parametrize(
    ("system", "devices", "words", "opened"),
    [
        ("linux", PV_CONSOLE, ("-t", "pv"), True),
        ("linux", PV_CONSOLE, ("-t", "pv", "-n", "0"), True),
        ("linux", PV_CONSOLE, ("-n", "1"), True),  # which counts only with -t
        ("linux", PV_CONSOLE, ("-t", "pv", "-n", "1"), False),
        ("linux", PV_CONSOLE, ("-t", "serial"), False),
        ("linux", PV_CONSOLE, ("-t", "vuart"), False),
        ("xenpvh", "", ("-t", "pv"), True),
        ("hvm", SERIAL, ("-t", "serial"), True),
        ("hvm", SERIAL, ("-t", "serial", "-n", "1"), False),
        ("hvm", TWO, ("-t", "pv"), False),
        ("hvm", "", ("-t", "pv"), False),
    ],
)
def test_which_one(
    xen: Xen, capsys: pytest.CaptureFixture[str], system: str, devices: str, words: tuple[str, ...], *, opened: bool
) -> None:
    xen.add(WEB.format(system, "destroy").replace("</domain>", f"<devices>{devices}</devices></domain>"))
    xen.console = [b"hello\r\n", b""]
    status, out, err = said(capsys, "console", *words, "web")
    assert (status, out) == ((0, "hello\n") if opened else (1, ""))
    primary = "serial" if system == "hvm" else "pv"
    assert err == ("" if opened else REFUSED.format(primary))
    assert len(xen.streams) == opened


REFUSED = (
    "xlpy: libvirt opens the first console of a domain alone, which is -t {} -n 0 here; Xen's own xl opens the others\n"
)


def test_a_domain_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = said(capsys, "console", "99")
    assert (status, err.splitlines()[-1]) == (1, "Unable to attach console")
