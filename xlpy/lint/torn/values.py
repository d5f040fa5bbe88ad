"""The values of a text that xl refuses: texts, numbers, lists, and what stands in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.lint.helpers.keyed import spec_keys
from xlpy.lint.torn import lexis, strings, words
from xlpy.lint.torn.mistake import change

if TYPE_CHECKING:
    from xlpy.lint.torn.walk import Walk

_DEEPEST = 40
"""A list inside of so many others is left to the parser."""
_ITEM = re.compile(r"[^\n\]\"'#]*")
_PLAIN_ITEM = re.compile(r"[^\n\],\"'#]*")
_LINE_VALUE = re.compile(r"[^\n#;]*")
_DIGITS = re.compile("[0-9a-fA-F]+")


def read(walk: Walk, depth: int) -> None:
    """Read one value; DEPTH counts the lists around it."""
    text, at = walk.text, walk.at
    if lexis.PYTHON_BRACKET.match(text, at) or (text[at] == "{" and depth):
        walk.python()  # a tuple or a dictionary
        walk.skip_line()
    elif text[at] == "[":
        _list(walk, depth)
    elif text[at] in "\"'" and text[at : at + 3] not in ('"""', "'''"):
        strings.read(walk, depth)
    elif smart := lexis.SMART_STRING.match(text, at):
        strings.smart(walk, smart)
    elif number := lexis.NUMBER.match(text, at):
        walk.at = number.end()
        if not depth:
            _unit(walk, number)
    else:
        _word(walk, depth)


def _unit(walk: Walk, number: re.Match[str]) -> None:
    """A unit behind a number, with a blank between them."""
    match = words.UNIT.match(walk.text, number.end())
    if match:
        walk.at = match.end()
        walk.found.append(words.sized(walk.key, walk.text[number.start() : match.end()], number.start()))


def _word(walk: Walk, depth: int) -> None:
    """Anything without quotes."""
    start = walk.at
    prefix = lexis.PYTHON_PREFIX.match(walk.text, start)
    if prefix:
        walk.found.append(words.prefix(prefix))
        walk.at = prefix.end()
        strings.read(walk, depth)
        return
    computed = None if depth else words.computed(walk.text, start)
    if computed is not None:
        walk.found.append(computed)
        walk.at = computed.finding.span.end
        return
    if lexis.PYTHON_VALUE.match(walk.text, start) or walk.is_variable(start):
        walk.python()
        _skip_item(walk) if depth else walk.skip_line()
        return
    for word, at in _words(walk, depth):
        walk.found.append(words.unquoted(walk.key, word, at, in_list=depth > 0))
    if walk.at == start:
        walk.at += 1


def _skip_item(walk: Walk) -> None:
    """Go behind an expression in a list."""
    match = re.compile(r"[^\n,\]]*").match(walk.text, walk.at)
    walk.at = max(walk.at + 1, match.end() if match else 0)


def _words(walk: Walk, depth: int) -> list[tuple[str, int]]:
    """The texts that want quotes from here on, each with its place."""
    start = walk.at
    if not depth:
        run = _LINE_VALUE.match(walk.text, start)
    elif walk.key in spec_keys():
        run = _ITEM.match(walk.text, start)
    else:
        run = _PLAIN_ITEM.match(walk.text, start)
    taken = run[0].rstrip(" \t\r,\\" if depth else " \t\r") if run else ""
    walk.at = start + len(taken)
    return [(taken, start)] if not depth else _split(taken, start)


def _split(run: str, start: int) -> list[tuple[str, int]]:
    """Specs between commas, where each is shaped like the first; else one spec with commas in it."""
    pieces = re.split(r"(,[ \t]+)", run)
    if len({_DIGITS.sub("0", piece) for piece in pieces[::2]}) > 1:
        return [(run, start)] if run else []
    found, at = [], start
    for index, piece in enumerate(pieces):
        if piece and not index % 2:
            found.append((piece, at))
        at += len(piece)
    return found


# ---- lists


def _list(walk: Walk, depth: int) -> None:
    """A list, up to its bracket or to where it must have ended."""
    if depth >= _DEEPEST:
        walk.at = len(walk.text)
        return
    start, before = walk.at, len(walk.found)
    walk.at += 1
    items = _Items(walk, depth)
    while items.take():
        pass
    if len(walk.found) > before:
        walk.cover(before, start, walk.at if depth else walk.next_content())


class _Items:
    """The inside of a list."""

    def __init__(self, walk: Walk, depth: int) -> None:
        """The reading stands behind the bracket."""
        self.walk = walk
        self.depth = depth
        self.start = walk.at - 1
        self.last = walk.at  # behind the last item or comma
        self.comma = True  # an item may come

    def take(self) -> bool:
        """Take what comes next; False when the list ends there."""
        walk = self.walk
        walk.blanks()
        if walk.at >= len(walk.text) or (_at_line_start(walk) and _is_setting(walk)):
            self._unclosed()
            return False
        char = walk.text[walk.at]
        if char in ",;":
            self._separator(char)
        elif char in "\n#":
            walk.at = walk.line_end() if char == "#" else walk.at + 1
        elif char == "]":
            walk.at += 1
            return False
        else:
            self._item()
        return True

    def _separator(self, char: str) -> None:
        at = self.walk.at
        if char == ";":
            summary, advice = "; does not separate items", "write a comma"
            self.walk.note("missing-comma", at, at + 1, summary, advice, change(advice, (at, at + 1, ",")))
        elif self.comma:
            summary, advice = "no value stands in front of this comma", "remove the comma"
            self.walk.note("missing-value", at, at + 1, summary, advice, change(advice, (at, at + 1, "")))
        self.walk.at = self.last = at + 1
        self.comma = True

    def _item(self) -> None:
        walk = self.walk
        if continued := lexis.CONTINUED.match(walk.text, walk.at):
            walk.found.append(words.continued(continued, inside=True))
            walk.at = continued.end()
        elif not self.comma and lexis.PYTHON_OPERATOR.match(walk.text, walk.at):
            walk.python(self.last)
            _skip_item(walk)
        else:
            if not self.comma:
                walk.found.append(words.no_comma(walk.text, walk.at, self.last))
            read(walk, self.depth + 1)
            self.last, self.comma = walk.at, False

    def _unclosed(self) -> None:
        text, start, last, closing = self.walk.text, self.start, self.last, "]"
        if self.walk.found and self.walk.found[-1].code == "unclosed-list":
            inner = self.walk.found[-1].finding
            if inner.span.start > start and inner.fix is not None:
                closing += inner.fix.edits[0].text
                self.walk.found.pop()
        end = text.find("\n", start)
        line = text[start : len(text) if end < 0 else end].rstrip()
        fix = change("close it behind the last item", (last, last, closing))
        summary, advice = "this list is not closed", f"write {closing} behind its last item"
        self.walk.note("unclosed-list", start, start + len(line), summary, advice, fix)
        self.walk.cover(len(self.walk.found) - 1, start)
        self.walk.at = last


def _at_line_start(walk: Walk) -> bool:
    at = walk.at
    while at and walk.text[at - 1] in " \t":
        at -= 1
    return not at or walk.text[at - 1] == "\n"


def _is_setting(walk: Walk) -> bool:
    """Whether the next line can only be a setting: a known key, or a value that is none of a spec."""
    match = lexis.SETTING.match(walk.text, walk.at)
    if match is None:
        return False
    return match[1] in vocabulary.key_names() or walk.text[match.end() : match.end() + 1] in ("[", '"', "'")
