"""What the parsers of device specs share: items become fields of a record, and what does not fit is told as xl does."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from xlpy.cstring import BLANKS, split_pair
from xlpy.diagnostic import Severity
from xlpy.differences import EMPTY_SPEC
from xlpy.reader import build, wrap
from xlpy.source import Span
from xlpy.syntax import Atom, scan_pairs
from xlpy.tokens import OVERFLOWS, choices, convert, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlpy.libxl import DeviceRecord, DomainConfig
    from xlpy.reader import Reader
    from xlpy.release import Release
    from xlpy.vocabulary import Key, Token

ERROR_FAIL = 253
"""The status of a verb that ends with libxl's ERROR_FAIL."""


class Item(NamedTuple):
    """NAME=VALUE of a spec, or a word without value; `text` is all of it as written."""

    name: str
    value: str | None
    text: str
    atom: Atom
    start: int
    """Where it begins in the text of the atom."""
    value_start: int
    """Where its value begins there; a word is its own value."""

    @property
    def span(self) -> Span:
        """Where it stands in the source."""
        return self.atom.inside(self.start, self.start + len(self.text))

    @property
    def value_span(self) -> Span:
        """Where its value stands in the source."""
        return self.part(0, len(self.text if self.value is None else self.value))

    def part(self, start: int, end: int) -> Span:
        """Where value[start:end] stands in the source."""
        return self.atom.inside(self.value_start + start, self.value_start + end)


def split(atom: Atom) -> Iterator[Item]:
    """The items between commas; blanks in front of an item do not count."""
    for pair in scan_pairs(atom.text):
        value_start = pair.start if pair.value is None else pair.start + len(pair.name) + 1
        yield Item(pair.name, pair.value, pair.text, atom, pair.start, value_start)


def _whole(word: Atom, line: Atom) -> Item:
    """A word of the command line as one item."""
    name, equals, value = word.text.partition("=")
    start = word.span.start
    return Item(name, value if equals else None, word.text, line, start, start + len(name + equals) * bool(equals))


