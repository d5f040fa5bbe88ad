"""Scenario files, and the comparison of what hosts said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.xenlab.compare import Result, compared, differences
from tests.xenlab.known import UNREASONED, Known, gone, read_known, read_reasons, reasoned, unknown, write_known
from tests.xenlab.normal import normal
from tests.xenlab.remote import Said
from tests.xenlab.scenario import Step, Turn, missing, read_scenario

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """\
# a comment
file a.cfg
| name = "a"
|
| memory = 1

$ xl create a.cfg
status 3
err no such *
within 2.5
$ xl console a
see login:
type root
press ^]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "some.scenario"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.cfg").write_text("b", encoding="utf-8")
    scenario = read_scenario(written(tmp_path, SCENARIO))
    assert scenario.files == {"a.cfg": 'name = "a"\n\nmemory = 1\n', "b.cfg": "b"}
    assert scenario.steps == (
        Step(7, "xl create a.cfg", status=3, err=("no such *",), within=2.5),
        Step(11, "xl console a", turns=(Turn("see", "login:"), Turn("type", "root"), Turn("press", "^]"))),
    )


@pytest.mark.parametrize("line", ["status x", "frob", "mask (", "| x"])
def test_what_is_not_understood_is_told_with_its_place(line: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"some\.scenario:2: not understood"):
        read_scenario(written(tmp_path, f"$ xl list\n{line}\n"))


def test_a_step_must_begin_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"some\.scenario:1: not understood: status 1"):
        read_scenario(written(tmp_path, "status 1\n$ xl list\n"))


@pytest.mark.parametrize(
    ("step", "said", "words"),
    [
        (Step(1, ""), Said(0, "", ""), ""),
        (Step(1, ""), Said(1, "", "why"), "status 1, not 0: why"),
        (Step(1, "", out=("a*", "[c]?")), Said(0, "b\na1\nb\n [c]?\n", ""), ""),
        (Step(1, "", out=("a*", "c?")), Said(0, "a1\ncd\n", ""), "no line out c?"),
        (Step(1, "", out=("c", "a*")), Said(0, "a1\nc\n", ""), r"no line out a*"),
        (Step(1, "", err=("x",)), Said(0, "x", ""), "no line err x"),
    ],
)
def test_what_must_be_seen(step: Step, said: Said, words: str) -> None:
    assert missing(step, said).startswith(words)
    assert bool(missing(step, said)) == bool(words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Domain-0                                     0  1024     2     r-----      26.9\n",
            "Domain-0                                 <id>  1024     2     <runs> <time>\n",
        ),
        (
            "web                                         12    32     1     -bp---       0.0\n",
            "web                                      <id>    32     1     --p--- <time>\n",
        ),
        (
            "web                                         12    32     1     --psc-   12345.6\n",
            "web                                      <id>    32     1     --psc- <time>\n",
        ),
        (
            "Domain-0                             0     1    2   r--      17.6  all / all\n",
            "Domain-0                         <id>     1 <cpu> <runs> <time>  all / all\n",
        ),
        (
            "web                                  3     1    -   --p       0.0  0-1 / 1\n",
            "web                              <id>     1 <none> --p <time>  0-1 / 1\n",
        ),
        ("web                                  4 1 day,  0:00:35\n", "web                               <id> <time>\n"),
        (" 10:24:31 up  0:00, web (7)\n", " <time> up <time>, web (<id>)\n"),
        (
            "1c5ae2b8-1a8c-4b0c-9e39-5a1c0d8a4f11  4    web\n",
            "<uuid>  <id>    web\n",
        ),
        ('        "domid": 7,', '        "domid": <id>,'),
        (
            "51712 0   1      4     10     522      /local/domain/0/backend/vbd/7/51712\n",
            "51712 0   1      4 <rings> /local/domain/0/backend/vbd/<id>/51712\n",
        ),
        (
            "0   0  00:16:3e:00:00:01     0     4     -1    -1/-1          /local/domain/0/backend/vif/1/0\n",
            "0   0  <mac>     0     4 <rings> /local/domain/0/backend/vif/<id>/0\n",
        ),
        (
            "Saving to x new xl format (info 0x3/0x0/755)\nxc: info: Saving domain 1, type x86 HVM",
            "Saving to x new xl format (info 0x3/0x0/<size>)\nxc: info: Saving domain <id>, type x86 HVM",
        ),
        ("Shutting down domain 2\nWaiting", "Shutting down domain <id>\nWaiting"),
        ("mac=00:16:3e:00:00:01", "mac=<mac>"),
        (
            "libxl: error: libxl_exec.c:117:f: /x online [322] exited: Domain 6:unable",
            "libxl: error: libxl_exec.c:<line>:f: /x online [<pid>] exited: Domain <id>:unable",
        ),
        ("Xen 4.17.7, 2 vCPUs, 12.5MB", "Xen 4.17.7, 2 vCPUs, 12.5MB"),
        ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_only_what_differs_each_time_is_made_equal(text: str, expected: str) -> None:
    assert normal(text) == expected


