"""The guest's clocks and timers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.kinds import BOOLEAN, numbered
from xlpy.libxl import TimerMode, TscMode
from xlpy.loss import STAYS_ON, Loss
from xlpy.release import Release
from xlpy.vocabulary import HVM, PV, PVH, Key

if TYPE_CHECKING:
    from xlpy.reader import Reader

_LAST_TALKATIVE = Release(4, 18)  # until here xl repeats a word that is given as tsc_mode
_TSC_MODE = numbered(TscMode, deprecated=True)
_TIMER_MODE = numbered(TimerMode, first=-1, deprecated=True)
_TIMER = Loss(when=lambda mode, _: mode not in ("unknown", "no_delay_for_missed_ticks"))
_ALIGNED = STAYS_ON.replace(severity=Severity.WARNING)


def _read_tsc_mode(reader: Reader, key: Key) -> None:
    word = reader.text(key.name, quiet=True)
    if word is not None and reader.integer(key.name, quiet=True) is None and reader.release <= _LAST_TALKATIVE:
        line = f'got a tsc mode string: "{word}"'
        reader.remark("tsc-mode-word", "xl repeats the word, which is as it should be", line, key=key.name)
    mode = _TSC_MODE.read(reader, key.name)
    if mode is not None:
        reader.put(key.field, mode, key.name)


def _read_timer_mode(reader: Reader, key: Key) -> None:
    if reader.domain_type == PV and reader.text(key.name, quiet=True) is not None:
        message = 'ERROR: "timer_mode" option is not supported for PV guests.'
        reader.refuse("timer-mode-for-pv", message, key=key.name, status=3)
        return
    mode = _TIMER_MODE.read(reader, key.name)
    if mode is not None:
        reader.put(key.field, mode, key.name)


KEYS = (
    Key(
        name="tsc_mode",
        kind=_TSC_MODE,
        order=1774,
        read=_read_tsc_mode,
        field="b_info.tsc_mode",
        default='"default"',
        doc=(
            'The time stamp counter of the guest: "native" is the fastest, "always_emulate" the safest after a '
            'migration, "default" emulates where the host needs it. As a number (0 to 3) it is deprecated.'
        ),
        good=('"native"', '"always_emulate"'),
        bad=('"fast"', "4", "2"),
    ),
    Key(
        name="timer_mode",
        kind=_TIMER_MODE,
        order=1856,
        read=_read_timer_mode,
        field="b_info.timer_mode",
        guests=(HVM, PVH),
        default='"no_delay_for_missed_ticks"',
        doc="What becomes of timer ticks that the guest missed while it did not run.",
        libvirt=_TIMER,
        good=('"no_missed_ticks_pending"', '"one_missed_tick_pending"'),
        bad=('"late"', "7", "1"),
    ),
    Key(
        name="hpet",
        kind=BOOLEAN,
        order=1926,
        field="b_info.u.hvm.hpet",
        guests=(HVM,),
        default="1",
        doc="A high precision event timer for the guest.",
        libvirt=STAYS_ON,
        good=("0",),
        bad=('"off"',),
    ),
    Key(
        name="vpt_align",
        kind=BOOLEAN,
        order=1927,
        field="b_info.u.hvm.vpt_align",
        guests=(HVM,),
        default="1",
        doc="Align the periodic timers of the guest with each other, so that it is interrupted less often.",
        libvirt=_ALIGNED,
        good=("0",),
        bad=('"off"',),
    ),
)
