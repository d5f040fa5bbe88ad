"""How much memory the guest gets, and from which host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.kinds import KIB_PER_MIB
from xlpy.libxl import UNSET64, Hvm
from xlpy.lint import edits
from xlpy.lint.helpers.boots import is_guest
from xlpy.lint.rule import Finding, Rule
from xlpy.vocabulary import PV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

_MOST_MIB = 16 * 1024 * 1024
"""What a host of Xen can have at most."""
_DOUBTFUL_MIB = 2 * 1024 * 1024
_LARGE_MIB = 128 * 1024
_MOST_PER_VCPU_MIB = 64 * 1024
_STEP = 1024 * 1024
"""A GiB in KiB: what a size looks like that was written in KiB."""
_LEAST_VIDEO_KIB = 8 * KIB_PER_MIB
_PAGE_KIB = 4
_PAGES_PER_VCPU = 256


def limit_kib(guest: Guest) -> int:
    """What the guest may have at most; libxl falls back on 32 MiB."""
    most = guest.config.b_info.max_memkb
    return 32 * KIB_PER_MIB if most == UNSET64 else most


def target_kib(guest: Guest) -> int:
    """What the guest starts with; without memory= that is its limit."""
    target = guest.config.b_info.target_memkb
    return limit_kib(guest) if target == UNSET64 else target


def _missing(guest: Guest) -> Iterator[Finding]:
    told = guest.config.b_info.max_memkb != UNSET64 or "memory" in guest.entries
    if not told and is_guest(guest):
        yield Finding(
            guest.span("name"),
            "no memory is given: the guest starts with 32 MiB",
            "write memory = 1024, or whatever the guest needs in MiB",
        )


def _too_small(guest: Guest) -> Iterator[Finding]:
    memory = guest.number("memory")
    video = _video_kib(guest)
    if memory == 0:
        text = "memory = 0: no guest can be built of nothing"
        yield Finding(guest.span("memory"), text, "give the guest some memory, in MiB")
    elif memory is not None and 0 < memory * KIB_PER_MIB <= video:
        yield Finding(
            guest.span("memory"),
            f"memory = {memory} leaves nothing: the graphics card takes {video // KIB_PER_MIB} MiB of it",
            "give the guest more memory, in MiB",
        )


def _video_kib(guest: Guest) -> int:
    """What at least the emulated graphics card takes out of the guest's memory."""
    hvm, given = guest.config.b_info.u, guest.config.b_info.video_memkb
    if not isinstance(hvm, Hvm):
        return 0
    return given if given != UNSET64 else 0 if hvm.vga.kind == "none" else _LEAST_VIDEO_KIB


def _wrong_unit(guest: Guest) -> Iterator[Finding]:
    for name in ("memory", "maxmem"):
        number = guest.number(name)
        if number is None or (number <= _MOST_MIB and (number < _DOUBTFUL_MIB or number % _STEP)):
            continue
        meant = _meant(number)
        yield Finding(
            guest.span(name),
            f"{name} = {number} is {number / _STEP:.0f} TiB: the unit is MiB",
            f"write {name} = {meant}" if meant else "give the number of MiB",
            edits.replace(f"write {meant}", guest.span(name), str(meant), safe=False) if meant else None,
        )


def _maybe_kib(guest: Guest) -> Iterator[Finding]:
    """Guests of hundreds of GiB have more than a few vCPUs."""
    number = guest.number("memory")
    if number is None or not _LARGE_MIB <= number < _DOUBTFUL_MIB or number % KIB_PER_MIB:
        return
    vcpus = max(1, guest.config.max_vcpus)
    if number < vcpus * _MOST_PER_VCPU_MIB:
        return
    meant = number // KIB_PER_MIB
    yield Finding(
        guest.span("memory"),
        f"memory = {number} is {meant} GiB, much for {vcpus} vCPU{'s' * (vcpus > 1)}: is that KiB? The unit is MiB",
        f"write memory = {meant} if {meant} MiB are meant",
        edits.replace(f"write {meant}", guest.span("memory"), str(meant), safe=False),
    )


def _meant(number: int) -> int:
    """The MiB of a number of bytes or KiB; 0 where it looks like neither."""
    unit = _STEP if number % _STEP == 0 and number >= 256 * _STEP else KIB_PER_MIB
    meant, rest = divmod(number, unit)
    return meant if not rest and meant <= _MOST_MIB else 0


def _above_limit(guest: Guest) -> Iterator[Finding]:
    memory, most = guest.number("memory"), limit_kib(guest)
    if memory == guest.number("maxmem"):
        return
    source = "maxmem" if guest.number("maxmem") is not None else "vnuma"
    if memory is None or memory < 0 or source not in guest.entries or target_kib(guest) <= most:
        return
    name = f"maxmem = {guest.number('maxmem')}" if source == "maxmem" else f"the {most // KIB_PER_MIB} MiB of vnuma"
    start = memory if guest.kind == PV else most // KIB_PER_MIB
    atom = guest.atom("maxmem") if source == "maxmem" else None
    yield Finding(
        guest.span("memory"),
        f"memory = {memory} is more than {name}: the guest starts with {start} MiB",
        "maxmem is the most that the guest may ever have: raise it, or lower memory",
        edits.replace(f"write maxmem = {memory}", atom.span, str(memory), safe=False) if atom else None,
        (Related("the limit", guest.source, guest.span(source)),),
    )


