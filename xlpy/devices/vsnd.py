"""PV sound cards: `vsnd = [ [ "card, ...", "pcm, ...", "stream, ..." ], ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from xlpy.cstring import same_word, strtoul
from xlpy.diagnostic import Severity
from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int, Struct
from xlpy.reader import build, wrap
from xlpy.specs import Spec, split
from xlpy.syntax import Atom
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from xlpy.reader import Reader
    from xlpy.source import Span
    from xlpy.specs import Item

PcmFormat = str
"""One of PCM_FORMATS."""
PCM_FORMATS = (
    *(f"{kind}8" for kind in "su"),
    *(f"{kind}{end}" for kind in ("s16", "u16", "s24", "u24", "s32", "u32", "f32", "f64") for end in ("_le", "_be")),
    *(f"iec958_subframe{end}" for end in ("_le", "_be")),
    *("mu_law", "a_law", "ima_adpcm", "mpeg", "gsm"),
)
StreamType = Literal["", "p", "c"]


class Params(Struct):
    """libxl_vsnd_params: what a card, a PCM device or a stream can do; rates in Hz, the buffer in bytes."""

    sample_rates: tuple[U32, ...] = ()
    sample_formats: tuple[PcmFormat, ...] = ()
    channels_min: U32 = 0
    channels_max: U32 = 0
    buffer_size: U32 = 0


class Stream(Struct):
    """libxl_vsnd_stream: p plays, c captures."""

    unique_id: str | None = None
    type: StreamType = ""
    params: Params = Params()


class Pcm(Struct):
    """libxl_vsnd_pcm."""

    name: str | None = None
    params: Params = Params()
    streams: tuple[Stream, ...] = ()


class Vsnd(DeviceRecord):
    """libxl_device_vsnd."""

    ARRAY: ClassVar[str] = "vsnds"
    AT: ClassVar[int] = 130
    KIND: ClassVar[str] = "vsnd"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    short_name: str | None = None
    long_name: str | None = None
    params: Params = Params()
    pcms: tuple[Pcm, ...] = ()

    def title(self) -> str:
        """`VCard (2 streams)`."""
        streams = sum(len(pcm.streams) for pcm in self.pcms)
        name = self.short_name or self.long_name or f"vsnd{max(self.devid, 0)}"
        return f"{name} ({streams} stream{'s' * (streams != 1)})"


def _token(name: str, form: str, field: str, doc: str, good: str, **more: Any) -> Token:
    return Token(name=name, form=form, field=field, since="4.12", doc=doc, good=good, **more)


_EVERYWHERE = (
    _token("sample-rates", "rates", "params.sample_rates", "Rates in Hz, with semicolons.", "card,sample-rates=44100;48000"),
    _token(
        "sample-formats",
        "formats",
        "params.sample_formats",
        f"Formats with semicolons, of {', '.join(PCM_FORMATS)}.",
        "card,sample-formats=s16_le;s8",
        refusal="Invalid pcm format: {value}",
        bad="card,sample-formats=float_le",
    ),
    _token("channels-min", "unsigned", "params.channels_min", "The fewest channels.", "pcm,channels-min=1"),
    _token("channels-max", "unsigned", "params.channels_max", "The most channels.", "pcm,channels-max=2"),
    _token("buffer-size", "unsigned", "params.buffer_size", "The size of the buffer, in bytes.", "card,buffer-size=65536"),
)
_TOKENS = {
    "card": (
        _token("backend", "string", "backend_domname", "The domain that plays and records.", "card,backend=sound"),
        _token("short-name", "string", "short_name", "The short name of the card.", "card,short-name=VCard"),
        _token("long-name", "string", "long_name", "The long name of the card.", "card,long-name=Virtual sound card"),
    ),
    "pcm": (_token("name", "string", "name", "The name of the PCM device.", "pcm,name=general"),),
    "stream": (
        _token("unique-id", "string", "unique_id", "The name by which the backend knows it.", "stream,unique-id=0"),
        _token(
            "type",
            "any case",
            "type",
            "p plays, c captures.",
            "stream,type=p",
            values={"p": "p", "c": "c"},
            refusal="Invalid stream type: {value}",
            bad="stream,type=play",
        ),
    ),
}
