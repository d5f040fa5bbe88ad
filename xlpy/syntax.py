"""The only reader of the grammars: text -> nodes with spans, and diagnostics in xl's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.differences import NUL_BYTE
from xlpy.lalr import END, ExhaustedError, Parser, Tables, Token
from xlpy.nodes import Atom, ListNode, Pair, Setting, Value, unescape
from xlpy.plain import plain_settings
from xlpy.source import Source, Span
from xlpy.tables import DISK, KEYVALUE, XLCFG

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Atom",
    "ListNode",
    "Pair",
    "Parsed",
    "Setting",
    "Token",
    "Value",
    "comments",
    "parse",
    "scan_config",
    "scan_disk",
    "scan_pairs",
]


class Parsed(NamedTuple):
    """The settings of a text in order, and what is wrong with it."""

    settings: tuple[Setting, ...]
    diagnostics: tuple[Diagnostic, ...]


PYTHON_HINT = (
    "warning: Config file looks like it contains Python code.",
    "warning:  Arbitrary Python is no longer supported.",
    "warning:  See https://wiki.xen.org/wiki/PythonInXlConfig",
)

_TOKEN_NAMES = {
    "$END": "$end",
    "_NL": "NEWLINE",
    "_SEMICOLON": "';'",
    "_COMMA": "','",
    "ASSIGN": "'='",
    "APPEND": "+=",
    "OPEN": "'['",
    "CLOSE": "']'",
}
"""What bison calls the tokens that it does not call by our names."""

_NEWLINES_THAT_COUNT = 5
"""After so many in a row more change nothing: an error is behind, and forgotten."""

_SYNTAX_ADVICE = {
    "IDENT": 'text must be quoted: name = "value"',
    "$END": "the file ends too early: look for a missing ] or value",
    "NUMBER": "put a comma between the items of a list, and quote sizes such as 1g",
    "STRING": "put a comma between the items of a list",
}

_LEXICAL_ADVICE = {
    "\r": "the file has DOS line ends: convert it with dos2unix",
    "\ufeff": "the file begins with a byte order mark: remove it",
    '"': "the quote is not closed on this line",
    "'": "the quote is not closed on this line",
    "#": "end the last line with a newline",
    "-": 'quote a negative number: "-1"',
}


def parse(source: Source) -> Parsed:
    """Read the text of a configuration file; broken lines are reported and skipped."""
    plain = plain_settings(source.text)
    if plain is not None:
        return Parsed(plain, ())
    reader = _Reader(source)
    reader.read()
    return Parsed(tuple(reader.settings), tuple(reader.diagnostics))


class _Reader:
    """One run of the LALR parser, telling errors as xl's own (bison) parser does."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.settings: list[Setting] = []
        self.diagnostics: list[Diagnostic] = []
        self._parser = Parser(XLCFG, self._build)
        self._python = False
        self._lexical_line = 0  # the line of the last lexical error: xl says nothing more about it
        self._mute = False  # xl's parser has given up; we go on in silence, for the linter
        self._lost = ""  # a lone last character, which xl's scanner loses
        self._quiet = 0  # tokens to accept after an error before the next one is told

    def read(self) -> None:
        """Feed the tokens one by one; after an error skip to the end of the line."""
        token = Token(END, "", 0)
        try:
            newlines = 0
            for token in _tokens(self.source.text):
                newlines = newlines + 1 if token.kind == "_NL" else 0
                if newlines <= _NEWLINES_THAT_COUNT:
                    self._take(token)
            self._take(Token(END, "", token.start))
        except ExhaustedError:
            self._report("too-deep", token, "memory exhausted", "lists are nested too deeply")
        if self._python and self.diagnostics:
            self._say("python-code", Span(0, 0), "this looks like Python code, which xl does not run", PYTHON_HINT)

    def _take(self, token: Token) -> None:
        if token.kind == "BAD":
            self._lexical_error(token)
            return
        if token.kind == "STRING" and not self.diagnostics and ("\\" in token.text or "\0" in token.text):
            self._check_string(token)
        if not self._feed(token):
            self._parser = Parser(XLCFG, self._build)
            self._feed(token)
            self._mute = True

    def _feed(self, token: Token) -> bool:
        """Bison's way: an error is told when three tokens fitted since the last one; False when bison gives up."""
        parser = self._parser
        if parser.feed(token.kind, token):
            self._quiet = max(0, self._quiet - 1)
            return True
        if self._quiet == 3:
            return True  # it belongs to the line that is skipped
        if not self._quiet:
            self._syntax_error(token, parser.expected())
        self._quiet = 3
        return parser.recover() and self._feed(token)

    # ---- what is wrong

    def _say(self, code: str, span: Span, summary: str, lines: tuple[str, ...], advice: str = "") -> None:
        self.diagnostics.append(
            Diagnostic(
                code=code,
                severity=Severity.ERROR,
                summary=summary,
                advice=advice,
                source=self.source,
                span=span,
                xl_lines=lines,
            )
        )

    def _report(self, code: str, token: Token, message: str, advice: str) -> None:
        """One line in xl's words; nothing after a lexical error of the same line."""
        at_end = token.kind == END
        line = self.source.line(token.start)
        shown = line - token.text.endswith("\n")
        if token.kind == "BAD" and _is_a_byte(token.text) and self.source.text.startswith("\n", token.end):
            line += 1  # xl's scanner has counted the newline already
        if line <= self._lexical_line:
            return
        if code in ("lexical-error", NUL_BYTE.code):
            self._lexical_line = line
        near = (self._lost if at_end else token.text).rstrip(" \t\n").partition("\0")[0]
        place = "<newline>" if token.text == "\n" else f"`{near}'"
        text = f"{self.source.name}:{shown}: config parsing error near {place}: {message}"
        end = len(self.source.text)
        span = Span(end, end) if at_end else Span(token.start, token.end)
        self._say(code, span, message, () if self._mute else (text,), advice)

    def _lexical_error(self, token: Token) -> None:
        first = token.text[0]
        self._python |= first in "+-.():" and not self._mute
        if _is_a_byte(token.text) and token.end == len(self.source.text):
            self._lost = token.text
            return
        capital = "keys and hexadecimal digits are lower-case, text stands in quotes" if first.isupper() else ""
        self._report("lexical-error", token, "lexical error", _LEXICAL_ADVICE.get(first, capital))

    def _syntax_error(self, token: Token, expected: list[str]) -> None:
        unexpected, *fits = (_TOKEN_NAMES.get(kind, kind) for kind in (token.kind, *expected))
        message = f"syntax error, unexpected {unexpected}, expecting {' or '.join(fits)}"
        self._report("syntax-error", token, message, _SYNTAX_ADVICE.get(token.kind, ""))

    def _check_string(self, token: Token) -> None:
        if "\0" in token.text:
            self._report(NUL_BYTE.code, token, NUL_BYTE.line, "remove the null byte")
            return
        try:
            unescape(token.text[1:-1], 0)
        except ValueError as error:
            self._report("lexical-error", token, str(error), 'write a backslash as "\\\\"')

    # ---- nodes

    def _build(self, name: str, parts: list[Any]) -> Any:
        """The node of a rule of grammar/xlcfg.lark."""
        if name == "list":
            return ListNode(tuple(map(_value, parts[1:-1])), Span(parts[0].start, parts[-1].end))
        if name == "setting":
            key, operator, value = parts
            self.settings.append(Setting(key.text, Span(key.start, key.end), operator.kind == "APPEND", _value(value)))
        return None


