"""What only guests on Arm have. xl reads these keys on x86 too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.cstring import take_ulong
from xlpy.differences import LLC_LAST, LLC_MANY
from xlpy.kinds import BOOLEAN, INTEGER, LIST, STRING, enum
from xlpy.libxl import UNSET32, GicVersion, SveType, TeeType, VuartType
from xlpy.loss import LOST, STAYS_ON, TUNING
from xlpy.nodes import ListNode
from xlpy.release import Release
from xlpy.vocabulary import Key

if TYPE_CHECKING:
    from xlpy.nodes import Atom
    from xlpy.reader import Reader

_VUART = enum(VuartType, 'ERROR: invalid value "{value}" for "{name}"', "unknown-vuart")
_GIC = enum(GicVersion, 'Unknown {name} "{value}" specified', "unknown-gic-version", quiet=True, status=3)
_TEE = enum(TeeType, 'Unknown {name} "{value}" specified', "unknown-tee", quiet=True, status=3, since={"ffa": "4.18"})
_SVE = enum(SveType, 'Unknown {name} "{value}" specified', "unknown-sve", quiet=True)

_NUMBER = r"[ \t\n\v\f\r]*[-+]?[0-9]+"
_COLORS = re.compile(rf"({_NUMBER})(?:-({_NUMBER}))?")
_MOST_COLORS = 1 << 20  # far beyond what Xen can have; xl would fill its memory with a longer list
_SPIS_BY_DEFAULT = Release(4, 21)  # from here on libxl tells 0 from unset


class _BadColorsError(Exception):
    """A range of colours does not parse; a code, and what is said."""


def _read_colors(reader: Reader, key: Key) -> None:
    colors: list[int] = []
    for number, item in enumerate(reader.items(key.name) or ()):
        if isinstance(item, ListNode):
            reader.refuse("nested-list", f"xl: Can't get element {number} in LLC color list", span=item.span)
            return
        try:
            colors += _colors(item, len(colors))
        except _BadColorsError as error:
            reader.refuse(*error.args, span=item.span)
            return
    if colors:
        reader.put(key.field, tuple(colors), key.name)


def _colors(atom: Atom, before: int) -> range:
    """FIRST or FIRST-LAST; what follows is ignored, as by scanf."""
    match = _COLORS.match(atom.text)
    if match is None:
        raise _BadColorsError("bad-llc-color", f"xl: Invalid LLC color range: {atom.text}")
    bounds = [take_ulong(number, 10) for number in match.groups() if number is not None]
    first, last = (bound[0] % 2**32 for bound in (bounds[0], bounds[-1]) if bound)
    if first > last:
        raise _BadColorsError("bad-llc-color", f"xl: Start LLC color is greater than end: {atom.text}")
    if last == UNSET32:
        raise _BadColorsError(*LLC_LAST.told(text=atom.text))
    if last - first >= _MOST_COLORS - before:
        raise _BadColorsError(*LLC_MANY.told(text=atom.text, most=_MOST_COLORS))
    return range(first, last + 1)


def _read_nr_spis(reader: Reader, key: Key) -> None:
    number = reader.integer(key.name)
    unset = UNSET32 if reader.release >= _SPIS_BY_DEFAULT else 0
    if number is not None and number % 2**32 != unset:
        reader.put(key.field, number % 2**32, key.name)


KEYS = (
    Key(
        name="llc_colors",
        kind=LIST,
        order=1531,
        read=_read_colors,
        field="b_info.llc_colors",
        default="those that Xen was started with",
        since="4.20",
        doc="The colours of the last level cache that the guest may use: numbers and ranges FIRST-LAST.",
        libvirt=TUNING,
        good=('["0-3", 7]',),
        bad=('["red"]', '["3-0"]', '"0-3"'),
    ),
    Key(
        name="vuart",
        kind=_VUART,
        order=1588,
        field="b_info.arch_arm.vuart",
        default="none",
        since="4.10",
        doc='An emulated serial port: "sbsa_uart"; `xl console -t vuart` connects to it.',
        libvirt=LOST,
        good=('"sbsa_uart"',),
        bad=('"pl011"', "[]"),
    ),
    Key(
        name="device_tree",
        kind=STRING,
        order=1813,
        field="b_info.device_tree",
        since="4.6",
        doc="A file with a partial device tree that is copied into the guest's. Only for guests that are trusted.",
        libvirt=LOST,
        good=('"/etc/xen/passthrough.dtb"',),
        bad=("[]",),
    ),
    Key(
        name="gic_version",
        kind=_GIC,
        order=3045,
        field="b_info.arch_arm.gic_version",
        default='"default": that of the host',
        since="4.6",
        doc='The version of the emulated interrupt controller: "v2", "v3" or "default".',
        libvirt=LOST,
        good=('"v3"',),
        bad=('"v4"', "3"),
    ),
    Key(
        name="tee",
        kind=_TEE,
        order=3054,
        field="b_info.tee",
        default='"none"',
        since="4.13",
        doc='The trusted execution environment that the guest may talk to: "optee" or "ffa".',
        libvirt=LOST,
        good=('"optee"',),
        bad=('"sgx"',),
    ),
    Key(
        name="sve",
        kind=_SVE,
        order=3063,
        field="b_info.arch_arm.sve_vl",
        default='"disabled"',
        since="4.18",
        unit="bits",
        doc='The length of SVE vectors: a multiple of 128 up to 2048, "hw" for the longest of the host, or "disabled".',
        libvirt=LOST,
        good=('"hw"', "256"),
        bad=('"all"', "100"),
    ),
    Key(
        name="nr_spis",
        kind=INTEGER,
        order=3071,
        read=_read_nr_spis,
        field="b_info.arch_arm.nr_spis",
        default="as many as its devices need",
        since="4.19",
        doc="How many shared interrupts the guest's interrupt controller has.",
        libvirt=LOST,
        good=("64",),
        bad=('"many"',),
    ),
    Key(
        name="trap_unmapped_accesses",
        kind=BOOLEAN,
        order=3074,
        field="b_info.trap_unmapped_accesses",
        default="1 on Arm",
        since="4.21",
        doc="Stop a guest that touches an address where nothing is; otherwise it reads ones and its writes are lost.",
        libvirt=STAYS_ON,
        good=("0",),
        bad=('"yes"',),
    ),
)
