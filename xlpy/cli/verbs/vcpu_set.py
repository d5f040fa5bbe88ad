"""`xl vcpu-set`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor

_INT_MAX = 2**31 - 1


def run(call: Call) -> int:
    """Plug vCPUs in or out: so many, from the first one on."""
    from xlpy.cli.shared.domains import find_domid
    from xlpy.cstring import ULONG_MAX, take_ulong

    options = call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    wanted = (take_ulong(call.words[1], 10) or (ULONG_MAX,))[0]
    if wanted > _INT_MAX:
        print("Error: Invalid argument.", file=sys.stderr)
        return 1
    if "i" not in options and not _host_has_so_many(call, executor, domid, wanted):
        return 1
    rc = _set(call, executor, domid, wanted)
    if rc:
        print(f"libxl_set_vcpuonline failed domid={domid} max_vcpus={wanted}, rc: {rc}", file=sys.stderr)
    return 0 if rc == 0 else 1


def _host_has_so_many(call: Call, executor: Executor, domid: int, wanted: int) -> bool:
    from xlpy.cli.shared.domains import say_no_info
    from xlpy.executors import UnknownDomain

    host = executor.info().facts.cpus
    try:
        online = executor.find(str(domid)).vcpus
    except UnknownDomain:
        say_no_info(call.release, domid)
        return False
    if wanted <= max(online, host):
        return True
    print(
        f"You are overcommmitting! You have {host} physical CPUs and want {wanted} vCPUs! "
        "Aborting, use --ignore-host to continue",
        file=sys.stderr,
    )
    return False


def _set(call: Call, executor: Executor, domid: int, wanted: int) -> int | None:
    """What libxl returns; None where all is said."""
    from xlpy.cli.say import say_libxl
    from xlpy.cli.shared.domains import DOMAIN_NOTFOUND
    from xlpy.executors import LibxlError

    try:
        executor.cpus.set_online(domid, range(wanted))
    except LibxlError as error:
        say_libxl(error, call.release)
        if error.rc != DOMAIN_NOTFOUND:
            return error.rc
        print(f"Domain {domid} does not exist.", file=sys.stderr)
        return None
    return 0


VERB = Verb(
    name="vcpu-set",
    summary="Set the number of active VCPUs allowed for the domain",
    run=run,
    usage="[option] <Domain> <vCPUs>",
    options=(
        Option(
            letter="i",
            name="ignore-host",
            help="-i, --ignore-host  Don't limit the vCPU based on the host CPU count",
        ),
    ),
    min_words=2,
    modifies=True,
    libvirt_note="libvirt plugs in the first vCPUs, as this verb does",
)
