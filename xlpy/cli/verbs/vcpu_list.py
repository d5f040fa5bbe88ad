"""`xl vcpu-list`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb
from xlpy.executors import UnknownDomain, VcpuInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import DomainInfo, Executor


class DomainVcpu(VcpuInfo):
    """A vCPU, and the domain that it belongs to."""

    domid: int
    name: str


def run(call: Call) -> int:
    """Print the vCPUs of all domains, or of those that are named."""
    from xlpy.render.listing import VCPU_HEADER, vcpu_row

    call.options()
    executor = call.executor()
    cpus = executor.info().facts.cpus
    sys.stdout.write(VCPU_HEADER)
    for domain, vcpus in _wanted(call, executor):
        sys.stdout.write("".join(vcpu_row(domain, vcpu, cpus) for vcpu in vcpus))
    return 0


def records(call: Call) -> Sequence[DomainVcpu]:
    """The same vCPUs, each with its domain."""
    call.options()
    return [
        DomainVcpu(domid=domain.domid, name=domain.name, **vcpu.as_dict())
        for domain, vcpus in _wanted(call, call.executor())
        for vcpu in vcpus
    ]


def _wanted(call: Call, executor: Executor) -> Iterator[tuple[DomainInfo, Sequence[VcpuInfo]]]:
    """Domains with their vCPUs; tells of those that are not there."""
    from xlpy.cli.shared.domains import find_domid

    for word in call.words:
        domid = find_domid(executor, word)
        try:
            yield executor.find(str(domid)), executor.vcpus(domid)
        except UnknownDomain:
            _say_gone(call, domid)
    if not call.words:
        vcpus = executor.all_vcpus()
        yield from ((domain, vcpus[domain.domid]) for domain in executor.domains() if domain.domid in vcpus)


def _say_gone(call: Call, domid: int) -> None:
    from xlpy.cli.shared.domains import GONE, libxl_error

    asked = "infolist" if call.release < (4, 18) else "dominfo"
    text = f"Domain {domid}:Getting {asked}: {GONE}"
    libxl_error(call.release, "libxl_domain.c:libxl_list_vcpu", (1667, 1669), text)


VERB = Verb(
    name="vcpu-list",
    summary="List the VCPUs for all/some domains",
    run=run,
    records=records,
    usage="[Domain, ...]",
    libvirt_note="soft affinity is ?; from afar the states are as libvirt tells them",
)
