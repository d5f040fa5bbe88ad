"""What the guest boots: kernel and type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.boots import hvm_settings
from xlpy.lint.helpers.words import both, quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.release import Release
from xlpy.source import Span
from xlpy.vocabulary import HVM, PVH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest

_DIRECT_BOOT_CHECKED = Release(4, 6)  # from here on libxl refuses a ramdisk or a command line without a kernel
_SHOWN = 4
_PATHS = ("kernel", "ramdisk", "device_tree", "bootloader")
"""The paths that are opened as they are written; a bootloader's name is looked for in Xen's own directory."""
_HVM_LINE = 'type = "hvm"'


def _whole(guest: Guest) -> Span:
    return Span(0, len(guest.text))


def _add_type(guest: Guest) -> Fix:
    return edits.insert(f"add {_HVM_LINE}", guest.text, guest.assignments[0], _HVM_LINE)


def _names(guest: Guest) -> str:
    """Some of the keys that are for HVM guests only."""
    names = list(dict.fromkeys(setting.name for setting in hvm_settings(guest)))
    return both([*names[:_SHOWN], *(["others"] if len(names) > _SHOWN else [])])


def _retell_nothing(guest: Guest, _told: Diagnostic) -> Finding | None:
    span = guest.span("name") if "name" in guest.entries else Span(0, 0)
    settings = hvm_settings(guest)
    if settings:
        text = f"without a type this is a PV guest, which has nothing to boot; {_names(guest)} are for HVM guests"
        return Finding(span, text, f"write {_HVM_LINE}", _add_type(guest), covers=_whole(guest))
    kind = guest.kind.upper()
    others = 'or type = "hvm" for a guest that boots from its disk' if guest.kind != PVH else 'or firmware = "pvgrub64"'
    return Finding(
        span,
        f"a {kind} guest has nothing to boot without kernel, bootloader or firmware: xl refuses the file",
        f'write kernel = "/boot/...", bootloader = "pygrub", {others}',
    )


def _type_missing(guest: Guest) -> Iterator[Finding]:
    settings = hvm_settings(guest)
    if settings:
        yield Finding(
            settings[0].name_span,
            f"without a type this is a PV guest: xl does not read {_names(guest)}"
            if settings[0].name != "kernel"
            else "without a type this is a PV guest, and hvmloader is no kernel of one",
            f'write {_HVM_LINE}, or type = "pv" and remove them',
            _add_type(guest),
            covers=_whole(guest),
        )


def _retell_hvmloader(guest: Guest, _told: Diagnostic) -> Finding | None:
    return Finding(
        guest.span("kernel"),
        "xl ignores hvmloader as a kernel: HVM guests start it by themselves",
        "remove the line; firmware_override names another hvmloader",
        edits.remove_keys(guest, "kernel"),
    )


def _retell_both(guest: Guest, _told: Diagnostic) -> Finding | None:
    return Finding(
        guest.span("firmware"),
        f"a {guest.kind.upper()} guest boots a kernel or a firmware: xl refuses both at once",
        "remove one of them",
        edits.remove(guest.text, guest.assignments_of("firmware")[-1], safe=False),
    )


def _kernel_missing(guest: Guest) -> Iterator[Finding]:
    info = guest.config.b_info
    if guest.kind != HVM or info.kernel is not None or guest.release < _DIRECT_BOOT_CHECKED:
        return
    sources = ("ramdisk", "root", "extra") if guest.value("cmdline") is None else ("ramdisk", "cmdline")
    names = [name for name in sources if guest.value(name) is not None]
    if names:
        first = min(names, key=guest.span)
        yield Finding(
            guest.span(first),
            f"{both(names)} without kernel: libxl refuses to create an HVM guest like that",
            f"remove {both(names)}: the guest boots what is on its disk; or add the kernel",
            edits.remove_keys(guest, *names, safe=False),
        )


def _relative(guest: Guest) -> Iterator[Finding]:
    for name in _PATHS:
        atom = guest.atom(name)
        if atom is None or not _is_relative(guest, name, atom.text) or guest.entries[name].appended:
            continue
        yield Finding(
            atom.inside(0, len(atom.text)) if atom.quoted else atom.span,
            f"{quoted(atom.text)} is looked up in the directory in which xl create runs, which is another one at boot",
            "write the whole path, from / on",
        )


def _is_relative(guest: Guest, name: str, path: str) -> bool:
    """Whether it is a path in Dom0 that depends on where xl runs; the kernel of a bootloader is in the guest's disk."""
    if not path or path.startswith("/") or placeholders.fills(path):
        return False
    if name == "bootloader":
        return "/" in path and guest.kind != HVM
    return not (guest.config.b_info.bootloader and guest.kind != HVM) and not (
        name == "kernel" and guest.config.b_info.kernel is None
    )


