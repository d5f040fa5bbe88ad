"""The command line of QEMU that libxl makes for a guest (Xen: libxl_dm.c); secrets are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.channel import Channel, Socket
from xlpy.devices.disk import Disk
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.libxl import UNSET64, Hvm
from xlpy.planner import decisions
from xlpy.values import parse_vdev

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainConfig, SdlInfo, SpiceInfo, VncInfo

RUN_DIR = "/var/run/xen"
ENVIRONMENT = (("XEN_QEMU_CONSOLE_LIMIT", "1048576"),)
_MASK = "***"
_FORMATS = {"raw": "raw", "qcow": "qcow", "qcow2": "qcow2", "vhd": "vpc", "qed": "qed", "empty": ""}
_SOUND = {"ac97": ("AC97",), "es1370": ("ES1370",), "hda": ("intel-hda", "hda-duplex")}
_LOW_MMIO = 0xF0000000
"""Where Xen's hole for memory of devices begins at the latest."""
_IDE_DISKS, _AHCI_DISKS, _LAST_CD = 4, 6, 4


def arguments(config: DomainConfig, program: str, domid: str) -> tuple[str, ...]:
    """Program and arguments, as libxl writes them into its log; DOMID may be a word while there is no domain."""
    return (program, *_common(config, domid), *_kind(config, domid), *_end(config, domid))


def environment(config: DomainConfig, domid: str) -> tuple[tuple[str, str], ...]:
    """What is added to the environment."""
    sdl = _sdl(config)
    found = list(ENVIRONMENT)
    if sdl is not None:
        named = {"DISPLAY": sdl.display, "XAUTHORITY": sdl.xauthority}
        found += [(name, value) for name, value in named.items() if value]
    if isinstance(config.b_info.u, Hvm):
        found.append(("XEN_DOMAIN_ID", domid))
    return tuple(found)


def _common(config: DomainConfig, domid: str) -> Iterator[str]:
    """What all guests have: control sockets, channels, displays."""
    yield from ("-xen-domid", domid, "-no-shutdown")
    for name in ("libxl", "libxenstat"):
        yield from ("-chardev", f"socket,id={name}-cmd,path={RUN_DIR}/qmp-{name}-{domid},server=on,wait=off")
        yield from ("-mon", f"chardev={name}-cmd,mode=control")
    for index, channel in enumerate(config.devices_of(Channel)):
        number = f"libxl-channel{channel.devid if channel.devid >= 0 else index}"
        socket = channel.u if isinstance(channel.u, Socket) else None
        yield from (
            "-chardev",
            f"socket,id={number},path={socket.path},server=on,wait=off" if socket else f"pty,id={number}",
        )
    yield from ("-nodefaults", "-no-user-config")
    if config.c_info.type != "hvm":
        yield "-xen-attach"
    yield from ("-name", config.name)
    yield from _screens(config)


def _screens(config: DomainConfig) -> Iterator[str]:
    vnc = screen(config)
    yield from ("-vnc", _vnc(vnc) if vnc else "none")
    yield from ("-display", "none")
    if _sdl(config):
        yield "-sdl"
    hvm = config.b_info.u
    keymap = hvm.keymap if isinstance(hvm, Hvm) else next((vfb.keymap for vfb in config.devices_of(Vfb)), None)
    if keymap:
        yield from ("-k", keymap)


def screen(config: DomainConfig) -> VncInfo | None:
    """The VNC server of the guest: that of an HVM guest's card, else that of the first framebuffer."""
    hvm = config.b_info.u
    vnc = hvm.vnc if isinstance(hvm, Hvm) else next((vfb.vnc for vfb in config.devices_of(Vfb)), None)
    return None if vnc is None or vnc.enable is False else vnc


def _sdl(config: DomainConfig) -> SdlInfo | None:
    hvm = config.b_info.u
    sdl = hvm.sdl if isinstance(hvm, Hvm) else next((vfb.sdl for vfb in config.devices_of(Vfb)), None)
    return sdl if sdl is not None and sdl.enable else None


