"""The language server as an editor sees it: a client in this process, the server in its own, a pipe between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from tests.lsp.client import Editor, edit

if TYPE_CHECKING:
    from pathlib import Path

GUEST = 'name = "web"\ntype = "hvm"\nmemroy = 512\nvif = ["mac=00:16:3e:00:00:01,bridge=xenbr0"]\nboot = "c"\n'


def applied(text: str, edits: list[lsp.TextEdit]) -> str:
    """The text after edits in lines of ASCII."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for one in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        start = starts[one.range.start.line] + one.range.start.character
        end = starts[one.range.end.line] + one.range.end.character
        text = text[:start] + one.new_text + text[end:]
    return text


def codes(diagnostics: list[lsp.Diagnostic]) -> set[Any]:
    return {one.code for one in diagnostics}


def test_diagnostics_come_as_one_types(tmp_path: Path) -> None:
    async def work(editor: Editor) -> None:
        found = await editor.open("web.cfg", GUEST)
        (unknown,) = (one for one in found if one.code == "unknown-key")
        assert unknown.range == lsp.Range(lsp.Position(2, 0), lsp.Position(2, 6))
        assert unknown.severity == lsp.DiagnosticSeverity.Warning
        assert unknown.source == "xlpy"
        assert "memory" in unknown.message
        found = await editor.type("web.cfg", (5, 0), "vcpus = two\n")
        assert lsp.DiagnosticSeverity.Error in {one.severity for one in found}

    edit(tmp_path, work)


def test_places_are_counted_in_utf_16(tmp_path: Path) -> None:
    async def work(editor: Editor) -> None:
        found = await editor.open("web.cfg", 'name = "\U0001f600é"; memroy = 1\nkernel = "/boot/k"\n')
        (unknown,) = (one for one in found if one.code == "unknown-key")
        assert unknown.range == lsp.Range(lsp.Position(0, 14), lsp.Position(0, 20))

    edit(tmp_path, work)


def test_quick_fixes_and_ignoring(tmp_path: Path) -> None:
    async def work(editor: Editor) -> None:
        (found,) = (one for one in await editor.open("web.cfg", GUEST) if one.code == "unknown-key")
        asked = lsp.CodeActionParams(editor.document("web.cfg"), found.range, lsp.CodeActionContext([found]))
        texts = {}
        for action in await editor.client.text_document_code_action_async(asked) or []:
            assert isinstance(action, lsp.CodeAction)
            assert action.edit
            assert action.edit.changes
            texts[action.title] = applied(GUEST, list(action.edit.changes[editor.uri("web.cfg")]))
        assert GUEST.replace("memroy", "memory") in texts.values()
        assert texts["Ignore unknown-key here"] == GUEST.replace("memroy", "# xlpy: ignore[unknown-key]\nmemroy")

    edit(tmp_path, work)


def test_fix_all(tmp_path: Path) -> None:
    async def work(editor: Editor) -> None:
        await editor.open("web.cfg", "memory = 512\n" + GUEST.replace("memroy", "memory"))
        everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
        context = lsp.CodeActionContext([], only=[lsp.CodeActionKind.SourceFixAll])
        asked = lsp.CodeActionParams(editor.document("web.cfg"), everywhere, context)
        (action,) = await editor.client.text_document_code_action_async(asked) or []
        assert isinstance(action, lsp.CodeAction)
        assert action.edit
        assert action.edit.changes
        (new,) = action.edit.changes[editor.uri("web.cfg")]
        assert new.new_text.count("memory") == 1

    edit(tmp_path, work)


def test_hover_shows_the_manual(tmp_path: Path) -> None:
    async def work(editor: Editor) -> None:
        await editor.open("web.cfg", GUEST)
        for place, words in {
            (1, 2): "The kind of guest",
            (3, 40): "bridge in the backend domain",
            (3, 10): "MAC",
        }.items():
            asked = lsp.HoverParams(editor.document("web.cfg"), lsp.Position(*place))
            hover = await editor.client.text_document_hover_async(asked)
            assert hover
            assert isinstance(hover.contents, lsp.MarkupContent)
            assert words in hover.contents.value
        asked = lsp.HoverParams(editor.document("web.cfg"), lsp.Position(0, 6))
        assert await editor.client.text_document_hover_async(asked) is None

    edit(tmp_path, work)


