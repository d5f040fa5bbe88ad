"""How the scheduler treats the domain."""

from __future__ import annotations

from xlpy.kinds import INTEGER
from xlpy.loss import TUNING
from xlpy.vocabulary import Key


def _key(
    name: str, order: int, doc: str, good: str, *, unit: str = "", default: str = "the scheduler's", idle: str = ""
) -> Key:
    return Key(
        name=name,
        kind=INTEGER,
        order=order,
        field=f"b_info.sched_params.{name.removeprefix('cpu_')}",
        default=default,
        since="4.2",
        unit=unit,
        idle=idle,
        libvirt=None if name == "cpu_weight" else TUNING,
        doc=doc,
        good=(good,),
        bad=('"high"',),
    )


_SEDF_DOC = "A leftover of the sedf scheduler, which is no more: read, and without effect."
_SEDF = "it was for the scheduler sedf, which is no more"

KEYS = (
    _key(
        "cpu_weight",
        1512,
        "The domain's share of CPU time against others: 1 to 65535 under credit and credit2.",
        "512",
        default="256",
    ),
    _key(
        "cap",
        1514,
        "The most CPU time that the domain gets even when the host is idle: 50 is half a pCPU, 400 is four.",
        "50",
        unit="percent of one pCPU",
        default="0 (no limit)",
    ),
    _key(
        "period",
        1516,
        "The period of the rtds scheduler; its budget can only be set by `xl sched-rtds`.",
        "10000",
        unit="microseconds",
    ),
    _key("slice", 1518, _SEDF_DOC, "0", idle=_SEDF),
    _key(
        "latency",
        1520,
        _SEDF_DOC,
        "0",
        idle=_SEDF,
    ),
    _key("extratime", 1522, "Under rtds: whether vCPUs may use time beyond their budget.", "1"),
)
