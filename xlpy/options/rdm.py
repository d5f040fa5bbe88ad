"""Reserved device memory: regions of the host that devices may write to, and that the guest must not use as RAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from xlpy.cstring import same_word
from xlpy.differences import RDM_UNSET
from xlpy.kinds import MIB, STRING
from xlpy.libxl import Hvm, RdmReservePolicy
from xlpy.loss import LOST
from xlpy.vocabulary import ALL, HVM, Key, Token

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader

_POLICIES = get_args(RdmReservePolicy)

TOKENS = (
    Token(
        name="strategy",
        form="strategy",
        field="strategy",
        values={"host": "host"},
        doc="Reserve all regions that any device of the host could use.",
        since="4.6",
        good="strategy=host",
        bad="strategy=none",
    ),
    Token(
        name="policy",
        form="policy",
        field="policy",
        values={name: name for name in _POLICIES},
        doc="What to do about conflicts: strict or relaxed. A bug in xl: it then drops the whole value in silence.",
        since="4.6",
        bad="policy=soft",
    ),
)


class _DroppedError(Exception):
    """Xl drops the whole value; the text is what it says, nothing where it is silent."""


def _read_rdm(reader: Reader, key: Key) -> None:
    """What is dropped is no error to xl, and its messages have no newline at their end."""
    atom = reader.atom(key.name)
    if atom is None:
        return
    try:
        strategy = _strategy(reader, atom.text)
    except _DroppedError as dropped:
        lines = (str(dropped),) if str(dropped) else ()
        summary = str(dropped) or "rdm is dropped in silence: xl takes strategy=host and nothing behind it"
        reader.remark("rdm-dropped", summary, *lines, key=key.name, unended=True, advice='write "strategy=host"')
        return
    if strategy is None and reader.domain_type == HVM:
        # xl's last line still lacks a newline
        code, summary = RDM_UNSET.told()
        reader.say(code, summary, ("", summary), span=atom.span, exit_status=1)
    reader.put(key.field, strategy or "ignore", key.name)
    reader.put("b_info.u.hvm.rdm.policy", "strict", key.name)


def _strategy(reader: Reader, text: str) -> str | None:
    """Xl has its test for a policy the wrong way round: a good one makes it give up, a bad one does not."""
    strategy, start = None, 0
    while start >= 0:
        equals = text.find("=", start)
        if equals < 0:
            raise _DroppedError
        comma = text.find(",", equals)
        name, value = text[start:equals], text[equals + 1 : None if comma < 0 else comma]
        start = comma + 1 if comma >= 0 else -1
        if name == "strategy":
            if value != "host":
                raise _DroppedError(f"Unknown RDM strategy option: {value}")
            strategy = value
        elif name != "policy":
            raise _DroppedError(f"Unknown RDM state option: {name}")
        elif same_word(value) in _POLICIES:
            raise _DroppedError
        else:
            line = f"Unknown RDM policy: {value}"
            reader.remark("unknown-rdm-policy", line, line, key="rdm", unended=True)
    return strategy


def _write_rdm(config: DomainConfig) -> str | None:
    hvm = config.b_info.u
    return "strategy=host" if isinstance(hvm, Hvm) and hvm.rdm.strategy == "host" else None


KEYS = (
    Key(
        name="rdm",
        kind=STRING,
        order=1704,
        read=_read_rdm,
        write=_write_rdm,
        field="b_info.u.hvm.rdm.strategy",
        read_for=ALL,
        guests=(HVM,),
        libvirt=LOST,
        since="4.6",
        doc="How reserved device memory is kept free for PCI devices; it also sets the policy of each device in pci.",
        good=('"strategy=host"',),
        bad=('"strategy=none"', '"policy=soft"', '"strategy=host,policy=relaxed"', "[]"),
    ),
    Key(
        name="rdm_mem_boundary",
        kind=MIB,
        order=2086,
        field="b_info.u.hvm.rdm_mem_boundary_memkb",
        guests=(HVM,),
        libvirt=LOST,
        default="2048",
        since="4.6",
        unit="MiB",
        doc="Below this address conflicts with reserved memory count as errors under the policy strict.",
        good=("1024",),
        bad=('"1G"',),
    ),
)
