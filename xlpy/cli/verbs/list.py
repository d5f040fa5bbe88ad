"""`xl list`."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.cli.verb import Option, Verb
from xlpy.executors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import DomainInfo, Executor


def run(call: Call) -> int:
    """Print the table of all domains, or of one; with -l their configurations."""
    options = call.options()
    executor, domains = _wanted(call)
    if "l" in options:
        from xlpy.cli.printing import show_domains

        show_domains({domain.domid: executor.config(domain.domid) for domain in domains}, call.settings)
        return 0
    sys.stdout.write(_table(executor, domains, options))
    return 0


def records(call: Call) -> Sequence[DomainInfo]:
    """The same domains; -l has a form of its own."""
    if "l" in call.options():
        raise Failure(advice="list -l prints libxl's JSON, which has no other --format")
    return _wanted(call)[1]


def _wanted(call: Call) -> tuple[Executor, Sequence[DomainInfo]]:
    from xlpy.cli.shared.domains import find_domid, say_no_info

    if len(call.words) > 1:
        call.help(1)
    executor = call.executor()
    domains = executor.domains()
    if not call.words:
        return executor, domains
    domid = find_domid(executor, call.words[0])
    found = [domain for domain in domains if domain.domid == domid]
    if not found:
        say_no_info(call.release, domid)
        print(f"Error: Domain '{call.words[0]}' does not exist.", file=sys.stderr)
        raise Leave(1)
    return executor, found


def _table(executor: Executor, domains: Sequence[DomainInfo], options: dict[str, str]) -> str:
    from xlpy.render.listing import list_header, list_row

    verbose, context, pool, numa = (letter in options for letter in "vZcn")
    nodes = _nodes(executor, domains) if numa else {}
    header = list_header(verbose=verbose, context=context, pool=pool, numa=numa)
    rows = (
        list_row(domain, verbose=verbose, context=context, pool=pool, nodes=nodes.get(domain.domid))
        for domain in domains
    )
    return header + "".join(rows)


def _nodes(executor: Executor, domains: Sequence[DomainInfo]) -> dict[int, str]:
    """The NUMA nodes of each domain."""
    from xlpy.render.listing import node_affinity

    known, nodes = executor.all_vcpus(), executor.info().facts.nodes
    return {domain.domid: node_affinity(known.get(domain.domid, ()), nodes) for domain in domains}


VERB = Verb(
    name="list",
    summary="List information about all/some domains",
    run=run,
    records=records,
    usage="[options] [Domain]\n",
    options=(
        Option(letter="l", name="long", help="-l, --long              Output all VM details"),
        Option(letter="v", name="verbose", help="-v, --verbose           Prints out UUIDs and security context"),
        Option(letter="Z", name="context", help="-Z, --context           Prints out security context"),
        Option(letter="c", name="cpupool", help="-c, --cpupool           Prints the cpupool the domain is in"),
        Option(letter="n", name="numa", help="-n, --numa              Prints out NUMA node affinity"),
    ),
    libvirt_note="without domains of Xen's own xl; from afar pools are ?, and one waiting for a CPU has no state",
)
