"""Save files: the real xl reads the header and the configuration of ours, and both refuse the same files alike."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import run_ours
from tests.oracle.real import RELEASES, run_real
from tests.processes import Place
from xlpy.cli.files.savefile import MAGIC

if TYPE_CHECKING:
    from pathlib import Path

ORDER = 0x01020304
CONFIG = b'{\n    "c_info": {\n        "type": "pv",\n        "name": "web"\n    }\n}\n\0'
every_release = pytest.mark.parametrize("release", RELEASES)


def header(flags: int = 3, optional: int = 0, length: int = 0, order: int = ORDER, magic: bytes = MAGIC) -> bytes:
    return struct.pack("<32sIIII", magic, order, flags, optional, length)


def with_config(config: bytes, flags: int = 3, said: int | None = None) -> bytes:
    data = struct.pack("<I", len(config) if said is None else said) + config
    return header(flags, length=len(data)) + data


FILES = {
    "empty": b"",
    "half a header": header()[:40],
    "another magic": header(magic=MAGIC[:-1] + b"x"),
    "libvirt's": header(magic=b"libvirt-xml\n \0 \r"),
    "byte order": header(order=0x04030201),
    "unknown flags": header(flags=0xFF, optional=0x10),
    "no configuration": header(),
    "optional flags": header(optional=0xABC),
    "short data": header(length=9),
    "data without a length": header(length=3) + b"abc",
    "a length too great": with_config(CONFIG, said=len(CONFIG) + 1),
    "no JSON": with_config(b"hello\0"),
    "JSON of no guest": with_config(b"{}\0"),
    "xl.cfg without a name": with_config(b"memory = 64\n", flags=2),
    "xl.cfg with an error": with_config(b"name = \n", flags=2),
}


@pytest.fixture(autouse=True, scope="module")
def _real_xl() -> None:
    need_real_xl()


def told(text: bytes) -> list[bytes]:
    """Without what libxl says of JSON, and our way out."""
    lines = text.splitlines()
    return [
        line for line in lines if not line.startswith((b"libxl: error: libxl_json", b" ", b"xl: ")) and line.strip()
    ]


@every_release
@pytest.mark.parametrize("name", FILES)
def test_the_same_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, name: str) -> None:
    monkeypatch.setenv("XLPY_CONNECT", f"sim://{tmp_path}/host.db")
    (tmp_path / "f").write_bytes(FILES[name])
    real = run_real(release, ["restore", "f"], tmp_path)
    ours = run_ours(release, ["restore", "f"], tmp_path)
    assert (ours.status, ours.stdout, told(ours.stderr)) == (real.status, real.stdout, told(real.stderr))
    assert real.status == 1


@every_release
def test_the_real_xl_reads_ours(tmp_path: Path, release: str) -> None:
    """Up to the hypervisor that is not there."""
    place = Place(tmp_path)
    place.environment["XLPY_XEN"] = release
    (tmp_path / "web.cfg").write_text(
        'name = "web"\nkernel = "/boot/vmlinuz"\ndisk = ["/dev/vg0/web,raw,xvda,w"]\nvif = [""]\n'
    )
    assert place.run("xl", "create", "-q", "web.cfg").status == 0
    said = place.run("xl", "save", "web", "web.save").err.splitlines()[0]
    length = re.fullmatch(r"Saving to web.save new xl format \(info 0x3/0x0/(\d+)\)", said)
    assert length
    real = run_real(release, ["restore", "-d", "web.save"], tmp_path, keep=False)
    lines = real.stderr.decode().splitlines()
    assert lines[:3] == [
        f"Loading new save file web.save (new xl fmt info 0x3/0x0/{length[1]})",
        " Savefile contains xl domain config in JSON format",
        "Parsing config from <saved>",
    ]
    assert '"name": "web"' in real.stderr.decode()
    assert '"pdev_path": "/dev/vg0/web"' in real.stderr.decode()
