"""CPUID policies: what a guest's CPUs show, where it is not what Xen would show.

There are two ways to write one: `host,NAME=VALUE,...` with the names of cpuid_features, and the old lines
`LEAF[,SUBLEAF]:REGISTER=BITS,...`. A bit is 0, 1, x (as Xen has it), k (as the host has it) or s (as the host has it,
also after a migration). xl never fails for a bad part: it says so and goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cpuid_features import features, find
from xlpy.cstring import take_number
from xlpy.libxl import CpuidLeaf, CpuPolicy, MsrPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cpuid_features import Feature
    from xlpy.release import Release

_UNUSED = 2**32 - 1
"""The leaf that ends libxl's list, and the subleaf that stands for none."""
_REGISTER_BITS = 32
_MSR_BITS = 64
_REGISTERS = "abcd"
_FLAG_ERRORS = {
    1: 'missing "=" in key=value',
    2: "unknown CPUID flag name",
    3: "illegal CPUID value (must be: [0|1|x|k|s])",
}
_LINE_ERRORS = {
    1: "illegal leaf number",
    2: "illegal subleaf number",
    3: "missing colon",
    4: "invalid register name (must be e[abcd]x)",
    5: "policy string must be exactly 32 characters long",
}


class CpuidError(Exception):
    """A part of a policy does not parse: xl names the part, and says what is wrong with it."""

    def __init__(self, part: str, text: str, problem: str) -> None:
        super().__init__(problem)
        self.xl_lines = (f'while parsing CPUID {part}: "{text}":', f"  error{problem}")


class Policies:
    """Policies while they are read."""

    def __init__(self) -> None:
        self._leaves: dict[tuple[int, int], dict[str, str]] = {}
        self._msrs: dict[int, str] = {}

    def build(self) -> CpuPolicy | None:
        """What was read; None when that is nothing."""
        leaves = tuple(
            CpuidLeaf(leaf=leaf, subleaf=None if subleaf == _UNUSED else subleaf, **registers)
            for (leaf, subleaf), registers in self._leaves.items()
            if leaf != _UNUSED
        )
        msrs = tuple(MsrPolicy(index=index, policy=policy) for index, policy in self._msrs.items())
        return CpuPolicy(cpuid=leaves, msr=msrs) if leaves or msrs else None

    def add_flag(self, text: str, release: Release) -> None:
        """NAME=VALUE."""
        name, equals, value = text.partition("=")
        feature = find(name, release)
        if not equals or feature is None:
            raise _flag_error(2 if equals else 1, text)
        if feature.register:
            self._add_register(feature, value, text, release)
        else:
            self._add_msr(feature, value, text)

    def _leaf(self, leaf: int, subleaf: int) -> dict[str, str]:
        return self._leaves.setdefault((leaf % 2**32, subleaf % 2**32), {})

    def _add_register(self, feature: Feature, value: str, text: str, release: Release) -> None:
        """A number, or x, k or s for all bits of the field."""
        registers = self._leaf(feature.leaf, _UNUSED if feature.subleaf is None else feature.subleaf)
        number, _ = take_number(value, release) or (None, "")
        letter = value[:1]
        if number is None and letter not in ("x", "k", "s"):
            raise _flag_error(3, text)
        bits = registers.get(feature.register, "x" * _REGISTER_BITS)
        for bit, length, part in _fields(feature, number or 0):
            written = letter * length if number is None else f"{part % 2**length:0{length}b}"
            bits = _replace(bits, bit, written)
        if feature.name == "family":
            bits = _replace(bits, 20, f"{max(0, (number or 0) - 15) % 256:08b}")
        registers[feature.register] = bits

    def _add_msr(self, feature: Feature, value: str, text: str) -> None:
        bits = self._msrs.setdefault(feature.leaf, "x" * _MSR_BITS)
        if value not in ("0", "1", "x", "k", "s"):
            raise _flag_error(3, text)
        self._msrs[feature.leaf] = _replace(bits, feature.bit, "k" if value == "s" else value)

    def add_line(self, text: str, release: Release) -> None:
        """LEAF[,SUBLEAF]:REGISTER=BITS[,REGISTER=BITS...]."""
        leaf, rest = take_number(text, release) or (None, "")
        if leaf is None:
            raise _line_error(1, text)
        subleaf: int | None = _UNUSED
        if rest.startswith(","):
            subleaf, rest = take_number(rest[1:], release) or (None, "")
        if subleaf is None:
            raise _line_error(2, text)
        if not rest.startswith(":"):
            raise _line_error(3, text)
        self._read_registers(self._leaf(leaf, subleaf), rest, text)

    def _read_registers(self, registers: dict[str, str], rest: str, text: str) -> None:
        start = 1
        while start < len(rest):
            equals = rest.find("=", start)
            if equals < 0 or not _is_register(rest[start : start + 3]):
                raise _line_error(4, text)
            comma = rest.find(",", equals)
            end = len(rest) if comma < 0 else comma
            bits = rest[equals + 1 : end]
            if len(bits.encode("utf-8", "surrogateescape")) != _REGISTER_BITS:
                raise _line_error(5, text)
            registers[rest[start : start + 3]] = bits
            start = end + 1
            while rest[start : start + 1] in (" ", "\n"):
                start += 1


def _is_register(name: str) -> bool:
    """Eax to edx; xl looks at no more than these three letters."""
    return len(name) == 3 and name[0] == "e" and name[1] in _REGISTERS and name[2] == "x"


def _fields(feature: Feature, number: int) -> list[tuple[int, int, int]]:
    """The places over which a number is spread: first bit, length, part of the number."""
    if feature.name == "family":
        return [(8, 4, min(number, 15))]
    if feature.name == "model":
        return [(4, 4, number), (16, 4, number >> 4)]
    return [(feature.bit, feature.length, number)]


def _replace(bits: str, bit: int, written: str) -> str:
    """The bits with some, from BIT on upwards, written anew; the highest stands first."""
    end = len(bits) - bit
    return bits[: end - len(written)] + written + bits[end:]


def _flag_error(number: int, text: str) -> CpuidError:
    return CpuidError("flag", text, f" #{number}: {_FLAG_ERRORS[number]}")


def _line_error(number: int, text: str) -> CpuidError:
    return CpuidError("line", text, f" #{number}: {_LINE_ERRORS[number]}")


def lines(policy: CpuPolicy) -> Iterator[str]:
    """A policy as old lines, which cannot say MSRs."""
    for leaf in policy.cpuid:
        registers = [f"e{r}x={bits}" for r in _REGISTERS if (bits := getattr(leaf, f"e{r}x")) is not None]
        subleaf = "" if leaf.subleaf is None else f",{leaf.subleaf:#x}"
        yield f"{leaf.leaf:#x}{subleaf}:{','.join(registers)}"


def flags(policy: CpuPolicy) -> str:
    """A policy as names of single bits; what has no such name is left out."""
    touched: dict[tuple[int, int | None, str], str] = {(m.index, None, ""): m.policy for m in policy.msr}
    for leaf in policy.cpuid:
        registers = {f"e{r}x": getattr(leaf, f"e{r}x") for r in _REGISTERS}
        touched |= {(leaf.leaf, leaf.subleaf, name): bits for name, bits in registers.items() if bits is not None}
    single = {(f.leaf, f.subleaf, f.register, f.bit): f.name for f in features().values() if f.length == 1}
    words = [
        f"{single[*place, number]}={bit}"
        for place, bits in touched.items()
        for number, bit in enumerate(reversed(bits))
        if bit != "x" and (*place, number) in single
    ]
    return ",".join(["host", *words])
