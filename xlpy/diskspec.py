"""The scanner of disk specs: parameters, deprecated prefixes and words by position (Xen: libxlu_disk_l.l).

xlpy/devices/disk.py declares the parameters; here is what xl's scanner makes of them and what it says.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.cstring import atoi
from xlpy.differences import DISK_JAMMED
from xlpy.syntax import scan_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlpy.reader import Reader
    from xlpy.release import Release
    from xlpy.source import Span
    from xlpy.syntax import Atom
    from xlpy.syntax import Token as Piece
    from xlpy.vocabulary import Token

_SCRIPT_PREFIXES = ("iscsi", "nbd", "enbd", "drbd")
_RESPECIFIABLE = {"access", "devtype", "colo-port", "grant_usage"}
_METHODS = {name: f"_{name.lower()}" for name in ("PREFIX", "UNKNOWN_PREFIX", "TARGET", "NAMED", "WORD", "BAD")}
"""What reads the terminals of grammar/disk.lark."""
_LONG = 1000
"""A spec that is not remembered."""
_MOST_SAID = 1 << 26
"""How much errors may quote together: each has the whole spec."""


class Word(NamedTuple):
    """A word that fills a field: text[start:end] of the spec is its value."""

    field: str
    start: int
    end: int
    value: Any = None


class Wrong(NamedTuple):
    """What is wrong in a text, from START to END; all of it where END is below START."""

    code: str
    message: str
    text: int
    start: int
    end: int
    advice: str
    status: int = 1


class DiskSpec:
    """One disk spec while it is scanned: slots are filled by name or by position. TOKENS are the parameters by name.

    On a command line it is made of several texts.
    """

    def __init__(self, tokens: Mapping[str, Token], known: Mapping[str, Token]) -> None:
        """KNOWN are those that the release has."""
        self.tokens = tokens
        self.known = known
        self.text = ""
        self.values: dict[str, Any] = {"readwrite": 1}
        self.words: list[Word] = []
        self.prefixes: list[Word] = []
        self.places: dict[str, tuple[int, int, int]] = {}
        """Of a field: the number of the text, and from where to where its value stands there."""
        self.prefixed = False
        self.access_set = False
        self.errors: list[Wrong] = []
        self._number = 0

    def read(self, texts: tuple[str, ...]) -> None:
        """Scan and check the words of the spec."""
        for self._number, self.text in enumerate(texts):
            at: int | None = 0
            while at is not None and len(self.errors) * len(self.text) < _MOST_SAID:
                at = self._scan(at)
            if self.errors:
                break
        if not self.errors:
            self._finish()

    def _scan(self, start: int) -> int | None:
        """Read pieces from START on; gives the offset from which xl's scanner would look again, or None at the end."""
        for piece in scan_disk(self.text, start):
            again = getattr(self, _METHODS[piece.kind])(piece)
            if again is not None:
                return again if again < len(self.text) else None
        return None

    def _error(self, message: str, near: str | None, start: int, end: int, advice: str = "") -> None:
        spec = self.text
        words = f"{message} in `{spec}'" if near is None else f"{message}: near `{near}' in `{spec}'"
        code = f"disk-{message.partition(' (')[0].replace(' ', '-')}"
        place = (0, -1) if near is None else (start, end)
        self.errors.append(Wrong(code, words, self._number, *place, advice))

    # ---- one method for each terminal of grammar/disk.lark

    def _prefix(self, piece: Piece) -> None:
        name = piece.text[:-1]
        self.prefixed = True
        self.prefixes.append(Word("", piece.start, piece.end))
        if name in _SCRIPT_PREFIXES:
            self._put(self.tokens["script"], f"block-{name}", piece.start, piece.end - 1)
        elif name in self.tokens["format"].values:
            self._put(self.tokens["format"], name, piece.start, piece.end - 1)

    def _unknown_prefix(self, piece: Piece) -> int:
        self._error("unknown deprecated disk prefix", piece.text, piece.start, piece.end)
        return len(self.text)

    def _target(self, piece: Piece) -> None:
        self._named(piece)

    def _named(self, piece: Piece) -> int | None:
        name, _, rest = piece.text.partition("=")
        value = rest.removesuffix(",")
        token = None if rest.startswith("\n") and name == "target" else self.known.get(name)
        if token is not None and (token.form == "digit" and value[:1] in token.values and value):
            self._put(token, value[:1], piece.start + len(name) + 1, piece.end)
            return piece.start + len(name) + 2 + (rest[1:2] == ",")
        if token is not None and token.form not in ("flag", "digit"):
            self._put(token, value, piece.start + len(name) + 1, piece.end, whole=piece.text)
            return None
        return self._unnamed(piece, name, rest)

    def _unnamed(self, piece: Piece, name: str, rest: str) -> int:
        """xl's scanner takes one byte of the value of an unknown name, or only the name when that does not fit."""
        equals = piece.start + len(name)
        if "_" not in name and rest[:1] not in ("", ","):
            end = equals + 2 + (rest[1:2] == ",")
            advice = f"known names: {', '.join(sorted(self.tokens))}"
            byte = rest[0].encode(errors="surrogateescape")[:1].decode(errors="surrogateescape")
            comma = "," * (rest[:2] == f"{byte},")
            self._error("unknown parameter", f"{name}={byte}{comma}", piece.start, equals, advice)
            return end
        again = self._take_word(name, piece.start)
        return self._bad_from(equals) if again is None else again

    def _bad(self, piece: Piece) -> int:
        return self._bad_from(piece.start)

    def _bad_from(self, start: int) -> int:
        text, more, _ = self.text[start:].partition("\n")
        if len(text) > 1:  # xl's scanner loses a last lone character
            self._error("bad disk syntax", text, start, start + len(text))
        elif more:
            self.errors.append(
                Wrong(*DISK_JAMMED.told(text=text, spec=self.text), self._number, start, start + 1, "", 2)
            )
        return len(self.text)

    def _word(self, piece: Piece) -> int | None:
        return self._take_word(piece.text.removesuffix(","), piece.start)

    def _take_word(self, text: str, start: int) -> int | None:
        """A flag, or a word that fills a slot."""
        token = self.known.get(text)
        if token is not None and token.form == "flag":
            self._store(token.field, token.sets, start, start + len(text))
            return None
        return self._positional(text, start)

    # ---- slots

    def _positional(self, text: str, start: int) -> int | None:
        """Target, format, vdev, access: the first that is not filled yet."""
        end = start + len(text)
        if self.errors:
            return None
        if "pdev_path" not in self.values:
            self._put(self.tokens["target"], text, start, end)
        elif not self.prefixed and "format" not in self.values:
            self._format_or_empty_drive(text, start)
        elif "vdev" not in self.values:
            self._vdev(text, start)
        elif not self.access_set:
            self.access_set = True
            self._put(self.tokens["access"], text, start, end)
        else:
            self._error("too many positional parameters", text, start, end)
            return len(self.text)
        return None

    def _format_or_empty_drive(self, text: str, start: int) -> None:
        """An empty target directly followed by `hdc:cdrom` is an empty drive."""
        if self.values["pdev_path"] == "" and ":" in text:
            self._store("format", "empty", start, start)
            self._vdev(text, start)
        else:
            self._put(self.tokens["format"], text, start, start + len(text))

    def _vdev(self, text: str, start: int) -> None:
        vdev, colon, devtype = text.rpartition(":")
        if colon:
            devtypes = self.tokens["devtype"].values
            at = start + len(vdev) + 1
            if devtype in devtypes:
                self._store("is_cdrom", devtypes[devtype], at, at + len(devtype))
            else:
                self._error("unknown deprecated type", devtype, at, at + len(devtype))
        self._put(self.tokens["vdev"], vdev if colon else text, start, start + len(vdev if colon else text))

    def _put(self, token: Token, text: str, start: int, end: int, whole: str = "") -> None:
        """Set a field from the text of its value; XL's words when the text does not fit or the field is taken."""
        end = min(end, start + len(text))
        value: Any = text
        if token.form == "port":
            value = atoi(text)
            if value == 0:
                self._error("unknown value for colo_port", text, start, end)
                return
        elif token.values:
            if text not in token.values:
                kind = "type" if token.name == "devtype" else token.name
                near = whole if token.name == "devtype" else text
                self._error(f"unknown value for {kind}", near or text, start, end, _advice(token, text))
                return
            value = token.values[text]
        old = self.values.get(token.field)
        if (
            token.name not in _RESPECIFIABLE
            and token.form != "port"
            and old not in (None, "", value if token.values else "")
        ):
            self._error(f"{token.name.removesuffix('type')} respecified", text, start, end)
        else:
            self._store(token.field, value, start, end)

    def _store(self, field: str, value: Any, start: int, end: int) -> None:
        self.values[field] = value
        self.words.append(Word(field, start, end, value))
        self.places[field] = (self._number, start, end)

    def _finish(self) -> None:
        """What xl checks and completes at the end of a spec."""
        self.values.setdefault("format", "raw")
        if self.values.get("is_cdrom"):
            self.values |= {"removable": 1, "readwrite": 0}
            if not self.values.get("pdev_path"):
                self.values["format"] = "empty"
        if self.values.get("vdev") is None:
            self._error("no vdev specified", None, 0, 0, "say where the guest sees it: vdev=xvda, or the third word")
        elif self.values.get("pdev_path") is None and not self.values.get("removable"):
            self._error(
                "no target specified (and device not removable)", None, 0, 0, "name the image or device: target=/path"
            )


