"""The names that `cpuid = "host,NAME=VALUE"` knows, and the bits of CPUID leaves and MSRs for which they stand."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from xlpy.release import Release


class Feature(NamedTuple):
    """A field of `length` bits from `bit` on: in a register of a CPUID leaf, or in an MSR (no register)."""

    name: str
    leaf: int
    """Of the leaf or of the MSR."""
    subleaf: int | None
    register: str
    bit: int
    length: int
    since: str


_FIELDS = (
    ("maxleaf", "0:eax", 0, 32),
    ("stepping", "1:eax", 0, 4),
    ("model", "1:eax", 4, 8),
    ("family", "1:eax", 8, 8),
    ("brandid", "1:ebx", 0, 8),
    ("clflush", "1:ebx", 8, 8),
    ("proccount", "1:ebx", 16, 8),
    ("localapicid", "1:ebx", 24, 8),
    ("est", "1:ecx", 7, 1),
    ("cntxid", "1:ecx", 10, 1),
    ("cmpxchg16", "1:ecx", 13, 1),
    ("sse4_1", "1:ecx", 19, 1),
    ("sse4.1", "1:ecx", 19, 1),
    ("sse4_2", "1:ecx", 20, 1),
    ("sse4.2", "1:ecx", 20, 1),
    ("aes", "1:ecx", 25, 1),
    ("cmpxchg8", "1:edx", 8, 1),
    ("sysenter", "1:edx", 11, 1),
    ("psn", "1:edx", 18, 1),
    ("clfsh", "1:edx", 19, 1),
    ("tm", "1:edx", 29, 1),
    ("ia64", "1:edx", 30, 1),
    ("arat", "6:eax", 2, 1),
    ("tsc_adjust", "7/0:ebx", 1, 1),
    ("cmt", "7/0:ebx", 12, 1),
    ("lahfsahf", "80000001:ecx", 0, 1),
    ("cmplegacy", "80000001:ecx", 1, 1),
    ("altmovcr8", "80000001:ecx", 4, 1),
    ("nodeid", "80000001:ecx", 19, 1),
    ("perfctr_core", "80000001:ecx", 23, 1),
    ("perfctr_nb", "80000001:ecx", 24, 1),
    ("procpkg", "4/0:eax", 26, 6),
    ("invtsc", "80000007:edx", 8, 1),
    ("ppin", "80000008:ebx", 23, 1),
    ("nc", "80000008:ecx", 0, 8),
    ("apicidsize", "80000008:ecx", 12, 4),
    ("svm_npt", "8000000a:edx", 0, 1),
    ("svm_lbrv", "8000000a:edx", 1, 1),
    ("svm_nrips", "8000000a:edx", 3, 1),
    ("svm_tscrate", "8000000a:edx", 4, 1),
    ("svm_vmcbclean", "8000000a:edx", 5, 1),
    ("svm_decode", "8000000a:edx", 7, 1),
    ("svm_pausefilt", "8000000a:edx", 10, 1),
    ("lfence+", "80000021:eax", 2, 1),
    ("maxhvleaf", "40000000:eax", 0, 8),
)
"""Name, place (LEAF[/SUBLEAF]:REGISTER), lowest bit, length; they come before the flags of the same name."""

_FLAGS = {
    "1:edx": (
        "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 - clflush - ds acpi mmx fxsr sse "
        "sse2 ss htt tm1 - pbe"
    ),
    "1:ecx": (
        "sse3 pclmulqdq dtes64 monitor dscpl vmx smx eist tm2 ssse3 - sdbg fma cx16 xtpr pdcm - pcid dca sse4-1 "
        "sse4-2 x2apic movbe popcnt tsc-deadline aesni xsave osxsave avx f16c rdrand hypervisor"
    ),
    "80000001:edx": "-*11 syscall -*8 nx - mmxext - - ffxsr page1gb rdtscp - lm 3dnowext 3dnow",
    "80000001:ecx": (
        "lahf-lm cmp-legacy svm extapic cr8-legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp "
        "fma4 - - nodeid-msr - tbm topoext - - - dbext - - monitorx addr-msk-ext"
    ),
    "d/1:eax": "xsaveopt xsavec xgetbv1 xsaves xfd",
    "7/0:ebx": (
        "fsgsbase tsc-adjust sgx bmi1 hle avx2 fdp-excp-only smep bmi2 erms invpcid rtm pqm no-fpu-sel mpx pqe "
        "avx512f avx512dq rdseed adx smap avx512-ifma - clflushopt clwb proc-trace avx512pf avx512er avx512cd sha "
        "avx512bw avx512vl"
    ),
    "7/0:ecx": (
        "prefetchwt1 avx512-vbmi umip pku ospke waitpkg avx512-vbmi2 cet-ss gfni vaes vpclmulqdq avx512-vnni "
        "avx512-bitalg tme avx512-vpopcntdq - la57 -*5 rdpid - bld cldemote - movdiri movdir64b enqcmd sgx-lc pks"
    ),
    "80000007:edx": "-*7 hw-pstate itsc cpb efro",
    "80000008:ebx": (
        "clzero - rstr-fp-err-ptrs -*6 wbnoinvd - - ibpb - ibrs amd-stibp ibrs-always stibp-always ibrs-fast "
        "ibrs-same-mode no-lmsl - - amd-ppin amd-ssbd virt-ssbd ssb-no cppc psfd btc-no ibpb-ret"
    ),
    "7/0:edx": (
        "- sgx-keys avx512-4vnniw avx512-4fmaps fsrm uintr - - avx512-vp2intersect srbds-ctrl md-clear "
        "rtm-always-abort - tsx-force-abort serialize hybrid tsxldtrk - pconfig arch-lbr cet-ibt - amx-bf16 "
        "avx512-fp16 amx-tile amx-int8 ibrsb stibp l1d-flush arch-caps core-caps ssbd"
    ),
    "7/1:eax": (
        "sha512 sm3 sm4 - avx-vnni avx512-bf16 lass cmpccxadd arch-perf-mon - fzrm fsrs fsrcs -*4 fred lkgs wrmsrns "
        "nmi-src amx-fp16 - avx-ifma - - lam msrlist - - no-invd movrs"
    ),
    "80000021:eax": (
        "no-nest-bp fs-gs-ns lfence-dispatch - - verw-clear nscb - auto-ibrs - amd-fsrs amd-fsrc -*5 cpuid-user-dis "
        "epsf fsrsc amd-prefetchi - - avx512-bmm - - - sbpb ibpb-brtype srso-no srso-us-no srso-msr-fix"
    ),
    "7/1:ebx": "intel-ppin",
    "7/2:edx": "intel-psfd ipred-ctrl rrsba-ctrl ddp-ctrl bhi-ctrl mcdt-no uc-lock-dis",
    "7/1:edx": (
        "-*4 avx-vnni-int8 avx-ne-convert - - amx-complex - avx-vnni-int16 - - - prefetchi - - uiret-uif cet-sss -*5 "
        "slsm"
    ),
    "msr 10a": (
        "rdcl-no eibrs rsba skip-l1dfl intel-ssb-no mds-no if-pschange-mc-no tsx-ctrl taa-no mcu-ctrl misc-pkg-ctrl "
        "energy-filtering doitm sbdr-ssdp-no fbsdp-no psdp-no mcu-ext fb-clear fb-clear-ctrl rrsba bhi-no "
        "xapic-status - ovrclk-status pbrsb-no gds-ctrl gds-no rfds-no rfds-clear ign-umonitor mon-umon-mitg - "
        "pb-opt-ctrl -*29 its-no"
    ),
    "80000021:ecx": "- tsa-sq-no tsa-l1-no",
}
"""Place, and the names of its bits from 0 on; `-` for a bit without name, `-*N` for N of them."""

_OLDEST = "4.17"
_SINCE = {
    "4.18": "avx-ifma avx-ne-convert avx-vnni-int8 bld cpuid-user-dis ddp-ctrl pks wrmsrns",
    "4.19": (
        "addr-msk-ext amd-fsrc amd-fsrs amd-prefetchi amx-tile arch-lbr avx-vnni-int16 epsf fs-gs-ns fsrsc "
        "no-nest-bp prefetchi sha512 sm3 sm4 uintr"
    ),
    "4.20": (
        "amx-bf16 amx-complex amx-fp16 amx-int8 cmpccxadd fred la57 pb-opt-ctrl pconfig sdbg sgx-keys sgx-lc "
        "srso-msr-fix srso-us-no tme waitpkg xfd"
    ),
    "4.21": (
        "arch-perf-mon cppc ign-umonitor lam lass lkgs mcu-ext mon-umon-mitg msrlist nmi-src no-invd slsm "
        "uc-lock-dis uiret-uif"
    ),
    "4.22": "avx512-bmm",
    "4.23": "movrs",
}
"""The names that came after the oldest release that is followed."""


@cache
def features() -> dict[str, Feature]:
    """Every name with what it stands for."""
    since = {name: release for release, names in _SINCE.items() for name in names.split()}
    found: dict[str, Feature] = {}
    for name, place, bit, length in _FIELDS:
        found[name] = Feature(name, *_place(place), bit, length, since.get(name, _OLDEST))
    for place, names in _FLAGS.items():
        for bit, name in enumerate(_bits(names)):
            if name != "-":
                found.setdefault(name, Feature(name, *_place(place), bit, 1, since.get(name, _OLDEST)))
    return found


def find(name: str, release: Release) -> Feature | None:
    """What a name stands for in a release of xl, if it knows it."""
    feature = features().get(name)
    return feature if feature and Release.parse(feature.since) <= release else None


def _place(text: str) -> tuple[int, int | None, str]:
    if text.startswith("msr "):
        return int(text.removeprefix("msr "), 16), None, ""
    leaf, _, register = text.partition(":")
    leaf, _, subleaf = leaf.partition("/")
    return int(leaf, 16), int(subleaf, 16) if subleaf else None, register


def _bits(names: str) -> list[str]:
    bits: list[str] = []
    for name in names.split():
        bits += ["-"] * int(name[2:]) if name.startswith("-*") else [name]
    return bits
