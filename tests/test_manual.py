"""The manual pages: made from what is declared, complete, and without a complaint of the programs that show them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from xlpy import cpupool, vocabulary
from xlpy.cli import names
from xlpy.cli.command import added_commands
from xlpy.cli.main import ADDED_OPTIONS
from xlpy.cli.registry import find_verb
from xlpy.config import load
from xlpy.cpuid_features import features
from xlpy.host import BUILT_IN
from xlpy.source import Source
from xlpy.xlconf import keys as xlconf
from xlpy.xlconf import load_conf

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.verb import Verb
    from xlpy.diagnostic import Diagnostic

COMPLETION = {
    f"xlpy/cli/completing/{name}": f"share/{place}"
    for name, place in (
        ("completion.bash", "bash-completion/completions/xlpy"),
        ("xl.bash", "bash-completion/completions/xl"),
        ("completion.zsh", "zsh/site-functions/_xlpy"),
        ("completion.fish", "fish/vendor_completions.d/xlpy.fish"),
        ("xl.fish", "fish/vendor_completions.d/xl.fish"),
    )
}
"""Where the shells look for it."""
ROOT = Path(__file__).parents[1]
MAN = ROOT / "man"
PAGES = sorted(MAN.glob("*.[1-9]"))
ROOMY = BUILT_IN.replace(free_cpus=tuple(range(BUILT_IN.cpus)))
WITH_WORDS = [module for module in vocabulary.modules() if hasattr(module, "TOKENS")]


def page(name: str) -> str:
    return (MAN / name).read_text(encoding="utf-8")


def short_name(module: Any) -> str:
    return str(module.__name__).rpartition(".")[2]


def words_of(name: str) -> str:
    """Where the words of a spec are explained: a part of xl.cfg(5), or the page to which it refers."""
    part = page("xl.cfg.5").partition(f".SS Words of {name}\n")[2].partition("\n.S")[0]
    other = re.match(r"See \\fB(.*)\\fR\(5\)\.", part)
    return page(other[1].replace("\\-", "-") + ".5") if other else part


def test_the_pages_are_up_to_date() -> None:
    command = [sys.executable, str(MAN / "generate.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("name", "keys"),
    [("xl.cfg.5", vocabulary.all_keys()), ("xl.conf.5", xlconf.KEYS), ("xlcpupool.cfg.5", cpupool.KEYS)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_key_has_an_entry(name: str, keys: tuple[vocabulary.Key, ...]) -> None:
    entries = re.findall(r"^\.TP\n\\fB(\S+)\\fR = ", page(name), re.MULTILINE)
    assert sorted(entries) == sorted(key.name for key in keys)


@pytest.mark.parametrize("module", WITH_WORDS, ids=short_name)
def test_every_word_of_a_spec_has_an_entry(module: Any) -> None:
    entries = re.findall(r"^\.T[PQ]\n\\fB([\w\\-]+)(?:=\\fR\\fI\S+)?\\fR$", words_of(short_name(module)), re.MULTILINE)
    assert {token.name for token in module.TOKENS} <= {entry.replace("\\-", "-") for entry in entries}


@pytest.mark.parametrize("module", WITH_WORDS, ids=short_name)
def test_the_words_of_a_module_belong_to_the_key_of_its_name(module: Any) -> None:
    assert short_name(module) in {key.name for key in module.KEYS}


def test_every_kind_of_value_is_explained() -> None:
    part = page("xl.cfg.5").partition(".SH VALUES\n")[2].partition("\n.S")[0]
    explained = {name for tag in re.findall(r"^\.I (.*)$", part, re.MULTILINE) for name in tag.split("\\fR, \\fI")}
    assert {key.kind.name for key in vocabulary.all_keys()} <= explained


def test_every_name_of_a_cpuid_feature_is_listed() -> None:
    text = page("xl.cfg.5").partition(".SH CPUID FEATURES")[2].replace("\\-", "-")
    assert not set(features()) - set(re.split(r"[,.]?\s+", text.replace("\\&", "")))


def shown(name: str) -> list[str]:
    """The settings that a page shows, each block as a whole and each line of it that is a whole setting."""
    blocks = [
        block for block in re.findall(r"^\.EX\n(.*?)^\.EE", page(name), re.MULTILINE | re.DOTALL) if "\\f" not in block
    ]
    texts = [block.replace("\\-", "-").replace("\\e", "\\") for block in blocks if re.match(r"[\w.]+ = ", block)]
    return texts + [line + "\n" for text in texts for line in text.splitlines() if re.match(r"[\w.]+ = .*[^\[]$", line)]


def guest(text: str) -> tuple[Diagnostic, ...]:
    return load(Source("guest.cfg", f'name = "web"\nkernel = "/boot/vmlinuz"\n{text}')).diagnostics


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("xl.cfg.5", guest),
        ("xl-disk-configuration.5", guest),
        ("xl-network-configuration.5", guest),
        ("xl-pci-configuration.5", guest),
        ("xl.conf.5", lambda text: load_conf(Source("xl.conf", text)).diagnostics),
        (
            "xlcpupool.cfg.5",
            lambda text: cpupool.load_pool(Source("pool.cfg", text), "pool.cfg", host=ROOMY).diagnostics,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_page_shows_is_right(name: str, read: Callable[[str], tuple[Diagnostic, ...]]) -> None:
    assert shown(name)
    for text in shown(name):
        assert [diagnostic.summary for diagnostic in read(text)] == [], text


def entries(name: str) -> str:
    """A page with its hyphens as they are typed, and without its fonts."""
    return re.sub(r"\\f[BIR]", "", page(name)).replace("\\-", "-")


@pytest.mark.parametrize("name", sorted(added_commands()))
def test_every_added_command_has_its_part_with_every_option(name: str) -> None:
    command = added_commands()[name]
    found = [text for text in map(entries, (path.name for path in MAN.glob("xlpy*.1"))) if has_part(text, name)]
    assert len(found) == 1
    inner = command.commands.values() if isinstance(command, click.Group) else [command]
    for param in (param for one in inner for param in one.params if isinstance(param, click.Option)):
        assert re.search(rf"^\.TP\n.*{re.escape(param.opts[0])}\b", found[0], re.MULTILINE), param.opts


def has_part(text: str, name: str) -> bool:
    """Whether a page describes an added command in full."""
    return f"\n.SH XLPY {name.upper()}\n" in text or f"\n.SS xlpy {name}\n" in text


@pytest.mark.parametrize("verb", [v for name in names.NAMES if (v := find_verb(name))], ids=lambda verb: verb.name)
def test_every_verb_has_an_entry_with_every_option(verb: Verb) -> None:
    text = entries("xl.1").partition("\n.SH VERBS\n")[2].partition("\n.SH ")[0]
    found = re.search(rf"^\.TP\n{verb.name}(?: .*)?\n((?:(?!\.TP\n[a-z]).*\n)*)", text + "\n", re.MULTILINE)
    assert found is not None
    summary = " ".join(verb.summary.split())
    assert summary in " ".join(found[1].replace("\\&", "").replace("\\(aq", "'").split())
    for option in (*verb.options, *verb.added):
        for word in ([f"-{option.letter}"] if option.short else []) + ([f"--{option.name}"] if option.name else []):
            assert re.search(rf"^\.TP\n(?:.*[ ,])?{re.escape(word)}(?![\w-])", found[1], re.MULTILINE), word


def test_the_program_itself_is_described() -> None:
    options, text = entries("xlpy.1").partition(".SH COMMANDS")[0], entries("xlpy.1")
    assert [o.name for o in ADDED_OPTIONS if not re.search(rf"--{o.name}\b", options)] == []
    for name in added_commands():
        assert f"xlpy {name}" in text
    pages = {path.stem for path in MAN.glob("xlpy-*.1")}
    assert pages <= set(re.findall(r"xlpy-\w+", text.partition(".SH SEE ALSO")[2]))


def test_the_pages_are_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {f"man/{path.name}": f"share/man/man{path.suffix[1:]}/{path.name}" for path in PAGES} | COMPLETION


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
@pytest.mark.parametrize("command", ["mandoc -Tlint -Wstyle", "groff -man -ww -Tutf8 -z"])
def test_the_programs_that_show_it_have_no_complaint(path: Path, command: str) -> None:
    program, *options = command.split()
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    run = subprocess.run([program, *options, str(path)], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("", "")
