"""`xl vcpu-pin`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.host import HostFacts

FORCE = "f"
KEEP = "-"
"""Leaves an affinity as it is."""


def run(call: Call) -> int:
    """Set where vCPUs may run (hard affinity) and should run (soft); with -N print the pCPUs."""
    from xlpy.cli.shared.attaching import check_domain
    from xlpy.values import parse_cpus

    options = call.options()
    domain, vcpu, hard, soft = [*call.words, KEEP][:4]
    check_domain(call, domain)
    wrong = _wrong_vcpu(vcpu, force=FORCE in options)
    if wrong:
        print(wrong, file=sys.stderr)
        return 1
    facts = _facts(call)
    try:
        cpus = [None if text == KEEP else parse_cpus(text, facts) for text in (hard, soft)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not call.settings.dry_run:
        from xlpy.cli.shared.pinning import pin

        return pin(call, domain, vcpu, cpus[0], cpus[1], options)
    print("cpumap:", *(_shown(one, facts) for one in cpus[: 1 if soft == KEEP else 2]))
    return 0


def _wrong_vcpu(word: str, *, force: bool) -> str:
    """What xl says to a word that is neither the number of a vCPU, or begins with one, nor `all`."""
    from xlpy.cstring import BLANKS, take_ulong

    number = take_ulong(word, 10)
    if number is not None and not (word.lstrip(BLANKS).startswith("-") and number[0]):
        return ""
    if word != "all":
        return f"Error: Invalid argument {word} as VCPU."
    return "Error: --force and 'all' as VCPU not allowed." if force else ""


def _facts(call: Call) -> HostFacts:
    from xlpy.host import BUILT_IN

    return BUILT_IN if call.settings.dry_run and call.settings.connect is None else call.executor().info().facts


def _shown(cpus: tuple[int, ...] | None, facts: HostFacts) -> str:
    from xlpy.render.listing import number_set

    return KEEP if cpus is None else number_set(cpus, facts.cpus)


VERB = Verb(
    name="vcpu-pin",
    summary="Set which CPUs a VCPU can use",
    run=run,
    usage="[option] <Domain> <VCPU|all> <Hard affinity|-|all> <Soft affinity|-|all>",
    options=(
        Option(
            letter=FORCE,
            name="force",
            help="-f, --force        undo an override pinning done by the kernel",
            no_libvirt="libvirt cannot undo what a guest's own kernel has pinned; Xen's own xl can",
        ),
        Option(
            letter="i",
            name="ignore-global-affinity-masks",
            help="--ignore-global-affinity-masks Ignore global masks in xl.conf",
        ),
    ),
    modifies=True,
    dry_run=True,
    min_words=3,
    libvirt_note="hard affinity alone; vCPUs that are offline only on Dom0 itself, by Xen's Python modules",
)
