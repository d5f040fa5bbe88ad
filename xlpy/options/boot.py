"""What the guest boots: kernel, ramdisk, command line, bootloader, firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.differences import BOOTLOADER_ARGS
from xlpy.kinds import STRING, STRING_OR_LIST
from xlpy.loss import Loss
from xlpy.vocabulary import HVM, PV, PVH, Key, Reading

if TYPE_CHECKING:
    from xlpy.reader import Reader

_BIOSES = {name: name for name in ("unknown", "rombios", "seabios", "ovmf")}
_PVGRUBS = ("pvgrub32", "pvgrub64")
_ROMBIOS = Loss(
    why="libvirt's driver for Xen starts the BIOS that the device model has by itself",
    when=lambda bios, config: bios == "rombios" and config.b_info.device_model_version != "qemu_xen_traditional",
)
_WHOLE_ARGUMENTS = Loss(why="libvirt's driver for Xen cuts arguments at a blank, a tab and a newline", judged=True)


def _drop_hvmloader(reader: Reader) -> None:
    """The old habit of naming hvmloader as an HVM guest's kernel."""
    kernel = reader.get("b_info.kernel")
    if reader.domain_type != HVM or kernel is None or kernel.rpartition("/")[2] != "hvmloader":
        return
    del reader.draft["b_info.kernel"]
    line = (
        'WARNING: you seem to be using "kernel" directive to override HVM guest firmware. '
        'Ignore that. Use "firmware_override" instead if you really want a non-default firmware'
    )
    reader.say(
        "kernel-is-hvmloader",
        "kernel names hvmloader, which HVM guests get by themselves",
        (line,),
        span=reader.where["b_info.kernel"],
        severity=Severity.WARNING,
        advice="remove the line",
    )


def _read_cmdline(reader: Reader, key: Key) -> None:
    """`cmdline` wins over `root` and `extra`, which are put together."""
    cmdline, root, extra = (reader.text(name) for name in (key.name, "root", "extra"))
    if cmdline is not None:
        if root is not None or extra is not None:
            reader.say(
                "root-and-extra-ignored",
                "root= and extra= are ignored: cmdline= is given",
                ("Warning: ignoring root= and extra= in favour of cmdline=",),
                span=reader.entries["extra" if root is None else "root"].value_span,
                severity=Severity.WARNING,
            )
        reader.put("b_info.cmdline", cmdline, key.name)
    elif root is not None:
        reader.put("b_info.cmdline", f"root={root}" if extra is None else f"root={root} {extra}", "root")
    elif extra is not None:
        reader.put("b_info.cmdline", extra, "extra")


def _read_bootloader_args(reader: Reader, key: Key) -> None:
    """The old form is one string, split at blanks."""
    atoms = reader.atoms(key.name, quiet=True)
    if atoms is not None:
        reader.put("b_info.bootloader_args", tuple(atom.text for atom in atoms), key.name)
        return
    text = reader.text(key.name)
    if text is None:
        return
    line = 'WARNING: Specifying "bootloader_args" as a string is deprecated. Please use a list of arguments.'
    reader.say(
        "bootloader-args-string",
        "bootloader_args is a string, which is deprecated",
        (line,),
        span=reader.entries[key.name].value_span,
        severity=Severity.WARNING,
        advice=f"write {[*text.split()]}".replace("'", '"'),
    )
    if not text.strip(" \t\n"):
        reader.refuse(*BOOTLOADER_ARGS.told(), key=key.name)
    reader.put("b_info.bootloader_args", tuple(text.split()), key.name)


def _read_firmware(reader: Reader, key: Key) -> None:
    """For HVM a BIOS by name or path, for PV and PVH a pvgrub in Xen's firmware directory."""
    if reader.domain_type == HVM:
        _read_hvm_firmware(reader, reader.text(key.name))
        return
    firmware = reader.text(key.name)
    if firmware is not None:
        _read_pvgrub(reader, firmware)
    elif reader.get("b_info.kernel") is None and reader.get("b_info.bootloader") is None:
        reader.refuse("nothing-to-boot", "Neither kernel nor bootloader specified")


def _read_bios(reader: Reader, key: Key) -> None:
    bios = reader.text(key.name) if reader.domain_type == HVM else None
    if bios is None:
        return
    if bios.lower() in _BIOSES:
        reader.put(key.field, bios.lower(), key.name)
    else:
        reader.refuse("unknown-bios", f'ERROR: invalid value "{bios}" for "bios"', key=key.name)