def result(said: Said, step: Step) -> Result:
    return Result(step, compared(step, said), "", 0)


def test_what_several_programs_say_is_compared_without_its_order() -> None:
    said = Said(0, "b\na\n", "d\nc\n")
    assert compared(Step(1, "", mixed=True), said) == ("status 0", "out b", "out a", "err c", "err d")


def test_differences_are_a_diff_of_each_command() -> None:
    steps = [Step(1, "xl list"), Step(2, "xl info", mask=r"mhz .*"), Step(3, "xl create x")]
    real = (Said(0, "a\nb\n", ""), Said(0, "mhz 1\n", ""), Said(3, "", "libxl: error\n"))
    ours = (Said(1, "a\nc\n", ""), Said(0, "mhz 2\n", ""), Said(3, "", "libxl: error\nxl: try this\n"))
    found = differences([*map(result, real, steps)], [*map(result, ours, steps)])
    assert found == [Known((), "xl list", ("-status 0", "+status 1", "-out b", "+out c"))]


def test_what_xl_says_of_itself_must_be_said() -> None:
    step = Step(1, "xl create x")
    real, ours = Said(1, "", "xl: maxvcpus < vcpus\n"), Said(1, "", "xl: something else\n")
    (found,) = differences([result(real, step)], [result(ours, step)])
    assert found.diff[0] == "-err xl: maxvcpus < vcpus"


A, B = Known((), "xl list", ("-out a",)), Known((), "xl list", ("+out b",))
KEPT = "# why a\n$ xl list\n-out a\n\n# why b\n# and more\n$ xl list\n+out b\n"


def test_known_differences_are_read_and_written() -> None:
    found = read_known(KEPT)
    assert [known.reasons for known in found] == [("why a",), ("why b", "and more")]
    assert [known._replace(reasons=()) for known in found] == [A, B]
    assert write_known(found) == KEPT


def test_what_is_known_of_a_command_is_not_new() -> None:
    before = read_known(KEPT)
    assert unknown([B], before) == []
    assert unknown([B._replace(diff=("+out c", "+out b"))], before) == [B._replace(diff=("+out c",))]
    assert unknown([B._replace(command="xl info")], before) == [B._replace(command="xl info")]
    assert gone([A, B], before) == []
    assert gone([B], before) == ["xl list"]


def test_reasons_are_found_by_host_command_and_line() -> None:
    reasons = read_reasons("# a comment\n\nlibvirt ~ list ~ out a ~ why a\n* ~ list$ ~ out b ~ why b\n")
    both = Known((), "xl list", ("-out a", "+out b"))
    (found,) = reasoned([both], "libvirt", reasons)
    assert found.reasons == ("why a", "why b")
    (found,) = reasoned([both], "simulated", reasons)
    assert found.reasons == (UNREASONED, "why b")
