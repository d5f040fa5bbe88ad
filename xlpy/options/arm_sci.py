"""The system control interface of Arm: `arm_sci = "type=TYPE"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from xlpy.cstring import same_word
from xlpy.kinds import STRING, quiet_text
from xlpy.libxl import ArmSciType
from xlpy.loss import LOST
from xlpy.vocabulary import Key, Token

if TYPE_CHECKING:
    from xlpy.reader import Reader

TOKENS = (
    Token(
        name="type",
        form="type",
        field="type",
        values={name: name for name in get_args(ArmSciType)},
        doc='"scmi_smc": SCMI over calls to the firmware, which Xen passes on; or "none".',
        since="4.21",
        good="type=scmi_smc",
        bad="type=scpi",
    ),
)


def _read_arm_sci(reader: Reader, key: Key) -> None:
    """Words other than type=TYPE are ignored in silence."""
    (token,) = TOKENS
    for word in (quiet_text(reader, key.name) or "").split(","):
        name, _, value = word.partition("=")
        if name != token.name:
            continue
        if same_word(value) not in token.values:
            reader.refuse("unknown-arm-sci", f"Unknown ARM_SCI type: {value}", key=key.name)
            return
        reader.put(key.field, token.values[same_word(value)], key.name)


KEYS = (
    Key(
        name="arm_sci",
        kind=STRING,
        order=3077,
        read=_read_arm_sci,
        field="b_info.arch_arm.arm_sci.type",
        default='"type=none"',
        since="4.21",
        doc="How the guest asks the firmware for clocks, power domains and the like.",
        libvirt=LOST,
        good=('"type=scmi_smc"',),
        bad=('"type=scpi"', "[]"),
    ),
)
