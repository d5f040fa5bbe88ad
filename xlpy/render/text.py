"""Diagnostics as text for people: the place, what is wrong, the line with a mark under it, the way out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.diagnostic import Diagnostic
    from xlpy.source import Source, Span

EXCERPT_WIDTH = 100
STYLES = {"error": "bold red", "warning": "yellow", "advice": "cyan"}


def printable(text: str) -> str:
    """Text from files and hosts made fit for a terminal: what is not printable is shown as an escape."""
    return text if text.isprintable() else "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, see Source
        return f"\\x{code - 0xDC00:02x}"
    return ascii(char)[1:-1]


def diagnostic_lines(diagnostic: Diagnostic) -> list[str]:
    """One finding: PLACE: severity: summary [code], the excerpt, the advice."""
    place = f"{printable(diagnostic.place)}: " if diagnostic.place else ""
    level = diagnostic.severity.name.lower()
    lines = [f"{place}{level}: {printable(diagnostic.summary)} [{diagnostic.code}]"]
    if diagnostic.source is not None and diagnostic.span is not None:
        lines += excerpt(diagnostic.source, diagnostic.span)
    if diagnostic.advice:
        lines.append(f"    help: {printable(diagnostic.advice)}")
    return lines


def excerpt(source: Source, span: Span) -> list[str]:
    """The line where a span begins, with carets under the span; of a long line only what is near."""
    number = source.line(span.start)
    return carets(number, source.line_text(number), source.column(span.start) - 1, span.end - span.start)


def carets(number: int, text: str, first: int, length: int) -> list[str]:
    """A line with its number, and carets under the LENGTH characters from offset FIRST on."""
    last = max(first + 1, min(len(text), first + length))
    shift = max(0, first - EXCERPT_WIDTH // 2) if len(text) > EXCERPT_WIDTH else 0
    last = min(last, shift + EXCERPT_WIDTH)
    before, marked = (printable(text[a:b]) for a, b in ((shift, first), (first, last)))
    after = printable(text[last : shift + EXCERPT_WIDTH])
    gutter = f"{number:5} | "
    return [
        f"{gutter}{before}{marked}{after}",
        f"{'':{len(gutter) - 2}}| {'':{width(before)}}{'^' * max(1, width(marked))}",
    ]


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def render_plain(diagnostics: Iterable[Diagnostic]) -> str:
    """All findings as plain text."""
    return "".join(f"{line}\n" for diagnostic in diagnostics for line in diagnostic_lines(diagnostic))


def render_colour(diagnostics: Iterable[Diagnostic]) -> str:
    """All findings with colours, for a terminal."""
    return paint((diagnostic.severity.name.lower(), diagnostic_lines(diagnostic)) for diagnostic in diagnostics)


def paint(findings: Iterable[tuple[str, list[str]]]) -> str:
    """Findings, each with its level and lines, with colours: the level in the first line, and the carets."""
    import io

    from rich.console import Console
    from rich.text import Text

    console = Console(file=io.StringIO(), force_terminal=True, highlight=False)
    with console.capture() as captured:
        for level, (head, *rest) in findings:
            styled = Text(head)
            styled.highlight_words([f"{level}:"], STYLES[level])
            console.print(styled, soft_wrap=True)
            for line in rest:
                marks = line.lstrip(" |").startswith("^")
                console.print(Text(line, style=STYLES[level] if marks else ""), soft_wrap=True)
    return captured.get()
