"""An HVM guest's machine: leftovers of older releases, its clocks, its device model, what it is given less of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.kinds import Choice
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.helpers.keyed import declared
from xlpy.lint.rule import Finding, Rule
from xlpy.source import Span
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest


_PARAVIRT_GONE = (4, 12)
"""From here on Xen has no such mode of the time stamp counter."""


def _timer(guest: Guest, _: Diagnostic) -> Finding | None:
    setting = guest.assignments_of("timer_mode")[-1]
    summary = "timer_mode is for HVM and PVH guests, and this one is PV: xl refuses the file"
    return Finding(setting.name_span, summary, "remove it", edits.remove(guest.text, setting, safe=False))


def _tsc(guest: Guest) -> Iterator[Finding]:
    if guest.config.b_info.tsc_mode == "native_paravirt" and guest.release >= _PARAVIRT_GONE:
        span = guest.span("tsc_mode")
        yield Finding(
            span,
            "Xen has no native_paravirt any more: libxl refuses to create the domain",
            'write "default", or remove it',
            edits.replace('write "default"', span, '"default"', safe=False),
        )


def _altp2mhvm(guest: Guest, _: Diagnostic) -> Finding | None:
    setting = guest.assignments_of("altp2mhvm")[-1]
    mode = "mixed" if guest.number("altp2mhvm") else "disabled"
    written = f'altp2m = "{mode}"'
    free = "altp2m" not in guest.entries
    whole = Span(setting.name_span.start, setting.end)
    fix = edits.replace(f"write {written}", whole, written, safe=False) if free else None
    summary = "altp2mhvm is the old name of altp2m, and xl warns of it at each start"
    return Finding(setting.name_span, summary, f"write {written}" if free else "remove it: altp2m is given", fix)


def _msr(guest: Guest, _: Diagnostic) -> Finding | None:
    return Finding(
        guest.entries["msr_relaxed"].name_span,
        "msr_relaxed is a stop-gap that will go, and xl warns of it at each start",
        "try without it; if the guest needs it, tell xen-devel",
    )


def _unversioned(guest: Guest, _: Diagnostic) -> Finding | None:
    setting = guest.assignments_of("device_model_override")[-1]
    version = 'device_model_version = "qemu-xen"'
    return Finding(
        setting.name_span,
        "which kind of device model it is does not stand here: xl warns of that, and takes qemu-xen",
        f"add {version}",
        edits.insert(f"add {version}", guest.text, setting, version),
    )


def _removed(guest: Guest) -> Iterator[Finding]:
    key, word = declared("device_model_version"), guest.value("device_model_version")
    if key is None or word is None or not isinstance(key.kind, Choice) or word not in key.kind.words(guest.release):
        return
    last = key.kind.until.get(word)
    if last:
        atom = guest.atom("device_model_version")
        span = atom.inside(0, len(atom.text)) if atom else guest.span("device_model_version")
        yield Finding(
            span,
            f"Xen {last} is the last with {word}: a newer xl refuses the file",
            "move the guest to qemu-xen; Windows may ask for its drivers and its licence again",
        )


def _off(name: str, summary: str, advice: str) -> Callable[[Guest], Iterable[Finding]]:
    """A check for a switch of an HVM guest that is switched off."""

    def check(guest: Guest) -> Iterator[Finding]:
        if isinstance(guest.config.b_info.u, Hvm) and guest.kind == HVM and guest.number(name) == 0:
            setting = guest.assignments_of(name)[-1]
            fix = edits.remove(guest.text, setting, safe=False) if len(guest.assignments_of(name)) == 1 else None
            yield Finding(setting.name_span, summary, advice, fix)

    return check


RULES = (
    Rule(
        code="timer-mode-for-pv",
        group="hardware",
        severity=Severity.ERROR,
        summary="timer_mode in a PV guest",
        why=(
            "timer_mode says what becomes of ticks of emulated timers that were missed. A PV guest has no such timers, "
            "and xl refuses the file. A file without type= is for a PV guest."
        ),
        bad='«timer_mode» = "delay_for_missed_ticks"\nvcpus = 1',
        good='type = "hvm"\ntimer_mode = "delay_for_missed_ticks"',
        fixed="vcpus = 1",
        told=("timer-mode-for-pv",),
        retell=_timer,
        explains=("unread-key", "number-for-mode"),
    ),
    Rule(
        code="tsc-mode-gone",
        group="hardware",
        severity=Severity.WARNING,
        summary="a mode of the time stamp counter that Xen does not have any more",
        why=(
            "xl still takes native_paravirt for tsc_mode, but Xen has lost it, and libxl refuses to create the domain."
        ),
        bad='tsc_mode = «"native_paravirt"»',
        good='tsc_mode = "native"',
        fixed='tsc_mode = "default"',
        keys=("tsc_mode",),
        check=_tsc,
        explains=("number-for-mode",),
    ),
    Rule(
        code="altp2mhvm",
        group="hardware",
        severity=Severity.ADVICE,
        summary="the old name of altp2m",
        why=("altp2mhvm = 1 is altp2m = mixed, which since Xen 4.9 is how it is written. xl warns of the old name."),
        bad='type = "hvm"\n«altp2mhvm» = 1',
        good='type = "hvm"\naltp2m = "mixed"',
        fixed='type = "hvm"\naltp2m = "mixed"',
        told=("altp2mhvm",),
        retell=_altp2mhvm,
        explains=("deprecated-key",),
    ),
    Rule(
        code="msr-relaxed",
        group="hardware",
        severity=Severity.ADVICE,
        summary="msr_relaxed, which will go",
        why=(
            "Since Xen 4.15 a guest gets a fault when it touches a register that Xen does not know; msr_relaxed gives "
            "it what earlier releases did. It is there for guests that cannot do without, until Xen knows what they "
            "need."
        ),
        bad="«msr_relaxed» = 1",
        good="vcpus = 1",
        told=("msr-relaxed",),
        retell=_msr,
        explains=("deprecated-key",),
    ),
    Rule(
        code="device-model-unversioned",
        group="hardware",
        severity=Severity.ADVICE,
        summary="a device model of one's own without its kind",
        why=(
            "device_model_override names the program; device_model_version says how it is to be started. Without it xl "
            "warns, and libxl takes the program for qemu-xen."
        ),
        bad='type = "hvm"\n«device_model_override» = "/usr/local/bin/qemu"',
        good='type = "hvm"\ndevice_model_version = "qemu-xen"\ndevice_model_override = "/usr/local/bin/qemu"',
        fixed='type = "hvm"\ndevice_model_version = "qemu-xen"\ndevice_model_override = "/usr/local/bin/qemu"',
        told=("override-without-version",),
        retell=_unversioned,
    ),
    Rule(
        code="device-model-removed",
        group="hardware",
        severity=Severity.ADVICE,
        summary="a device model that newer releases do not have",
        why=(
            "qemu-xen-traditional has had no development for years, many distributions do not build it, and Xen 4.21 "
            "removed it together with the stub domains that it ran in."
        ),
        bad='type = "hvm"\ndevice_model_version = "«qemu-xen-traditional»"',
        good='type = "hvm"\ndevice_model_version = "qemu-xen"',
        keys=("device_model_version",),
        check=_removed,
    ),
    Rule(
        code="platform-device-off",
        group="hardware",
        severity=Severity.ADVICE,
        summary="an HVM guest without the device by which PV drivers find Xen",
        why=(
            "Without the Xen platform device the PV drivers of most guests do not start, and disks and network are "
            "emulated, which is slow. Leave it out only for a guest that must not notice Xen."
        ),
        bad='type = "hvm"\n«xen_platform_pci» = 0\nvcpus = 1',
        good='type = "hvm"\nxen_platform_pci = 1',
        fixed='type = "hvm"\nvcpus = 1',
        keys=("xen_platform_pci",),
        check=_off(
            "xen_platform_pci",
            "without the Xen platform device PV drivers do not start: disks and network are emulated, and slow",
            "remove it, unless the guest must not notice Xen",
        ),
    ),
    Rule(
        code="pae-off",
        group="hardware",
        severity=Severity.ADVICE,
        summary="an HVM guest without PAE",
        why=(
            "A 64-bit guest does not boot without PAE, nor does Windows since version 8. It is on unless a file "
            "switches it off, which was good for some guests of the year 2005."
        ),
        bad='type = "hvm"\n«pae» = 0\nvcpus = 1',
        good='type = "hvm"\npae = 1',
        fixed='type = "hvm"\nvcpus = 1',
        keys=("pae",),
        check=_off("pae", "without PAE no 64-bit guest boots", "remove it"),
    ),
    Rule(
        code="acpi-off",
        group="hardware",
        severity=Severity.ADVICE,
        summary="an HVM guest without ACPI",
        why=(
            "Without ACPI the guest has no power button, which xl shutdown -F presses, and its vCPUs cannot be plugged "
            "in and out. Windows since Vista does not boot."
        ),
        bad='type = "hvm"\n«acpi» = 0\nvcpus = 1',
        good='type = "hvm"\nacpi = 1',
        fixed='type = "hvm"\nvcpus = 1',
        keys=("acpi",),
        check=_off(
            "acpi", "without ACPI xl shutdown -F cannot reach the guest, and newer systems do not boot", "remove it"
        ),
        default=False,
    ),
)
