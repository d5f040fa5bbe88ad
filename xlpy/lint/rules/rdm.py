"""Reserved device memory: what xl makes of rdm=."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.pci import Pci
from xlpy.diagnostic import Severity
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_HOST = "strategy=host"


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    """Which part makes xl drop the value, or of what it only ignores a policy."""
    atom = guest.atom("rdm")
    if atom is None or not atom.text:
        return None
    span = atom.inside(0, len(atom.text))
    fix = edits.replace(f"write {_HOST}", span, _HOST, safe=told.code == "unknown-rdm-policy" and _HOST in atom.text)
    if told.code == "unknown-rdm-policy":
        return Finding(span, f"{told.summary}: xl ignores it", f'write "{_HOST}" alone', fix)
    if atom.text.strip(",") in ("strategy=none", "strategy=ignore"):
        setting = guest.assignments_of("rdm")[-1]
        summary = "xl takes no strategy but host: it drops this, and reserved memory is ignored, as without it"
        return Finding(span, summary, "remove it", edits.remove(guest.text, setting))
    if "policy=" in atom.text and told.summary.startswith("rdm"):
        summary = f"xl drops all of {atom.text}: that is what it makes of any right policy, by mistake"
        return Finding(span, summary, f'write "{_HOST}" alone, and rdm_policy= behind the devices in pci', fix)
    return Finding(span, f"xl drops all of {atom.text}: it wants {_HOST} and nothing else", f'write "{_HOST}"', fix)


def _no_strategy(guest: Guest, told: Diagnostic) -> Finding | None:
    atom = guest.atom("rdm")
    if atom is None or told.span is None:
        return None
    summary = f"{atom.text} sets no strategy: which one the guest gets depends on what xl's memory holds"
    fix = edits.replace(f"write {_HOST}", told.span, f'"{_HOST}"', safe=False)
    return Finding(told.span, summary, f'write "{_HOST}"', fix)


def _unused_boundary(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm) or hvm.rdm.strategy == "host" or any(True for _ in guest.devices(Pci)):
        return
    setting = guest.assignments_of("rdm_mem_boundary")[-1]
    yield Finding(
        setting.name_span,
        "rdm_mem_boundary has no effect: without PCI devices or rdm there is no reserved memory to heed",
        'remove it, or add rdm = "strategy=host"',
        edits.remove(guest.text, setting, safe=False),
    )


RULES = (
    Rule(
        code="rdm-dropped",
        group="pci",
        severity=Severity.WARNING,
        summary="an rdm= that xl drops, all of it or a part",
        why=(
            "xl tests the policy the wrong way round: behind a right one it drops the whole value without a word, "
            "behind a wrong one it goes on. So of all that the manual describes only strategy=host works. A policy can "
            "be given to each device in pci, as rdm_policy=relaxed."
        ),
        bad='type = "hvm"\nrdm = "«strategy=host,policy=relaxed»"',
        good='type = "hvm"\nrdm = "strategy=host"\npci = ["03:00.0,rdm_policy=relaxed"]',
        fixed='type = "hvm"\nrdm = "strategy=host"',
        told=("rdm-dropped", "unknown-rdm-policy"),
        retell=_retell,
    ),
    Rule(
        code="rdm-no-strategy",
        group="pci",
        severity=Severity.ERROR,
        summary="an rdm= without a strategy",
        why=(
            "With a policy that does not exist and no strategy, xl goes on with a strategy that was never set: what it "
            "makes of the file depends on what its memory holds."
        ),
        bad='type = "hvm"\nrdm = «"policy=soft"»',
        good='type = "hvm"\nrdm = "strategy=host"',
        fixed='type = "hvm"\nrdm = "strategy=host"',
        told=("rdm-without-strategy",),
        retell=_no_strategy,
        explains=("rdm-dropped",),
    ),
    Rule(
        code="rdm-boundary-unused",
        group="pci",
        severity=Severity.WARNING,
        summary="rdm_mem_boundary without reserved memory",
        why=(
            "rdm_mem_boundary says below which address reserved memory of the host may not collide with the guest's. "
            "libxl looks at reserved memory only for guests with PCI devices, or with rdm."
        ),
        bad='type = "hvm"\n«rdm_mem_boundary» = 1024\nvcpus = 1',
        good='type = "hvm"\nrdm_mem_boundary = 1024\npci = ["03:00.0"]',
        fixed='type = "hvm"\nvcpus = 1',
        keys=("rdm_mem_boundary",),
        check=_unused_boundary,
    ),
)
