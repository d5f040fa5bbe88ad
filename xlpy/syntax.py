"""The only reader of grammar/: text -> nodes with spans, and diagnostics in xl's words."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lark import Lark, Token, Transformer, Tree, UnexpectedToken

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark.parsers.lalr_interactive_parser import InteractiveParser
    from lark.parsers.lalr_parser_state import ParserState


class Atom(NamedTuple):
    """A string or a number, both text to xl. `escapes` lists (offset in text, offset in source) after each escape."""

    text: str
    span: Span
    quoted: bool
    escapes: tuple[tuple[int, int], ...] = ()

    def inside(self, start: int, end: int) -> Span:
        """The span in the source of text[start:end]."""
        return Span(self._offset(start), self._offset(end))

    def _offset(self, index: int) -> int:
        base_text, base_source = 0, self.span.start + self.quoted
        for text_at, source_at in self.escapes:
            if text_at > index:
                break
            base_text, base_source = text_at, source_at
        return base_source + index - base_text


class ListNode(NamedTuple):
    """A list of values."""

    items: tuple[Value, ...]
    span: Span


Value = Atom | ListNode


class Setting(NamedTuple):
    """KEY = VALUE or KEY += VALUE."""

    name: str
    name_span: Span
    append: bool
    value: Value

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.value.span.end


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
    "IDENT": "IDENT",
    "STRING": "STRING",
    "NUMBER": "NUMBER",
    "_NL": "NEWLINE",
    "_SEMICOLON": "';'",
    "_COMMA": "','",
    "ASSIGN": "'='",
    "APPEND": "+=",
    "OPEN": "'['",
    "CLOSE": "']'",
}

# what xl's parser says it expects: its tables know less than they could, so this is by place, not by what fits
_EXPECTED = (
    ("IDENT", "$end or IDENT or NEWLINE or ';'"),
    ("ASSIGN", "+= or '='"),
    ("CLOSE", "']'"),
    ("STRING", "STRING or NUMBER or '['"),
    ("$END", "$end"),
)

_ADVICE = {
    "IDENT": 'text must be quoted: name = "value"',
    "$END": "the file ends too early: look for a missing ] or value",
    "NUMBER": "put a comma between the items of a list, and quote sizes such as 1g",
    "STRING": "put a comma between the items of a list",
}

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@cache
def grammar_text(name: str) -> str:
    """The text of grammar/NAME.lark, from the wheel or from the checkout."""
    packaged = resources.files("xlpy") / "grammar" / f"{name}.lark"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / "grammar" / f"{name}.lark").read_text(encoding="utf-8")


def parse(source: Source) -> Parsed:
    """Read the text of a configuration file; broken lines are reported and skipped."""
    reader = _Reader(source)
    settings = reader.read()
    return Parsed(settings, tuple(reader.diagnostics))


class _Reader:
    """One run of the LALR parser, with the recovery of xl's own (bison) parser."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self._python = False
        self._lexical_line = 0  # the line of the last lexical error: xl says nothing more about it
        self._stopped = False  # xl's parser ends at a surplus word after a value: it tells nothing behind it
        self._lost = ""  # a lone last character, which xl's scanner loses
        self._quiet = 0  # tokens to accept after an error before the next one is told

    def read(self) -> tuple[Setting, ...]:
        """Feed the tokens one by one; after an error skip to the end of the line, like `error NEWLINE` in bison."""
        interactive = _config_parser().parse_interactive(self.source.text)
        state = interactive.parser_state
        token = Token("_NL", "", 0, 1, 1, 1, 1, 0)
        for token in _tokens(interactive):
            if token.type == "BAD":
                self._lexical_error(token)
                continue
            if token.type == "STRING" and "\\" in token and not self.diagnostics:
                self._check_string(token)
            try:
                state.feed_token(token)
            except UnexpectedToken:
                if self._quiet < 3:  # else it belongs to a line that is skipped
                    self._syntax_error(interactive, token)
                    self._skip_line(state, token)
            else:
                self._quiet = max(0, self._quiet - 1)
        end = Token.new_borrow_pos("$END", "", token)
        try:
            state.feed_token(end, True)
        except UnexpectedToken:
            if self._quiet < 3:
                self._syntax_error(interactive, end)
        self._hint()
        return tuple(_settings(state.value_stack))

    def _skip_line(self, state: ParserState[int], token: Token) -> None:
        """Drop what was begun of the statement; the grammar then takes nothing but the end of the line."""
        while "BAD" not in state.parse_conf.states[state.state_stack[-1]]:
            state.state_stack.pop()
            state.value_stack.pop()
        state.feed_token(Token.new_borrow_pos("BAD", str(token), token))
        self._quiet = 3
        if token.type == "_NL":
            state.feed_token(token)
            self._quiet = 2

    def _hint(self) -> None:
        if self._python and self.diagnostics:
            self._stopped = False
            self._say("python-code", Span(0, 0), "this looks like Python code, which xl does not run", PYTHON_HINT)

    def _say(self, code: str, span: Span, summary: str, lines: tuple[str, ...], advice: str = "") -> None:
        self.diagnostics.append(
            Diagnostic(
                code=code,
                severity=Severity.ERROR,
                summary=summary,
                advice=advice,
                source=self.source,
                span=span,
                xl_lines=() if self._stopped else lines,
            )
        )

    def _report(self, code: str, token: Token, message: str, advice: str = "") -> None:
        """One line in xl's words; nothing after a lexical error of the same line."""
        at_end = token.type == "$END"
        line = token.line or 1
        shown = line - token.endswith("\n")
        if token.type == "BAD" and len(token) == 1 and self.source.text.startswith("\n", token.end_pos):
            line += 1  # xl's scanner has counted the newline already
        if line <= self._lexical_line:
            return
        if code == "lexical-error":
            self._lexical_line = line
        near = (self._lost if at_end else token).rstrip(" \t\n").partition("\0")[0]
        place = "<newline>" if token == "\n" else f"`{near}'"
        prefix = f"{self.source.name}:{shown}: config parsing error near {place}: "
        span = Span(len(self.source.text), len(self.source.text)) if at_end else _span(token)
        self._say(code, span, message, (prefix + message,), advice)

    def _lexical_error(self, token: Token) -> None:
        self._python |= token[0] in "+-.():" and not self._stopped
        if len(token) > 1 or token.end_pos != len(self.source.text):
            self._report("lexical-error", token, "lexical error", _lexical_advice(token))
        else:
            self._lost = str(token)

    def _syntax_error(self, interactive: InteractiveParser, token: Token) -> None:
        """A token that does not fit; quiet while the parser has not found its feet after the last one."""
        fits: set[str] = interactive.accepts()  # type: ignore[no-untyped-call]  # lark has no type for it
        expected = next(words for name, words in _EXPECTED if name in fits)
        message = f"syntax error, unexpected {_TOKEN_NAMES[token.type]}, expecting {expected}"
        if not self._quiet:
            self._report("syntax-error", token, message, _ADVICE.get(token.type, ""))
        self._stopped |= expected == "$end"

    def _check_string(self, token: Token) -> None:
        try:
            _unescape(token[1:-1], 0)
        except ValueError as error:
            self._report("lexical-error", token, str(error), 'write a backslash as "\\\\"')


