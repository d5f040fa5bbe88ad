"""`xlpy convert`: there and back again, the messages of xl, and what happens when something goes wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.oracle import generate
from xlpy.cli.added import convert as command
from xlpy.cli.main import run
from xlpy.config import load
from xlpy.convert import Converted, convert, guess
from xlpy.libxl_json import to_json
from xlpy.release import COMPARED, Release
from xlpy.source import Source

EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "etc-xen").glob("*.cfg"))
UUID = 'uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"\n'
GUEST = UUID + 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'


def json_of(text: str) -> str:
    return to_json(load(Source("web.cfg", text)).config)


class TestForms:
    @pytest.mark.parametrize("release", COMPARED, ids=str)
    @pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
    def test_an_example_survives_the_way_there_and_back(self, path: Path, release: Release) -> None:
        source = Source(path.name, path.read_text(encoding="utf-8") + UUID)
        printed = convert(source, "xl", "json", release)
        assert printed.text == to_json(load(source, release=release).config, release)
        written = convert(Source("web.json", printed.text or ""), "json", "xl", release)
        assert written.text is not None, written.said
        again = convert(Source("web.cfg", written.text), "xl", "json", release)
        assert (again.text, again.said) == (printed.text, "")

    def test_generated_configurations_survive_it(self) -> None:
        for seed in range(100):
            source = Source.from_bytes("guest.cfg", generate.generate(seed))
            printed = convert(source, "xl", "json")
            if printed.text is None:
                continue
            written = convert(Source("guest.json", printed.text), "json", "xl")
            if written.text is None:
                assert "xl.cfg has no way to say" in written.said
                continue
            assert convert(Source("guest.cfg", written.text), "xl", "json").text == printed.text, seed

    def test_the_same_form_is_the_settled_way_to_say_it(self) -> None:
        settled = convert(Source("web.cfg", f"memory=0x40;kernel='/boot/vmlinuz'\nname='web'\n{UUID}"), "xl", "xl").text
        assert settled is not None
        assert convert(Source("web.cfg", settled), "xl", "xl").text == settled
        assert json_of(settled) == json_of(GUEST)

    @pytest.mark.parametrize(
        ("name", "text", "form"),
        [
            ("web.json", GUEST, "json"),
            ("web.cfg", "{", "xl"),
            ("web", '\n {"c_info"', "json"),
            ("web", "[", "json"),
            ("web", GUEST, "xl"),
            ("<stdin>", "", "xl"),
        ],
    )
    def test_the_form_is_guessed(self, name: str, text: str, form: str) -> None:
        assert guess(Source(name, text)) == form

    @pytest.mark.parametrize(
        "wrapped", ['{{"domid": 3, "config": {}}}', '[{{"domid": 3, "config": {}}}]', "[{}]", "{}"]
    )
    def test_what_xl_list_prints_around_it_does_not_matter(self, wrapped: str) -> None:
        text = wrapped.format(json_of(GUEST))
        assert convert(Source("web.json", text), "json", "json") == Converted(text=json_of(GUEST))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[{}, {}]", "x.json: it holds 2 configurations: convert one at a time\n"),
            ("{", "x.json: not JSON: "),
            ("[" * 100_000, "x.json: "),
            ('{"c_info": {"type": "xen"}}', "x.json: c_info.type: libxl does not know 'xen'"),
        ],
    )
    def test_json_that_is_wrong(self, text: str, said: str) -> None:
        converted = convert(Source("x.json", text), "json", "xl")
        assert converted.text is None
        assert converted.said.startswith(said)
        assert converted.said.count("\n") == 1

    def test_what_xl_cfg_cannot_say_is_named(self) -> None:
        config = json.loads(json_of(GUEST))
        config["c_info"]["platformdata"] = {"viridian": "1"}
        converted = convert(Source("web.json", json.dumps(config)), "json", "xl")
        assert (converted.text, "c_info.platformdata" in converted.said) == (None, True)


class TestCommand:
    @pytest.fixture(autouse=True)
    def _at_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("XLPY_XEN", "4.20")
        Path("web.cfg").write_text(GUEST, encoding="utf-8")

    def said(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
        status = run(["convert", *words], "xlpy")
        return status, *capsys.readouterr()

    def test_a_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.said(capsys, "web.cfg") == (0, json_of(GUEST), "")
        Path("web.json").write_text(json_of(GUEST), encoding="utf-8")
        status, out, err = self.said(capsys, "web.json")
        assert (status, json_of(out), err) == (0, json_of(GUEST), "")

    def test_standard_input(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        for words in ([], ["-"], ["--from", "xl", "--to", "json", "-"]):
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GUEST.encode())))
            assert self.said(capsys, *words) == (0, json_of(GUEST), "")

    def test_endless_input(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "MOST_BYTES", 100)
        with Path("/dev/zero").open(encoding="utf-8") as zero:
            monkeypatch.setattr("sys.stdin", zero)
            status, out, err = self.said(capsys)
        assert (status, out, err.count("\n")) == (2, "", 1)

    def test_messages_are_those_of_xl(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("web.cfg").write_text(GUEST + 'vcpus = "two"\n', encoding="utf-8")
        warning = "web.cfg:5: warning: parameter `vcpus' is not a valid number\n"
        assert self.said(capsys, "web.cfg") == (0, json_of(GUEST), warning)

    def test_what_xl_refuses_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("web.cfg").write_text("memory = 64M\n", encoding="utf-8")
        status, out, err = self.said(capsys, "web.cfg")
        assert (status, out) == (1, "")
        assert err.endswith("Failed to parse config: Invalid argument\n")

    def test_a_file_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = self.said(capsys, "wep.cfg")
        assert (status, out) == (2, "")
        assert err.endswith("xlpy: did you mean web.cfg?\n")

    @pytest.mark.parametrize("words", [["--to", "sxp"], ["--form", "xl"], ["a.cfg", "b.cfg"]])
    def test_wrong_usage(self, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
        assert self.said(capsys, *words)[:2] == (2, "")

    def test_domain_xml_is_not_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = self.said(capsys, "--from", "xml", "web.cfg")
        assert (status, out, err.count("\n"), "libvirt" in err) == (2, "", 1, True)