def test_completion_knows_the_type_of_the_guest(tmp_path: Path) -> None:
    async def labels(editor: Editor, name: str, line: str) -> set[str]:
        text = GUEST.replace("hvm", name.partition(".")[0]) + line
        await editor.open(name, text)
        asked = lsp.CompletionParams(editor.document(name), lsp.Position(5, len(line)))
        found = await editor.client.text_document_completion_async(asked)
        assert isinstance(found, lsp.CompletionList)
        return {one.label for one in found.items}

    async def work(editor: Editor) -> None:
        assert {"vga", "maxmem"} <= await labels(editor, "hvm.cfg", "v")
        pv = await labels(editor, "pv.cfg", "v")
        assert "maxmem" in pv
        assert "vga" not in pv
        assert "boot" not in await labels(editor, "hvm.cfg", "")
        assert {"raw", "qcow2"} <= await labels(editor, "hvm.cfg", 'disk = ["target=/a,format=')
        assert {"format=", "cdrom"} <= await labels(editor, "hvm.cfg", 'disk = ["target=/a, ')
        assert {"stdvga", "cirrus"} <= await labels(editor, "hvm.cfg", 'vga = "')

    edit(tmp_path, work)


def test_outline_and_formatting(tmp_path: Path) -> None:
    async def work(editor: Editor) -> None:
        text = (
            "# web\nname='web' ; kernel = '/k'\nvncpasswd='hunter2'\ndisk=['/dev/a,raw,xvda,w' ,'/dev/b,raw,xvdb,w']\n"
        )
        await editor.open("web.cfg", text)
        found = await editor.client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(editor.document("web.cfg"))
        )
        symbols = [one for one in found or [] if isinstance(one, lsp.DocumentSymbol)]
        assert [one.name for one in symbols] == ["name", "kernel", "vncpasswd", "disk"]
        assert len(symbols[3].children or []) == 2
        assert "hunter2" not in str(symbols)
        options = lsp.FormattingOptions(tab_size=4, insert_spaces=True)
        edits = await editor.client.text_document_formatting_async(
            lsp.DocumentFormattingParams(editor.document("web.cfg"), options)
        )
        assert edits
        assert 'name = "web"\nkernel = "/k"\n' in applied(text, list(edits))

    edit(tmp_path, work)


def test_the_other_holder_of_a_mac(tmp_path: Path) -> None:
    other = tmp_path / "other.cfg"
    other.write_text(GUEST.replace("web", "other"), encoding="utf-8")

    async def work(editor: Editor) -> None:
        found = await editor.open("web.cfg", GUEST)
        (clash,) = (one for one in found if one.code == "same-mac")
        assert clash.related_information
        asked = lsp.DefinitionParams(editor.document("web.cfg"), clash.range.start)
        places = await editor.client.text_document_definition_async(asked)
        assert isinstance(places, list)
        (place,) = places
        assert isinstance(place, lsp.Location)
        assert place.uri == other.as_uri()
        assert place.range.start.line == 3
        found = await editor.type("web.cfg", clash_end(clash), "f")
        assert "same-mac" not in codes(found)

    edit(tmp_path, work)


def clash_end(clash: lsp.Diagnostic) -> tuple[int, int]:
    """In front of the last digit of the address."""
    return clash.range.end.line, clash.range.end.character - 1


def test_settings_of_the_folder_count(tmp_path: Path) -> None:
    (tmp_path / "xlpy.toml").write_text('ignore = ["unknown-key"]\n', encoding="utf-8")

    async def work(editor: Editor) -> None:
        assert "unknown-key" not in codes(await editor.open("web.cfg", GUEST))

    edit(tmp_path, work)