def _tokens(text: str) -> Iterator[Token]:
    """The tokens of a file. In a last line without an end each `#` would be followed up to there in vain."""
    last = text.rfind("\n") + 1
    yield from XLCFG.scan(text, 0, last)
    unended = text.find("#", last) >= 0
    tables = Tables(**{**vars(XLCFG), "pattern": XLCFG.pattern.replace("(#[^\n]*)?", "")}) if unended else XLCFG
    yield from tables.scan(text, last)


def _is_a_byte(text: str) -> bool:
    """Whether the text is one byte in the file: a character of ASCII, or what is no UTF-8."""
    return len(text) == 1 and (text.isascii() or "\udc80" <= text <= "\udcff")


def _value(part: Token | ListNode) -> Value:
    if isinstance(part, ListNode):
        return part
    span = Span(part.start, part.end)
    if part.kind == "NUMBER":
        return Atom(part.text, span, quoted=False)
    try:
        text, escapes = unescape(part.text[1:-1], part.start + 1)
    except ValueError:
        return Atom("", span, quoted=True)  # xl takes a string with a bad escape for none
    return Atom(text, span, quoted=True, escapes=escapes)


def comments(text: str) -> Iterator[Span]:
    """The places of the comments, each from its # to before the end of the line."""
    for token in XLCFG.scan(text):
        if token.kind == "_NL" and token.text != "\n":
            yield Span(token.start, token.end - 1)


def scan_config(text: str) -> Iterator[Token]:
    """The tokens of a file without errors; a comment stands in the `_NL` that ends its line."""
    return XLCFG.scan(text)


def scan_disk(text: str, start: int = 0) -> Iterator[Token]:
    """The pieces of a disk spec from an offset on; their kinds are the terminals of grammar/disk.lark.

    Any pieces in any order are a spec, so scanning is all there is to it.
    """
    return DISK.scan(text, start)


def scan_pairs(text: str) -> tuple[Pair, ...]:
    """The items of a vif, vfb ... spec between commas; any items in any order are a spec."""
    pairs = []
    for match in KEYVALUE.scanner.finditer(text):
        if match.lastgroup != "_COMMA":
            written = match[0].lstrip(" ")
            name, equals, value = written.partition("=")
            pairs.append(Pair(name, value if equals else None, written, match.end() - len(written)))
    return tuple(pairs)