class _Nodes(Transformer[Token, tuple[Setting, ...]]):
    """Makes nodes of what the grammar finds."""

    def start(self, children: list[Setting | None]) -> tuple[Setting, ...]:
        """The whole text."""
        return tuple(child for child in children if isinstance(child, Setting))

    def setting(self, children: list[Token | ListNode]) -> Setting:
        """KEY, operator, value."""
        name, operator, raw = children
        assert isinstance(name, Token)
        assert isinstance(operator, Token)
        return Setting(str(name), _span(name), operator.type == "APPEND", _value(raw))

    def list(self, children: list[Token | ListNode | None]) -> ListNode:
        """[ values ]"""
        opening, closing = children[0], children[-1]
        assert isinstance(opening, Token)
        assert isinstance(closing, Token)
        items = tuple(_value(child) for child in children[1:-1] if child is not None)
        return ListNode(items, Span(_span(opening).start, _span(closing).end))


def _settings(stack: list[object]) -> Iterator[Setting]:
    """The settings that the parser has found, also where the text ends too early."""
    for value in stack:
        if isinstance(value, Setting):
            yield value
        elif isinstance(value, Tree):
            yield from _settings(value.children)
        elif isinstance(value, tuple) and not isinstance(value, Atom | ListNode):
            yield from _settings(list(value))


