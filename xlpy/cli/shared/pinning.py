"""Pinning the vCPUs of a running domain."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor, LibxlMessage

IGNORE_MASKS = "i"


def pin(
    call: Call,
    domain: str,
    vcpu: str,
    hard: tuple[int, ...] | None,
    soft: tuple[int, ...] | None,
    options: dict[str, str],
) -> int:
    """Set the affinities of one vCPU, or of all; None leaves one as it is."""
    from xlpy.cli.shared.domains import find_domid
    from xlpy.cstring import strtol

    executor = call.executor()
    domid = find_domid(executor, domain)
    if hard is not None and IGNORE_MASKS not in options:
        hard = _masked(call, executor, domid, hard)
    if vcpu != "all":
        number = strtol(vcpu)
        if _set(call, executor, domid, number, hard, soft, force="f" in options):
            return 0
        print(f"Could not set affinity for vcpu `{number}'.", file=sys.stderr)
        return 1
    return _pin_all(call, executor, domid, hard, soft)


def _pin_all(
    call: Call, executor: Executor, domid: int, hard: tuple[int, ...] | None, soft: tuple[int, ...] | None
) -> int:
    """Where that fails for some, xl says so, and ends with 0 all the same."""
    from xlpy.cli.shared.domains import GONE, libxl_error
    from xlpy.executors import LibxlMessage, UnknownDomain

    try:
        vcpus = executor.vcpus(domid)
    except UnknownDomain:
        asked = "infolist" if call.release < (4, 18) else "dominfo"
        text = f"Domain {domid}:Getting {asked}: {GONE}"
        libxl_error(call.release, "libxl_domain.c:libxl_list_vcpu", (1667, 1669), text)
        print("libxl_list_vcpu failed.", file=sys.stderr)
        return 1
    failed = [vcpu.vcpu for vcpu in vcpus if not _set(call, executor, domid, vcpu.vcpu, hard, soft, force=False)]
    for number in failed:
        text = f"Domain {domid}:Failed to set affinity for {number}"
        place = "libxl_sched.c:libxl_set_vcpuaffinity_all"
        _print(call, LibxlMessage(place=place, lines=(124, 124), text=text, level="warning"))
    if failed:
        print("Could not set affinity.", file=sys.stderr)
    return 0


def _set(
    call: Call,
    executor: Executor,
    domid: int,
    vcpu: int,
    hard: tuple[int, ...] | None,
    soft: tuple[int, ...] | None,
    *,
    force: bool,
) -> bool:
    """Whether it was done; libxl refuses to do nothing."""
    from xlpy.cli.say import say_libxl
    from xlpy.executors import LibxlError

    if hard is None and soft is None and not force:
        return False
    try:
        warnings = executor.cpus.set_affinity(domid, vcpu, hard=hard, soft=soft, force=force)
    except LibxlError as error:
        say_libxl(error, call.release)
        return False
    for warning in warnings:
        _print(call, warning)
    return True


def _print(call: Call, message: LibxlMessage) -> None:
    print(message.line(call.release), file=sys.stderr)


def _masked(call: Call, executor: Executor, domid: int, hard: tuple[int, ...]) -> tuple[int, ...]:
    """Without the pCPUs that the masks in xl.conf forbid to domains of this type."""
    from xlpy.cli.shared.domains import say_no_info
    from xlpy.executors import UnknownDomain
    from xlpy.values import parse_cpus

    try:
        kind = executor.find(str(domid)).type
    except UnknownDomain:
        say_no_info(call.release, domid)
        print("Could not get domain info", file=sys.stderr)
        raise Leave(1) from None
    conf, facts = call.settings.conf, executor.info().facts
    for mask in (conf.vm_cpumask, conf.vm_pv_cpumask if kind == "pv" else conf.vm_hvm_cpumask):
        if mask is not None:
            hard = tuple(cpu for cpu in hard if cpu in parse_cpus(mask, facts))
    if not hard:
        print("vcpu hard affinity map is empty", file=sys.stderr)
        raise Leave(1)
    return hard
