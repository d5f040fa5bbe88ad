"""What an xl.conf does to `xl create -n` and to other verbs, equal to the real xl."""

from __future__ import annotations

from random import Random

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import XL_CONF_NAME
from tests.oracle.real import (
    CONFIG_NAME,
    RELEASES,
    Case,
    compare,
)
from xlpy.xlconf.keys import KEYS

UUID = 'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"\n'
PINNED = UUID + 'name = "a"\nkernel = "/k"\n'
GUESTS = (
    'vif = ["", "bridge=br7, script=s, gatewaydev=eth7, backend=b", "netdev=eth8"]\nvcpus = 2\n',
    'type = "pvh"\nvif = [""]\nvcpus = 2\ncpus = "2-5"\nmax_grant_frames = 7\n',
    'type = "hvm"\nmaxvcpus = 3\ncpus = ["1", "2,5"]\nbootloader_restrict = 0\nmax_grant_version = 1\n',
    'type = "hvm"\ncpus_soft = "7"\nblkdev_start = "xvdq"\nclaim_mode = 0\nmax_maptrack_frames = "-1"\n',
    'vcpus = 1\ncpus = ""\n',
)
VALUES = ("0", "1", '"0"', '"-1"', "[]", '["x"]', '""', '"x"', "4294967296", "99999999999999999999", '"2-3"', '"auto"')
MASKS = (
    *("all", "", "^1", "2,x", "x,2", "2,x,3", "node:1", "node:7", "0-63", "9", " 3", "3 ", "3,,4", "3-", "-3", "0-7"),
    *("node:0-x,3", "5-2", "0,2-5-6", "all,^3", "0-3,^all", "nodes:0-1,^3", "2-3", "4"),
)
TEXTS = (
    *("", "# why\n", "# end", "  \t\n#\n ", "x\n", "x=\n", "x=1", "x=1\r\n", "\ufeffx=1\n", "import os\n", "x=(1)\n"),
    *(
        'x=[1]\nx+="a"\n',
        "autoballoon=5\nclaim_mode=\n",
        "unknown=[[]]\n",
        "vifscript=1;defaultbridge=2\n",
        "claim_mode+=1\n",
    ),
    *(
        "autoballoon='x'\nvifscript='y'\n",
        "domid_policy='x'\nautoballoon='x'\n",
        "max_grant_frames=[]\nvm.cpumask='x'\n",
    ),
)
SEEDS = 300

every_release = pytest.mark.parametrize("release", RELEASES)


@pytest.fixture(scope="module", autouse=True)
def _real_xl() -> None:
    need_real_xl()


def _case(name: str, conf: str, *argv: str, guest: str = GUESTS[0]) -> Case:
    """A command line for which there is this xl.conf."""
    config = guest if guest.startswith(UUID) else PINNED + guest
    files = ((XL_CONF_NAME, conf), (CONFIG_NAME, config))
    argv = argv or ("create", "-q", "-n", CONFIG_NAME)
    return Case(f"{name}: {conf!r}", argv, tuple((name, text.encode()) for name, text in files))


def _must_agree(release: str, cases: list[Case]) -> None:
    wrong = [outcome.report() for outcome in compare(release, cases) if outcome.differing]
    assert not wrong, f"{len(wrong)} of {len(cases)}\n" + "\n".join(wrong[:5])


@every_release
def test_every_key_with_every_kind_of_value(release: str) -> None:
    confs = [f"{key.name} = {value}\n" for key in KEYS for value in (*key.good, *key.bad, *VALUES)]
    _must_agree(release, [_case("key", conf, guest=guest) for conf in confs for guest in GUESTS[:2]])


@every_release
@pytest.mark.parametrize("guest", GUESTS)
def test_good_values_and_each_guest(release: str, guest: str) -> None:
    confs = [f"{key.name} = {value}\n" for key in KEYS for value in key.good]
    _must_agree(release, [_case("good", conf, guest=guest) for conf in confs])


@every_release
@pytest.mark.parametrize("options", ["-qn", "-qni"])
def test_masks(release: str, options: str) -> None:
    confs = [f'vm.cpumask = "{mask}"\n' for mask in MASKS]
    confs += [f'vm.cpumask = "0-3"\nvm.{kind}.cpumask = "{mask}"\n' for kind in ("pv", "hvm") for mask in MASKS]
    argv = ("create", options, CONFIG_NAME)
    _must_agree(release, [_case("mask", conf, *argv, guest=guest) for conf in confs for guest in GUESTS])


@every_release
def test_texts_before_any_verb(release: str) -> None:
    lines = ("create -n c.cfg", "help list", "frob", "-N list", "create -h", "create")
    cases = [_case("text", text, *line.split()) for text in TEXTS for line in lines]
    _must_agree(release, cases)


@every_release
def test_attached_interfaces(release: str) -> None:
    confs = (
        "",
        'vif.default.bridge = "b"\nvif.default.script = "s"\n',
        'vifscript = "s"\nvif.default.backend = "d"\n',
        'output_format = "sxp"\n',
    )
    words = ("mac=00:16:3e:01:02:03", "bridge=x", "script=y")
    cases = [_case("attach", conf, "-N", "network-attach", "0", word) for conf in confs for word in words]
    _must_agree(release, cases)


@every_release
def test_a_fresh_mixture(release: str) -> None:
    cases = []
    for seed in range(SEEDS):
        rng = Random(seed)
        keys = rng.sample(KEYS, rng.randint(1, 6))
        values = [rng.choice((*key.good, *key.good, *key.good, *key.bad, rng.choice(VALUES))) for key in keys]
        conf = "".join(f"{key.name} = {value}\n" for key, value in zip(keys, values, strict=True))
        cases.append(_case(f"seed {seed}", conf, guest=rng.choice(GUESTS)))
    _must_agree(release, cases)