def _read_hvm_firmware(reader: Reader, firmware: str | None) -> None:
    if firmware is None:
        return
    if firmware.lower() in _BIOSES:
        reader.put("b_info.u.hvm.bios", firmware.lower(), "firmware")
    elif "uefi".startswith(firmware):
        reader.put("b_info.u.hvm.bios", "ovmf", "firmware")
    elif not "bios".startswith(firmware):
        reader.put("b_info.u.hvm.firmware", firmware, "firmware")


def _read_pvgrub(reader: Reader, firmware: str) -> None:
    if reader.get("b_info.kernel") is not None:
        reader.refuse("kernel-and-firmware", "ERROR: both kernel and firmware specified", key="firmware")
    elif not any(name.startswith(firmware) for name in _PVGRUBS):
        message = "ERROR: only pvgrub{32|64} supported as firmware options"
        reader.refuse("unknown-pv-firmware", message, key="firmware")
    else:
        # where Debian builds of Xen keep their boot images
        reader.put("b_info.kernel", f"/usr/lib/xen-{reader.release}/boot/{firmware}.bin", "firmware")


READINGS = (Reading(order=1900, apply=_drop_hvmloader),)

KEYS = (
    Key(
        name="kernel",
        kind=STRING,
        order=1811,
        field="b_info.kernel",
        doc="The kernel image that is loaded into the guest, a path in Dom0. HVM guests can do without.",
        empty="libxl looks for a file without a name, and does not create the guest",
        good=('"/boot/vmlinuz-domu"',),
        bad=('["/boot/vmlinuz"]',),
    ),
    Key(
        name="ramdisk",
        kind=STRING,
        order=1812,
        field="b_info.ramdisk",
        doc="The initial ramdisk that goes with the kernel, a path in Dom0.",
        good=('"/boot/initrd-domu.img"',),
        bad=("[]",),
    ),
    Key(
        name="cmdline",
        kind=STRING,
        order=1814,
        read=_read_cmdline,
        absent_too=True,
        field="b_info.cmdline",
        since="4.5",
        doc="The command line of the kernel. When it is given, root and extra are ignored.",
        good=('"root=/dev/xvda1 ro console=hvc0"',),
        bad=('["quiet"]',),
    ),
    Key(
        name="root",
        kind=STRING,
        order=1814,
        with_key="cmdline",
        field="b_info.cmdline",
        doc="Puts root=VALUE in front of the kernel's command line.",
        good=('"/dev/xvda1"',),
        bad=("[]",),
    ),
    Key(
        name="extra",
        kind=STRING,
        order=1814,
        with_key="cmdline",
        field="b_info.cmdline",
        doc="Appended to the kernel's command line, after root.",
        good=('"ro quiet"',),
        bad=("[]",),
    ),
    Key(
        name="bootloader",
        kind=STRING,
        order=1819,
        field="b_info.bootloader",
        guests=(PV, PVH),
        doc="The program that finds kernel and ramdisk inside the guest's first disk, such as pygrub.",
        empty="libxl runs a program without a name, and does not create the guest",
        good=('"pygrub"',),
        bad=('["pygrub"]',),
    ),
    Key(
        name="bootloader_args",
        kind=STRING_OR_LIST,
        order=1836,
        read=_read_bootloader_args,
        field="b_info.bootloader_args",
        guests=(PV, PVH),
        only_with="bootloader",
        doc="Further arguments of the bootloader.",
        libvirt=_WHOLE_ARGUMENTS,
        good=('["--kernel=/vmlinuz", "--ramdisk=/initrd.img"]',),
        bad=('"--kernel=/vmlinuz"',),
    ),
    Key(
        name="firmware",
        kind=STRING,
        order=2125,
        read=_read_firmware,
        absent_too=True,
        empty='xl takes it for the beginning of "uefi" or "pvgrub32"',
        since="4.10",
        doc='HVM: "bios", "uefi", "seabios", "ovmf", "rombios" or a path. PV and PVH: "pvgrub32", "pvgrub64".',
        good=('"uefi"', '"bios"'),
        bad=('["uefi"]',),
    ),
    Key(
        name="bios",
        kind=STRING,
        order=1911,
        read=_read_bios,
        field="b_info.u.hvm.bios",
        guests=(HVM,),
        default='"seabios"',
        since="4.2",
        doc='The virtual firmware: "seabios", "ovmf" or "rombios".',
        libvirt=_ROMBIOS,
        good=('"ovmf"',),
        bad=('"uefi"',),
    ),
)
