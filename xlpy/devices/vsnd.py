"""PV sound cards: `vsnd = [ [ "card, ...", "pcm, ...", "stream, ..." ], ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from xlpy.cstring import same_word, strtoul
from xlpy.differences import VSND_EMPTY
from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int, Struct
from xlpy.loss import LOST
from xlpy.reader import build, wrap
from xlpy.source import Span
from xlpy.specs import Spec
from xlpy.syntax import Atom
from xlpy.tokens import words
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlpy.reader import Reader
    from xlpy.specs import Item
    from xlpy.xenstore import Link, Pair

PcmFormat = Literal[
    "s8",
    "u8",
    "s16_le",
    "s16_be",
    "u16_le",
    "u16_be",
    "s24_le",
    "s24_be",
    "u24_le",
    "u24_be",
    "s32_le",
    "s32_be",
    "u32_le",
    "u32_be",
    "f32_le",
    "f32_be",
    "f64_le",
    "f64_be",
    "iec958_subframe_le",
    "iec958_subframe_be",
    "mu_law",
    "a_law",
    "ima_adpcm",
    "mpeg",
    "gsm",
]
PCM_FORMATS = get_args(PcmFormat)
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
    PHASE: ClassVar[int] = 67

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

    def front(self, _link: Link) -> Iterator[Pair]:
        """The card, its PCM devices, their streams."""
        for name, value in (("long-name", self.long_name), ("short-name", self.short_name)):
            if value:
                yield name, value
        yield from _params("", self.params)
        for at, pcm in enumerate(self.pcms):
            if pcm.name:
                yield f"{at}/name", pcm.name
            yield from _params(f"{at}/", pcm.params)
            for nth, stream in enumerate(pcm.streams):
                yield f"{at}/{nth}/unique-id", stream.unique_id or ""
                yield f"{at}/{nth}/type", stream.type
                yield from _params(f"{at}/{nth}/", stream.params)

    def wiring(self, _queues: int) -> tuple[int, int]:
        """Two rings for each stream."""
        streams = sum(len(pcm.streams) for pcm in self.pcms)
        return 2 * streams, 2 * streams

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """Requests and events of each stream."""
        paths = (f"{at}/{nth}" for at, pcm in enumerate(self.pcms) for nth in range(len(pcm.streams)))
        for count, path in enumerate(paths):
            for nth, way in enumerate(("", "evt-")):
                yield f"{path}/{way}ring-ref", str(ref + 2 * count + nth)
                yield f"{path}/{way}event-channel", str(port + 2 * count + nth)


def _params(path: str, params: Params) -> Iterator[Pair]:
    lists = {"sample-rates": params.sample_rates, "sample-formats": params.sample_formats}
    yield from ((path + name, ",".join(map(str, values))) for name, values in lists.items() if values)
    for name in ("channels_min", "channels_max", "buffer_size"):
        if value := getattr(params, name):
            yield path + name.replace("_", "-"), str(value)


def _token(name: str, form: str, field: str, doc: str, good: str, **more: Any) -> Token:
    return Token(name=name, form=form, field=field, since="4.12", doc=doc, good=good, **more)


_EVERYWHERE = (
    _token(
        "sample-rates", "rates", "params.sample_rates", "Rates in Hz, with semicolons.", "card,sample-rates=44100;48000"
    ),
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
    _token(
        "buffer-size", "unsigned", "params.buffer_size", "The size of the buffer, in bytes.", "card,buffer-size=65536"
    ),
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
SECTIONS = {kind: {token.name: token for token in (*_EVERYWHERE, *tokens)} for kind, tokens in _TOKENS.items()}
"""The sections of a card, and what may stand in each."""


_LISTS = ("rates", "formats")
"""The forms of tokens whose value is a list with semicolons."""


class _Card(Spec):
    RECORD = Vsnd
    TOKENS = (*_EVERYWHERE, *(token for tokens in _TOKENS.values() for token in tokens))
    UNKNOWN = "Invalid parameter: {item}"
    STATUS = 255

    def __init__(self, reader: Reader, span: Span, *, on_command_line: bool = False) -> None:
        super().__init__(reader, span, on_command_line=on_command_line)
        self.pcms: list[dict[str, Any]] = []
        self.streams: list[list[dict[str, Any]]] = []
        self.kind = "card"

    @classmethod
    def read_list(cls, reader: Reader, key: Key) -> None:
        """Each card is a list."""
        for value in reader.items(key.name) or ():
            if isinstance(value, Atom):
                _tell_no_list(reader, value)
                continue
            atoms = takewhile(lambda section: isinstance(section, Atom), value.items)
            cls(reader, value.span)._sections(atom for atom in atoms if isinstance(atom, Atom))

    @classmethod
    def read_words(cls, reader: Reader, words: tuple[Atom, ...]) -> None:
        """Each word is a section of the card."""
        span = words[0].span if words else Span(0, 0)
        cls(reader, span, on_command_line=True)._sections(words)

    def _sections(self, atoms: Iterable[Atom]) -> None:
        for atom in atoms:
            items = iter(self.split(atom))
            first = next(items, None)
            if first is None:
                continue
            self.kind = same_word(first.text)
            if self.kind in SECTIONS:
                self._begin()
                self.read(items)
            else:
                advice = f"a section begins with {', '.join(SECTIONS)}"
                self.refuse("vsnd-section", f"Invalid key: {first.text}", first.span, advice=advice)
        self.close()

    @classmethod
    def text(cls, device: DeviceRecord, index: int) -> list[str]:  # noqa: ARG003  # xl counts the cards
        """A card is a list of sections."""
        assert isinstance(device, Vsnd)
        sections = [_section("card", device)]
        for pcm in device.pcms:
            sections.append(_section("pcm", pcm))
            sections += [_section("stream", stream) for stream in pcm.streams]
        return sections

    def _begin(self) -> None:
        """A stream belongs to the last PCM device."""
        if self.kind == "pcm" or (self.kind == "stream" and not self.pcms):
            self.pcms.append({})
            self.streams.append([])
        if self.kind == "stream":
            self.streams[-1].append({})

    def tokens(self) -> Mapping[str, Token]:
        """Those of the section."""
        return SECTIONS[self.kind]

    def take(self, token: Token, item: Item) -> None:
        """Rates and formats are lists."""
        if token.form not in _LISTS:
            super().take(token, item)
            return
        pieces = list(re.finditer("[^;]+", item.value or ""))
        if not pieces:
            self.refuse(*VSND_EMPTY.told(name=token.name), item.span)
        if token.form == "rates":
            for piece in pieces:
                self.reader.note_overflow(piece[0], 0, signed=False)
            self.store(token.field, tuple(wrap(strtoul(piece[0]), "U32") for piece in pieces), item.value_span)
            return
        self.store(token.field, tuple(same_word(piece[0]) for piece in pieces), item.value_span)
        for piece in pieces:
            if same_word(piece[0]) not in PCM_FORMATS:
                message = token.refusal.format(value=piece[0])
                self.refuse("vsnd-sample-formats", message, item.part(*piece.span()), status=1)

    def store(self, field: str, value: Any, span: Span) -> None:
        """Set a field of the section."""
        target, path = self.values, field
        if self.kind != "card":
            target, path = self.pcms[-1], f"pcms[{len(self.pcms) - 1}].{field}"
        if self.kind == "stream":
            streams = self.streams[-1]
            target, path = streams[-1], f"pcms[{len(self.pcms) - 1}].streams[{len(streams) - 1}].{field}"
        target[field] = value
        self.places[path] = span

    def build(self) -> Vsnd:
        """The card with its devices and their streams."""
        pcms = tuple(
            build(Pcm, pcm).replace(streams=tuple(build(Stream, stream) for stream in streams))
            for pcm, streams in zip(self.pcms, self.streams, strict=True)
        )
        return build(Vsnd, self.values).replace(pcms=pcms)


def _section(kind: str, struct: Struct) -> str:
    """A section of a card, lists with semicolons."""
    plain = (token for token in SECTIONS[kind].values() if token.form not in _LISTS)
    params = getattr(struct, "params", None)
    lists = {t.name: getattr(params, t.field.rpartition(".")[2], ()) for t in _EVERYWHERE if t.form in _LISTS}
    written = (f"{name}={';'.join(map(str, values))}" for name, values in lists.items() if values)
    return ",".join([kind, *words(plain, struct), *written])


def _tell_no_list(reader: Reader, atom: Atom) -> None:
    lines = (
        f"{reader.source.name}:{reader.source.line(atom.span.start)}:0: warning: value is not a list",
        "Failed to get vsnd card list: Invalid argument",
    )
    advice = 'write [ [ "card, ...", "pcm, ...", "stream, ..." ] ]'
    reader.say("vsnd-no-list", "a sound card is not a list", lines, span=atom.span, exit_status=1, advice=advice)


TOKENS = _Card.TOKENS
ATTACH = Attach(verb="vsnd-attach", read=_Card.read_words)

KEYS = (
    Key(
        name="vsnd",
        kind=LIST,
        order=2507,
        read=_Card.read_list,
        write=_Card.written,
        since="4.12",
        doc="The PV sound cards of the guest: each a list of sections for the card, its PCM devices and their streams.",
        libvirt=LOST,
        good=('[["card, backend=sound, short-name=VCard", "pcm, name=general", "stream, unique-id=0, type=p"]]',),
        bad=('["card, backend=sound"]', '[["card, name=general"]]'),
    ),
)