def _tokens(interactive: InteractiveParser) -> Iterator[Token]:
    tokens: Iterator[Token] = interactive.lexer_thread.lex(interactive.parser_state)  # type: ignore[no-untyped-call]
    return tokens


def _value(child: Token | ListNode) -> Value:
    if isinstance(child, ListNode):
        return child
    text = str(child)
    if child.type == "NUMBER":
        return Atom(text, _span(child), quoted=False)
    try:
        decoded, escapes = _unescape(text[1:-1], (child.start_pos or 0) + 1)
    except ValueError:
        decoded, escapes = "", ()
    return Atom(decoded, _span(child), quoted=True, escapes=escapes)


def _unescape(text: str, offset: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The value of a quoted text, and where its escapes stand; ValueError in xl's words."""
    if "\\" not in text:
        return text, ()
    pieces: list[str] = []
    escapes: list[tuple[int, int]] = []
    length = at = 0
    for match in re.finditer(r"\\(.)", text):
        if match.start() < at:
            continue
        pieces.append(text[at : match.start()])
        char, at = match[1], match.end()
        if char in _ESCAPES:
            pieces.append(_ESCAPES[char])
        elif char in "\\'\"":
            pieces.append(char)
        elif char in "01234567x":
            at = _skip_numeric(text, match.start(1))
        else:
            raise ValueError("invalid character after backlash in quoted string")
        length = sum(map(len, pieces))
        escapes.append((length, offset + at))
    pieces.append(text[at:])
    return "".join(pieces), tuple(escapes)


def _skip_numeric(text: str, at: int) -> int:
    """Numeric escapes: xl drops three and more decimal digits, and refuses everything else."""
    digits = re.compile(r"[0-9]{3,}").match(text, at)
    if digits is not None:
        return digits.end()
    kind = "hex" if text[at] == "x" else "octal"
    raise ValueError(f"invalid digit after backslash {kind}numerical character escape in quoted string")


def _lexical_advice(text: str) -> str:
    first = text[0]
    if first == "\r":
        return "the file has DOS line ends: convert it with dos2unix"
    if first == "\ufeff":
        return "the file begins with a byte order mark: remove it"
    if first in "\"'":
        return "the quote is not closed on this line"
    if first == "#":
        return "end the last line with a newline"
    if first in "-+":
        return 'quote a negative number: "-1"'
    if first.isupper():
        return "keys and hexadecimal digits are lower-case, text stands in quotes"
    return ""


def _span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


class Piece(NamedTuple):
    """A piece of a disk spec as written: `kind` is the terminal of grammar/disk.lark, `start` its offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


def scan_disk(text: str, start: int = 0) -> tuple[Piece, ...]:
    """The pieces of a disk spec from an offset on."""
    tree = _parser("disk").parse(text[start:])
    tokens = (token for token in tree.children if isinstance(token, Token))
    return tuple(Piece(token.type, str(token), start + _span(token).start) for token in tokens)


class Pair(NamedTuple):
    """NAME=VALUE of a vif and its kin, or a word (no value), with offsets in the spec; `text` is all of it."""

    name: str
    value: str | None
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


def scan_pairs(text: str) -> tuple[Pair, ...]:
    """The items between commas."""
    pairs = []
    for item in _parser("keyvalue").parse(text).find_pred(lambda tree: tree.data != "start"):
        tokens = [token for token in item.children if isinstance(token, Token)]
        written = "".join(tokens)
        stripped = written.lstrip(" ")
        start = _span(tokens[0]).start + len(written) - len(stripped)
        name, equals, value = stripped.partition("=")
        pairs.append(Pair(name, value if equals else None, stripped, start))
    return tuple(pairs)


@cache
def _parser(name: str) -> Lark:
    return Lark(grammar_text(name), parser="lalr", maybe_placeholders=False)


@cache
def _config_parser() -> Lark:
    return Lark(grammar_text("xlcfg"), parser="lalr", lexer="basic", maybe_placeholders=False, transformer=_Nodes())