def _vnc(vnc: VncInfo) -> str:
    listen = vnc.listen or "127.0.0.1"
    address = listen if ":" in listen else f"{listen}:{vnc.display}"
    return address + ",password=on" * bool(vnc.passwd) + ",to=99" * (vnc.findunused is not False)


def _kind(config: DomainConfig, domid: str) -> Iterator[str]:
    """The emulated PC of an HVM guest; for others only that there is no screen."""
    hvm = config.b_info.u
    if not isinstance(hvm, Hvm):
        if not screen(config) and not _sdl(config):
            yield "-nographic"
        return
    yield from _linux(config)
    if any((disk.vdev or "").startswith("sd") and not disk.is_cdrom for disk in config.devices_of(Disk)):
        yield from ("-device", "lsi53c895a")
    for serial in (hvm.serial,) if hvm.serial else hvm.serial_list:
        yield from ("-serial", serial)
    if hvm.nographic and not screen(config) and not _sdl(config):
        yield "-nographic"
    if hvm.spice.enable:
        yield from _spice(hvm.spice)
    yield from _card(config, hvm)
    yield from ("-boot", f"order={hvm.boot or 'cda'}")
    yield from _usb(hvm)
    for device in _SOUND.get(hvm.soundhw or "", (hvm.soundhw or "",)):
        yield from ("-device", device) * bool(device)
    if not decisions.acpi(config):
        yield "-no-acpi"
    if config.max_vcpus > 1:
        yield from ("-smp", f"{config.vcpus},maxcpus={config.max_vcpus}")
    yield from _nics(config, domid)


def _linux(config: DomainConfig) -> Iterator[str]:
    """A kernel that QEMU boots itself."""
    info = config.b_info
    for option, given in (("kernel", info.kernel), ("initrd", info.ramdisk), ("append", info.cmdline)):
        if given:
            yield from (f"-{option}", given)


def _spice(spice: SpiceInfo) -> Iterator[str]:
    words = [f"port={spice.port}", f"tls-port={spice.tls_port}"]
    words += [f"addr={spice.host}"] * bool(spice.host)
    words += ["disable-ticketing=on" if spice.disable_ticketing else f"password={_MASK}"]
    words += [f"agent-mouse={'off' if spice.agent_mouse is False else 'on'}"]
    words += ["disable-copy-paste=on"] * (not spice.clipboard_sharing)
    named = {"image-compression": spice.image_compression, "streaming-video": spice.streaming_video}
    words += [f"{name}={value}" for name, value in named.items() if value]
    yield from ("-spice", ",".join(words))
    if spice.vdagent:
        yield from ("-device", "virtio-serial", "-chardev", "spicevmc,id=vdagent,name=vdagent")
        yield from ("-device", "virtserialport,chardev=vdagent,name=com.redhat.spice.0")


def _card(config: DomainConfig, hvm: Hvm) -> Iterator[str]:
    size = decisions.video(config) // 1024
    kind = hvm.vga.kind
    if kind == "std":
        yield from ("-device", f"VGA,vgamem_mb={size}")
    elif kind in ("cirrus", "unknown"):
        yield from ("-device", f"cirrus-vga,vgamem_mb={size}")
    elif kind == "qxl":
        yield from ("-device", f"qxl-vga,vram_size_mb={size // 2},ram_size_mb={size // 2}")


def _usb(hvm: Hvm) -> Iterator[str]:
    devices = (hvm.usbdevice,) if hvm.usbdevice else hvm.usbdevice_list
    if hvm.usb or devices:
        yield "-usb"
        for device in devices:
            yield from ("-usbdevice", device)
        return
    if hvm.usbversion == 2:
        yield from ("-device", "ich9-usb-ehci1,id=usb,addr=0x1d.0x7,multifunction=on")
        for part in (1, 2, 3):
            place = f"masterbus=usb.0,firstport={2 * (part - 1)},addr=0x1d.{part - 1:#x},multifunction=on"
            yield from ("-device", f"ich9-usb-uhci{part},{place}")
    elif hvm.usbversion:
        yield from ("-device", "piix3-usb-uhci,id=usb" if hvm.usbversion == 1 else "nec-usb-xhci,id=usb")
    for number in range(1, hvm.spice.usbredirection + 1 if hvm.usbversion else 1):
        yield from ("-chardev", f"spicevmc,name=usbredir,id=usbrc{number}")
        yield from ("-device", f"usb-redir,chardev=usbrc{number},id=usbrc{number}")