def _shadow_need(guest: Guest) -> int:
    """What libxl sets aside by itself, in KiB, where the host has hardware assisted paging unless hap=0."""
    per_mib = 1 + (guest.config.c_info.hap is False)
    pages = _PAGES_PER_VCPU * guest.config.max_vcpus + per_mib * (limit_kib(guest) // KIB_PER_MIB)
    return _PAGE_KIB * pages


def _shadow(guest: Guest) -> Iterator[Finding]:
    given = guest.number("shadow_memory")
    if given is None or guest.kind == PV:
        return
    need = -(-_shadow_need(guest) // KIB_PER_MIB)
    if given < need:
        yield Finding(
            guest.span("shadow_memory"),
            f"shadow_memory = {given} is less than the {need} MiB that libxl would set aside for the page tables",
            "remove the line: libxl computes what a guest of this size needs",
            edits.remove(guest.text, guest.assignments_of("shadow_memory")[-1], safe=False),
        )


def _beyond_host(guest: Guest) -> Iterator[Finding]:
    assert guest.host is not None
    most, need = guest.host.guest_memory_kib, target_kib(guest)
    if (guest.number("memory") or 0) > 0 and need > most:
        yield Finding(
            guest.span("memory"),
            f"memory = {need // KIB_PER_MIB} is more than {guest.host.name} has for guests: {most // KIB_PER_MIB} MiB",
            "lower memory, or use a larger host",
        )


RULES = (
    Rule(
        code="memory-missing",
        group="memory",
        severity=Severity.WARNING,
        summary="a guest without memory=",
        why=(
            "libxl gives a guest of which neither memory nor maxmem is said 32 MiB. Hardly any guest boots with so "
            "little, and what it prints then does not speak of memory."
        ),
        bad='name = «"web"»\nvcpus = 2',
        good='name = "web"\nmemory = 1024',
        check=_missing,
    ),
    Rule(
        code="memory-too-small",
        group="memory",
        severity=Severity.WARNING,
        summary="memory= that leaves nothing for the guest",
        why=(
            "xl takes any number. With 0 the domain cannot be built; of an HVM guest's memory the emulated graphics "
            "card takes its part first."
        ),
        bad="memory = «0»",
        good="memory = 16",
        keys=("memory",),
        check=_too_small,
    ),
    Rule(
        code="memory-unit",
        group="memory",
        severity=Severity.WARNING,
        summary="an amount of memory that looks like KiB or bytes",
        why=(
            "memory and maxmem are in MiB. A host of Xen can have 16 TiB, so a larger number, or a round number of TiB "
            "that would be GiB in KiB, was meant in another unit; xl takes it, and fails to find the memory."
        ),
        bad="memory = «4194304»",
        good="memory = 4096",
        fixed="memory = 4096",
        keys=("memory", "maxmem"),
        check=_wrong_unit,
        explains=("memory-above-maxmem",),
    ),
    Rule(
        code="memory-maybe-kib",
        group="memory",
        severity=Severity.ADVICE,
        summary="memory= that may be in KiB",
        why=(
            "libvirt and /proc/meminfo count memory in KiB, xl in MiB: 524288 is half a GiB there and half a TiB here. "
            "It is said of 128 GiB and more in a guest with 64 GiB for each vCPU, which is rare."
        ),
        bad="memory = «524288»\nvcpus = 2",
        good="memory = 524288\nvcpus = 32",
        fixed="memory = 512\nvcpus = 2",
        keys=("memory",),
        check=_maybe_kib,
    ),
    Rule(
        code="memory-above-maxmem",
        group="memory",
        severity=Severity.WARNING,
        summary="memory= above maxmem=",
        why=(
            "maxmem is the most that a guest may have, but xl does not compare the two. An HVM or PVH guest is built "
            "with maxmem, a PV guest with memory, and neither can balloon as was meant."
        ),
        bad="memory = «2048»\nmaxmem = 1024",
        good="memory = 1024\nmaxmem = 2048",
        fixed="memory = 2048\nmaxmem = 2048",
        keys=("memory",),
        check=_above_limit,
    ),
    Rule(
        code="shadow-memory-low",
        group="memory",
        severity=Severity.ADVICE,
        summary="less shadow_memory= than libxl would take",
        why=(
            "The pool holds the guest's second-stage page tables: 1 MiB for each vCPU, 4 KiB for each MiB of memory, "
            "8 without hardware assisted paging. libxl computes it when nothing is said; a number that was "
            "right for a smaller guest makes a larger one fail when the pool runs out."
        ),
        bad='type = "hvm"\nmemory = 8192\nvcpus = 4\nshadow_memory = «8»',
        good='type = "hvm"\nmemory = 512\nshadow_memory = 8',
        fixed='type = "hvm"\nmemory = 8192\nvcpus = 4',
        keys=("shadow_memory",),
        check=_shadow,
    ),
    Rule(
        code="memory-beyond-host",
        group="memory",
        severity=Severity.WARNING,
        summary="more memory than the host has for guests",
        why=(
            "Xen and Dom0 keep a part of the host's memory. When a guest asks for more than what is left even on an "
            "idle host, xl gives up after it has waited for memory to become free."
        ),
        bad="memory = «131072»",
        good="memory = 4096",
        keys=("memory",),
        check=_beyond_host,
        needs_host=True,
    ),
)
