"""The XML is valid by libvirt's own schema."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lower.reading import CAPABILITIES, CASES, EXAMPLES, HOST, lowered
from tests.lower.test_injection import HARD, TEXT, config
from tests.optional import CORPUS, need_corpus
from tests.oracle import generate
from xlpy.config import load
from xlpy.diagnostic import xl_output
from xlpy.libxl import CreateInfo
from xlpy.lower import lower
from xlpy.source import Source

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
PAIRS = sorted((CORPUS / "libvirt-xlconfigdata").glob("*.cfg"))
GENERATED = 300

pytestmark = [
    pytest.mark.skipif(not SCHEMA.exists(), reason=f"libvirt's schemas are not installed: there is no {SCHEMA}"),
    pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed, which checks XML"),
]


def complaints(folder: Path) -> str:
    """What xmllint says about the files of a folder; nothing where all of them are valid."""
    files = sorted(folder.iterdir())
    command = ["xmllint", "--noout", "--relaxng", str(SCHEMA), *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr.count("\n") >= len(files)
    return "\n".join(line for line in run.stderr.splitlines() if not line.endswith(" validates"))


@pytest.mark.parametrize(
    "files", [CASES, EXAMPLES, pytest.param(PAIRS, marks=need_corpus)], ids=["cases", "examples", "pairs"]
)
def test_files(files: list[Path], tmp_path: Path) -> None:
    for path in files:
        text = (path / "guest.cfg" if path.is_dir() else path).read_text(encoding="utf-8")
        (tmp_path / f"{path.stem}.xml").write_text(lowered(text).xml, encoding="utf-8")
    assert complaints(tmp_path) == ""


def test_hard_texts(tmp_path: Path) -> None:
    """What users may write, in every place; only a name and a kernel cannot be left out."""

    @given(st.lists(TEXT, max_size=20))
    @settings(max_examples=5, deadline=None, database=None)
    def write(texts: list[str]) -> None:
        for text in (*HARD, *texts):
            guest = config(text)
            info = guest.b_info.replace(kernel="/boot/vmlinuz")
            made = lower(guest.replace(c_info=CreateInfo(name="web", type="pv"), b_info=info))
            number = sum(1 for _ in tmp_path.iterdir())
            (tmp_path / f"{number}.xml").write_text(made.xml, encoding="utf-8")

    write()
    assert complaints(tmp_path) == ""


def test_generated_configurations(tmp_path: Path) -> None:
    """Those that xl takes."""
    made, seed = 0, 0
    while made < GENERATED:
        loaded = load(Source.from_bytes("guest.cfg", generate.generate(seed)), host=HOST)
        if xl_output(loaded.diagnostics)[1] is None:
            xml = lower(loaded.config, capabilities=CAPABILITIES).xml
            (tmp_path / f"{seed}.xml").write_text(xml, encoding="utf-8")
            made += 1
        seed += 1
    assert complaints(tmp_path) == ""