def _nics(config: DomainConfig, domid: str) -> Iterator[str]:
    nics = [(vif.number(index), vif) for index, vif in enumerate(config.devices_of(Vif))]
    emulated = [(number, vif) for number, vif in nics if vif.interface("hvm") == "vif_ioemu"]
    for number, vif in emulated:
        mac = vif.mac or "MAC"
        yield from ("-device", f"{vif.model or 'rtl8139'},id=nic{number},netdev=net{number},mac={mac}")
        name = vif.ifname or f"vif{domid}.{number}"
        tap = f"type=tap,id=net{number},ifname={name}-emu,br={vif.bridge or 'xenbr0'}"
        yield from ("-netdev", f"{tap},script=no,downscript=no")
    if not emulated:
        yield from ("-net", "none")


def _end(config: DomainConfig, domid: str) -> Iterator[str]:
    """Confinement, the user's own arguments, machine, memory, disks."""
    info = config.b_info
    if info.dm_restrict:
        yield from ("-xen-domid-restrict", "-chroot", f"{RUN_DIR}/qemu-root-{domid}")
    yield from info.extra
    hvm = info.u if isinstance(info.u, Hvm) else None
    yield from ("-machine", _machine(hvm) if hvm else "xenpv", *(info.extra_hvm if hvm else info.extra_pv))
    yield from ("-m", str(-(-(config.max_memory_kib - decisions.video(config)) // 1024)))
    if hvm:
        if hvm.hdtype == "ahci":
            yield from ("-device", "ahci,id=ahci0")
        for disk in config.devices_of(Disk):
            yield from _disk(disk, hvm)
        if hvm.vendor_device == "xenserver":
            yield from ("-device", "xen-pvdevice,device-id=0xc000")


def _machine(hvm: Hvm) -> str:
    words = ["pc,accel=xen,suppress-vmdesc=on" if hvm.xen_platform_pci is False else "xenfv,suppress-vmdesc=on"]
    if hvm.mmio_hole_memkb not in (0, UNSET64):
        below = 2**32 - hvm.mmio_hole_memkb * 1024
        words += [f"max-ram-below-4g={below}"] * (below <= _LOW_MMIO)
    words += ["igd-passthru=on"] * bool(hvm.gfx_passthru)
    return ",".join(words)


def _disk(disk: Disk, hvm: Hvm) -> Iterator[str]:
    """The drive that the firmware sees; later disks are there for PV drivers alone."""
    try:
        vdev = parse_vdev(disk.vdev or "")
    except ValueError:
        return
    form = _FORMATS.get(disk.format, "raw") if disk.backend_kind("hvm") == "qdisk" else "raw"
    path = disk.pdev_path or ""
    if disk.is_cdrom:
        if vdev.disk <= _LAST_CD:
            file = f",file={path},format={form}" if path else ""
            yield from ("-drive", f"if=none,readonly=on,id=ide-{vdev.number}{file}")
            place = f"bus=ide.{vdev.disk // 2},unit={vdev.disk % 2}"
            yield from ("-device", f"ide-cd,id=ide-{vdev.number},drive=ide-{vdev.number},{place}")
    elif vdev.bus == "sd":
        mode = "off" if disk.readwrite else "on"
        name = f"scsi0-hd{vdev.disk}"
        yield from ("-drive", f"file={path},id={name},format={form},if=none,readonly={mode},cache=writeback")
        yield from ("-device", f"scsi-hd,drive={name},scsi-id={vdev.disk}")
    elif hvm.hdtype == "ahci" and vdev.disk < _AHCI_DISKS:
        name = f"ahcidisk-{vdev.disk}"
        yield from ("-drive", f"file={path},if=none,id={name},format={form},cache=writeback")
        yield from ("-device", f"ide-hd,bus=ahci0.{vdev.disk},unit=0,drive={name}")
    elif vdev.disk < _IDE_DISKS:
        yield from ("-drive", f"file={path},if=ide,index={vdev.disk},media=disk,format={form},cache=writeback")
