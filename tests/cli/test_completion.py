"""Completion: complete by the declarations, quick, and understood by the shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.xenlab.dialogue import Dialogue
from xlpy.cli import names
from xlpy.cli.completing import SHELLS, added, answer, lines, script
from xlpy.cli.completing.kinds import FREE, KINDS
from xlpy.cli.completing.line import complete
from xlpy.cli.completing.usage import slots
from xlpy.cli.main import ADDED_OPTIONS, GLOBAL_OPTIONS, run
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import LISTING_OPTIONS, Verb, options_of
from xlpy.executors.sim import open_host
from xlpy.release import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
VERBS = [verb for name in names.NAMES if (verb := find_verb(name))]
GUEST = """\
name = "{name}"
kernel = "/boot/vmlinuz"
memory = 256
vcpus = 2
disk = ["/dev/vg0/web,,xvda", "/var/lib/xen/iso/a.iso,,xvdb,cdrom"]
vif = ["mac=00:16:3e:00:00:01"]
pci = ["0000:03:00.0"]
"""
LITERALS = {
    *("all", "-", "nmi", "reset", "init", "power", "sleep", "s3resume", "type=pv"),
    *("1", "0", "Enforcing", "Permissive"),
}
"""The words of usages that are to be typed as they are."""
MORE = {"bin/", "etc/", "host.db", "host.db-shm", "host.db-wal", "log/"}
"""What else is in the folder."""
SECONDS = 0.1

every_verb = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration, and a simulated host with a guest."""
    folder = tmp_path_factory.mktemp("completion")
    open_host(f"{folder}/host.db").close()
    (folder / "web.cfg").write_text(GUEST.format(name="web"))
    (folder / "guests").mkdir()
    (folder / "guests" / "db server.cfg").write_text(GUEST.format(name="db"))
    (folder / "notes.txt").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_CONNECT", f"sim://{folder}/host.db")
        assert run(["create", "-q", f"{folder}/web.cfg"]) == 0
    return folder


@pytest.fixture(autouse=True)
def here(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(host)
    monkeypatch.setenv("XLPY_CONNECT", f"sim://{host}/host.db")
    monkeypatch.setattr("xlpy.cli.completing.kinds.XEN_CONFIGS", f"{host}/etc")


def fits(line: str) -> list[str]:
    """What completes a command line; one that ends with a blank waits for a new word."""
    program, *words = line.split()
    return [one.word for one in complete(program, [*words, *([""] if line.endswith(" ") else [])])]


# ---- what fits


def test_verbs() -> None:
    assert fits("xl ") == [*(verb.name for verb in VERBS if verb.name in names.names(DEFAULT)), "help"]
    assert fits("xl cre") == ["create"]
    assert fits("xl help cre") == ["create"]
    assert "suspend" not in fits("xlpy --xen 4.17 su")
    assert {"lint", "plan", "list"} <= set(fits("xlpy "))
    assert "lint" not in fits("xl ")


@every_verb
def test_every_option_is_offered(verb: Verb) -> None:
    options = (*options_of(verb, DEFAULT), *(LISTING_OPTIONS if verb.records else ()))
    offered = fits(f"xl {verb.name} -")
    for option in options:
        assert not option.short or f"-{option.letter}" in offered
        assert not option.name or {f"--{option.name}", f"--{option.name}="} & set(offered)


def test_global_options() -> None:
    assert fits("xl -") == ["-v", "-f", "-t", "-T", "-N"]
    wanted = {f"-{o.letter}" if o.short else f"--{o.name}" for o in (*GLOBAL_OPTIONS, *ADDED_OPTIONS)}
    assert wanted <= {word.rstrip("=") for word in fits("xlpy -")}
    assert fits("xlpy --xen 4.1")[-1] == "4.10"
    assert fits("xlpy --connect sim") == ["sim:///"]


@every_verb
def test_every_place_of_a_usage_is_known(verb: Verb) -> None:
    """A name that is new is either in KINDS, or in FREE where nobody can know what fits, or a word to type."""
    for slot in slots(verb):
        for choice in slot.choices:
            known = choice in KINDS or choice in FREE or choice in LITERALS
            assert known or choice.startswith(("-", "MemMB", "'")) or "=<" in choice or "='" in choice, choice


@pytest.mark.parametrize(
    "name", [verb.name for verb in VERBS if verb.usage.split("]")[-1].lstrip().startswith(("<Domain>", "<Domain("))]
)
def test_every_verb_about_a_domain_knows_the_domains(name: str) -> None:
    assert fits(f"xlpy --xen 4.22 {name} ") == ["Domain-0", "web"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("xl shutdown w", ["web"]),
        ("xl domname ", ["0", "1"]),
        ("xl list Dom", ["Domain-0"]),
        ("xl vcpu-list web D", ["Domain-0"]),
        ("xl pause web ", []),
        ("xl cd-insert web ", ["xvdb"]),
        ("xl cd-insert web xvdb w", ["web.cfg"]),
        ("xl block-detach web ", ["xvda", "xvdb"]),
        ("xl network-detach web ", ["0", "00:16:3e:00:00:01"]),
        ("xl pci-detach web ", ["0000:03:00.0"]),
        ("xl pci-attach web 0000:02", ["0000:02:00.0"]),
        ("xl vcpu-pin web ", ["0", "1", "all"]),
        ("xl vcpu-pin web all a", ["all"]),
        ("xl network-attach web bridge=", ["bridge=xenbr0"]),
        ("xl network-attach web type=x ma", ["mac="]),
        ("xl network-attach web backend=D", ["backend=Domain-0"]),
        ("xl block-attach web dev", ["devtype="]),
        ("xl cpupool-destroy ", ["Pool-0"]),
        ("xl cpupool-migrate web ", ["Pool-0"]),
        ("xl trigger web n", ["nmi"]),
        ("xl create ", ["guests/", "web.cfg"]),
        ("xl create guests/", ["guests/db server.cfg"]),
        ("xl create not", ["notes.txt"]),
        ("xl create web.cfg memo", ["memory="]),
        ("xl create memo", ["memory="]),
        ("xl create -f ", ["guests/", "web.cfg"]),
        ("xl create --defconfig=w", ["--defconfig=web.cfg"]),
        ("xl list --format ", ["text", "json", "yaml"]),
        ("xl list --format=j", ["--format=json"]),
        ("xl pause --format=j", []),
        ("xl nonsense ", []),
        ("xl help create ", []),
        ("xlpy lint --format s", ["sarif"]),
        ("xlpy lint --fail-on=w", ["--fail-on=warning"]),
        ("xlpy lint ", ["guests/", "web.cfg"]),
        ("xlpy plan --connect xen:", ["xen:///system"]),
        ("xlpy host fac", ["facts"]),
        ("xlpy host facts --mach", ["--machine"]),
        ("xlpy completion z", ["zsh"]),
    ],
)
def test_words(line: str, expected: Sequence[str]) -> None:
    assert [word for word in fits(line) if word not in MORE] == expected


