"""What xenstore grants the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cstring import take_long
from xlpy.kinds import INTEGER, LIST
from xlpy.libxl import UNSET32, XsQuotaItem
from xlpy.loss import TUNING, Loss
from xlpy.nodes import ListNode
from xlpy.vocabulary import Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader

_MOST = 2**32 - 1


def _read_quota(reader: Reader, key: Key) -> None:
    """NAME=NUMBER; xl does not look at the name."""
    quota = []
    for number, item in enumerate(reader.items(key.name) or ()):
        if isinstance(item, ListNode):
            message = f"xl: Can't get element {number} in Xenstore quota list"
            reader.refuse("nested-list", message, span=item.span)
            return
        name, equals, text = item.text.partition("=")
        value, rest = take_long(text, reader.release) or (0, text)
        if not equals or not text or rest or not 0 <= value <= _MOST:
            what = f'uses illegal value "{text}".' if equals else 'lacks "=".'
            reader.refuse("bad-xenstore-quota", f'Quota specification "{item.text}" {what}', span=item.span)
            return
        quota.append(XsQuotaItem(name=name, val=value))
    reader.put(key.field, tuple(quota), key.name)


def _write_quota(config: DomainConfig) -> list[str] | None:
    return [f"{item.name or ''}={item.val}" for item in config.b_info.xenstore_quota.quota] or None


KEYS = (
    Key(
        name="xenstore_feature_mask",
        kind=INTEGER,
        order=1473,
        field="b_info.xenstore_feature_mask",
        default="all that xenstore has",
        since="4.21",
        doc="Which features of xenstore the guest may see, one bit each.",
        libvirt=Loss(when=lambda mask, _: mask != UNSET32),
        good=("0x3",),
        bad=('"all"',),
    ),
    Key(
        name="xenstore_quota",
        kind=LIST,
        order=1476,
        read=_read_quota,
        write=_write_quota,
        field="b_info.xenstore_quota.quota",
        default="those of xenstored",
        since="4.22",
        doc="Limits of what the domain may have in xenstore: NAME=NUMBER, by the names of `xl xenstore-quota-get`.",
        libvirt=TUNING,
        good=('["nodes=1000", "watches=128"]',),
        bad=('["nodes"]', '["nodes=many"]', '"nodes=5"'),
    ),
)
