"""What guests write, and what typing does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sim.guests import DISK, KERNEL, VIF, config
from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.vfb import Vfb
from xlpy.executors import Failure
from xlpy.executors.sim import life
from xlpy.executors.sim.guest import Line
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sim.guests import Lab
    from xlpy.executors.sim.console import SimConsole

CD = Disk(pdev_path="/var/lib/xen/images/cd.iso", vdev="hdc", format="raw", removable=1, is_cdrom=1)


def boot(lab: Lab, *args: Any, **named: Any) -> str:
    return lab.host.console(lab.booted(config(*args, **named))).read() or ""


def up(lab: Lab, **named: Any) -> SimConsole:
    """The console of a guest that has booted, read to its prompt."""
    console = lab.host.console(lab.booted(config("web", **named)))
    assert (console.read() or "").endswith("\nweb login: ")
    return console


def test_a_pv_guest_shows_what_it_has(lab: Lab) -> None:
    info = {"ramdisk": "/boot/initrd-6.12", "cmdline": "root=/dev/xvda1 ro", "max_memkb": 256 * 1024, "max_vcpus": 4}
    devices = (DISK, VIF.replace(mac="00:16:3e:00:00:01"), Vfb(), Pci(bus=3))
    text = boot(lab, "web", vcpus=2, info=info, devices=devices)
    for part in (
        KERNEL,
        "/boot/initrd-6.12",
        "Command line: root=/dev/xvda1 ro\n",
        "Booting paravirtualized kernel on Xen",
        "131072K available, 262144K at most",
        "Allowing 4 CPUs, 2 hotplug CPUs",
        "Brought up 1 node, 2 CPUs",
        "xvda: disk 51712, /dev/vg0/web, read-write",
        "eth0: 00:16:3e:00:00:01, on xenbr0",
        "framebuffer 0",
        "0000:03:00.0",
    ):
        assert part in text
    assert text.endswith("\nweb login: ")


def test_a_pvh_guest(lab: Lab) -> None:
    assert "Booting kernel on Xen PVH" in boot(lab, kind="pvh")


@pytest.mark.parametrize(("bios", "name"), [("unknown", "SeaBIOS"), ("ovmf", "OVMF")])
def test_an_hvm_guest(lab: Lab, bios: Any, name: str) -> None:
    text = boot(lab, kind="hvm", info={"u": Hvm(bios=bios, boot="dc")}, devices=(CD,))
    assert text.startswith("HVM Loader (/usr/lib/xen-4.20/boot/hvmloader)\n")
    assert f"System requested {name}\n" in text
    assert "Boot order: CD-ROM, hard disk\n" in text
    assert "hdc: CD drive 5632, /var/lib/xen/images/cd.iso, read-only" in text


def test_an_hvm_guest_with_a_kernel(lab: Lab) -> None:
    text = boot(lab, kind="hvm", info={"kernel": KERNEL, "cmdline": "quiet"})
    assert "Booting from ROM" in text
    assert KERNEL in text
    assert "Command line: quiet\n" in text


def test_a_guest_with_a_bootloader(lab: Lab) -> None:
    text = boot(lab, info={"bootloader": "pygrub", "kernel": None}, devices=(DISK,))
    assert text.startswith("pygrub: looking for a kernel in /dev/vg0/web\n")


def test_the_same_configuration_boots_the_same_way(lab: Lab) -> None:
    first = boot(lab, "a", devices=(VIF,))
    assert boot(lab, "b", devices=(VIF,)) == first.replace("a login", "b login")


def test_output_comes_in_time(lab: Lab) -> None:
    console = lab.host.console(lab.create(config("web")))
    seen = []
    for _ in range(40):
        seen.append(console.read() or "")
        lab.clock.go(0.05)
    assert sum(map(bool, seen)) > 5
    assert "".join(seen).endswith("login: ")
    assert console.read() == ""
    again = lab.host.console(1).read()
    assert again == "".join(seen)


def test_login_and_shell(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "disk.img").write_bytes(bytes(4 << 20))
    devices = (DISK.replace(pdev_path=str(tmp_path / "disk.img")), VIF)
    console = up(lab, memory=256, devices=devices, info={"cmdline": "root=/dev/xvda1 ro"})
    console.write("root\r")
    assert console.read() == "root\nweb:~# "
    console.write("cat /proc/cmdline\n")
    assert console.read() == "cat /proc/cmdline\nroot=/dev/xvda1 ro\nweb:~# "
    for line, answer in {
        "help": "poweroff",
        "uptime": " up 0:00:03,",
        "free": "262144",
        "ls /sys/class/net": "\neth0  lo\n",
        "ls  /sys/block": "\nxvda\n",
        "cat /sys/block/xvda/size": "\n8192\n",
        "cat xvda": "cat: xvda: No such file or directory",
        "marker=kept": "kept\nweb:~# ",
        "echo [$marker] ${marker}$other.": "\n[kept] kept.\n",
        "frob -x": "\nfrob: command not found\n",
        "cat /etc/passwd": "No such file or directory",
        "": "\nweb:~# ",
    }.items():
        console.write(line + "\r\n")
        assert answer in (console.read() or "")
    console.write("exit\r")
    assert console.read() == "exit\nlogout\n\nweb login: "
    console.write("\r")
    assert console.read() == "\nweb login: "


def test_typing_key_by_key(lab: Lab) -> None:
    console = up(lab)
    for key in "rox\x7fot":
        console.write(key)
    assert console.read() == "rox\b \bot"
    console.write("\r")
    assert console.read() == "\nweb:~# "
    console.write("free\x03")
    assert console.read() == "free^C\nweb:~# "
    console.write("\x7f\x1b\x00\x04")
    assert console.read() == "logout\n\nweb login: "
    console.write("\x04")
    assert console.read() == ""


def test_what_is_typed_at_one_console_shows_at_the_others(lab: Lab) -> None:
    console, other = up(lab), lab.open().console(1)
    other.read()
    console.write("ro")
    other.write("ot\r")
    assert console.read() == other.read() == "root\nweb:~# "


def test_typing_while_it_boots_is_taken_later(lab: Lab) -> None:
    console = lab.host.console(lab.create(config("web")))
    console.write("root\rpoweroff\r")
    assert "root" not in (console.read() or "").replace("root=", "")
    lab.clock.go(5)
    text = console.read() or ""
    assert text.index("web login: root\nweb:~# poweroff\n") < text.index("reboot: Power down")
    assert console.read() is None


def test_typing_while_it_is_paused_is_taken_later(lab: Lab) -> None:
    console = up(lab)
    lab.host.pause(1)
    console.write("root\r")
    lab.clock.go(5)
    assert console.read() == ""
    lab.host.unpause(1)
    lab.clock.go(0.1)
    assert console.read() == "root\nweb:~# "


@pytest.mark.parametrize(
    ("command", "reason", "last"), [("poweroff", 0, "Power down"), ("reboot", 1, "Restarting system")]
)
def test_going_down(lab: Lab, command: str, reason: int, last: str) -> None:
    console = up(lab)
    console.write(f"root\r{command}\rnever seen\r")
    lab.clock.go(2)
    text = console.read() or ""
    assert "never" not in text
    assert text.endswith(f"reboot: {last}\n")
    assert console.read() is None
    event = lab.host.stopped(1)
    assert event is not None
    assert event.reason == reason


def test_crash(lab: Lab) -> None:
    console = up(lab)
    console.write("root\rcrash\r")
    lab.clock.go(1)
    assert "Kernel panic" in (console.read() or "")
    assert console.read() is None


def test_destroy_ends_the_console(lab: Lab) -> None:
    domid = lab.create(config("web"))
    console = lab.host.console(domid)
    lab.clock.go(0.5)
    lab.host.destroy(domid)
    text = console.read() or ""
    assert text
    assert "login" not in text
    assert console.read() is None
    console.write("lost")


def test_a_preserved_guest_is_silent(lab: Lab) -> None:
    console = up(lab, on_poweroff="preserve")
    console.write("root\rpoweroff\r")
    lab.clock.go(2)
    console.read()
    console.write("x")
    assert console.read() == ""


def test_only_the_last_dead_consoles_are_kept(lab: Lab) -> None:
    for number in range(30):
        lab.host.destroy(lab.create(config(f"g{number}")))
    kept = lab.host.db.execute("SELECT count(DISTINCT domid) FROM console").fetchone()[0]
    assert kept <= 17


def test_a_serial_port_beside_the_pv_console(lab: Lab) -> None:
    """What comes before the kernel has a PV console is on the serial port alone; the shell is the same."""
    domid = lab.booted(config("web", "hvm", info={"u": Hvm(serial="pty")}))
    serial, pv = (lab.host.console(domid, kind) for kind in ("serial", "pv"))
    told, later = serial.read() or "", pv.read() or ""
    assert told.startswith("HVM Loader")
    assert told.endswith(later)
    assert "HVM Loader" not in later
    assert "login: " in later
    pv.write("root\n")
    assert serial.read() == pv.read() == "root\nweb:~# "
    assert (lab.host.console(domid).read() or "").startswith("HVM Loader")  # it is the primary one


@pytest.mark.parametrize(("kind", "number"), [("serial", 0), ("vuart", 0), ("pv", 1)])
def test_consoles_that_are_not_there(lab: Lab, kind: str, number: int) -> None:
    """As xenconsole says it."""
    domid = lab.booted(config())
    with pytest.raises(Failure, match="Could not read tty from store: No such file or directory") as failed:
        lab.host.console(domid, kind, number)
    assert failed.value.status == 2


def test_a_long_scrollback_is_cut(lab: Lab) -> None:
    domid = lab.booted(config())
    console = lab.host.console(domid)
    for number in range(30):
        life.write(lab.host.db, domid, [Line(5.0 + number, str(number % 10) * 50_000)])
    lab.clock.go(60)
    kept = console.read() or ""
    assert life.SCROLLBACK - 50_000 < len(kept) <= life.SCROLLBACK
    assert kept.endswith("9" * 50_000)
    assert console.read() == ""
