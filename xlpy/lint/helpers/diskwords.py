"""Disk specs word by word: what xl takes each word for, and changes of a spec whose outcome is read again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlpy.devices.disk import TOKENS, Disk, scanned
from xlpy.diagnostic import Edit, Fix
from xlpy.nodes import Atom
from xlpy.reader import build
from xlpy.values import parse_vdev

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlpy.diagnostic import Diagnostic
    from xlpy.diskspec import Word
    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Finding
    from xlpy.source import Span

NAMES = {token.name: token for token in TOKENS}
FLAGS = frozenset(token.name for token in TOKENS if token.form == "flag")
FORMATS = frozenset(word for word in NAMES["format"].values if word)
TEXTS = {token.field: token.name for token in TOKENS if token.form == "string"}
"""The parameters that take any text, by their fields."""
_NAME_OF = {token.field: token.name for token in reversed(TOKENS) if token.form != "flag"}
CONVERTED = ("vmdk", "vdi", "vhdx", "ova", "parallels", "dmg", "luks")
"""Formats that QEMU can convert, which xl cannot name."""
_BY_SUFFIX = {name: name for name in ("qcow2", "qed", "vhd", "raw", *CONVERTED)} | {"iso": "raw"}
_LONGEST = 1000
"""No fix is tried in longer specs, which nobody writes: each try reads the spec again."""


class Change(NamedTuple):
    """What takes the place of text[start:end] of a spec."""

    start: int
    end: int
    text: str


class DiskText(NamedTuple):
    """One spec: its words in order, the prefixes in it (phy:), and the disk that it makes, if xl takes it."""

    atom: Atom
    words: tuple[Word, ...]
    prefixes: tuple[Word, ...]
    disk: Disk | None
    path: str = ""
    """The disk in `where` (disk[0])."""

    def word(self, field: str) -> Word | None:
        """The last word that fills a field."""
        return next((word for word in reversed(self.words) if word.field == field), None)

    def text(self, word: Word) -> str:
        """What is written there."""
        return self.atom.text[word.start : word.end]

    @property
    def whole(self) -> Span:
        """Where the spec stands, between its quotes."""
        return self.atom.inside(0, len(self.atom.text)) if self.atom.text else self.atom.span

    def span(self, field: str) -> Span:
        """Where the value of a field stands, or the whole spec."""
        word = self.word(field)
        return self.place(word) if word is not None and word.start < word.end else self.whole

    def place(self, word: Word | Change) -> Span:
        """Where a word stands in the source."""
        return self.atom.inside(word.start, word.end)

    def is_named(self, word: Word | Change) -> bool:
        """Whether it is the value of NAME=."""
        return self.atom.text[: word.start].endswith("=")

    def reading(self) -> str:
        """What xl takes the words for: target=/a, format=raw."""
        plain = [word for word in self.words if word.field in _NAME_OF and self.text(word) and not self._is_flag(word)]
        return ", ".join(f"{_NAME_OF[word.field]}={self.text(word)}" for word in plain)

    def _is_flag(self, word: Word) -> bool:
        return self.text(word) in FLAGS and not self.is_named(word)


def traced(guest: Guest, atom: Atom) -> DiskText:
    """Read a spec as xl does."""
    spec = scanned((atom.text,), guest.release)
    disk = None if spec.errors else build(Disk, spec.values)
    return DiskText(atom, tuple(spec.words), tuple(spec.prefixes), disk)


@lru_cache(maxsize=1)
def disk_texts(guest: Guest) -> tuple[DiskText, ...]:
    """The disk specs of a guest, those too that xl refuses."""
    paths = iter([path for path, _ in guest.devices(Disk)])
    texts = [traced(guest, atom) for atom in guest.atoms("disk")]
    return tuple(text._replace(path=next(paths, "")) if text.disk else text for text in texts)


@lru_cache(maxsize=1)
def disks(guest: Guest) -> tuple[tuple[DiskText, Disk], ...]:
    """The specs that xl takes, each with its disk."""
    return tuple((text, text.disk) for text in disk_texts(guest) if text.disk is not None)


def text_at(guest: Guest, span: Span) -> DiskText | None:
    """The spec that a diagnostic is about."""
    texts = disk_texts(guest)
    index = bisect_right(texts, span.start, key=lambda text: text.atom.span.start) - 1
    return texts[index] if index >= 0 and span.start < texts[index].atom.span.end else None


def changed(guest: Guest, text: DiskText, changes: Sequence[Change]) -> Disk | None:
    """The disk that a changed spec makes; None when xl refuses it."""
    return traced(guest, Atom(applied(text, changes), text.atom.span, quoted=False)).disk


def applied(text: DiskText, changes: Sequence[Change]) -> str:
    """The changed spec."""
    new = text.atom.text
    for start, end, word in sorted(changes, reverse=True):
        new = new[:start] + word + new[end:]
    return new


def fix(guest: Guest, text: DiskText, title: str, changes: Sequence[Change], wanted: Disk | None = None) -> Fix | None:
    """The changes as a fix, when the spec then makes the disk WANTED (None: any); safe when it is the same disk."""
    if text.atom.escapes or not text.atom.quoted or len(text.atom.text) > _LONGEST:
        return None
    made = changed(guest, text, changes)
    if made is None or (wanted is not None and made != wanted):
        return None
    edits = tuple(Edit(text.place(one), one.text) for one in changes)
    return Fix(title=title, edits=edits, safe=made == text.disk)


def format_of_name(path: str) -> str:
    """The format that the end of an image's name tells; empty when nothing is sure, as of .img."""
    stem, _, suffix = path.rpartition(".")
    return _BY_SUFFIX.get(suffix.lower(), "") if stem else ""


