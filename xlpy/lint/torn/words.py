"""What to say of a piece that fits nowhere."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.amounts import is_size, number_meant
from xlpy.lint.helpers.keyed import declared, is_numeric, is_secret, is_switch, takes_negative
from xlpy.lint.helpers.nearest import nearest_key
from xlpy.lint.torn import lexis
from xlpy.lint.torn.mistake import Mistake, change, mistake, quoted, shown

if TYPE_CHECKING:
    from xlpy.diagnostic import Fix
    from xlpy.vocabulary import Key

UNIT = re.compile(r"[ \t]*([kKmMgGtT](?:i?[bB]|ytes)?)(?=[ \t\r]*(?:[\n;#]|\Z))")
_CONSTANTS = {"True": "1", "False": "0"}
_TERM = re.compile(r"[0-9]{1,12}(?:[ \t]*[*+][ \t]*[0-9]{1,12}){1,8}(?=[ \t\r]*(?:[\n;#]|\Z))")
_GROUPS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_SIGNED = re.compile(r"[-+][0-9]+")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_NAMES = {"\u00a0": "a no-break space", "\u200b": "a zero-width space", "\ufeff": "a byte order mark"}


def odd_blank(match: re.Match[str]) -> Mistake:
    """A character that looks like a blank, or like nothing."""
    char = match[0][0]
    name = _NAMES.get(char, f"the character U+{ord(char):04X}")
    plain = "" if lexis.INVISIBLE.fullmatch(match[0]) else " "
    fix = change("write a plain blank" if plain else "remove it", (*match.span(), plain))
    summary = f"here stands {name}, which xl does not take for a blank"
    return mistake("odd-blank", *match.span(), summary, "write a plain blank" if plain else "remove it", fix)


# ---- keys


def bad_key(text: str, key: str, start: int) -> Mistake:
    """A key with a character that none may have."""
    plain = key.strip("\"'")
    end = start + len(key)
    lower = re.sub("[^a-z0-9_.]", "_", plain.lower())
    capital = plain == key and lexis.IDENT.fullmatch(plain.lower())
    near = nearest_key(lower)
    fix = change(f"write {near}", (start, end, near)) if near else _commented(text, start)
    advice = f"write {near}" if near else "make the line a comment: xl has no such key"
    if capital:
        return mistake("upper-case-key", start, end, f"xl takes no capitals in a key: {shown(key)}", advice, fix)
    what = "there are no quotes around a key" if plain != key else _odd_character(plain)
    return mistake("bad-key", start, end, f"{shown(key)} is no key: {what}", advice, fix)


def _commented(text: str, start: int) -> Fix | None:
    """Make a comment of a setting that ends on its line."""
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end]
    return change("make it a comment", (start, start, "# ")) if line.count("[") == line.count("]") else None


def _odd_character(key: str) -> str:
    if not "a" <= key[:1].lower() <= "z":
        return "it must begin with a letter from a to z"
    odd = next(char for char in key if not re.match("[a-zA-Z0-9._]", char))
    name = f"{odd} (U+{ord(odd):04X})" if not odd.isascii() else odd
    return f"{name} is not allowed in it"


def bad_operator(key: str, op: str, start: int) -> Mistake:
    """Something else where = must stand."""
    fix = change("write =", (start, start + len(op), {":": " =", "=+": "+="}.get(op, "=")))
    summary = f"{op} does not assign a value: xl knows = and +="
    return mistake("wrong-operator", start, start + len(op), summary, f"write {key} = VALUE", fix)


# ---- lines


def continued(match: re.Match[str], *, inside: bool) -> Mistake:
    """A backslash at the end of a line."""
    start = match.start()
    fix = change("remove the backslash", (start, match.end(), "")) if inside else None
    advice = (
        "remove it: a list goes on over lines by itself"
        if inside
        else "write the value on one line, or add to it with +="
    )
    return mistake("line-continuation", start, start + 1, "xl does not go on behind a backslash", advice, fix)


def unopened(key: str, start: int, bracket: int) -> Mistake:
    """The end of a list that has no beginning."""
    fix = change("write [ in front", (start, start, "["))
    summary = f"] ends a list that has no beginning: [ is missing in front of the value of {key}"
    return mistake("stray-bracket", bracket, bracket + 1, summary, f"write {key} = [ ... ]", fix)


def behind(text: str, start: int, line_end: int, key: str) -> Mistake:
    """Something behind a value."""
    rest = text[start:line_end].rstrip()
    end = start + len(rest)
    if match := lexis.CONTINUED.match(text, start):
        return continued(match, inside=False)
    if lexis.CLOSING.fullmatch(rest):
        fix = change("remove it", (start, end, ""))
        return mistake("stray-bracket", start, end, f"{rest} closes nothing", "remove it", fix)
    if rest == ",":
        fix = change("remove the comma", (start, end, ""))
        return mistake("text-after-value", start, end, "a comma ends no setting", "remove it", fix)
    if comment := lexis.OTHER_COMMENT.match(rest):
        fix = change("write #", (start, start + len(comment[0].rstrip()), "#"))
        return mistake(
            "wrong-comment", start, end, f"{comment[0].strip()} begins no comment for xl", "begin it with #", fix
        )
    if (setting := lexis.SETTING.match(rest)) is not None:
        blank = start
        while text[blank - 1] in " \t":
            blank -= 1
        fix = change("put it on a line of its own", (blank, start, "\n"))
        summary = f"the setting of {setting[1]} stands on the same line as that of {key}"
        return mistake("text-after-value", start, end, summary, "put it on a line of its own, or a ; between them", fix)
    if rest[0] in "\"'":
        summary = f"a second text stands behind the value of {key}: xl does not join them"
        return mistake("text-after-value", start, end, summary, "write one text, or a list: [ 'a', 'b' ]")
    what = "this" if is_secret(key) else shown(rest.partition("#")[0].rstrip())
    fix = change("make it a comment", (start, start, "# " if text[start - 1] in " \t" else "  # "))
    summary = f"{what} stands behind the value of {key}, where nothing may"
    return mistake("text-after-value", start, end, summary, "remove it, or put # in front of it", fix)


# ---- values


def no_comma(text: str, start: int, last: int) -> Mistake:
    """An item right behind another one."""
    match = lexis.STRING.match(text, start) or re.compile(r"[^\s,\]]*").match(text, start)
    end = max(start + 1, match.end() if match else 0)
    fix = change("put a comma between them", (last, last, ","))
    summary = "a comma is missing in front of this item"
    return mistake("missing-comma", start, end, summary, "put a comma between the items of a list", fix)


def prefix(match: re.Match[str]) -> Mistake:
    """A letter in front of a quote, as in Python."""
    fix = change(f"remove the {match[0]}", (*match.span(), ""))
    summary = f"{match[0]} in front of a quote is Python"
    return mistake("unquoted-text", *match.span(), summary, "remove the letter", fix)


def sized(key: str, word: str, start: int) -> Mistake:
    """A number with a unit behind it."""
    found = declared(key)
    number = number_meant(word, found) if found else ""
    end = start + len(word)
    advice, fix = f"{key} takes a number alone", None
    if found and number:
        advice, fix = f"write {number}: {key} is in {found.unit}", change(f"write {number}", (start, end, number))
    elif found and found.unit:
        advice = f"write a whole number of {found.unit}"
    elif found is None or not is_numeric(found):
        advice, fix = "put it in quotes, or write the number alone", quoted(word, start)
    return mistake("number-with-unit", start, end, f"{word} is no number: xl takes no unit behind one", advice, fix)


def unquoted(key: str, word: str, start: int, *, in_list: bool) -> Mistake:
    """A value that is neither in quotes nor a number."""
    end = start + len(word)
    if placeholders.fills(word):
        what = "here" if is_secret(key) else shown(word)
        summary = f"{what} stands a placeholder of a template" if is_secret(key) else f"{what} is a placeholder"
        return mistake("template-text", start, end, f"{summary}: xl fills in nothing", "write the value itself")
    if _SIGNED.fullmatch(word):
        return _signed(key, word, start)
    if _HEX.fullmatch(word):
        fix = change("write it in small letters", (start, end, word.lower()))
        summary = f"xl takes small letters alone in a number: {shown(word)}"
        return mistake("upper-case-hex", start, end, summary, f"write {word.lower()}", fix)
    if is_size(word):
        return sized(key, word, start)
    found = declared(key)
    if found and is_numeric(found) and not in_list:
        return _no_number(found, word, start)
    if word in _CONSTANTS and not (found and "string" in found.kind.name) and not in_list:
        return _constant(word, start)
    what = "the value" if is_secret(key) else shown(word)
    summary = f"{what} is a text without quotes"
    return mistake("unquoted-text", start, end, summary, "put it in quotes", quoted(word, start))


def _constant(word: str, start: int) -> Mistake:
    number = _CONSTANTS[word]
    fix = change(f"write {number}", (start, start + len(word), number))
    summary = f"{word} is Python: xl knows 1 and 0"
    return mistake("unquoted-text", start, start + len(word), summary, f"write {number}", fix)


def _no_number(key: Key, word: str, start: int) -> Mistake:
    """A word where a number must stand."""
    end, number = start + len(word), number_meant(word, key)
    if not number:
        summary = f"{shown(word)} is no number, and without quotes it is no text"
        return mistake("unquoted-text", start, end, summary, f"{key.name} takes a number")
    fix = change(f"write {number}", (start, end, number))
    return mistake("unquoted-text", start, end, f"{shown(word)} is no number to xl", f"write {number}", fix)


def computed(text: str, start: int) -> Mistake | None:
    """A sum or product of plain numbers."""
    match = _TERM.match(text, start)
    if match is None:
        return None
    number = str(_value(match[0]))
    end = start + len(match[0])
    fix = change(f"write {number}", (start, end, number))
    summary = f"{shown(match[0])} is to be computed, and xl computes nothing"
    return mistake("unquoted-text", start, end, summary, f"write {number}", fix)


def _value(term: str) -> int:
    """The value of a sum of products."""
    return sum(math.prod(int(factor) for factor in product.split("*")) for product in term.split("+"))


def grouped(text: str, start: int, number_at: int, key: str) -> Mistake | None:
    """A number with commas between its thousands."""
    found = declared(key)
    match = _GROUPS.match(text, number_at)
    if match is None or found is None or not is_numeric(found):
        return None
    number = match[0].replace(",", "")
    fix = change(f"write {number}", (number_at, match.end(), number))
    return mistake("text-after-value", start, match.end(), "xl takes no comma in a number", f"write {number}", fix)


def _signed(key: str, word: str, start: int) -> Mistake:
    end = start + len(word)
    if word[0] == "+":
        fix = change("remove the sign", (start, start + 1, ""))
        return mistake("negative-number", start, end, "xl takes no sign in front of a number", f"write {word[1:]}", fix)
    found = declared(key)
    if found is not None and is_numeric(found) and not takes_negative(key):
        advice = "write 1 for on, 0 for off" if is_switch(found) else "write a positive number"
        return mistake("negative-number", start, end, f"{word}: {key} cannot be negative", advice)
    fix = quoted(word, start)
    summary = f"xl takes a negative number in quotes only: {word}"
    return mistake("negative-number", start, end, summary, f'write "{word}"', fix)
