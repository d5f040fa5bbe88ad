"""A text that xl refuses, read as its writer meant it: line by line, with what is wrong in each."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.lint.helpers.keyed import declared, is_secret
from xlpy.lint.rule import Finding
from xlpy.lint.torn import lexis, strays, values, words
from xlpy.lint.torn.mistake import Mistake, change, shown
from xlpy.source import Span
from xlpy.syntax import scan_config

if TYPE_CHECKING:
    from xlpy.diagnostic import Fix


@lru_cache(maxsize=1)
def mistakes(text: str) -> tuple[Mistake, ...]:
    """What is wrong with a text, in its order; nothing in one that xl's parser takes."""
    walk = Walk(text[:-1] if _ends_with_nothing(text) else text)
    walk.read()
    return tuple(walk.found)


def _ends_with_nothing(text: str) -> bool:
    """Whether a text ends with one byte that fits nowhere, which xl's scanner loses at the end of a file."""
    *_, last = (None, *scan_config(text))
    if last is None or last.kind != "BAD" or last.end < len(text):
        return False
    return len(last.text) == 1 and (last.text.isascii() or "\udc80" <= last.text <= "\udcff")


class Walk:
    """One reading of a text; `at` is how far it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.key = ""
        self.found: list[Mistake] = []
        self._odd: set[int] = set()

    def read(self) -> None:
        """Read it all."""
        while self.at < len(self.text):
            self.blanks()
            if self.text[self.at : self.at + 1] in ("\n", ";"):
                self.at += 1
            elif self.at < len(self.text):
                self._line()

    # ---- notes

    def note(self, code: str, start: int, end: int, summary: str, advice: str, fix: Fix | None = None) -> None:
        """Note a mistake."""
        self.found.append(Mistake(code, Finding(Span(start, end), summary, advice, fix)))

    def cover(self, count: int, start: int, end: int = 0) -> None:
        """Let the mistakes behind the first COUNT explain what the parser says from START up to END, or to here."""
        for index in range(count, len(self.found)):
            code, finding = self.found[index]
            ends = max(end or self.at, (finding.covers or finding.span).end)
            self.found[index] = Mistake(code, finding._replace(covers=Span(min(start, finding.span.start), ends)))

    # ---- the text

    def blanks(self) -> None:
        """Go over blanks, and over what only looks like one."""
        start = self.at
        self.at = lexis.BLANKS.match(self.text, start).end()  # type: ignore[union-attr]  # it fits anywhere
        if not self.text[start : self.at].isascii():
            self._note_odd(start)

    def _note_odd(self, start: int) -> None:
        for match in lexis.ODD_BLANKS.finditer(self.text, start, self.at):
            if match.start() and match.start() not in self._odd:
                self._odd.add(match.start())
                self.found.append(words.odd_blank(match))

    def line_end(self) -> int:
        """The offset of the end of this line."""
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def next_content(self) -> int:
        """The offset of the next setting: where the parser notices that it has lost the end of a list."""
        match = lexis.NO_CONTENT.match(self.text, self.line_end())
        return match.end() if match else len(self.text)

    @cached_property
    def _assigned(self) -> frozenset[str]:
        return frozenset(lexis.ASSIGNED.findall(self.text)) - vocabulary.key_names()

    def is_variable(self, start: int) -> bool:
        """Whether a value is a name to which the text assigns something, and to xl no key."""
        match = lexis.NAME_ALONE.match(self.text, start)
        return match is not None and match[1] in self._assigned

    def skip_line(self) -> None:
        """Go to the end of this line."""
        self.at = self.line_end()

    def looking_at(self, text: str) -> bool:
        """Whether this text comes next."""
        return self.text.startswith(text, self.at)

    # ---- settings

    def _line(self) -> None:
        """What stands on a line: a comment, a setting, or neither."""
        self.key = ""
        if self.looking_at("#"):
            self.skip_line()
        elif lexis.PYTHON_LINE.match(self.text, self.at) and not lexis.SETTING.match(self.text, self.at):
            self.python()
            self.skip_line()
        else:
            head = lexis.HEAD.match(self.text, self.at)
            if head is None or not head["op"]:
                self._no_setting()
            else:
                self._setting(head.start("key"), head["key"], head.start("op"), head["op"])

    def _setting(self, start: int, key: str, op_at: int, op: str) -> None:
        self.key = key.strip("\"'").lower()
        before = len(self.found)
        if not lexis.IDENT.fullmatch(key):
            self.found.append(words.bad_key(self.text, key, start))
        if op not in ("=", "+="):
            self.found.append(words.bad_operator(key, op, op_at))
        self.at = start + len(key)
        self.blanks()
        self.at = op_at + len(op)
        self.blanks()
        if lexis.ENDED.match(self.text, self.at) or self.text[self.at] in ",]":
            self._no_value(start)
        else:
            values.read(self, depth=0)
            self._behind(op_at + len(op))
        if self.text.find("\n", start, self.at) >= 0:
            self.cover(before, start)

    def _no_value(self, start: int) -> None:
        """Nothing stands behind the operator; what stands on the next line may be meant."""
        ahead = self.at
        while ahead < len(self.text) and self.text[ahead] in " \t\r\n":
            ahead += 1
        if "\n" in self.text[self.at : ahead] and self.text[ahead : ahead + 1] in ("[", '"', "'"):
            summary = f"the value of {self.key} begins on the next line, which xl does not look at"
            fix = change("put it on the same line", (self.at, ahead, "" if self.text[self.at - 1] in " \t" else " "))
            self.note("missing-value", start, self.at, summary, "begin the value behind the =", fix)
            self.at = ahead
            values.read(self, depth=0)
            self.cover(len(self.found) - 1, start)
            return
        end = start + len(self.text[start : self.at].rstrip())
        self.note("missing-value", start, end, f"{self.key} has no value", 'write one, or "" for an empty text')
        self.at = self.at if lexis.ENDED.match(self.text, self.at) else self.line_end()

    def _behind(self, value_at: int) -> None:
        """What stands behind a value on its line."""
        self.blanks()
        if lexis.ENDED.match(self.text, self.at):
            return
        value_at = lexis.BLANKS.match(self.text, value_at).end()  # type: ignore[union-attr]  # it fits anywhere
        computed = words.computed(self.text, value_at) or words.grouped(self.text, self.at, value_at, self.key)
        if computed is not None:
            self.found.append(computed)
        elif lexis.PYTHON_OPERATOR.match(self.text, self.at):
            self.python(value_at)
        elif self._closes(value_at):
            self.found.append(words.unopened(self.key, value_at, self.at))
        elif self.looking_at(",") and self._more_values(value_at):
            return
        else:
            self.found.append(words.behind(self.text, self.at, self.line_end(), self.key))
        self.skip_line()

    def _closes(self, value_at: int) -> bool:
        """Whether a bracket comes next that ends the value of a key of lists, which none has begun."""
        match = lexis.CLOSING.match(self.text, self.at)
        key = declared(self.key)
        if match is None or key is None or "list" not in key.kind.name or self.text[value_at] == "[":
            return False
        return match[0].strip() == "]"

    def _more_values(self, value_at: int) -> bool:
        """Values with commas between them and no brackets around."""
        comma, before = self.at, len(self.found)
        setting = lexis.SETTING.match(self.text, lexis.BLANKS.match(self.text, comma + 1).end())  # type: ignore[union-attr]  # it fits anywhere
        if setting and setting[1] in vocabulary.key_names():
            fix = change("put it on a line of its own", (comma, setting.start(), "\n"))
            summary = f"a comma stands between the settings of {self.key} and {setting[1]}"
            self.note("text-after-value", comma, comma + 1, summary, "put each on a line of its own", fix)
            self.at = setting.start()
            self._line()
            return True
        while self.looking_at(","):
            self.at += 1
            self.blanks()
            if lexis.ENDED.match(self.text, self.at) or self._closes(value_at):
                break
            values.read(self, depth=1)
            self.blanks()
        if self._closes(value_at):
            del self.found[before:]
            self.found.append(words.unopened(self.key, value_at, self.at))
            self.at = self.line_end()
            return True
        if self.at <= comma + 1 or not self.text[comma + 1 : self.at].strip():
            self.at = comma
            return False
        fix = change("put brackets around them", (value_at, value_at, "["), (self.at, self.at, "]"))
        del self.found[before:]
        summary = f"{self.key} is given several values without brackets around them"
        self.note("text-after-value", comma, self.at, summary, "write a list: [ VALUE, VALUE ]", fix)
        return True

    def _no_setting(self) -> None:
        """A line that is neither a setting nor a comment."""
        mistake = strays.no_setting(self.text, self.at, self.line_end(), vocabulary.key_names())
        if mistake is not None:
            self.found.append(mistake)
        self.skip_line()

    def python(self, start: int | None = None) -> None:
        """Note that here stands Python."""
        start = self.at if start is None else start
        rest = self.text[start : self.line_end()].rstrip()
        code = rest.partition("#")[0].rstrip() or rest
        summary = "this is Python, which xl does not run"
        if not is_secret(self.key):
            summary += f": {shown(code)}"
        self.note("python-code", start, start + len(code), summary, "")
