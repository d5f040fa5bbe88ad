"""What the words of a verb are: read from its usage line."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.verb import Verb

_OPTIONS = ("options", "option")
_BRACKETS = {"<": ">", "[": "]"}


SETTINGS = ("vars", "Variable=value")
"""Lines of a configuration; they may stand before its file, too."""


class Slot(Record):
    """A place for a word: what may stand there (`Domain`, `all`, `mac=<mac>`), as the usage names it."""

    choices: tuple[str, ...]
    repeats: bool = False
    optional: bool = False
    named: bool = False
    """Its words are NAME=VALUE."""


def slots(verb: Verb) -> list[Slot]:
    """The places of a verb's words, in order."""
    found: list[Slot] = []
    for piece in _pieces(verb.usage.partition("\n")[0]):
        if _is_note(piece):
            continue
        slot = _slot(piece)
        if found and slot.named and found[-1].named:  # in any order
            found[-1] = found[-1].replace(choices=(*found[-1].choices, *slot.choices))
        elif slot.choices:
            found.append(slot)
    return found


def slot_at(all_slots: list[Slot], number: int) -> Slot | None:
    """The place of word NUMBER, counted from 0; the last one may repeat."""
    if number < len(all_slots):
        return all_slots[number]
    return all_slots[-1] if all_slots and all_slots[-1].repeats else None


def _pieces(usage: str) -> list[str]:
    """The words of a usage, with what stands in brackets kept together, and a bar that joins two of them."""
    pieces: list[str] = []
    word, closers = "", [""]
    for char in usage:
        if char == " " and len(closers) == 1:
            pieces, word = [*pieces, word], ""
            continue
        word += char
        if char in _BRACKETS:
            closers.append(_BRACKETS[char])
        elif char == closers[-1]:
            closers.pop()
    return [piece for piece in [*pieces, word] if piece]


def _is_note(piece: str) -> bool:
    """Whether it is no place for a word: `[options]`, `[-s]`, or prose."""
    return piece.strip("[]") in _OPTIONS or piece.startswith(("[-", "-")) or (piece[0].isalpha() and "=" not in piece)


def _slot(piece: str) -> Slot:
    repeats = "..." in piece or "(s)" in piece
    bare = piece.replace("...", "").replace(",", "").replace("(s)", "")
    optional = bare.startswith("[")
    if "=" in bare and not bare.startswith("[Variable"):
        words = bare.replace("[", " ").replace("]", " ").split()
        return Slot(choices=tuple(words), repeats=True, optional=optional, named=True)
    while bare[:1] in _BRACKETS and bare[-1:] == _BRACKETS[bare[0]] and _BRACKETS[bare[0]] not in bare[1:-1]:
        bare = bare[1:-1]
    bare = bare.strip("[] ")
    choices = (part.strip().removeprefix("<").removesuffix(">") for part in bare.split("|"))
    settings = bare in SETTINGS
    return Slot(
        choices=tuple(part for part in choices if part), repeats=repeats or settings, optional=optional, named=settings
    )
