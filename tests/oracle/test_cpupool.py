"""`xl cpupool-create -n`, equal to the real xl on a host with and without free pCPUs."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import Run, run_ours
from tests.oracle.real import RELEASES, run_real
from xlpy.cpupool import KEYS
from xlpy.host import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path

CPUS = (
    *(
        '"4-5"',
        '"0"',
        '"3-5"',
        '"x"',
        '["4","5"]',
        '["4","0"]',
        '["4","4"]',
        '["-1"]',
        '["x"]',
        '["99"]',
        '["4x"," 5"]',
    ),
    *('[4,["5"],6]', "[]", '""', '"9"', "5", '"node:1"', '"all"', '"4,x"', '"0,x"', '["4294967300"]', '["7","8"]'),
)
NODES = ('["1"]', '["0"]', '["1","1"]', '["x"]', '["9"]', "[]", '"1"', '["0","1"]', '["1x"]', '[["1"]]', "1")
SCHEDULERS = ("credit", "CREDIT2", "Null", "arinc653", "rtds", "sedf", "unknown", "frob", "cred", "")
NAMES = ('["x"]', '""', '"Pool-0"', '"pool-0"', "5", '"a b"')
TEXTS = (
    *(
        "",
        "x\n",
        "x=\n",
        "# end",
        'name="Pool-0"\nsched="x"\n',
        'sched="x"\ncpus="0"\n',
        'cpus+="4"\n',
        'sched=[]\ncpus="0"\n',
    ),
    *('cpus=["4"]\ncpus+=["5"]\n', 'nodes="1"\ncpus="4"\n', 'nodes=["1"]\ncpus="0"\n', "name=1\nname+=2\n", "[]\n"),
    *(f"{key.name} = {value}\n" for key in KEYS for value in (*key.good, *key.bad)),
    *(f"cpus={cpus}\n{scheduler}" for cpus, scheduler in product(CPUS, ("", 'sched="credit"\n'))),
    *(f"nodes={nodes}\n{scheduler}" for nodes, scheduler in product(NODES, ("", 'sched="rtds"\n'))),
    *(f'sched="{scheduler}"\n' for scheduler in SCHEDULERS),
    *(f"name={name}\n" for name in NAMES),
)
LINES = (
    *("-n", "-n p.cfg", "-n sub/q.cfg", "-n nosuch", "-n sub/nosuch", "-n name=x", '-n name="x"', '-n p.cfg name="x"'),
    *('-n name="x" p.cfg', '-n name="x" p.cfg sub/q.cfg', "-n p.cfg sub/q.cfg", "p.cfg -n", "-f p.cfg -n", "-nf p.cfg"),
    *(
        "-nfp.cfg",
        "--dryrun --defconfig=p.cfg",
        "-n noeol",
        "-n noeol a=1",
        "-n e name=",
        '-n name="x" cpus=["0"]',
        "-h",
    ),
    *(
        "-x",
        "-n a=",
        "-n =",
        '-n name="x" a=b',
        "-n -",
        "-n -- p.cfg",
        "-f",
        'name="Pool-0"',
        "",
        "-n sub",
        "-n /dev/null",
    ),
)
FREE = ((), (4, 5, 6, 7))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_real_xl()
    path = tmp_path_factory.mktemp("pools")
    (path / "p.cfg").write_text('name = "p"\n')
    (path / "noeol").write_text("# x")
    (path / "e").write_text("")
    (path / "sub").mkdir()
    (path / "sub" / "q.cfg").write_text("")
    return path


def _comparable(run: Run) -> tuple[int, bytes, bytes]:
    """Without libxl's own log and, after a failure, without our way out."""
    own = (b"libxl: ", b"xl: ") if run.status else (b"libxl: ",)
    lines = [line for line in run.stderr.splitlines(keepends=True) if not line.startswith(own)]
    return run.status, run.stdout, b"".join(lines)


def _same(folder: Path, release: str, words: list[str], free: tuple[int, ...] = ()) -> None:
    mask = {"ORACLE_FREE_CPUS": hex(sum(1 << cpu for cpu in free))}
    real, ours = run_real(release, words, folder, mask), run_ours(release, words, folder)
    assert _comparable(ours) == _comparable(real), words


@pytest.mark.parametrize("release", RELEASES)
def test_command_lines(folder: Path, release: str) -> None:
    for line in LINES:
        _same(folder, release, ["cpupool-create", *line.split()])
    for words in (["-N", "cpupool-create", "p.cfg"], ["-N", "cpupool-create"], ["help", "cpupool-create"]):
        _same(folder, release, words)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("free", FREE)
def test_texts(folder: Path, release: str, free: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.host.BUILT_IN", BUILT_IN.replace(free_cpus=free))
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.cfg").write_text(text)
        _same(folder, release, ["cpupool-create", "-n", f"{number}.cfg"], free)
