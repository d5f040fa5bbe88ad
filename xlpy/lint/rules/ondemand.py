"""Populate on demand: an HVM or PVH guest that starts with less memory than it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.kinds import KIB_PER_MIB
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.rules.memory import limit_kib, target_kib
from xlpy.vocabulary import HVM, PV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest


def _is_on_demand(guest: Guest) -> bool:
    return guest.kind != PV and target_kib(guest) < limit_kib(guest) and guest.number("memory") is not None


def _sizes(guest: Guest) -> tuple[int, int]:
    """What the guest starts with and what it may have, in MiB."""
    return target_kib(guest) // KIB_PER_MIB, limit_kib(guest) // KIB_PER_MIB


def _on_demand(guest: Guest) -> Iterator[Finding]:
    if not _is_on_demand(guest):
        return
    memory, most = _sizes(guest)
    yield Finding(
        guest.span("memory"),
        f"the guest sees {most} MiB and has {memory}: it is killed when it uses more before its balloon driver runs",
        "give memory and maxmem the same number unless the guest has a balloon driver",
    )


def _refused(guest: Guest) -> Iterator[Finding]:
    if not _is_on_demand(guest):
        return
    memory, most = _sizes(guest)
    for name, what in _conflicts(guest):
        yield Finding(
            guest.span("memory"),
            f"memory = {memory} is less than the {most} MiB of the limit: libxl refuses that together with {what}",
            f"write memory = {most}, or lower the limit to {memory}",
            _whole(guest, most),
            (Related(f"{what} is asked for here", guest.source, guest.span(name)),),
        )
        return


def _conflicts(guest: Guest) -> Iterator[tuple[str, str]]:
    """The keys that do not go with populate on demand, and what they ask for."""
    info, mode = guest.config.b_info, guest.config.c_info.passthrough
    if guest.kind == HVM and mode == "default":
        asking = [device.KIND for device in guest.config.devices if device.PASSTHROUGH]
        yield from ((name, "device passthrough") for name in asking if name in guest.entries)
    elif guest.kind == HVM and mode != "disabled":
        yield "passthrough", "device passthrough"
    if info.vnuma_nodes and not any(told.code == "vnuma-memory" for told in guest.loaded.diagnostics):
        yield "vnuma", "vnuma"
    if isinstance(info.u, Hvm) and info.u.altp2m:
        yield "altp2mhvm", "altp2m"
    elif info.altp2m != "disabled" and "altp2m" in guest.entries:
        yield "altp2m", "altp2m"


def _whole(guest: Guest, most: int) -> Fix | None:
    atom = guest.atom("memory")
    return edits.replace(f"write memory = {most}", atom.span, str(most), safe=False) if atom else None


RULES = (
    Rule(
        code="memory-on-demand",
        group="memory",
        severity=Severity.ADVICE,
        summary="an HVM or PVH guest with less memory= than maxmem=",
        why=(
            "Such a guest is told that it has maxmem, but pages are only there for memory. Until its balloon driver "
            "has given the rest back, touching more than that kills it; a guest without such a driver crashes sooner "
            "or later."
        ),
        bad='type = "hvm"\nmemory = «512»\nmaxmem = 1024',
        good='type = "hvm"\nmemory = 1024\nmaxmem = 1024',
        keys=("memory",),
        check=_on_demand,
        default=False,
    ),
    Rule(
        code="memory-on-demand-refused",
        group="memory",
        severity=Severity.WARNING,
        summary="less memory= than maxmem= with passthrough, vnuma or altp2m",
        why=(
            "An HVM or PVH guest that starts with less memory than it may have is filled with pages as it touches "
            "them. Neither an IOMMU nor vNUMA nor alternate page tables can do with missing pages, so that libxl "
            "refuses to create the guest."
        ),
        bad='type = "hvm"\nmemory = «512»\nmaxmem = 1024\npci = ["03:00.0"]',
        good='type = "hvm"\nmemory = 1024\nmaxmem = 1024\npci = ["03:00.0"]',
        fixed='type = "hvm"\nmemory = 1024\nmaxmem = 1024\npci = ["03:00.0"]',
        keys=("memory",),
        check=_refused,
        explains=("memory-on-demand",),
    ),
)