def test_a_path_of_etc_xen_is_offered_where_nothing_is_typed(host: Path) -> None:
    (host / "etc").mkdir(exist_ok=True)
    (host / "etc" / "mail.cfg").write_text("")
    assert f"{host}/etc/mail.cfg" in fits("xl create ")


def test_what_goes_wrong_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer("xl", ["cd-insert", "nobody", ""]) == ""
    assert answer("xlpy", ["--xen", "nonsense", "list", ""]) == ""
    monkeypatch.setenv("XLPY_CONNECT", f"sim://{tmp_path}/absent.db")
    assert answer("xl", ["list", ""]) == ""
    assert not (tmp_path / "absent.db").exists()


def test_what_the_shell_reads() -> None:
    assert answer("xl", ["create", "gue"]) == "guests/\t\n:nospace\n:files\n"
    assert answer("xl", ["network-attach", "web", "mac"]) == "mac=\t\n:nospace\n"
    assert lines(complete("xl", ["rename", "w"])) == "web\tdomain 1, 256 MiB\n"


def test_the_table_of_the_added_commands_is_up_to_date() -> None:
    assert Path(added.TABLE).read_text() == added.make_table(), "make completion"


@pytest.mark.parametrize(
    "words", ["xl ''", "xlpy lint --", "xl destroy ''", "xl cd-insert web ''", "xl create ''", "xlpy ''"]
)
def test_it_answers_at_once(words: str, host: Path) -> None:
    """The processor's time of the best of ten tells what the program needs, the clock also what else goes on."""
    start = "import sys; from xlpy.cli.main import xlpy; xlpy()"
    argv = [sys.executable, "-c", start, "__complete", *words.replace("''", " ").split(" ")]
    argv = [word for word in argv[:5] if word] + [word for word in argv[5:] if word]
    took = []
    for _ in range(10):
        begin = os.times()
        subprocess.run([*argv, *([""] if words.endswith("''") else [])], env=environment(host), check=True, stdout=-3)
        end = os.times()
        took.append(end.children_user + end.children_system - begin.children_user - begin.children_system)
    assert min(took) < SECONDS


# ---- the shells


def environment(host: Path) -> dict[str, str]:
    return {
        "PATH": f"{host}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XLPY_CONNECT": f"sim://{host}/host.db",
        "HOME": str(host),
        "TERM": "dumb",
    }