def scanner(tokens: Mapping[str, Token]) -> Callable[[tuple[str, ...], Release], DiskSpec]:
    """What scans the texts of a spec; the last ones are remembered, for the linter asks for them once more."""

    @cache
    def known(release: Release) -> dict[str, Token]:
        return {name: token for name, token in tokens.items() if token.known_to(release)}

    def scan(texts: tuple[str, ...], release: Release) -> DiskSpec:
        spec = DiskSpec(tokens, known(release))
        spec.read(texts)
        return spec

    remembered = lru_cache(maxsize=32)(scan)
    return lambda texts, release: (remembered if sum(map(len, texts)) < _LONG else scan)(texts, release)


def read_spec(reader: Reader, spec: DiskSpec, atoms: tuple[Atom, ...]) -> dict[str, Span] | None:
    """Where the fields of a spec stand that was scanned from these; None when something is wrong, which is told."""
    for index, (code, message, number, start, end, advice, status) in enumerate(spec.errors):
        line = f"{reader.source.name}: config parsing error in disk specification: {message}"
        span = atoms[number].span if end < start else atoms[number].inside(start, end)
        reader.say(
            code,
            message,
            (line,),
            span=span,
            exit_status=status if index == len(spec.errors) - 1 else None,
            advice=advice,
        )
    if spec.errors:
        return None
    return {"": atoms[0].span} | {name: atoms[at].inside(start, end) for name, (at, start, end) in spec.places.items()}


def _advice(token: Token, text: str) -> str:
    """What may have been meant by a value that does not fit."""
    if text.lower() in token.values:
        return f"write it in lower case: {text.lower()}"
    if token.name == "format":
        return "the words are target, format, vdev, access; an absent format still needs its comma"
    return f"one of {', '.join(sorted(value for value in token.values if value))}"