class Spec:
    """One spec while it is read. A class of devices is a subclass that says what is different about it."""

    RECORD: ClassVar[type[DeviceRecord]]
    TOKENS: ClassVar[tuple[Token, ...]]
    UNKNOWN: ClassVar[str] = ""
    """What xl says to an item that it does not know, with its {name} and the whole {item}."""
    WORD_ENDS: ClassVar[bool] = False
    """The first word without a value ends the spec, in silence."""
    STATUS: ClassVar[int] = 1
    """The exit status of xl's verb after a spec that does not parse."""

    def __init__(self, reader: Reader, span: Span, *, on_command_line: bool = False) -> None:
        self.reader = reader
        self.on_command_line = on_command_line
        self.values: dict[str, Any] = {}
        self.places: dict[str, Span] = {"": span}
        self.refused = False
        if not on_command_line and self.numbered():
            self.values["devid"] = reader.count(self.RECORD)

    @classmethod
    def read_list(cls, reader: Reader, key: Key) -> None:
        """Read the devices of a key."""
        for atom in reader.atoms(key.name) or ():
            spec = cls(reader, atom.span)
            spec.read(spec.split(atom))
            spec.close()

    @classmethod
    def read_words(cls, reader: Reader, words: tuple[Atom, ...]) -> None:
        """Read the device of a command line, each word one item."""
        line = Atom("\0".join(word.text for word in words), Span(0, len(reader.source.text)), quoted=False)
        spec = cls(reader, line.span, on_command_line=True)
        spec.read(_whole(word, line) for word in words)
        spec.close()

    @classmethod
    @cache
    def known(cls, release: Release) -> Mapping[str, Token]:
        """The tokens of a release, by name."""
        return {token.name: token for token in cls.TOKENS if token.known_to(release)}

    # ---- what a class may do in its own way

    def tokens(self) -> Mapping[str, Token]:
        """What may stand in the spec, by name."""
        return self.known(self.reader.release)

    def numbered(self) -> bool:
        """Whether xl counts the devices of this class."""
        return "devid" in self.RECORD.FIELDS

    def split(self, atom: Atom) -> Iterable[Item]:
        """The items of a spec."""
        return split(atom)

    def take(self, token: Token, item: Item) -> None:
        """Put the value of an item in its field."""
        if token.form == "flag":
            self.store(token.field, token.sets, item.span)
            return
        try:
            value = convert(token, item.value or "")
        except ValueError as error:
            self.refuse(f"{self.RECORD.KIND}-{token.name}", str(error), item.value_span, advice=choices(token))
        else:
            self.store(token.field, value, item.value_span)
        if token.form in OVERFLOWS:
            self.reader.note_overflow(item.value or "", *OVERFLOWS[token.form])

    def unknown(self, item: Item) -> None:
        """Tell of an item that no token fits."""
        message = self.UNKNOWN.format(name=item.name, item=item.text)
        self.refuse(f"{self.RECORD.KIND}-unknown", message, item.span, advice=self.known_names())

    def finish(self) -> None:
        """Check and complete a spec whose items are all right."""

    def build(self) -> DeviceRecord:
        """The device of a spec in which all is right."""
        return build(self.RECORD, self.values)

    # ---- the way back

    @classmethod
    def written(cls, config: DomainConfig) -> tuple[Any, ...] | None:
        """The specs that mean the devices of a configuration; None for no devices."""
        return tuple(cls.text(device, index) for index, device in enumerate(config.devices_of(cls.RECORD))) or None

    @classmethod
    def text(cls, device: DeviceRecord, index: int) -> Any:
        """The spec of a device; INDEX counts those of its class."""
        return ",".join(word for word in words(cls.TOKENS, device) if word != f"devid={index}")

    # ---- the way of a spec

    def read(self, items: Iterable[Item]) -> None:
        """Read the items one by one."""
        known = self.tokens()
        for item in items:
            if self.WORD_ENDS and item.value is None:
                break
            token = known.get(item.name)
            if token is None or (token.form == "flag") != (item.value is None):
                self.unknown(item)
            else:
                self.take(token, item)

    def close(self) -> None:
        """Add the device, where nothing is wrong with it."""
        if not self.refused:
            self.finish()
        if not self.refused:
            self.reader.add(self.build(), self.places)

    def store(self, field: str, value: Any, span: Span) -> None:
        """Set a field, and note where its value stands."""
        self.values[field] = wrap(value, self.RECORD.FIELDS.get(field, ""))
        self.places[field] = span

    def known_names(self) -> str:
        """Advice for a name that is not known."""
        return f"known names: {', '.join(sorted(self.tokens()))}"

    def refuse(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        advice: str = "",
        status: int | None = None,
        silent: bool = False,
        unended: bool = False,
    ) -> None:
        """An error at which xl gives up, with STATUS on the command line; without a span it is about the whole spec."""
        self.refused = True
        on_command_line = self.STATUS if status is None else status
        self.reader.say(
            code,
            message,
            () if silent else (message,),
            span=span or self.places[""],
            exit_status=on_command_line if self.on_command_line else 1,
            advice=advice,
            unended=unended,
        )

    def tell(self, code: str, message: str, span: Span, *, advice: str = "") -> None:
        """Something that xl only mentions."""
        self.reader.say(code, message, (message,), span=span, severity=Severity.WARNING, advice=advice)

    def trimmed(self, atom: Atom, failed: str) -> Iterator[Item]:
        """The items of a class whose parser takes no words, and no blanks around names and values."""
        pieces = list(re.finditer("[^,]+", atom.text))
        if not pieces:
            self.refuse(*EMPTY_SPEC.told(kind=self.RECORD.KIND), advice=self.known_names())
        for piece in pieces:
            pair = split_pair(piece[0], "=", self.reader.release)
            if pair is None:
                message = f"{failed}: {piece[0]}"
                span = atom.inside(*piece.span())
                code = f"{self.RECORD.KIND}-no-pair"
                self.refuse(code, message, span, advice="write NAME=VALUE, with a value", unended=True)
                continue
            name, value = pair
            at = piece[0].index(value, piece[0].index(name) + len(name)) + len(value) - len(value.lstrip(BLANKS))
            text = piece[0].strip(BLANKS)
            start = piece.start() + len(piece[0]) - len(piece[0].lstrip(BLANKS))
            yield Item(name.strip(BLANKS), value.strip(BLANKS), text, atom, start, piece.start() + at)
