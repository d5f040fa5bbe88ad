"""How many vCPUs there are, and how the scheduler treats them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.rule import Finding, Rule
from xlpy.vocabulary import PV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest

_MOST_HVM = 128
_MOST_PV = 8192
_MOST_ONLINE = 1024
_MOST_WEIGHT = 65535
_PERCENT_PER_VCPU = 100


def _write(guest: Guest, name: str, text: str) -> Fix | None:
    """Give a key with a single value another one."""
    atom = guest.atom(name)
    return edits.replace(f"write {name} = {text}", atom.span, text, safe=False) if atom else None


def _retell_fewer(guest: Guest, _told: Diagnostic) -> Finding | None:
    vcpus, most = guest.number("vcpus"), guest.number("maxvcpus")
    if most is not None and most < 0:
        return Finding(guest.span("maxvcpus"), f"maxvcpus = {most} is negative: xl refuses the file", "write 1 or more")
    if vcpus is None:
        return None
    if most is None and "vnuma" in guest.entries:
        text = f"vcpus = {vcpus} is more than the nodes of vnuma have: xl refuses the file"
        return Finding(guest.span("vcpus"), text, "lower it, or give the nodes more vCPUs")
    if most is None:
        text = f"vcpus = {vcpus} is more than any guest can have: xl refuses the file"
        return Finding(guest.span("vcpus"), text, f"write {_MOST_HVM} or less")
    return Finding(
        guest.span("maxvcpus"),
        f"maxvcpus = {most} is less than vcpus = {vcpus}: xl refuses the file",
        f"write maxvcpus = {vcpus}, or lower vcpus",
        _write(guest, "maxvcpus", str(vcpus)),
        (Related("so many are online at the start", guest.source, guest.span("vcpus")),),
    )


def _retell_negative(guest: Guest, told: Diagnostic) -> Finding | None:
    name = "vcpus" if "negative" in told.summary and told.summary.startswith("vcpus") else "maxvcpus"
    if name not in guest.entries:
        return None
    return Finding(
        guest.span(name), f"{name} = {guest.value(name)} is negative: xl refuses the file", "write 1 or more"
    )


def _retell_too_many(_guest: Guest, told: Diagnostic) -> Finding | None:
    text = "more vCPUs than any guest can have: xl fills its memory with lists of them, xlpy refuses the file"
    return Finding(told.span, text, f"write {_MOST_HVM} or less") if told.span else None


def _none(guest: Guest) -> Iterator[Finding]:
    told = any(one.code in ("negative-vcpus", "maxvcpus-below-vcpus") for one in guest.loaded.diagnostics)
    vcpus, most = guest.number("vcpus"), guest.number("maxvcpus")
    if vcpus is not None and vcpus < 1 and not told:
        text = f"vcpus = {vcpus} does not hold: a guest has one vCPU at least"
        yield Finding(guest.span("vcpus"), text, "write vcpus = 1", _write(guest, "vcpus", "1"))
    if most == 0:
        text = "xl takes maxvcpus = 0 as if it were not there: vcpus is the limit"
        fix = edits.remove(guest.text, guest.assignments_of("maxvcpus")[-1])
        yield Finding(guest.span("maxvcpus"), text, "give the number of vCPUs, or remove the line", fix)


def _too_many(guest: Guest) -> Iterator[Finding]:
    online, most = guest.config.vcpus, guest.config.max_vcpus
    limit = _MOST_PV if guest.kind == PV else _MOST_HVM
    name = next((one for one in ("maxvcpus", "vcpus", "vnuma") if one in guest.entries), "")
    if not name:
        return
    if most > limit:
        text = f"{most} vCPUs: Xen gives {guest.kind.upper()} guests {limit} at most, and does not create this one"
        yield Finding(guest.span(name), text, f"write {limit} or less")
    elif online > _MOST_ONLINE and "vcpus" in guest.entries:
        text = f"vcpus = {online}: libxl starts guests with {_MOST_ONLINE} at most, and refuses this one"
        yield Finding(guest.span("vcpus"), text, f"write vcpus = {_MOST_ONLINE} or less; maxvcpus may be more")


def _beyond_host(guest: Guest) -> Iterator[Finding]:
    assert guest.host is not None
    vcpus, there = guest.config.vcpus, guest.host.cpus
    if vcpus > there:
        yield Finding(
            guest.span("vcpus"),
            f"{vcpus} vCPUs on the {there} pCPUs of {guest.host.name}: some of them always wait",
            f"write vcpus = {there} or less",
        )


def _scheduler(guest: Guest) -> Iterator[Finding]:
    params, most = guest.config.b_info.sched_params, _PERCENT_PER_VCPU * guest.config.max_vcpus
    if "cpu_weight" in guest.entries and params.weight != -1 and not 1 <= params.weight <= _MOST_WEIGHT:
        text = f"cpu_weight = {params.weight}: libxl takes 1 to {_MOST_WEIGHT}, and does not build the guest"
        yield Finding(guest.span("cpu_weight"), text, "256 is the weight of a guest that is like all others")
    if "cap" in guest.entries and params.cap != -1 and not 0 <= params.cap <= most:
        vcpus = guest.config.max_vcpus
        text = (
            f"cap = {params.cap}: libxl takes 0 to {most} for {vcpus} vCPU{'s' * (vcpus > 1)}, "
            "and does not build the guest"
        )
        yield Finding(guest.span("cap"), text, "100 is one whole pCPU, 0 is no limit")


RULES = (
    Rule(
        code="vcpus-above-maxvcpus",
        group="cpu",
        severity=Severity.ERROR,
        summary="maxvcpus= below vcpus=",
        why="maxvcpus is how many vCPUs the guest may ever have. xl refuses a file that starts it with more.",
        bad="vcpus = 4\nmaxvcpus = «2»",
        good="vcpus = 2\nmaxvcpus = 4",
        fixed="vcpus = 4\nmaxvcpus = 4",
        told=("maxvcpus-below-vcpus",),
        retell=_retell_fewer,
    ),
    Rule(
        code="vcpus-negative",
        group="cpu",
        severity=Severity.ERROR,
        summary="a negative number of vCPUs",
        why="xl makes a bitmap with a bit for each vCPU, and gives up when there can be none of that size.",
        bad='vcpus = «"-1"»',
        good="vcpus = 1",
        told=("negative-vcpus",),
        retell=_retell_negative,
    ),
    Rule(
        code="vcpus-too-many",
        group="cpu",
        severity=Severity.ERROR,
        summary="a number of vCPUs that fills the memory of xl",
        why=(
            "xl makes lists of all vCPUs before anything is checked, and takes as much memory as they need. Xen can "
            "have nowhere near as many; xlpy refuses such a file."
        ),
        bad="vcpus = «100000»",
        good="vcpus = 128",
        told=("too-many-vcpus",),
        retell=_retell_too_many,
        explains=("vcpus-beyond-xen",),
    ),
    Rule(
        code="vcpus-none",
        group="cpu",
        severity=Severity.WARNING,
        summary="vcpus= or maxvcpus= of 0",
        why="A guest has one vCPU at least: what says otherwise is passed over in silence.",
        bad="vcpus = «0»",
        good="vcpus = 1",
        fixed="vcpus = 1",
        keys=("vcpus", "maxvcpus"),
        check=_none,
    ),
    Rule(
        code="vcpus-beyond-xen",
        group="cpu",
        severity=Severity.WARNING,
        summary="more vCPUs than Xen gives to a guest",
        why=(
            "An HVM or PVH guest can have 128 vCPUs, a PV guest 8192 of which libxl starts 1024. xl takes any number, "
            "and the creation of the domain fails."
        ),
        bad='type = "hvm"\nvcpus = «192»',
        good='type = "hvm"\nvcpus = 128',
        keys=("vcpus", "maxvcpus", "vnuma"),
        check=_too_many,
    ),
    Rule(
        code="vcpus-beyond-host",
        group="cpu",
        severity=Severity.ADVICE,
        summary="more vCPUs than the host has pCPUs",
        why=(
            "vCPUs of one guest that share a pCPU take turns. When one of them waits for a lock that another holds, "
            "the guest is slower than with fewer vCPUs."
        ),
        bad="vcpus = «16»",
        good="vcpus = 8",
        keys=("vcpus",),
        check=_beyond_host,
        needs_host=True,
    ),
    Rule(
        code="scheduler-range",
        group="cpu",
        severity=Severity.WARNING,
        summary="cpu_weight= or cap= out of range",
        why=(
            "xl passes on any number. Under the schedulers credit and credit2 libxl takes weights from 1 to 65535 and "
            "caps from 0 to 100 for each vCPU, and else fails when the domain is already half built."
        ),
        bad="vcpus = 2\ncap = «400»",
        good="vcpus = 4\ncap = 400\ncpu_weight = 512",
        keys=("cpu_weight", "cap"),
        check=_scheduler,
    ),
)
