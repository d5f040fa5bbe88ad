"""Makes configurations as people keep them, for the benchmark: all different, right, and always the same."""

from __future__ import annotations

from random import Random

_ROLES = ("web", "db", "mail", "build", "cache", "proxy", "files", "print", "login", "backup", "monitor", "git")
_SITES = ("ber", "ham", "muc", "fra", "ams", "par")
_OWNERS = ("Anna Weber", "Bo Larsen", "Chen Li", "Dana Cole", "Emil Novak")
_HEADER = """\
# {name}: {role} server of site {site}
#
# Owner:   {owner}
# Ticket:  OPS-{ticket}
# Changed: 20{year}-{month:02}-{day:02}

name = "{name}"
uuid = "{uuid}"
"""
_PV = """\
type = "pv"

# Boots the kernel that the guest itself has installed.
bootloader = "pygrub"
"""
_PVH = """\
type = "pvh"

kernel  = "/boot/guest/vmlinuz-6.1"
ramdisk = "/boot/guest/initrd-6.1.img"
cmdline = "root=/dev/xvda2 ro console=hvc0 quiet"
"""
_HVM = """\
type = "hvm"

# Boot from the disk; the CD is for repairs.
boot = "cd"
firmware = "uefi"
hap = 1
"""
_SIZES = """
# What it gets
memory = {memory}
vcpus  = {vcpus}
cpu_weight = {weight}
"""
_SCREEN = """
# The console: ssh -L 5900:localhost:59NN host
vnc = 1
vnclisten = "127.0.0.1"
vga = "stdvga"
videoram = 16
usb = 1
usbdevice = "tablet"
serial = "pty"
"""
_EVENTS = """
on_poweroff = "destroy"
on_reboot   = "restart"
on_crash    = "{crash}"
"""


_OLD, _MISSPELT = 0.1, 0.02
"""How many write their disk as people did long ago, and how many have a slip of the fingers in a key."""


def configuration(number: int) -> str:
    """The configuration that belongs to a number: 25 to 55 lines of a PV, PVH or HVM guest."""
    rng = Random(number)
    role, site = rng.choice(_ROLES), rng.choice(_SITES)
    name = f"{site}-{role}-{number:06}"
    kind = rng.choice((_PV, _PVH, _PVH, _HVM))
    text = _HEADER.format(
        name=name,
        role=role,
        site=site,
        owner=rng.choice(_OWNERS),
        ticket=rng.randint(100, 99999),
        year=rng.randint(15, 25),
        month=rng.randint(1, 12),
        day=rng.randint(1, 28),
        uuid=_uuid(rng),
    )
    text += kind + _SIZES.format(
        memory=rng.choice((512, 1024, 2048, 4096, 8192)),
        vcpus=rng.choice((1, 2, 4, 8)),
        weight=rng.choice((128, 256, 512)),
    )
    if rng.random() < _MISSPELT:
        text = text.replace("cpu_weight", "cpu_wieght")
    text += _disks(rng, name, hvm=kind is _HVM) + _network(rng, number)
    if kind is _HVM:
        text += _SCREEN
    return text + _EVENTS.format(crash=rng.choice(("restart", "preserve")))


def _uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _disks(rng: Random, name: str, *, hvm: bool) -> str:
    device = "hd" if hvm else "xvd"
    if rng.random() < _OLD:
        return f'\ndisk = [ "phy:/dev/vg{rng.randint(0, 3)}/{name}-root,{device}a,w" ]\n'
    specs = [
        f'    "format=raw, vdev={device}{"abcd"[at]}, access=rw, target=/dev/vg{rng.randint(0, 3)}/{name}-{part}",\n'
        for at, part in enumerate(rng.sample(("root", "data", "swap"), rng.randint(1, 2)))
    ]
    if hvm:
        specs.append('    "format=raw, vdev=hdd, access=ro, devtype=cdrom, target=/var/lib/xen/iso/rescue.iso",\n')
    return f"\ndisk = [\n{''.join(specs)}]\n"


def _network(rng: Random, number: int) -> str:
    cards = ((number << 1 | at).to_bytes(3, "big").hex(":") for at in range(rng.randint(1, 2)))
    specs = [f'    "mac=00:16:3e:{card}, bridge=xenbr{rng.randint(0, 3)}",\n' for card in cards]
    return f"vif = [\n{''.join(specs)}]\n"
