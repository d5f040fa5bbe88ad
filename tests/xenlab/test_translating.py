"""Our translation of the examples beside that of the running libvirt: to its XML, and from it back to libxl's JSON."""

from __future__ import annotations

import json
import re
from difflib import ndiff
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest

from tests.lower.reading import EXAMPLES, lines
from tests.xenlab.facts import host_facts
from tests.xenlab.lab import Lab
from xlpy.config import load
from xlpy.lower import Capabilities, lower
from xlpy.release import Release
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlpy.host import HostFacts

pytestmark = pytest.mark.xenlab
VIRSH = "virsh -c xen:///system"

ADDED = "libvirt adds it to what it is given"
NOT_READ = "libvirt's reader of xl.cfg passes over it; its driver carries it out"
NOT_WRITTEN = "libvirt's writer of xl.cfg passes over it; its driver carries it out"
DEFAULT = "libvirt writes out what libxl does anyway"
LOST = "libvirt has no way for it, as create and lint say"
NO_LIST = (r"(?m)^viridian = .*$", "libvirt reads no list of viridian")
NO_LINE = (
    r"(?s)<bootloader_args>.*</bootloader_args>",
    "the driver splits arguments at space, tab and newline together",
)

IN_XML = {
    r"- /domain/devices/(memballoon|input|controller|console|disk/address|hostdev/driver)([ /].*|)": ADDED,
    r"[-+] /domain/devices/disk device=disk type=(file|block) ": "a path in /dev is a block device",
    r"[-+] /domain/devices/disk/source (dev|file)=/dev/vg0/.*": "a path in /dev is a block device",
    r"[-+] /domain/devices/disk/driver (name=qemu )?type=raw ": "the backend of a raw image is left to libxl, as by xl",
    r"[+] /domain/bootloader_args .*": "libvirt reads bootloader_args as one text, not as a list",
    r"[+] /domain/cputune(/shares .*| )": NOT_READ,
    r"([+] /domain/cputune/vcpupin|[-+] /domain/vcpu) .*": "the same, said of each vCPU",
    r"[-+] /domain/devices/hostdev( managed=(yes|no) .*|/source (writeFiltering=no )?)": NOT_READ,
    r"[+] /domain/devices/interface/backenddomain name=netdom ": NOT_READ,
    r"[-+] /domain/devices/interface/bandwidth/outbound average=(1221|1280) ": "10 Mb are 1220.7 KiB, not 1280",
    r"[-+] /domain/devices/video/model .*": "libvirt reads no vga, and fills in the size of its cirrus",
    r"[-+] /domain/os (firmware=efi )?": NOT_READ,
    r"[+] /domain/features/hap state=on ": NOT_READ,
    r"- /domain/devices/disk/source file= ": "an empty drive has no source",
    r"- /domain/os/loader .*hvmloader'": "the path of the host's hvmloader, which the driver does not look at",
}
"""What differs between libvirt's XML (-) and ours (+), and why."""
IN_JSON = {
    r"[+] /b_info/(acpi|apic|type.hvm/pae) \"True\"": DEFAULT,
    r"[+] /b_info/(localtime|type.hvm/viridian) \"False\"": DEFAULT,
    r"([-] /b_info/type.hvm/sdl {}|[+] /b_info/type.hvm/sdl/enable \"False\")": DEFAULT,
    r"[+] /b_info/type.hvm/(serial \"none\"|vnc/findunused \"True\")": DEFAULT,
    r"[+] /disks\[0\]/backend \"qdisk\"": "only qemu serves qcow2",
    r"[-] /disks\[2\]/pdev_path \"\"": "an empty drive",
    r"[+] /nics\[0\]/script \"vif-bridge\"": DEFAULT,
    r"[-] /b_info/(type.hvm/bios \"ovmf\"|video_memkb .*)": NOT_WRITTEN,
    r"[-+] /b_info/type.hvm/vga({}|/kind \"std\"| .*)": NOT_WRITTEN,
    r"[-] /b_info/type.hvm/viridian(_enable\[\d\] \d| \"True\")": LOST,
    r"[-] /b_info/bootloader_args\[\d\] .*": NO_LINE[1],
    r"([-] /b_info/sched_params/weight 512|[+] /b_info/sched_params {})": NOT_WRITTEN,
    r"[-] /b_info/vcpu_hard_affinity\[.*": NOT_WRITTEN,
    r"[-] /c_info/driver_domain \"True\"": LOST,
    r"[-] /c_info/hap \"True\"": NOT_WRITTEN,
    r"[-] /nics\[0\]/backend_domname \"netdom\"": NOT_WRITTEN,
    r"[-+] /nics\[0\]/rate_bytes_per_interval (61050|62500)": "the writer takes KiB for KB; the driver does not",
    r"[-] /pcidevs\[\d\]/seize true": "managed=yes: libvirt itself takes the device from its driver",
}
"""What differs between libxl's JSON of an example (-) and that of what libvirt makes of our XML (+), and why."""


