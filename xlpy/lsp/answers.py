"""Answers in the protocol's words: what the modules beside this one found in an open text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.uris import from_fs_path

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.lint.engine import diagnose
from xlpy.lint.fixing import mend
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlpy.diagnostic import Edit
    from xlpy.lint.guest import Guest
    from xlpy.lint.rule import Rule
    from xlpy.lint.settings import LintSettings
    from xlpy.lsp.completion import Choice
    from xlpy.lsp.neighbours import Clash, Holder
    from xlpy.lsp.positions import Positions
    from xlpy.lsp.symbols import Symbol
    from xlpy.source import Span

SOURCE = "xlpy"
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.ADVICE: lsp.DiagnosticSeverity.Information,
}
_KINDS = {
    "key": lsp.CompletionItemKind.Property,
    "word": lsp.CompletionItemKind.Field,
    "value": lsp.CompletionItemKind.EnumMember,
}


class Document(Record):
    """A text that is open, as the linter reads it."""

    uri: str
    path: str
    version: int | None
    guest: Guest
    positions: Positions
    settings: LintSettings
    rules: list[Rule]

    def range(self, span: Span) -> lsp.Range:
        """A span in the protocol's words."""
        return _range(self.positions.at(span.start), self.positions.at(span.end))

    def offset(self, position: lsp.Position) -> int:
        """A position as an offset."""
        return self.positions.offset(position.line, position.character)

    def edits(self, edits: Iterable[Edit]) -> list[lsp.TextEdit]:
        """Edits in the protocol's words."""
        return [lsp.TextEdit(self.range(edit.span), edit.text) for edit in edits]


def _range(start: tuple[int, int], end: tuple[int, int]) -> lsp.Range:
    return lsp.Range(lsp.Position(*start), lsp.Position(*end))


def diagnostic(document: Document, finding: Diagnostic) -> lsp.Diagnostic:
    """A finding."""
    assert finding.span is not None
    related = [
        lsp.DiagnosticRelatedInformation(lsp.Location(document.uri, document.range(one.span)), one.what)
        for one in finding.related
    ]
    message = f"{finding.summary}\n{finding.advice}" if finding.advice else finding.summary
    return lsp.Diagnostic(
        document.range(finding.span),
        message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source=SOURCE,
        related_information=related or None,
    )


def clashing(document: Document, clash: Clash) -> lsp.Diagnostic:
    """What another file takes too."""
    first = clash.holders[0]
    words = clash.rule.clash.format(what=clash.claim.what, other=f"{first.path}:{first.start[0] + 1}")
    related = [lsp.DiagnosticRelatedInformation(location(holder), "taken here") for holder in clash.holders]
    return lsp.Diagnostic(
        document.range(clash.claim.span),
        words,
        severity=_SEVERITIES[clash.rule.severity],
        code=clash.rule.code,
        source=SOURCE,
        related_information=related,
    )


def location(holder: Holder) -> lsp.Location:
    """A place in another file."""
    return lsp.Location(from_fs_path(holder.path) or holder.path, _range(holder.start, holder.end))


def outline(document: Document, symbol: Symbol) -> lsp.DocumentSymbol:
    """An entry of the outline."""
    return lsp.DocumentSymbol(
        name=symbol.name or "-",
        kind=lsp.SymbolKind.Array if symbol.children else lsp.SymbolKind.Property,
        range=document.range(symbol.span),
        selection_range=document.range(symbol.name_span),
        detail=symbol.detail,
        children=[outline(document, child) for child in symbol.children],
    )


def rewritten(document: Document, text: str) -> list[lsp.TextEdit]:
    """The whole text in the place of the old one; nothing where it is the same."""
    old = document.guest.text
    if text == old:
        return []
    return [lsp.TextEdit(_range((0, 0), document.positions.at(len(old))), text)]


def completion_item(document: Document, choice: Choice) -> lsp.CompletionItem:
    """Something that may be written at the cursor."""
    return lsp.CompletionItem(
        choice.label,
        kind=_KINDS[choice.kind],
        detail=choice.detail or None,
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, choice.page) if choice.page else None,
        tags=[lsp.CompletionItemTag.Deprecated] if choice.deprecated else None,
        text_edit=lsp.TextEdit(document.range(choice.span), choice.text),
        sort_text=f"{choice.deprecated:d}{choice.label}",
    )


def actions(document: Document, asked: lsp.Range, only: Sequence[str] | None) -> Iterator[lsp.CodeAction]:
    """The fixes of the findings in a range, a comment that ignores each, and all safe fixes at once."""
    start, end = document.offset(asked.start), document.offset(asked.end)
    if _wants(only, lsp.CodeActionKind.QuickFix):
        for finding in diagnose(document.guest, document.rules):
            if finding.span and finding.span.start <= end and start <= finding.span.end:
                yield from _fixes(document, finding)
    if only and _wants(only, lsp.CodeActionKind.SourceFixAll):
        text = mend(document.guest.source, document.rules, document.settings.release, document.settings.host).text
        if edits := rewritten(document, text):
            yield _action(document, "Fix all that is safe to fix", lsp.CodeActionKind.SourceFixAll, edits)


def _wants(only: Sequence[str] | None, kind: str) -> bool:
    """Whether actions of a kind are asked for: kinds are named by themselves or what they begin with."""
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _fixes(document: Document, finding: Diagnostic) -> Iterator[lsp.CodeAction]:
    assert finding.span is not None
    shown = [diagnostic(document, finding)]
    if finding.fix is not None:
        title = finding.fix.title if finding.fix.safe else f"{finding.fix.title} (changes the meaning)"
        edits = document.edits(finding.fix.edits)
        yield _action(document, title, lsp.CodeActionKind.QuickFix, edits, shown, preferred=finding.fix.safe)
    if not document.guest.loaded.broken:
        comment = [lsp.TextEdit(*_ignoring(document, finding))]
        yield _action(document, f"Ignore {finding.code} here", lsp.CodeActionKind.QuickFix, comment, shown)


def _ignoring(document: Document, finding: Diagnostic) -> tuple[lsp.Range, str]:
    """A comment above the line, which has the line's indentation."""
    assert finding.span is not None
    text = document.guest.text
    at = text.rfind("\n", 0, finding.span.start) + 1
    line = text[at:].partition("\n")[0]
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return document.range(finding.span._replace(start=at, end=at)), f"{indent}# xlpy: ignore[{finding.code}]\n"


def _action(
    document: Document,
    title: str,
    kind: lsp.CodeActionKind,
    edits: list[lsp.TextEdit],
    diagnostics: list[lsp.Diagnostic] | None = None,
    *,
    preferred: bool = False,
) -> lsp.CodeAction:
    return lsp.CodeAction(
        title,
        kind=kind,
        diagnostics=diagnostics,
        is_preferred=preferred or None,
        edit=lsp.WorkspaceEdit(changes={document.uri: edits}),
    )
