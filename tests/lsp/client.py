"""A client of the language server: pygls' own, over the pipes of a process."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

PATIENCE = 30
START = "import sys; from xlpy.cli.main import run; sys.exit(run(['lsp'], 'xlpy'))"


class Editor:
    """What a test does in an editor whose folder is ROOT."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.versions: dict[str, int] = {}
        self.published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def open(self, name: str, text: str | None = None) -> list[lsp.Diagnostic]:
        """Open a file, or a text that is not saved yet; gives what is wrong with it."""
        path = self.root / name
        text = path.read_text(encoding="utf-8") if text is None else text
        document = lsp.TextDocumentItem(uri=self.uri(name), language_id="xl", version=1, text=text)
        self.versions[name] = 1
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        return await self.diagnostics(name)

    async def type(self, name: str, at: tuple[int, int], text: str) -> list[lsp.Diagnostic]:
        """Insert a text."""
        self.versions[name] += 1
        place = lsp.Position(*at)
        change = lsp.TextDocumentContentChangePartial(range=lsp.Range(place, place), text=text)
        document = lsp.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.versions[name])
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.diagnostics(name)

    async def diagnostics(self, name: str) -> list[lsp.Diagnostic]:
        """What is next published about a file."""
        while True:
            published = await asyncio.wait_for(self.published.get(), PATIENCE)
            if published.uri == self.uri(name):
                return list(published.diagnostics)

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))


@contextlib.asynccontextmanager
async def editor(root: Path) -> AsyncIterator[Editor]:
    """An editor with the server running."""
    client = LanguageClient("test", "1")
    opened = Editor(client, root)

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator] # so is pygls' client
    def _published(params: lsp.PublishDiagnosticsParams) -> None:
        opened.published.put_nowait(params)

    await client.start_io(sys.executable, "-c", START)
    folder = lsp.WorkspaceFolder(uri=root.as_uri(), name="xen")
    await client.initialize_async(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), workspace_folders=[folder], process_id=None)
    )
    client.initialized(lsp.InitializedParams())
    try:
        yield opened
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call] # so is pygls' client


def edit(root: Path, work: Callable[[Editor], Awaitable[Any]]) -> Any:
    """Do something in an editor, in a folder."""

    async def session() -> Any:
        async with editor(root) as opened:
            return await work(opened)

    return asyncio.run(session())
