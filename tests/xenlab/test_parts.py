"""The parts of the lab that need no lab."""

from __future__ import annotations

import gzip
import lzma
import struct
from typing import TYPE_CHECKING

import pytest

from tests.xenlab import archive, guests, packages
from tests.xenlab.__main__ import NOT_HERE, main
from tests.xenlab.errors import LabError, NoLabError
from tests.xenlab.packages import Source, of_suite
from tests.xenlab.releases import RELEASES, find_release, image_of

if TYPE_CHECKING:
    from pathlib import Path

ELF = b"\x7fELF and more"


def unpacked(data: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and content of what is in an archive, read by the rules of the format."""
    found, at = dict[str, tuple[int, bytes]](), 0
    while True:
        assert data[at : at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[at + 110 : at + 110 + name_size - 1].decode()
        at += (110 + name_size + 3) // 4 * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (mode, data[at : at + size])
        at += (size + 3) // 4 * 4


def test_an_archive_holds_what_was_packed() -> None:
    entries = [archive.directory("bin"), archive.program("bin/sh", b"12345"), archive.device("console", 5, 1)]
    found = unpacked(archive.pack(entries))
    assert found == {"bin": (0o40755, b""), "bin/sh": (0o100755, b"12345"), "console": (0o20600, b"")}


def test_a_device_has_its_numbers() -> None:
    data = archive.pack([archive.device("console", 5, 1)])
    assert data[6 + 9 * 8 : 6 + 11 * 8] == b"0000000500000001"


@pytest.mark.parametrize("pack", [lzma.compress, gzip.compress, bytes], ids=["xz", "gzip", "not packed"])
def test_decompress(pack: object) -> None:
    assert callable(pack)
    assert archive.decompress(pack(ELF)) == ELF


def test_what_is_packed_in_another_way_is_refused() -> None:
    with pytest.raises(LabError, match="unknown way: 00010203"):
        archive.decompress(bytes(range(9)))


def test_the_kernel_is_found_in_a_boot_image() -> None:
    packed = lzma.compress(ELF)
    image = bytearray(5 * 512 + 64)
    image[0x1F1] = 4
    struct.pack_into("<II", image, 0x248, 64, len(packed) + 4)
    assert archive.unpack_kernel(bytes(image) + packed + struct.pack("<I", len(ELF))) == ELF


def test_the_boot_sector_is_one() -> None:
    sector = guests.boot_sector("hi")
    assert len(sector) == 512
    assert sector.endswith(b"\x55\xaa")
    assert struct.unpack_from("<H", sector, 7) == (0x7C00 + sector.index(b"hi"),)


def test_the_archives_of_this_machine_serve_another_release() -> None:
    mine = [Source(f"bookworm{more}", "main", f"http://a/{more}") for more in ("", "-updates", "-security")]
    others = [Source("bookworm", "contrib", "http://a/"), Source("sid", "main", "http://b/")]
    found = of_suite([*mine, *others, mine[0]], "trixie")
    assert [source.codename for source in found] == ["trixie", "trixie-updates", "trixie-security"]
    assert [source.uri for source in found] == [source.uri for source in mine]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("os.geteuid", lambda: 1000, "only root can"),
        ("platform.machine", lambda: "arm64", "not on Linux on arm64"),
        ("shutil.which", lambda _: None, "no apt-get"),
    ],
)
def test_one_line_says_why_there_is_no_lab(
    name: str, value: object, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(name, value)
    assert main(["build"]) == NOT_HERE
    said = capsys.readouterr().err
    assert said.startswith("no Xen lab here: ")
    assert words in said
    assert said.count("\n") == 1


def test_tests_are_left_out_where_there_is_no_lab(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.delenv("XLPY_REQUIRE_XENLAB", raising=False)
    assert main(["test"]) == 0
    assert capsys.readouterr() == ("", "left out, no Xen lab here: only root can build and run it\n")
    monkeypatch.setenv("XLPY_REQUIRE_XENLAB", "1")
    assert main(["test"]) == NOT_HERE


def test_a_machine_without_lists_of_packages_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "Debian\tbookworm\tmain\thttp://a/\n"
    listed = iter(["", line])
    monkeypatch.setattr(packages, "_output", lambda *_: next(listed))
    asked: list[tuple[str, ...]] = []

    def apt_get(*words: str) -> str:
        asked.append(words)
        return ""

    monkeypatch.setattr(packages, "_apt_get", apt_get)
    assert packages.debian_sources("trixie") == "deb http://a/ trixie main\n"
    assert asked == [("update",)]


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "DISK_MIB", 1 << 40)
    with pytest.raises(NoLabError, match=r"needs \d+ MiB on the disk of"):
        packages.require_disk(tmp_path / "new")


def test_little_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MEMORY_MIB", 1 << 40)
    with pytest.raises(NoLabError, match=r"\d+ MiB are available"):
        packages.require_memory()


def test_each_release_has_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_XENLAB_DIR", str(tmp_path))
    places = {image_of(find_release(xen)).folder for xen in RELEASES}
    assert places == {tmp_path / xen / "image" for xen in RELEASES}
    with pytest.raises(NoLabError, match=r"only with 4\.17 and 4\.20"):
        find_release("4.18")


def test_what_does_not_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XLPY_XENLAB_DIR", str(tmp_path))
    assert main(["run", "true"]) == 1
    assert capsys.readouterr().err == "Xen lab: no Dom0 with Xen 4.17 runs: boot it first\n"
