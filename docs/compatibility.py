"""Makes docs/compatibility.md from the declarations of verbs and keys: python docs/compatibility.py [--check]."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from written import written

from xlpy import vocabulary
from xlpy.cli.names import NAMES
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import title
from xlpy.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.verb import Verb
    from xlpy.loss import Loss

PAGE = Path(__file__).parent / "compatibility.md"
EXERCISED = PAGE.parent.parent / "tests" / "cases" / "exercised.txt"
HEAD = """\
# What works where

Made from the declarations of verbs and keys by `make docs`: do not edit.

xlpy has two kinds of hosts: the simulated one (`sim:///`), and those behind libvirt (`xen:///system`, `xen+ssh://`,
`xen+tls://`; tried with Xen 4.17 and libvirt 9.0). On the simulated host all keys work, and all verbs that xlpy has.
What libvirt has no way for ends at once with exit status 1 and a line that says so.
"""
DOMAINS = """\
## What libvirt does in another way

- It sees the domains that libvirt made, not those of Xen's own xl; xl sees all. On Dom0 xlpy says so where one of
  these is named.
- It keeps persistent domains, with their names and autostart, also when they are stopped: `virsh` shows and removes
  them, `xl create` refuses their names, and `xl destroy` leaves them stopped.
- It acts itself on the end of a domain, as its on_poweroff, on_reboot and on_crash say; xlpy writes out xl's defaults.
- It chooses the MAC address of an interface that names none, from Xen's range as libxl does, and leaves the backend
  of a raw disk to libxl, also where one is attached later.
- It wants files by their path from the root, and passes PCI devices through only where they can be reset.
- Of the images that QEMU reaches over a network it has those of Ceph, without a login:
  `backendtype=qdisk, target=rbd:POOL/IMAGE:auth_supported=none`, with `mon_host` and `conf` where they are needed.
- It starts a bootloader with the first disk in the order of their names.
- It does not read xl.conf. What that says of guests (grants, masks of CPUs, defaults of interfaces) xlpy puts into
  the guest; of `domid_policy`, of `autoballoon`, which libvirt has in `/etc/libvirt/libxl.conf`, and of `blkdev_start`
  `create` says where libvirt does otherwise.
- Its save files are its own, and it puts back a domain as it was saved.
- On Dom0 what libxl says of a failure is taken from libvirt's log, which leaves out how grave a line is; where libvirtd
  writes down everything (log_level 1 or 2), the lines have no `error:`. From afar there is libvirt's own message.
"""
OPTIONS = """\
## Options of the verbs

Each verb and each of its options is used at least once by a test on the simulated host, with what comes of it
(`tests/cases/exercised.txt`); `-` is the verb without one.

| verb | options |
|---|---|
"""
KEYS = """\
## Keys, and words of device specs

Whatever is not here, libvirt carries out as xl does. *refused*: the guest would be another one, and `create` ends
with status 3; *tuning*: only tuning is lost, which `create` mentions. `xlpy lint --select libvirt` finds the same
in a file.

| key | word | | what libvirt lacks |
|---|---|---|---|
"""
_LEVELS = {Severity.ERROR: "refused", Severity.WARNING: "tuning"}


def page() -> str:
    """The text of the page."""
    return "\n".join([HEAD, "## Verbs\n", _table(), OPTIONS + "".join(_options()), DOMAINS, KEYS + "".join(_losses())])


def _table() -> str:
    head = "| verb | simulated host | libvirt | |\n|---|---|---|---|\n"
    return head + "".join(_row(verb) for verb in map(find_verb, NAMES) if verb)


def _row(verb: Verb) -> str:
    return f"| {verb.name} | yes | {'no' if verb.no_libvirt else 'yes'} | {_cell('; '.join(_notes(verb)))} |\n"


def _notes(verb: Verb) -> Iterator[str]:
    """What is to be said of it where the host is libvirt's."""
    if verb.no_libvirt or verb.libvirt_note:
        yield verb.no_libvirt or verb.libvirt_note
    for option in verb.options:
        if option.no_libvirt:
            yield f"no `{title(option)}`: {option.no_libvirt}"


def _options() -> Iterator[str]:
    """A line for each verb, with what the tests use."""
    used: dict[str, list[str]] = {}
    for line in EXERCISED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            verb, option = line.partition(" | ")[0].split()
            used.setdefault(verb, []).append(f"`{option}`")
    for name in NAMES:
        yield f"| {name} | {' '.join(used.get(name, ()))} |\n"


def _losses() -> Iterator[str]:
    """A line for each key and loss, with the words that share it."""
    for key, words in sorted(_declared().items()):
        for loss, names in words.items():
            yield _loss(key, names, loss)


def _declared() -> dict[str, dict[Loss, list[str]]]:
    """Key -> what is lost -> the words of its specs to which that applies, none for the key itself."""
    found: dict[str, dict[Loss, list[str]]] = defaultdict(lambda: defaultdict(list))
    for module in vocabulary.modules():
        for key in getattr(module, "KEYS", ()):
            if key.libvirt is not None:
                found[key.name].setdefault(key.libvirt, [])
        owner = module.__name__.rpartition(".")[2]
        for token in getattr(module, "TOKENS", ()):
            if token.libvirt is not None:
                found[owner][token.libvirt].append(token.name)
    return found


def _loss(key: str, words: list[str], loss: Loss) -> str:
    shown = dict.fromkeys("colo*" if word.startswith("colo") else word for word in words)
    some = ", of some values" if loss.when is not None or loss.judged else ""
    names = " ".join(f"`{word}`" for word in shown)
    return f"| `{key}` | {names} | {_LEVELS[loss.severity]}{some} | {_cell(loss.why)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(written(PAGE, page()))
