"""The command line of QEMU: each part as libxl's own format strings have it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.guests import DISK, GIB, MIB, config
from xlpy.devices.channel import Channel, Pty, Socket
from xlpy.devices.disk import Disk
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.libxl import Hvm, SdlInfo, SpiceInfo, VgaInterfaceInfo, VncInfo
from xlpy.planner.qemu import arguments, environment

CD = Disk(vdev="hdc", format="raw", is_cdrom=1, pdev_path="/srv/a.iso")
SPICE = SpiceInfo(enable=True, port=6000, tls_port=0, host="0.0.0.0", passwd="geheim", vdagent=True)


def line(kind: str = "hvm", devices: tuple[Any, ...] = (), info: dict[str, Any] | None = None, **hvm: Any) -> str:
    build = {**({"u": Hvm(**hvm)} if kind == "hvm" else {}), **(info or {})}
    return " ".join(arguments(config("web", kind, memory=1024, devices=devices, info=build), "qemu", "5"))


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (line(), "-vnc 127.0.0.1:0,to=99 -display none -device cirrus-vga,vgamem_mb=8 -boot order=cda -net none"),
        (line(vga=VgaInterfaceInfo(kind="std")), "-device VGA,vgamem_mb=16"),
        (line(vga=VgaInterfaceInfo(kind="qxl")), "-device qxl-vga,vram_size_mb=64,ram_size_mb=64"),
        (line(vnc=VncInfo(enable=False)), "-vnc none -display none"),
        (line(vnc=VncInfo(passwd="geheim", listen="::1:4", findunused=False)), "-vnc ::1:4,password=on -display"),
        (line(sdl=SdlInfo(enable=True), keymap="de"), "-display none -sdl -k de"),
        (
            line(spice=SPICE),
            "-spice port=6000,tls-port=0,addr=0.0.0.0,password=***,agent-mouse=on,disable-copy-paste=on",
        ),
        (line(spice=SPICE), "-device virtserialport,chardev=vdagent,name=com.redhat.spice.0"),
        (line(serial="pty"), "-serial pty"),
        (line(serial_list=("pty", "none")), "-serial pty -serial none"),
        (line(usb=True, usbdevice="tablet"), "-usb -usbdevice tablet"),
        (line(usbversion=2), "-device ich9-usb-uhci2,masterbus=usb.0,firstport=2,addr=0x1d.0x1,multifunction=on"),
        (line(usbversion=3), "-device nec-usb-xhci,id=usb"),
        (line(soundhw="hda"), "-device intel-hda -device hda-duplex"),
        (line(acpi=False), "-no-acpi"),
        (line(boot="dc"), "-boot order=dc"),
        (line(info={"max_vcpus": 4, "avail_vcpus": (0, 1)}), "-smp 2,maxcpus=4"),
        (line(info={"kernel": "/k", "ramdisk": "/r", "cmdline": "a b"}), "-kernel /k -initrd /r -append a b"),
        (line(xen_platform_pci=False), "-machine pc,accel=xen,suppress-vmdesc=on"),
        (line(mmio_hole_memkb=GIB), "-machine xenfv,suppress-vmdesc=on,max-ram-below-4g=3221225472"),
        (line(gfx_passthru=True), "-machine xenfv,suppress-vmdesc=on,igd-passthru=on"),
        (line(info={"max_memkb": 2 * GIB}), "-m 2040"),
        (line(info={"video_memkb": 16 * MIB}), "vgamem_mb=16"),
        (line(info={"dm_restrict": True}), "-xen-domid-restrict -chroot /var/run/xen/qemu-root-5"),
        (line(info={"extra": ("-a",), "extra_hvm": ("-b",)}), "-a -machine xenfv,suppress-vmdesc=on -b -m 1016"),
        (
            line(devices=(Vif(mac="00:16:3e:00:00:01", model="e1000"),)),
            "-device e1000,id=nic0,netdev=net0,mac=00:16:3e:00:00:01",
        ),
        (
            line(devices=(Vif(ifname="web0", bridge="br1"),)),
            "type=tap,id=net0,ifname=web0-emu,br=br1,script=no,downscript=no",
        ),
        (line(devices=(Vif(nictype="vif"),)), "-net none"),
        (line(devices=(DISK,)), "-drive file=/dev/vg0/web,if=ide,index=0,media=disk,format=raw,cache=writeback"),
        (
            line(devices=(DISK.replace(format="vhd", vdev="hdb"),)),
            "if=ide,index=1,media=disk,format=vpc,cache=writeback",
        ),
        (line(hdtype="ahci", devices=(DISK,)), "-device ide-hd,bus=ahci0.0,unit=0,drive=ahcidisk-0"),
        (line(devices=(DISK.replace(vdev="sdb"),)), "-device lsi53c895a"),
        (line(devices=(DISK.replace(vdev="sdb"),)), "-device scsi-hd,drive=scsi0-hd1,scsi-id=1"),
        (
            line(devices=(CD,)),
            "-drive if=none,readonly=on,id=ide-5632,file=/srv/a.iso,format=raw -device ide-cd,id=ide-5632",
        ),
        (line(devices=(Channel(u=Pty()), Channel(u=Socket(path="/s")))), "-chardev pty,id=libxl-channel0"),
        (
            line("pv", devices=(Channel(u=Socket(path="/s")),)),
            "-chardev socket,id=libxl-channel0,path=/s,server=on,wait=off",
        ),
        (line("pv"), "-xen-attach -name web -vnc none -display none -nographic -machine xenpv -m 1024"),
        (line("pv", devices=(Vfb(),)), "-xen-attach -name web -vnc 127.0.0.1:0,to=99 -display none -machine xenpv"),
    ],
)
def test_a_part(given: str, part: str) -> None:
    assert part in given
    assert "geheim" not in given


def test_later_disks_are_not_emulated() -> None:
    assert "-drive" not in line(devices=(DISK.replace(vdev="xvde"),))
    assert "file=/dev/vg0/web" not in line(devices=(DISK.replace(vdev="frob"),))


def test_environment() -> None:
    sdl = SdlInfo(enable=True, display=":1", xauthority="/root/.Xauthority")
    found = environment(config(kind="hvm", info={"u": Hvm(sdl=sdl)}), "5")
    assert dict(found) == {
        "XEN_QEMU_CONSOLE_LIMIT": "1048576",
        "DISPLAY": ":1",
        "XAUTHORITY": "/root/.Xauthority",
        "XEN_DOMAIN_ID": "5",
    }