@pytest.fixture(scope="module")
def programs(host: Path) -> Path:
    """A folder with xl and xlpy, as an installation has them."""
    folder = host / "bin"
    folder.mkdir()
    for name in ("xl", "xlpy"):
        text = f"#!{sys.executable}\nimport sys\nsys.argv[0] = '{name}'\nfrom xlpy.cli.main import {name}\n{name}()\n"
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def shell(name: str, *arguments: str, host: Path) -> str:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, env=environment(host), cwd=host, check=False
    )
    assert done.stderr == ""
    return done.stdout


def in_bash(line: str, host: Path) -> list[str]:
    """What bash's own variables say after the function ran."""
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    text = f"""
        compopt() {{ echo "compopt $*"; }}
        source {ROOT}/xlpy/cli/completing/completion.bash
        COMP_LINE='{line}' COMP_POINT={len(line)} COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
        _xlpy_complete {words[0]} '{words[-1]}' '{words[-2]}'
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return shell("bash", "--norc", "-c", text, host=host).splitlines()


def test_bash(host: Path, programs: Path) -> None:
    assert in_bash("xl cre", host) == ["create"]
    assert in_bash("xl destroy w", host) == ["web"]
    assert in_bash(f"{programs}/xl destroy w", host) == ["web"]
    assert in_bash("xl list --format=js", host) == ["json"]
    assert in_bash("xl create guests/", host) == ["compopt -o filenames", "guests/db server.cfg"]
    assert in_bash("xl pci-attach web 0000:02", host) == ["02:00.0"]
    assert in_bash("xlpy lint --fail-", host) == ["--fail-on"]
    assert in_bash("xl nonsense ", host) == [""]


def test_fish(host: Path, programs: Path) -> None:
    source = f"source {ROOT}/xlpy/cli/completing/completion.fish;"
    assert shell("fish", "-c", f"{source} complete -C 'xl cre'", host=host) == (
        "create\tCreate a domain from config file <filename>\n"
    )
    assert shell("fish", "-c", f"{source} complete -C 'xl list --format=j'", host=host) == "--format=json\n"
    assert shell("fish", "-c", f"{source} complete -C 'xl create guests/'", host=host) == "guests/db server.cfg\n"
    assert shell("fish", "-c", f"{source} complete -C 'xlpy lint --fail-'", host=host).startswith("--fail-on\t")


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("xl cre\t", "xl create "),
        ("xl destroy w\t", "xl destroy web "),
        ("xl list --format=j\t", "xl list --format=json "),
        ("xl create guests/d\t", r"xl create guests/db\ server.cfg "),
        ("xl network-attach web bri\t", "xl network-attach web bridge="),
        ("xl pci-attach web 0000:02\t", "xl pci-attach web 0000:02:00.0 "),
    ],
)
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_typing_in_a_shell(name: str, typed: str, completed: str, host: Path, programs: Path) -> None:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    setup = "autoload -U compinit; compinit -D -u; " if name == "zsh" else ""
    options = {"bash": ["--norc"], "zsh": ["-f"]}[name]
    with terminal([program, *options, "-i"], host) as dialogue:
        dialogue.line(f"{setup}source {ROOT}/xlpy/cli/completing/completion.{name}; PS1='rea''dy> '")
        dialogue.expect("ready> ")
        dialogue.type(typed)
        dialogue.expect(completed, 20)


@contextmanager
def terminal(command: list[str], host: Path) -> Iterator[Dialogue]:
    """A program on a terminal."""
    master, slave = os.openpty()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment(host), cwd=host, start_new_session=True
    )
    os.close(slave)
    with Dialogue(process, master, master) as dialogue:
        try:
            yield dialogue
        finally:
            process.kill()  # an interactive shell does not heed SIGTERM
            process.wait()


def test_the_command_prints_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    for name in SHELLS:
        assert run(["completion", name], "xlpy") == 0
        assert capsys.readouterr().out == script(name)


def test_shellcheck_has_no_complaint() -> None:
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("shellcheck is not installed")
    path = ROOT / "xlpy" / "cli" / "completing" / "completion.bash"
    assert subprocess.run([program, path], capture_output=True, text=True, check=False).stdout == ""


def test_a_host_that_says_nothing_ends_it(host: Path) -> None:
    script = (
        "import time; from xlpy.cli import connection; from xlpy.cli.completing import answer, kinds\n"
        "connection.connect = lambda *_, **__: time.sleep(60)\n"
        "kinds.PATIENCE_SECONDS = 0.3\n"
        "print(answer('xlpy', ['--connect', 'xen+ssh://nowhere/system', 'destroy', '']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(host), capture_output=True, timeout=20, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
