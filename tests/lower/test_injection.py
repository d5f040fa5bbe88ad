"""Texts of users arrive unharmed, or are refused; none of them becomes markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpy.devices.channel import Channel, Socket
from xlpy.devices.disk import Disk
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Hvm, Pv, VncInfo
from xlpy.lower import lower

if TYPE_CHECKING:
    from xlpy.lower import Lowered

HARD = ["<>&'\"", "]]>", "<!--", "&amp;", "a\nb", "a\r\nb", "\t", " a ", "\u00e9\u4e2d\U0001f600", "\x7f\x85", "\ufffd"]
UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TEXT = st.one_of(st.sampled_from(HARD), st.text(), st.text(st.characters(min_codepoint=0, max_codepoint=0xFFFF)))


def config(text: str) -> DomainConfig:
    """A PV guest with the text everywhere."""
    info = BuildInfo(
        kernel=f"/{text}",
        ramdisk=f"/{text}",
        cmdline=text,
        bootloader=text,
        bootloader_args=(text,),
        extra=(text,),
        exec_ssid_label=text,
        u=Pv(),
    )
    devices = (
        Disk(vdev="xvda", pdev_path=f"/{text}", backend_domname=text, readwrite=1),
        Vif(bridge=text, script=text, ifname=f"x{text}", backend_domname=text),
        Vfb(vnc=VncInfo(passwd=text), keymap=text),
        Channel(name=text, u=Socket(path=f"/{text}")),
    )
    return DomainConfig(
        c_info=CreateInfo(name=text, type="pv"), b_info=info, devices=devices, on_soft_reset="soft_reset"
    )


ARGUMENT = "{http://libvirt.org/schemas/domain/xen/1.0}commandline/*"
ANY, LINE, DEVICE = re.compile(".*", re.DOTALL), re.compile("[^\n\r]*"), re.compile(r"[a-zA-Z0-9_.\-:/]*")
NEVER_EMPTY = ("devices/interface/target", ARGUMENT)
PLACES = (
    ("bootloader", "", "", ANY),
    ("os/kernel", "", "/", LINE),
    ("os/initrd", "", "/", LINE),
    ("os/cmdline", "", "", ANY),
    ("devices/disk/source", "file", "/", LINE),
    ("devices/disk/backenddomain", "name", "", LINE),
    ("devices/interface/source", "bridge", "", DEVICE),
    ("devices/interface/script", "path", "", LINE),
    ("devices/interface/backenddomain", "name", "", LINE),
    ("devices/interface/target", "dev", "x", DEVICE),
    ("devices/channel/source", "path", "/", LINE),
    ("devices/channel/target[@name]", "name", "", ANY),
    ("devices/graphics", "keymap", "", ANY),
    ("devices/graphics", "passwd", "", ANY),
    ("seclabel/label", "", "", ANY),
    (ARGUMENT, "value", "", ANY),
)
"""Where it stands: element, attribute if it is not its text, what stands before it, what libvirt's schema takes."""


def arrived(made: Lowered, path: str, attribute: str) -> str | None:
    element = fromstring(made.xml).find(path)
    if element is None:
        return None
    return element.get(attribute) if attribute else element.text


@given(TEXT)
@settings(max_examples=400, deadline=None)
def test_each_text_arrives_or_is_refused(text: str) -> None:
    made = lower(config(text))
    if UNSENDABLE.search(text):
        assert not UNSENDABLE.search(made.xml)
        assert {arrived(made, path, attribute) for path, attribute, *_ in PLACES} == {None}
        assert made.differs
        return
    for path, attribute, before, allowed in PLACES:
        there = arrived(made, path, attribute)
        if allowed.fullmatch(text) is None:
            assert there is None, path
            assert made.differs
        elif text or path in NEVER_EMPTY:
            assert there == before + text, path
        else:
            assert there is None, path


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_no_text_becomes_markup(text: str) -> None:
    """The elements are those of a harmless text, but for those that were left out."""
    found = [element.tag for element in fromstring(lower(config(text)).xml).iter()]
    harmless = iter(element.tag for element in fromstring(lower(config("x")).xml).iter())
    assert all(tag in harmless for tag in found)


@given(st.text(alphabet="ab \t\n\r", max_size=9), st.text(alphabet="ab \t\n\r", max_size=9))
def test_arguments_of_a_bootloader(first: str, second: str) -> None:
    """Cut where the driver cuts, they are what they were."""
    info = BuildInfo(bootloader="pygrub", bootloader_args=(first, second))
    made = lower(config("x").replace(b_info=info))
    joined = arrived(made, "bootloader_args", "")
    if joined is None:
        assert any(lost.key == "bootloader_args" for lost in made.lost)
    else:
        assert joined.split(" \t\n") == [first, second]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\x00", "the character U+0000"),
        ("\udcff", "the byte 0xff"),
        ("\ud800", "the character U+D800"),
        ("\uffff", "the character U+FFFF"),
    ],
)
def test_what_cannot_be_sent_names_the_place(text: str, why: str) -> None:
    lost = {one.field: one.why for one in lower(config(text)).lost}
    for field in ("c_info.name", "b_info.kernel", "disk[0].pdev_path", "vif[0].script", "vfb[0].vnc.passwd"):
        assert lost[field].endswith(why)


@given(st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_a_password_never_stands_in_a_log(password: str) -> None:
    secret = f"<s3cret>{password}"
    hvm = Hvm(vnc=VncInfo(passwd=secret))
    made = lower(DomainConfig(c_info=CreateInfo(name="web", type="hvm"), b_info=BuildInfo(u=hvm)))
    assert "s3cret" not in made.masked() + repr(made)
    assert [element.tag for element in fromstring(made.masked()).iter()] == [e.tag for e in fromstring(made.xml).iter()]
