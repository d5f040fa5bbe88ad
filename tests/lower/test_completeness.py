"""Nothing that is declared gets lost in silence: each key and each word of a spec shows in the XML, or says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.lower.reading import CAPABILITIES, HOST
from tests.test_vocabulary import guests
from xlpy import vocabulary
from xlpy.config import load
from xlpy.libxl import Struct
from xlpy.libxl_read import device_classes
from xlpy.lint.engine import find, read
from xlpy.lint.rule import rules_by_code
from xlpy.lost import declared
from xlpy.lower import lower
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.lower import Lowered
    from xlpy.vocabulary import Key, Token

CLASSES = {record.KIND: record for record in device_classes()}
TOKENS = [
    pytest.param(key, token, id=f"{key.name}-{token.name}")
    for module in vocabulary.modules()
    for key in getattr(module, "KEYS", ())
    if key.name in CLASSES
    for token in getattr(module, "TOKENS", ())
]
VALUES = {
    "pool": '"Pool-1"',
    "acpi": "0",
    "apic": "0",
    "pae": "0",
    "device_model_version": '"qemu-xen-traditional"',
    "init_seclabel": '"system_u:system_r:domU_build_t"\nseclabel = "system_u:system_r:domU_t"',
    "vncunused": "0",
    "sdl": "1",
    "opengl": "1",
    "spicehost": '"192.0.2.1"',
    "spicedisable_ticketing": "1",
    "spiceagent_mouse": "0",
}
"""Values that are not what libxl does anyway, where the good examples are."""
SPICE = 'spice = 1\nspiceport = 1\nspicepasswd = "x"\n'
WITH = {
    "cpus": "vcpus = 2\n",
    "cpus_soft": "vcpus = 2\n",
    "bootloader_args": 'bootloader = "pygrub"\n',
    "bootloader_restrict": 'bootloader = "pygrub"\n',
    "bootloader_user": 'bootloader = "pygrub"\n',
    "vncunused": "vncdisplay = 0\nvnc = 1\n",
    "display": "vnc = 0\nsdl = 1\n",
    "xauthority": "vnc = 0\nsdl = 1\n",
    "opengl": "vnc = 0\nsdl = 1\n",
    "spice_clipboard_sharing": f"{SPICE}spicevdagent = 1\n",
}
"""What must stand beside a key before it means anything."""
WITHOUT_MEANING = ("vncviewer", "vif2", "device_model", "slice", "latency")
"""Keys with which xl does nothing either."""
USUAL = {
    ("disk", "trusted"): "libxl trusts the backend where nothing is said",
    ("disk", "no-colo"): "that is what libxl does where nothing is said",
    ("vif", "trusted"): "libxl trusts the backend where nothing is said",
    ("vif", "accel"): "xl ignores it",
    ("vif", "netdev"): "it is the old name of gatewaydev, with which xl warns",
}
"""Words that change nothing."""
SPECS = {
    ("channel", "path"): "connection=socket,name=a,path=/run/agent.sock",
    ("channel", "backend"): "connection=pty,name=a,backend=agents",
    ("disk", "access"): "access=rw,vdev=xvda,target=/dev/vg0/web",
    ("vfb", "vnc"): "vnc=0,sdl=1",
    ("vfb", "vnclisten"): "vnclisten=0.0.0.0",
    ("vfb", "vncunused"): "vncunused=0",
    ("vfb", "sdl"): "vnc=0,sdl=1",
    ("vfb", "opengl"): "vnc=0,sdl=1,opengl=1",
    ("vfb", "display"): "vnc=0,sdl=1,display=:0",
    ("vfb", "xauthority"): "vnc=0,sdl=1,xauthority=/root/.Xauthority",
}
"""Specs that do not say what libxl does anyway, where the good ones do."""
JUDGED = {
    ("cpus", ""),
    ("bootloader_args", ""),
    ("boot", ""),
    ("serial", ""),
    ("vnclisten", ""),
    ("spice", ""),
    ("vnuma", "pnode"),
    ("vnuma", "vdistances"),
    ("channel", "name"),
    ("pci", "bdf"),
    ("vfb", "vnclisten"),
    ("vif", "devid"),
    ("vif", "ip"),
    ("vif", "rate"),
    ("vif", "vifname"),
}
"""What only the translation can tell; test_settings.py has the values."""

every_key = pytest.mark.parametrize("key", vocabulary.all_keys(), ids=lambda key: key.name)


def made(text: str, since: str) -> tuple[DomainConfig, Lowered]:
    """The configuration of a text, and what becomes of it."""
    release = max(DEFAULT, Release.parse(since))
    config = load(Source("guest.cfg", text), release=release, host=HOST).config
    return config, lower(config, release=release, capabilities=CAPABILITIES)


def texts(key: Key) -> list[tuple[str, str]]:
    """Guests without the key, and the same with it."""
    beside = f"{key.beside}\n{WITH.get(key.name, '')}"
    if key.name.startswith("spice") and not beside.strip():
        beside = "".join(line for line in SPICE.splitlines(keepends=True) if not line.startswith(f"{key.name} "))
    if key.only_with and key.only_with != "bootloader":
        beside += f"{key.only_with} = 1\n"
    found = []
    for guest in guests(key):
        lines = [f"{name} = {value}\n" for name, value in guest.items() if not (name == "kernel" and "bootl" in beside)]
        plain = "".join(lines) + beside
        found += [(plain, f"{plain}{key.name} = {value}\n") for value in (VALUES.get(key.name), *key.good) if value]
    return found


@every_key
def test_a_key_shows_or_says_why_not(key: Key) -> None:
    if key.name in WITHOUT_MEANING:
        assert key.idle or all(made(a, key.since)[0] == made(b, key.since)[0] for a, b in texts(key))
        return
    for without, with_it in texts(key):
        (_, before), (_, after) = made(without, key.since), made(with_it, key.since)
        if before.xml != after.xml or before.lost != after.lost:
            return
    pytest.fail(f"{key.name} vanishes on the way to libvirt")


@every_key
def test_what_a_key_declares_as_lost_is_lost(key: Key) -> None:
    if key.libvirt is None or key.libvirt.judged or key.name in WITHOUT_MEANING or key.name in CLASSES:
        return
    assert key.libvirt.why
    lost = [made(text, key.since)[1].lost for _, text in texts(key)]
    # keys that set the same field stand for each other
    same = {other.name for other in vocabulary.all_keys() if other.field and other.field == key.field} | {key.name}
    others = UNLIKE_GOOD.get(key.name, ())
    lost += [made(text, key.since)[1].lost for text in others]
    assert any(one.key in same for found in lost for one in found), key.name


LINT = rules_by_code()["libvirt-lost"]


@every_key
def test_lint_finds_all_that_is_lost(key: Key) -> None:
    release = max(DEFAULT, Release.parse(key.since))
    for _, text in texts(key):
        guest = read(Source("guest.cfg", text), release)
        lost = lower(guest.config, release=release).lost
        found = [one.finding for one in find(guest, [LINT])]
        assert sorted(one.summary for one in found) == sorted(
            f"{one.what} is lost under libvirt: {one.why}" for one in lost
        )


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ('kernel = "/k"\nvnc = 1\nvnclisten = "::1"\n', ['"::1"']),
        ('kernel = "/k"\nvnc = 7\nsdl = 5\nopengl = 2\nvncdisplay = 3\n', ["7", "5", "2"]),
        ('type = "hvm"\nspice = 1\nspiceport = 6000\n', ["1"]),
        ('type = "hvm"\nvncdisplay = 3\n', ["3"]),
        ('type = "hvm"\nvncdisplay = 3\nvnc = 1\n', ["1"]),
    ],
)
def test_lint_marks_what_it_follows_from(text: str, marked: list[str]) -> None:
    assert _marked(text + 'name = "web"\n') == marked


@pytest.mark.parametrize(
    ("text", "marked"),
    [('kernel = "/k"\nname = "web"\n', ['"web"']), ('kernel = "/k"\n', ["kernel"] * 2), ("", [""] * 2)],
)
def test_lint_marks_the_name_for_what_stands_nowhere(text: str, marked: list[str]) -> None:
    """As what xl.conf sets does, or a name that is not there."""
    assert _marked(text, max_grant_version=1) == marked


def _marked(text: str, **info: int) -> list[str]:
    guest = read(Source("guest.cfg", text), DEFAULT)
    guest.config = guest.config.replace(b_info=guest.config.b_info.replace(**info))
    return [text[slice(*one.finding.span)] for one in find(guest, [LINT])]


HVM = 'name = "web"\ntype = "hvm"\n'
PV = 'name = "web"\nkernel = "/k"\n'
UNLIKE_GOOD = {
    "hpet": (f"{HVM}hpet = 0",),
    "keymap": (f'{HVM}vnc = 0\nsdl = 1\nkeymap = "de"',),
    "vnc": (f"{HVM}vnc = 1\n{SPICE}",),
    "vncunused": (f"{HVM}vncdisplay = 3",),
    "sdl": (f"{HVM}sdl = 1",),
    "bios": (f'{HVM}bios = "rombios"',),
    "timer_mode": (f'{HVM}timer_mode = "no_missed_ticks_pending"',),
    "acpi": ('name = "web"\ntype = "pvh"\nkernel = "/k"\nacpi = 0',),
    "cpuid": (f'{PV}cpuid = "host,tm=0"',),
    "usb": (f"{HVM}usb = 1",),
    "usbdevice": (f'{HVM}usbdevice = "keyboard"',),
    "soundhw": (f'{HVM}soundhw = "gus"',),
    "device_model_override": (f'{PV}device_model_override = "/q"\ndevice_model_version = "qemu-xen"',),
    "max_grant_frames": (f"{PV}max_grant_frames = 0",),
    "nographic": (f"{HVM}nographic = 1",),
    "spicedisable_ticketing": (f"{HVM}spice = 1\nspiceport = 1",),
    "spicevdagent": (f"{HVM}{SPICE}spicevdagent = 1",),
    "vkb_device": (f"{HVM}vkb_device = 0",),
    "trap_unmapped_accesses": (f"{PV}trap_unmapped_accesses = 0",),
}
"""Values that are lost, where the good examples are not."""


@pytest.mark.parametrize(("key", "token"), TOKENS)
def test_a_word_shows_or_says_why_not(key: Key, token: Token) -> None:
    if (key.name, token.name) in USUAL:
        return
    spec = SPECS.get((key.name, token.name), token.good)
    for kind in ("pv", "hvm"):
        text = f'name = "web"\nkernel = "/k"\ntype = "{kind}"\n{key.name} = [{_written(key, spec)}]\n'
        config, after = made(text, token.since)
        devices = config.devices_of(CLASSES[key.name])
        assert len(devices) == 1
        if kind == "pv" and any(lost.field == f"{key.name}[0]" for lost in after.lost):
            return  # the whole device is lost, whatever is said of it
        plain = config.replace(devices=tuple(_without(d, token.field) if d in devices else d for d in config.devices))
        before = lower(plain, capabilities=CAPABILITIES)
        if not token.field or before.xml != after.xml or before.lost != after.lost:
            return
    pytest.fail(f"{token.name} of {key.name} vanishes on the way to libvirt")


def _written(key: Key, spec: str) -> str:
    """A spec in a list; a sound card is a list itself."""
    quoted = f'"{spec}"' if '"' not in spec else f"'{spec}'"
    return f"[{quoted}]" if key.name == "vsnd" else quoted


def _without(device: Any, path: str) -> Any:
    """The device with one field as it is where nothing is said."""
    name, _, rest = path.partition(".")
    if not name:
        return device
    inner = getattr(device, name)
    value = _without(inner, rest) if rest and isinstance(inner, Struct) else getattr(type(device), name, None)
    return device.replace(**{name: value})


def test_what_the_translation_judges_is_known_and_declared() -> None:
    found = {(key.name, "") for key in vocabulary.all_keys() if key.libvirt is not None and key.libvirt.judged}
    for module in vocabulary.modules():
        names = [key.name for key in getattr(module, "KEYS", ()) if key.name in CLASSES or key.name == "vnuma"]
        tokens = [
            token for token in getattr(module, "TOKENS", ()) if token.libvirt is not None and token.libvirt.judged
        ]
        found |= {(name, token.name) for name in names for token in tokens}
    assert found == JUDGED
    assert all(declared(*pair).judged for pair in JUDGED)
