"""CPUID: what the guest's CPUs show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cpuid import CpuidError, Policies, flags, lines
from xlpy.diagnostic import Severity
from xlpy.kinds import STRING_OR_LIST
from xlpy.loss import Loss
from xlpy.vocabulary import PV, Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.nodes import Atom
    from xlpy.reader import Reader
    from xlpy.source import Span


def _read_cpuid(reader: Reader, key: Key) -> None:
    policies = Policies()
    atoms = reader.atoms(key.name, quiet=True)
    if atoms is None:
        atom = reader.atom(key.name)
        if atom is not None:
            _read_flags(reader, atom, policies)
    for line in atoms or ():
        try:
            policies.add_line(line.text, reader.release)
        except CpuidError as error:
            _skip(reader, "bad-cpuid-line", error, line.span)
    policy = policies.build()
    if policy is not None:
        reader.put(key.field, policy, key.name)


def _read_flags(reader: Reader, atom: Atom, policies: Policies) -> None:
    """`host,NAME=VALUE,...`: empty words are skipped, blanks are not."""
    first = True
    start = 0
    for word in atom.text.split(","):
        end = start + len(word)
        if word and first:
            first = False
            if word != "host":
                error = CpuidError("string", atom.text, ': first word must be "host"')
                _skip(reader, "cpuid-without-host", error, atom.inside(start, end))
                return
        elif word:
            try:
                policies.add_flag(word, reader.release)
            except CpuidError as error:
                _skip(reader, "bad-cpuid-flag", error, atom.inside(start, end))
        start = end + 1


def _skip(reader: Reader, code: str, error: CpuidError, span: Span) -> None:
    summary = f"ignored: {str(error).partition(': ')[2]}"
    reader.say(code, summary, error.xl_lines, span=span, severity=Severity.WARNING)


def _write_cpuid(config: DomainConfig) -> tuple[str, ...] | str | None:
    """The old lines can say all but MSRs, which only the names can."""
    policy = config.b_info.cpuid
    if policy is None:
        return None
    return flags(policy) if policy.msr else tuple(lines(policy))


_BY_NAME = Loss(
    why="libvirt's driver for Xen only switches single bits that have names on or off, for HVM and PVH guests",
    when=lambda policy, config: policy is not None and config.c_info.type == PV,
)

KEYS = (
    Key(
        name="cpuid",
        kind=STRING_OR_LIST,
        order=2730,
        read=_read_cpuid,
        write=_write_cpuid,
        field="b_info.cpuid",
        doc=(
            'What CPUID shows: "host,NAME=VALUE,...", or a list of lines LEAF[,SUBLEAF]:REGISTER=BITS of 32 bits each. '
            "A value or bit is 0, 1, x (Xen's choice), k (the host's) or s (the host's, also after a migration)."
        ),
        libvirt=_BY_NAME,
        good=('"host,tm=0,sse3=0"', '["1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxx0xxxxx"]'),
        bad=('"tm=0"', '"host,tm"', '["1:ecx=0"]'),
    ),
)