def modern(text: DiskText, image_format: str = "") -> tuple[Change, ...]:
    """What makes the spec one without prefixes and without :cdrom; IMAGE_FORMAT takes the place of its format."""
    return (*_prefixes(text, image_format), *_devtype(text))


def _prefixes(text: DiskText, image_format: str) -> Iterator[Change]:
    """Prefixes go; as they took the place of the format's word, that one comes back behind the target."""
    names = [text.text(prefix)[:-1] for prefix in text.prefixes]
    for prefix in text.prefixes:
        yield Change(prefix.start, prefix.end, "")
    written = next((name for name in reversed(names) if name in FORMATS), "raw")
    target = text.word("pdev_path")
    if names and target is not None:
        yield Change(target.end, target.end, f",{image_format or written}")
    if text.disk is not None and any(text.disk.script == f"block-{name}" for name in names):
        yield Change(len(text.atom.text), len(text.atom.text), f",script={text.disk.script}")


def _devtype(text: DiskText) -> Iterator[Change]:
    """`hdc:cdrom` becomes `hdc,cdrom`; in an empty drive written `,hdc:cdrom` the format gets its comma."""
    vdev, devtype = text.word("vdev"), text.word("is_cdrom")
    if vdev is None or devtype is None or devtype.start != vdev.end + 1 or text.atom.text[vdev.end] != ":":
        return
    if any(word.field == "format" and word.start == word.end == vdev.start for word in text.words):
        yield Change(vdev.start, vdev.start, ",")
    flag = text.text(devtype)
    yield Change(vdev.end, devtype.end, f",{flag}" if flag in FLAGS else "")


def is_vdev(text: str) -> bool:
    """Whether it looks like the name of a virtual disk, perhaps with :cdrom."""
    vdev = text.strip().rpartition("ioemu:")[2].partition(":")[0]
    try:
        return bool(parse_vdev(vdev)) and not vdev.isdecimal()
    except ValueError:
        return False


def about(say: Callable[[Guest, DiskText, Change], Finding]) -> Callable[[Guest, Diagnostic], Finding | None]:
    """A retelling of a diagnostic, from what is said of a spec and the piece of it that xl names."""

    def retell(guest: Guest, told: Diagnostic) -> Finding | None:
        text = text_at(guest, told.span) if told.span is not None else None
        if text is None or told.span is None:
            return None
        start, end = _offset(text.atom, told.span.start), _offset(text.atom, told.span.end)
        return say(guest, text, Change(start, end, text.atom.text[start:end]))

    return retell


def _offset(atom: Atom, at: int) -> int:
    """The offset in the text of an atom that stands at an offset of the source."""
    offsets = range(len(atom.text) + 1)
    return min(bisect_left(offsets, at, key=lambda offset: atom.inside(offset, offset).start), len(atom.text))


def swallowed(text: DiskText, target: Word) -> int:
    """Where in a value of target= the comma stands behind which xl's parameters begin; -1 where there are none."""
    path, *rest = text.text(target).split(",")
    at = target.start + len(path)
    for word in rest:
        if word.strip().partition("=")[0] in NAMES:
            return at
        at += len(word) + 1
    return -1


def target_last(text: DiskText, target: Word, comma: int) -> Change:
    """What moves target= behind the words that it swallows."""
    whole = text.atom.text
    return Change(
        target.start - len("target="),
        len(whole),
        f"{whole[comma + 1 :].strip(', ')}, target={whole[target.start : comma]}",
    )


def dropped(text: DiskText, word: Word) -> Change:
    """What takes a word out of its spec, with its name and a comma."""
    whole = text.atom.text
    before, after = whole.rfind(",", 0, word.start), whole.find(",", word.end)
    if after < 0:
        return Change(max(before, 0), len(whole), "")
    start = before + 1 + len(whole[before + 1 :]) - len(whole[before + 1 :].lstrip())
    return Change(start, after + 1 + len(whole[after + 1 :]) - len(whole[after + 1 :].lstrip()), "")
