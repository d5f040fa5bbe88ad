"""Libvirt's own pairs of xl.cfg and XML, as its converter makes them: each difference is known and has a reason."""

from __future__ import annotations

import re
from difflib import ndiff
from typing import TYPE_CHECKING
from xml.etree.ElementTree import parse

import pytest

from tests.lower.reading import lines, lowered, root
from tests.optional import CORPUS, need_corpus

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = sorted((CORPUS / "libvirt-xlconfigdata").glob("*.cfg"))

ADDED_BY_LIBVIRT = "libvirt adds it to what it is given"
REASONS = {
    r"[-].*/(memballoon|address|input) .*": ADDED_BY_LIBVIRT,
    r"- /domain/devices/controller index=0 type=(ide|xenbus) ": ADDED_BY_LIBVIRT,
    r"[-+] /domain/devices/video/model .*type=cirrus ?.*": "the size of the card's memory is left to libvirt's default",
    r"- /domain/os/loader .*hvmloader'": "the path of the host's hvmloader, which the driver does not look at",
    r"[-+] /domain/os/loader .*type=pflash '.*": "the attribute format is younger than libvirt 9.0",
    r"[-+] /domain/os/acpi/table type=(slic|rawset) .*": "libvirt up to 11.1 knows slic alone",
    r"[-+] /domain/devices/graphics .*type=spice ": "the driver opens no TLS port",
    r"[-+] /domain/devices/interface/bandwidth/outbound average=(10240|10000) ": (
        "xl's KB are 1000 bytes, libvirt's are 1024: 10240KB/s is 10000 KiB/s"
    ),
    r"[-+] /domain/on_crash .*": "xl destroys a guest that crashes, where nothing is said; the converter restarts it",
    r"[-+] /domain/devices/disk device=disk type=(file|block) ": "a path in /dev is a block device",
    r"[-+] /domain/devices/disk/source (dev|file)=/dev/HostVG/XenGuest2 ": "a path in /dev is a block device",
    r"[-+] /domain/devices/disk/driver (name=qemu )?type=raw ": (
        "xl leaves the backend of a raw image to libxl, and so does the driver where there is no name"
    ),
    r"[-] /domain/devices/(serial|console)( .*|/.*)": "the driver ends where there is more than one serial port",
    r"\+ /domain/cpu/numa/cell/distances.*": "libvirt fills in the distance from the other side",
    r"[-+] /domain/memory unit=KiB '(8388608|12582912)'": "xl refuses the file: maxmem is not that of all nodes",
}
"""What differs, with - for libvirt's and + for ours, and why."""


@need_corpus
@pytest.mark.parametrize("cfg", PAIRS, ids=lambda path: path.stem)
def test_only_known_differences(cfg: Path) -> None:
    ours = list(lines(root(lowered(cfg.read_text(encoding="utf-8")))))
    theirs = list(lines(parse(cfg.with_suffix(".xml")).getroot()))
    differing = [line for line in ndiff(theirs, ours) if line.startswith(("- ", "+ "))]
    unknown = [line for line in differing if not any(re.fullmatch(reason, line) for reason in REASONS)]
    assert unknown == []


@need_corpus
def test_each_known_difference_is_there() -> None:
    found = []
    for cfg in PAIRS:
        ours = list(lines(root(lowered(cfg.read_text(encoding="utf-8")))))
        theirs = list(lines(parse(cfg.with_suffix(".xml")).getroot()))
        found += [line for line in ndiff(theirs, ours) if line.startswith(("- ", "+ "))]
    assert [reason for reason in REASONS if not any(re.fullmatch(reason, line) for line in found)] == []
