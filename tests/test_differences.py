"""The table of differences: complete, and true of xlpy and of the real xl."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import XL_CONF_NAME, Run, run_ours
from tests.oracle.real import (
    CONFIG_NAME,
    RELEASES,
    Case,
    Outcome,
    compare,
    laid_out,
    spawn_real,
)
from xlpy import differences
from xlpy.differences import TABLE, Answer, Difference

ROOT = Path(__file__).parents[1]
GUEST = 'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"\nname = "a"\nkernel = "/k"\n'
BY_CODE = [difference for difference in TABLE if difference.code]

every_difference = pytest.mark.parametrize("difference", TABLE, ids=lambda difference: difference.id)
every_release = pytest.mark.parametrize("release", RELEASES)


def case(difference: Difference) -> Case:
    files = [(CONFIG_NAME, f"{GUEST}{difference.example}\n".encode())]
    if difference.conf:
        files.append((XL_CONF_NAME, f"{difference.conf}\n".encode()))
    return Case(difference.id, tuple(difference.command.split()), tuple(files))


def ours(difference: Difference, release: str) -> Run:
    with laid_out(case(difference)) as cwd:
        return run_ours(release, case(difference).argv, cwd)


def said(difference: Difference) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(difference.line)) + "$", re.MULTILINE | re.DOTALL)


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "differences.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert run.returncode == 0, run.stderr


def test_ids_count_up_and_codes_are_unique() -> None:
    assert [difference.id for difference in TABLE] == [f"D{number:02}" for number in range(1, len(TABLE) + 1)]
    assert len({difference.code for difference in BY_CODE}) == len(BY_CODE)


def test_each_difference_with_a_code_is_noted_somewhere() -> None:
    names = {name for name, value in vars(differences).items() if value in BY_CODE}
    used = set()
    for path in {*(ROOT / "xlpy").rglob("*.py")} - {Path(differences.__file__)}:
        used |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)} & names
    assert used == names


@every_release
@every_difference
def test_xlpy_does_as_documented(difference: Difference, release: str) -> None:
    run = ours(difference, release)
    assert b"Traceback" not in run.stderr
    if release in difference.real:
        assert (run.status, difference.code in run.noted) == (difference.status, bool(difference.code))
        assert said(difference).search(run.stderr.decode("utf-8", "surrogateescape"))
    else:
        assert difference.code not in run.noted


@pytest.fixture(scope="module")
def _real_xl() -> None:
    need_real_xl()


def does(answer: Answer, outcome: Outcome) -> bool:
    real, ours = outcome.real, outcome.ours
    match answer:
        case Answer.CRASHES:
            return real.status < 0
        case Answer.HANGS:
            return real.status < 0 and not real.stdout
        case Answer.SILENT:
            return real.status == ours.status and not real.stderr
        case Answer.ACCEPTS:
            return real.status == 0
        case Answer.OTHER_WORDS:
            return (real.status, real.stdout) == (ours.status, ours.stdout) and real.stderr != ours.stderr
        case Answer.OTHER_OUTPUT:
            return real.status == ours.status and real.stdout != ours.stdout
        case Answer.CHANGES:  # it asks Xen for the domain, which is not there
            return b"libxl__domain_type" in real.stderr
    return True


@every_release
@every_difference
@pytest.mark.usefixtures("_real_xl")
def test_the_real_xl_does_as_documented(difference: Difference, release: str) -> None:
    if difference is differences.NO_XL_CONF:
        with laid_out(case(difference)) as cwd:
            assert spawn_real(release, case(difference).argv, cwd).stderr.startswith(b"Failed to read config file:")
        return
    outcome = compare(release, [case(difference)])[0]
    answer = difference.real.get(release)
    assert does(answer, outcome) if answer else not outcome.differing, outcome.report()


@every_release
@every_difference
@pytest.mark.usefixtures("_real_xl")
def test_the_harness_knows_it(difference: Difference, release: str) -> None:
    unknown = (
        differences.SXP_ARGUMENTS,
        differences.FOLDER,
        differences.CD_DRY_RUN,
        differences.ENDLESS_CPUS,
        differences.LISTING_OPTIONS,
        differences.NO_SOCKETS,
    )
    assert difference in unknown or not compare(release, [case(difference)])[0].differing