RULES = (
    Rule(
        code="nothing-to-boot",
        group="boot",
        severity=Severity.ERROR,
        summary="a PV or PVH guest without kernel, bootloader and firmware",
        why=(
            "xl builds a PV or PVH guest around a kernel from Dom0, or around one that a bootloader finds in the "
            "guest's disk. Only an HVM guest boots from its disks like a PC, and without a type the guest is PV."
        ),
        bad='name = «"web"»\ntype = "pvh"',
        good='type = "pvh"\nkernel = "/boot/vmlinuz"',
        told=("nothing-to-boot",),
        retell=_retell_nothing,
        explains=("unread-key", "type-missing"),
    ),
    Rule(
        code="type-missing",
        is_cause=True,
        group="boot",
        severity=Severity.WARNING,
        summary="keys for HVM guests in a file without a type",
        why=(
            "A guest is PV unless type or builder says otherwise. xl then passes over every key that is for HVM "
            "guests only, without a word."
        ),
        bad='kernel = "/boot/vmlinuz"\n«boot» = "dc"\nusbdevice = "tablet"\nhpet = 1',
        good='type = "hvm"\nboot = "dc"\nusbdevice = "tablet"\nhpet = 1',
        fixed='type = "hvm"\nname = "web"\nkernel = "/boot/vmlinuz"\nboot = "dc"\nusbdevice = "tablet"\nhpet = 1',
        check=_type_missing,
        explains=("unread-key",),
    ),
    Rule(
        code="kernel-is-hvmloader",
        group="boot",
        severity=Severity.WARNING,
        summary="hvmloader as the kernel of an HVM guest",
        why=(
            "xm wanted hvmloader as the kernel. xl starts it in each HVM guest by itself, drops the line and warns at "
            "each start."
        ),
        bad='type = "hvm"\nkernel = «"/usr/lib/xen/boot/hvmloader"»',
        good='type = "hvm"\nfirmware_override = "/usr/local/lib/xen/boot/hvmloader"',
        fixed='type = "hvm"',
        told=("kernel-is-hvmloader",),
        retell=_retell_hvmloader,
    ),
    Rule(
        code="kernel-and-firmware",
        group="boot",
        severity=Severity.ERROR,
        summary="both kernel= and firmware= for a PV or PVH guest",
        why="The firmware of a PV or PVH guest is a kernel from Xen's own directory. xl refuses a second one.",
        bad='type = "pvh"\nkernel = "/boot/vmlinuz"\nfirmware = «"pvgrub64"»',
        good='type = "pvh"\nfirmware = "pvgrub64"',
        fixed='type = "pvh"\nkernel = "/boot/vmlinuz"',
        told=("kernel-and-firmware",),
        retell=_retell_both,
    ),
    Rule(
        code="kernel-missing",
        group="boot",
        severity=Severity.WARNING,
        summary="an HVM guest with a ramdisk or command line but no kernel",
        why=(
            "An HVM guest can boot a kernel from Dom0 directly, with a ramdisk and a command line. From Xen 4.6 on "
            "libxl refuses to create a guest that has these and no kernel."
        ),
        bad='type = "hvm"\nextra = «"console=ttyS0"»',
        good='type = "hvm"\nkernel = "/boot/vmlinuz"\nextra = "console=ttyS0"',
        fixed='type = "hvm"',
        keys=("ramdisk", "cmdline", "root", "extra"),
        check=_kernel_missing,
    ),
    Rule(
        code="boot-relative-path",
        group="boot",
        severity=Severity.ADVICE,
        summary="a kernel or ramdisk that is named by a relative path",
        why=(
            "xl looks a relative path up in its working directory when the guest is created. What works in one "
            "directory fails in another, at boot (xendomains), and when the guest is restarted by a daemon. The bare "
            "name of a bootloader is no path: libxl looks for it among Xen's own programs."
        ),
        bad='kernel = "«boot/vmlinuz»"',
        good='bootloader = "pygrub"\nkernel = "vmlinuz"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=_PATHS,
        check=_relative,
    ),
)
