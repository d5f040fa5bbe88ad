"""The language server: requests of the protocol to the modules beside this one, and their answers back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from xlpy import __version__
from xlpy.fmt import format_source
from xlpy.lint.engine import diagnose, read
from xlpy.lsp.answers import (
    SOURCE,
    Document,
    actions,
    clashing,
    completion_item,
    diagnostic,
    location,
    outline,
    rewritten,
)
from xlpy.lsp.completion import complete
from xlpy.lsp.hover import hover
from xlpy.lsp.neighbours import Neighbours
from xlpy.lsp.positions import Positions
from xlpy.lsp.symbols import symbols
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xlpy.lint.settings import LintSettings


class Server(LanguageServer):
    """The server with what it knows of the files beside those that are open."""

    def __init__(
        self, find: Callable[[Sequence[str]], Iterable[str]], settings_for: Callable[[str], LintSettings]
    ) -> None:
        """FIND lists the configurations in folders; SETTINGS_FOR says how a path is linted, or raises ValueError."""
        super().__init__(SOURCE, __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental)
        self._find = find
        self._settings_for = settings_for
        self._neighbours: Neighbours | None = None

    def document(self, uri: str) -> Document:
        """The open text of a URI."""
        text = self.workspace.get_text_document(uri)
        path = to_fs_path(uri) or uri
        settings = self._settings(path)
        source = Source(path, text.source)
        return Document(
            uri=uri,
            path=path,
            version=text.version,
            guest=read(source, settings.release, settings.host),
            positions=Positions(source.text),
            settings=settings,
            rules=settings.rules_for(path, settings.rules()),
        )

    def _settings(self, path: str) -> LintSettings:
        from xlpy.lint.settings import LintSettings

        try:
            return self._settings_for(path)
        except ValueError as error:
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, str(error)))
            return LintSettings()

    def neighbours(self, document: Document) -> Neighbours:
        """What the files of the editor's folders take, or those of the document's own folder."""
        if self._neighbours is None:
            folders = [path for uri in self.workspace.folders if (path := to_fs_path(uri))]
            folders = folders or [document.path.rpartition("/")[0] or "."]
            rules = document.settings.rules()
            self._neighbours = Neighbours(lambda: self._find(folders), rules, document.settings.release)
            self._neighbours.refresh()
        return self._neighbours

    def check(self, uri: str, *, looking_around: bool = False) -> None:
        """Publish what is wrong with a text; LOOKING_AROUND, the files beside it are looked at again."""
        document = self.document(uri)
        neighbours = self.neighbours(document)
        if looking_around:
            neighbours.refresh()
        neighbours.show(document.path, document.guest)
        found = [diagnostic(document, one) for one in diagnose(document.guest, document.rules)]
        found += [clashing(document, clash) for clash in neighbours.clashes(document.path, document.guest)]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, document.version))


def serve(find: Callable[[Sequence[str]], Iterable[str]], settings_for: Callable[[str], LintSettings]) -> None:
    """Serve one editor over standard input and output until it leaves."""
    make_server(find, settings_for).start_io()


def make_server(find: Callable[[Sequence[str]], Iterable[str]], settings_for: Callable[[str], LintSettings]) -> Server:
    """A server with all its features."""
    server = Server(find, settings_for)
    _follow_texts(server)
    _answer_about_places(server)
    _answer_about_texts(server)
    return server


def _follow_texts(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.check(params.text_document.uri, looking_around=True)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        ls.check(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        for uri in list(ls.workspace.text_documents):
            ls.check(uri, looking_around=uri == params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.neighbours(ls.document(uri)).close(to_fs_path(uri) or uri)
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


def _answer_about_places(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        document = ls.document(params.text_document.uri)
        found = hover(document.guest.text, document.offset(params.position))
        if found is None:
            return None
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, found.page), document.range(found.span))

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["=", '"', "'", ",", "["]))
    def completed(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
        document = ls.document(params.text_document.uri)
        choices = complete(document.guest, document.offset(params.position))
        return lsp.CompletionList(is_incomplete=False, items=[completion_item(document, one) for one in choices])

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def defined(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
        document = ls.document(params.text_document.uri)
        offset = document.offset(params.position)
        clashes = ls.neighbours(document).clashes(document.path, document.guest)
        here = (clash for clash in clashes if clash.claim.span.start <= offset <= clash.claim.span.end)
        return [location(holder) for clash in here for holder in clash.holders]


def _answer_about_texts(server: Server) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = ls.document(params.text_document.uri)
        return [outline(document, one) for one in symbols(document.guest)]

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(ls: Server, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        document = ls.document(params.text_document.uri)
        text = format_source(document.guest.source).text
        return None if text is None else rewritten(document, text)

    kinds = [lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=kinds))
    def acted(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = ls.document(params.text_document.uri)
        return list(actions(document, params.range, params.context.only))