class Dom0:
    """A Dom0 with its facts."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.facts: HostFacts = host_facts(lab)

    def said(self, command: str, typed: str = "") -> str:
        """What a command prints that must succeed."""
        said = self.lab.run(f"cd /root && {command}", typed=typed)
        assert said.status == 0, said
        return said.out

    def lowered(self, path: Path) -> Element:
        """Our XML of an example."""
        release = Release.parse(self.lab.xen)
        config = load(Source.from_bytes(path.name, path.read_bytes()), release=release, host=self.facts).config
        made = lower(config, release=release, capabilities=Capabilities(virtualization="svm", nodes=2))
        return fromstring(made.xml)


@pytest.fixture(scope="module")
def dom0(xen: str) -> Iterator[Dom0]:
    with Lab.own(xen, "test") as lab:
        yield Dom0(lab)


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Each value of a JSON text as a line: its path and itself."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{number}]")
    else:
        yield f"{path} {json.dumps(value)}"


def differing(theirs: list[str], ours: list[str]) -> list[str]:
    """The lines of only one side, behind - or +."""
    return [line for line in ndiff(theirs, ours) if line.startswith(("- ", "+ "))]


def unexplained(found: list[str], reasons: dict[str, str]) -> list[str]:
    """Those for which there is no reason."""
    return [line for line in found if not any(re.fullmatch(pattern, line) for pattern in reasons)]


@cache
def xml_differences(dom0: Dom0, path: Path) -> list[str]:
    """Without what libvirt cannot read at all."""
    text, ours = re.sub(NO_LIST[0], "", path.read_text(encoding="utf-8")), dom0.lowered(path)
    theirs = fromstring(dom0.said(f"cat > x.cfg && {VIRSH} domxml-from-native xen-xl x.cfg", text))
    return differing([*lines(theirs)], [*lines(ours)])


@cache
def json_differences(dom0: Dom0, path: Path) -> list[str]:
    """The real xl reads both, without what libvirt cannot write at all."""
    ours = re.sub(NO_LINE[0], "", tostring(dom0.lowered(path), encoding="unicode"))
    native = dom0.said(f"cat > x.xml && {VIRSH} domxml-to-native xen-xl x.xml", ours)
    text = path.read_text(encoding="utf-8")
    given, back = (json.loads(dom0.said("cat > x.cfg && xl create -qn x.cfg", cfg)) for cfg in (text, native))
    return differing([*leaves(given)], [*leaves(back)])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_xml_is_that_of_libvirt(path: Path, dom0: Dom0) -> None:
    assert unexplained(xml_differences(dom0, path), IN_XML) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_xml_leads_back_to_the_configuration(path: Path, dom0: Dom0) -> None:
    assert unexplained(json_differences(dom0, path), IN_JSON) == []


def test_each_known_difference_is_there(dom0: Dom0) -> None:
    for reasons, find in ((IN_XML, xml_differences), (IN_JSON, json_differences)):
        found = [line for path in EXAMPLES for line in find(dom0, path)]
        assert [pattern for pattern in reasons if not any(re.fullmatch(pattern, line) for line in found)] == []


def test_what_libvirt_cannot_read_or_write(dom0: Dom0) -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES}
    said = dom0.lab.run(f"cat > x.cfg && {VIRSH} domxml-from-native xen-xl x.cfg", typed=texts["windows"])
    assert "config value viridian was malformed" in said.err
    ours = next(dom0.lowered(path) for path in EXAMPLES if path.stem == "ubuntu")
    native = dom0.lab.run(f"cat > x.xml && {VIRSH} domxml-to-native xen-xl x.xml", typed=tostring(ours, "unicode"))
    assert "--kernel=/boot/vmlinuz \t\n--ramdisk=" in native.out
