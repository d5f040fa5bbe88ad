"""What can stand in a configuration, key by key: mostly right values, now and then an odd one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

Value = str | int | Sequence["Value"]
Make = Callable[[Random], Value]

# How many of the values are odd ones.
ODD = 1 / 18

ODD_VALUES: Sequence[Value] = ("nonsense", "", "A", 1, [])


def _words(text: str) -> list[str]:
    return text.split()


ACTIONS = _words("destroy restart rename-restart preserve coredump-destroy coredump-restart soft-reset")
GROUPS = _words(
    "base freq time_ref_count reference_tsc hcall_remote_tlb_flush apic_assist crash_ctl synic stimer hcall_ipi "
    "ex_processor_masks no_vp_limit cpu_hotplug"
)
WORDS = ["root", "quiet", "console=hvc0", "ro", "a b", "it's", 'say "x"', "#1", "x;y", "", "caf\u00e9", "back\\slash"]
NAMES = _words("web db-1 Mail win10 a.b node_7 0 caf\u00e9")
PATHS = ["/boot/vmlinuz", "/k", "/var/lib/xen/images/a.img", "/dev/vg0/root", "relative/path", "/with blank/x"]
BAD_NUMBERS = ["12x", "lots", "", "64 ", "0x", "099", "1e3", "99999999999999999999", "-99999999999999999999", "yes"]


def odd(rng: Random) -> bool:
    """Whether this is one of the places where something odd stands."""
    return rng.random() < ODD


def _of(choices: Sequence[Value]) -> Make:
    """One of these, and rarely a word that is none of them."""
    return lambda rng: rng.choice(ODD_VALUES) if odd(rng) else rng.choice(choices)


def _text(choices: Sequence[str]) -> Make:
    """Any text; rarely a list, where no text belongs."""
    return lambda rng: [rng.choice(choices)] if odd(rng) else rng.choice(choices)


def _number(low: int, high: int) -> Make:
    def make(rng: Random) -> Value:
        if odd(rng):
            return [rng.randint(low, high)] if odd(rng) else rng.choice(BAD_NUMBERS)
        return str(-rng.randint(1, 9)) if odd(rng) else rng.randint(low, high)

    return make


def _list(make: Make, most: int) -> Make:
    def items(rng: Random) -> Value:
        if odd(rng):
            return rng.choice(("text", 3, []))
        return [make(rng) for _ in range(rng.randint(0 if odd(rng) else 1, most))]

    return items


def _joined(rng: Random, tokens: Sequence[str]) -> str:
    """A spec of these tokens, with the blanks that people leave in one."""
    return rng.choice((",", ",", ",", ", ", ",  ")).join(tokens)


def _some(rng: Random, tokens: Sequence[str], most: int) -> list[str]:
    return rng.sample(tokens, rng.randint(0, min(most, len(tokens))))


def _one(rng: Random, words: str) -> str:
    return rng.choice(words.split())


def _vdev(rng: Random) -> str:
    return _one(rng, "xvd xvd hd sd") + rng.choice("abcdefgh") + rng.choice(("", "", "1", "15"))


def _disk(rng: Random) -> Value:
    return rng.choice((_disk_with_prefix, _disk_by_place, _disk_by_name, _disk_by_name, _empty_drive))(rng)


def _disk_with_prefix(rng: Random) -> str:
    prefix = "http" if odd(rng) else _one(rng, "phy phy phy file file tap tap:aio qcow2 vhd raw iscsi")
    return _joined(rng, [f"{prefix}:{rng.choice(PATHS)}", _vdev(rng), _one(rng, "w r rw ro")])


def _disk_by_place(rng: Random) -> str:
    kind = "xvda" if odd(rng) else rng.choice(("raw", "qcow2", "vhd", "qed", ""))
    more = _some(rng, _words("discard no-discard direct-io-safe backendtype=phy script=block-x"), 2)
    words = [rng.choice(PATHS), kind, _vdev(rng), _one(rng, "w r rw ro"), *more]
    return _joined(rng, [*words, "surplus"] if odd(rng) else words)


def _empty_drive(rng: Random) -> str:
    return rng.choice((",hdc:cdrom,r", ",raw,hdc:cdrom,r", ",,hdc:cdrom", "cdrom,vdev=hdd", "vdev=hdc,devtype=cdrom"))


def _disk_by_name(rng: Random) -> str:
    format_, access = _one(rng, "raw qcow qcow2 vhd qed empty"), rng.choice(("r", "ro", "w", "rw", ""))
    choices = (
        f"format={format_} access={access} cdrom devtype=disk discard no-discard direct-io-safe no-colo "
        f"backend={_one(rng, 'storage 3')} backendtype={_one(rng, 'phy tap qdisk standalone')} "
        f"script=block-{_one(rng, 'iscsi x')} specification={_one(rng, 'xen virtio')}"
    )
    tokens = [f"vdev={_vdev(rng)}", *_some(rng, choices.split(), 5)]
    rng.shuffle(tokens)
    if odd(rng):
        tokens.append(_one(rng, "colour=red format=RAW access=x x_y=1 trusted vdev=xvdz grant_usage=1"))
    return _joined(rng, tokens if odd(rng) else [*tokens, "target=" + rng.choice(PATHS)])


def _vif(rng: Random) -> Value:
    mac = _one(rng, ": : : -").join(f"{rng.randrange(0x10, 256):02{rng.choice('xX')}}" for _ in range(6))
    every = "@x" if odd(rng) else rng.choice(("", "", "", "@20ms", "@1s", "@100us", "@5", "@7m"))
    choices = (
        f"mac={mac} bridge={_one(rng, 'xenbr0 br1 ovs0.100')} ip=10.0.0.{rng.randrange(256)} backend=netdom trusted "
        f"script=vif-{_one(rng, 'bridge openvswitch nat')} model={_one(rng, 'e1000 rtl8139')} untrusted "
        f"type={_one(rng, 'vif ioemu')} vifname=v{rng.randrange(9)} mtu={_one(rng, '1500 9000')} vlan=5 accel=0 "
        f"rate={_one(rng, '1 10 250 017')}{rng.choice(('', 'K', 'M', 'G'))}{rng.choice('bB')}/s{every} "
        f"devid={rng.randrange(9)} gatewaydev=eth0 netdev=eth1"
    )
    tokens = _some(rng, choices.split(), 6)
    if odd(rng):
        tokens.append(_one(rng, "hello colour=red mac=zz mtu=x rate=fast type=VIF devid=-1 MTU=5"))
    return _joined(rng, tokens)


def _vfb(rng: Random) -> Value:
    choices = (
        f"vnc={_one(rng, '0 1 yes')} vnclisten=0.0.0.0 vncpasswd=secret vncdisplay={rng.randrange(9)} vncunused=1 "
        f"keymap={_one(rng, 'de fr')} sdl=1 opengl=0 display=:0 xauthority=/x type=vnc word"
    )
    return _joined(rng, _some(rng, choices.split(), 5))


def _pci(rng: Random) -> Value:
    domain = rng.choice(("", "0000:", f"{rng.randrange(65536):04x}:"))
    address = f"{domain}{rng.randrange(256):02x}:{rng.randrange(32):02x}.{rng.choice('01234567*')}"
    choices = f"permissive=1 msitranslate=0 seize=1 power_mgmt=1 rdm_policy={_one(rng, 'strict relaxed')}"
    tokens = [address + rng.choice(("", "", "", "@5", "@1f")), *_some(rng, choices.split(), 2)]
    if odd(rng):
        tokens.append(_one(rng, "colour=1 seize name=x vslot=40 rdm_policy=none"))
    return ",".join(tokens)


def _cpus(rng: Random) -> Value:
    if odd(rng):
        return rng.choice(("^all", "x", "5-2", "node:9", "1 ", ""))
    first, last = sorted(rng.randrange(8) for _ in range(2))
    choices = f"all {first}-{last} {first} nodes:{first % 2} nodes:all 0-7 {first},{last} all,^{first} 0-9"
    return _one(rng, choices) + rng.choice(("", "", "", ",^9", f",{rng.randrange(8)}"))


def _affinity(rng: Random) -> Value:
    return _list(_cpus, 4)(rng) if rng.random() < 0.3 else _cpus(rng)


def _group(rng: Random) -> Value:
    if rng.random() < 0.2:
        return _one(rng, "defaults all defaults nonsense" if odd(rng) else "defaults all")
    return rng.choice(("", "", "", "!")) + rng.choice(GROUPS)


def _viridian(rng: Random) -> Value:
    return _list(_group, 4)(rng) if rng.random() < 0.8 else rng.randrange(2)


def _each(keys: str, make: Make) -> dict[str, Make]:
    return dict.fromkeys(keys.split(), make)


DEVICES: dict[str, Make] = {
    "disk": _list(_disk, 3),
    "vif": _list(_vif, 3),
    "vfb": _list(_vfb, 2),
    "pci": _list(_pci, 2),
}
KEYS: dict[str, Make] = {
    **_each("on_poweroff on_reboot on_crash on_watchdog on_soft_reset", _of(ACTIONS)),
    **_each("acpi apic pae hap nestedhvm localtime usb stdvga e820_host vnc vncunused sdl opengl", _of((0, 1))),
    **_each("spice spicevdagent spiceagent_mouse spicedisable_ticketing spice_clipboard_sharing", _of((0, 1))),
    **_each("pci_msitranslate pci_power_mgmt pci_permissive pci_seize", _of((0, 1))),
    **_each("memory maxmem", _number(16, 4096)),
    **_each("cpus cpus_soft", _affinity),
    **_each("cmdline root extra bootloader pool seclabel init_seclabel vncpasswd display xauthority", _text(WORDS)),
    **_each("spicehost spicepasswd keymap spice_image_compression spice_streaming_video", _text(WORDS)),
    **_each("unknown_key maxcpus a.b", _of((1, "x", ["a", ["b", 2]], []))),
    **_each("vcpus", _number(1, 4)),
    **_each("maxvcpus", _number(4, 8)),
    **_each("cpu_weight", _number(1, 1024)),
    **_each("cap rtc_timeoffset spiceport spicetls_port", _number(0, 7000)),
    **_each("videoram vncdisplay spiceusbredirection", _number(0, 64)),
    **_each("ramdisk", _text(PATHS)),
    **_each("vnclisten", _text(["127.0.0.1", "0.0.0.0", "", "192.168.1.2", "[::1]"])),
    **_each("bootloader_args", _list(_text(["-q", "--kernel=/k", "a b"]), 3)),
    **_each("boot", _text(_words("c dc cdn n"))),
    **_each("bios", _of(_words("seabios ovmf OVMF rombios"))),
    **_each("vga", _of(_words("stdvga cirrus qxl none"))),
    **_each("viridian", _viridian),
    **_each("serial", _of(("pty", "none", ["pty", "file:/x"], []))),
    **_each("usbdevice", _of(("tablet", ["tablet", "mouse"], "host:4.3"))),
}
