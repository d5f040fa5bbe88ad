"""`xl vncviewer`, and the viewer that create -V starts: they get the display, and the password by their input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.libvirt.said import said
from tests.libvirt.samples import WEB

if TYPE_CHECKING:
    from pathlib import Path

    from tests.libvirt.fake import Domain, Xen

VNC = "<devices><graphics type='vnc' port='5903' listen='192.0.2.1' passwd='s3cret'/></devices></domain>"
VIEWER = '#!/bin/sh\necho "$*" > {0}/asked\nif [ "$2" ]; then cat > {0}/typed; fi\ntouch {0}/done\n'


@pytest.fixture
def shown(xen: Xen) -> Domain:
    return xen.add(WEB.format("hvm", "destroy").replace("</domain>", VNC))


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a vncviewer leaves what it was asked."""
    program = tmp_path / "vncviewer"
    program.write_text(VIEWER.format(tmp_path), encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


@pytest.mark.parametrize(("options", "words"), [((), []), (("--autopass",), ["-autopass"])])
def test_it_becomes_the_viewer(
    shown: Domain,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    words: list[str],
) -> None:
    asked: list[list[str]] = []
    typed: list[int] = []
    monkeypatch.setattr("os.execvp", lambda _program, argv: asked.append(argv))
    monkeypatch.setattr("os.dup2", lambda source, _target: typed.append(source))
    said(capsys, "vncviewer", *options, "web")
    assert asked == [["vncviewer", "192.0.2.1:3", *words]]
    assert [os.read(source, 99) for source in typed] == [b"s3cret"] * len(options)


def test_without_a_viewer_the_place_is_told(
    shown: Domain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert said(capsys, "vncviewer", "web") == (
        1,
        "",
        "Unable to execute vncviewer\nxl: the display is 192.0.2.1:3 (port 5903)\n",
    )


def test_a_domain_without_display(web: Domain, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = said(capsys, "vncviewer", "web")
    assert status == 1
    assert err.endswith("Domain 1:Cannot get vnc-port\n")


def test_create_starts_one_beside(
    xen: Xen, viewer: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = xen.createXML
    monkeypatch.setattr(xen, "createXML", lambda xml, flags: sent(xml.replace("</devices>", VNC[9:-9]), flags))
    (viewer / "web.cfg").write_text('name = "web"\nkernel = "/k"\nmemory = 64\n', encoding="utf-8")
    assert said(capsys, "create", "-q", "-A", str(viewer / "web.cfg"))[0] == 0
    while not (viewer / "done").exists():
        pass
    assert (viewer / "asked").read_text("ascii") == "192.0.2.1:3 -autopass\n"
    assert (viewer / "typed").read_text("ascii") == "s3cret"
