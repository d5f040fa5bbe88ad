"""Keys and specs that xm and xl have in different ways; the real xl says whether they mean the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.real import RELEASES, ask_real, config_case
from xlpy.diagnostic import Severity
from xlpy.source import Source
from xlpy.vocabulary import key_names
from xlpy.xm.disks import disks
from xlpy.xm.meaning import Guest, Meaning, NoMeaningError, Setting, Value, as_xl
from xlpy.xm.translate import translate
from xlpy.xm.xend_keys import XEND_KEYS

UUID = 'uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"\n'
GUEST = f'{UUID}name = "a"\nkernel = "/k"\n'
SPECS = (
    "phy:/dev/vg0/web,xvda,w",
    "phy:/dev/vg0/web,ioemu:hda,r",
    "file:/srv/web.img,sda1,w",
    "file:web.img,sda1,ro",
    "file:/srv/install.iso,hdc:cdrom,r",
    "phy:/dev/cdrom,hdc:cdrom,r",
    ",hdc:cdrom,r",
    "tap:aio:/srv/web.img,xvda,w",
    "tap:qcow:/srv/web.qcow,xvda,w",
    "tap:qcow2:/srv/web.qcow2,xvda,w",
    "tap2:vhd:/srv/web.vhd,xvda,w",
    "tap2:tapdisk:aio:/srv/web.img,xvda,r",
    "drbd:mirror,xvda,w",
    "iscsi:iqn.2001-05.com.example:x,xvda,w",
    "nbd:host 1024,xvda,w",
    "phy:/dev/x,0x800,w",
    "file:/srv/web.img,xvda",
    "phy:/dev/x,hda,w,no-discard",
    "format=qcow2, vdev=xvda, access=rw, target=/srv/web.qcow2",
)


def new_spec(spec: str) -> str:
    """What becomes of one disk."""
    ((_, specs),) = disks("disk", [spec]).settings
    assert isinstance(specs, list)
    return str(specs[0])


@pytest.mark.parametrize("release", RELEASES)
def test_disks_mean_to_the_real_xl_what_they_meant(release: str) -> None:
    need_real_xl()
    olds = [config_case(spec, f'{GUEST}disk = ["{spec}"]\n'.encode()) for spec in SPECS]
    news = [config_case(spec, f'{GUEST}disk = ["{new_spec(spec)}"]\n'.encode()) for spec in SPECS]
    for old, before, after in zip(olds, ask_real(release, olds), ask_real(release, news), strict=True):
        assert (before.status, after.status, after.stderr) == (0, 0, b""), old.name
        assert after.stdout == before.stdout, old.name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("phy:sda1,sda1,w", "/dev/sda1,raw,sda1,w"),
        ("phy:vg0/web,/dev/xvda,w", "/dev/vg0/web,raw,xvda,w"),
        ("phy:/dev/x, xvda , w ", "/dev/x,raw,xvda,w"),
        ("phy:/dev/x,xvda,w!", "/dev/x,raw,xvda,w"),
        ("phy:/dev/x,xvda,r!", "/dev/x,raw,xvda,r"),
        ("phy:/dev/x,xvda,w,0", "/dev/x,raw,xvda,w"),
        ("phy:/dev/x,xvda,w,storage", "format=raw, vdev=xvda, access=w, backend=storage, target=/dev/x"),
        ("tap:sync:/x,xvda,w", "/x,raw,xvda,w"),
        ("file:/srv/a b=c.img,xvda,w", "format=raw, vdev=xvda, access=w, target=/srv/a b=c.img"),
        ("tap:vmdk:/x,xvda,w", "tap:vmdk:/x,xvda,w"),
        ("phy:/dev/x,xvda,q", "phy:/dev/x,xvda,q"),
        ("/dev/x,xvda,w", "/dev/x,xvda,w"),
        ("a,b,c,d,e,f", "a,b,c,d,e,f"),
        ("", ""),
    ],
)
def test_disks_that_xl_does_not_take_as_they_were(old: str, new: str) -> None:
    assert new_spec(old) == new


@pytest.mark.parametrize("value", ["phy:/dev/x,xvda,w", [["a"]], 3])
def test_a_disk_key_of_another_kind_is_left_to_xl(value: Value) -> None:
    assert disks("disk", value).settings == (Setting("disk", value),)
    assert disks("disk", None).settings == ()


def settings_of(text: str) -> dict[str, str]:
    """The settings of a translated file, without those that all have."""
    found = translate(Source("guest", f"{GUEST}{text}"))
    lines = [line for line in (found.text or "").splitlines() if " = " in line and not line.startswith("#")]
    return {key: value for key, _, value in (line.partition(" = ") for line in lines) if f"{key} =" not in GUEST}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("builder = 'linux'", {"type": '"pv"'}),
        ("builder = 'hvm'\ntype = 'pvh'", {"type": '"pvh"'}),
        ("device_model = '/usr/lib/xen/bin/stubdom-dm'", {"device_model_stubdomain_override": "1"}),
        ("device_model = '/usr/lib/xen/bin/qemu-dm'", {}),
        ("acpi = True\napic = False\npae = None", {"acpi": "1", "apic": "0"}),
        ("memory = 512.0\nmaxmem = -1", {"memory": "512", "maxmem": '"-1"'}),
        ("timer_mode = 2", {}),
        ("timer_mode = 2\nbuilder = 'hvm'", {"timer_mode": '"no_missed_ticks_pending"', "type": '"hvm"'}),
        ("tsc_mode = 9", {"tsc_mode": "9"}),
        ("root = 'root=/dev/sda1 ro'\nextra = 4", {"root": '"/dev/sda1 ro"', "extra": "4"}),
        ("dhcp = 'dhcp'", {"extra": '"ip=:::::eth0:dhcp"'}),
        ("dhcp = 'dhcp'\nhostname = 'h'\nextra = ''", {"extra": '"ip=::::h:eth0:dhcp"'}),
        ("dhcp = 'dhcp'\nbuilder = 'hvm'", {"type": '"hvm"'}),
        ("hostname = 'h'\nextra = 'a'", {"extra": '"a"'}),
        ("nfs_server = 's'\nnfs_root = '/r'\nextra = 'a'", {"extra": '"nfsroot=s:/r a"'}),
        ("bootentry = 'xen'", {"bootloader_args": '["--entry=xen"]'}),
        ("bootargs = '-q'\nbootloader_args = '-a \"b c\"'", {"bootloader_args": '["-a", "b c"]'}),
        ("bootargs = '-q'\nbootentry = 'xen'", {"bootloader_args": '["-q"]'}),
        ("bootargs = '-q \"--args=ro'", {}),
        ("bootargs = '-q \\\\'", {}),
        ("cpu = -1", {}),
        ("cpu = 2\ncpus = '0-3'", {"cpus": '"0-3"'}),
        ("irq = []", {}),
        ("blkif = 1\nnetif = 'yes'", {"driver_domain": "1"}),
        ("restart = 'always'", {"on_poweroff": '"restart"', "on_reboot": '"restart"', "on_crash": '"restart"'}),
        ("restart = 'sometimes'", {}),
        ("loader = '/usr/lib/xen/boot/hvmloader'", {}),
        ("loader = '/opt/fw'", {"firmware_override": '"/opt/fw"'}),
        ("extid = 1", {"viridian": "1"}),
        (
            "vfb = [ 'type=sdl' ]\nvif = [ 'bridge=b, mac=00:16:3e:00:00:01' ]",
            {"vfb": '["sdl=1"]', "vif": '["bridge=b, mac=00:16:3e:00:00:01"]'},
        ),
        ("cmdline = 'a'\nextra = cmdline", {"extra": '"a"'}),
        ("cmdline = 'a'", {"cmdline": '"a"'}),
        ("localtime = 1\nrtc_timeoffset = localtime * 3600", {"localtime": "1", "rtc_timeoffset": "3600"}),
    ],
)  # fmt: skip - one line for each is easier to read
def test_keys(text: str, expected: dict[str, str]) -> None:
    assert settings_of(text) == expected


def test_every_key_of_xend_has_a_way_out() -> None:
    assert not set(XEND_KEYS) & key_names()
    assert {known.key for known in XEND_KEYS.values()} - {None} <= key_names()
    for name, known in XEND_KEYS.items():
        found = translate(Source("guest", f"{GUEST}{name} = 'some:thing'\n"))
        told = [one for one in found.diagnostics if one.severity < Severity.ERROR]
        became = f"\n{known.key} = " in (found.text or "") if known.key else False
        assert bool(told) or became or f"{name} is left out" in (found.text or ""), name


def test_a_kept_name_is_not_added() -> None:
    text = translate(Source("/etc/xen/web.hvm", "kernel = '/k'\n")).text
    assert text is not None
    assert text.endswith('# xlpy: xm names a guest after its file\nname = "web.hvm"\n')
    assert "after its file" not in (translate(Source("<stdin>", "kernel = '/k'\n")).text or "")
    assert "after its file" not in (translate(Source("web", "kernel = '/k'\nname = mode\n")).text or "")


def test_values_that_xl_cannot_have() -> None:
    assert as_xl([True, (1.0, None), "a"]) == [1, [1], "a"]
    wrong: list[Any] = [{}, 0.5, [{}], Guest]
    for value in wrong:
        with pytest.raises(NoMeaningError):
            as_xl(value)
    assert Meaning() == Meaning(settings=(), notes=(), remarks=())
