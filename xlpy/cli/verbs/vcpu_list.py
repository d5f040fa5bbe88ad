"""`xl vcpu-list`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor


def run(call: Call) -> int:
    """Print the vCPUs of all domains, or of those that are named."""
    from xlpy.cli.domains import find_domid
    from xlpy.render.listing import VCPU_HEADER

    call.options()
    executor = call.executor()
    cpus = executor.info().facts.cpus
    sys.stdout.write(VCPU_HEADER)
    if not call.words:
        for domain in executor.domains():
            sys.stdout.write(_rows(executor, domain.domid, cpus))
    for word in call.words:
        domid = find_domid(executor, word)
        rows = _rows(executor, domid, cpus)
        if not rows:
            _say_gone(call, domid)
        sys.stdout.write(rows)
    return 0


def _rows(executor: Executor, domid: int, cpus: int) -> str:
    from xlpy.executors import UnknownDomain
    from xlpy.render.listing import vcpu_row

    try:
        domain = executor.find(str(domid))
        return "".join(vcpu_row(domain, vcpu, cpus) for vcpu in executor.vcpus(domid))
    except UnknownDomain:
        return ""


def _say_gone(call: Call, domid: int) -> None:
    from xlpy.cli.domains import GONE, libxl_error

    asked = "infolist" if call.release < (4, 18) else "dominfo"
    text = f"Domain {domid}:Getting {asked}: {GONE}"
    libxl_error(call.release, "libxl_domain.c:libxl_list_vcpu", (1667, 1669), text)


VERB = Verb(name="vcpu-list", summary="List the VCPUs for all/some domains", run=run, usage="[Domain, ...]")
