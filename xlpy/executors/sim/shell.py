"""The shell of a simulated guest: commands that only look, and variables, which go where the guest goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.executors.sim.guest import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SET = re.compile(r"([A-Za-z_]\w*)=(\S*)", re.ASCII)
_USE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)
_SIZE = re.compile(r"cat /sys/block/(\w+)/size", re.ASCII)
_MOST = 4096
"""Characters of all variables together."""
_KNOWN = (
    "cat /proc/cmdline, cat /sys/block/DISK/size, crash, echo, exit, free, help, ls /sys/block, ls /sys/class/net, "
    "poweroff, reboot, uptime, NAME=VALUE"
)


class Shell(NamedTuple):
    """What a command may ask about its guest; memory in KiB."""

    name: str
    cmdline: str
    memory_kib: int
    uptime: float
    disks: Mapping[str, int]
    """The size of each, in sectors."""
    cards: int
    """Network interfaces."""
    variables: Mapping[str, str]


def prompt(name: str) -> str:
    """The prompt of the shell."""
    return f"{clean(name)}:~# "


def assigned(command: str, variables: Mapping[str, str]) -> Mapping[str, str] | None:
    """The variables after NAME=VALUE; None where the command is another one."""
    found = _SET.fullmatch(command)
    if found is None:
        return None
    new = {**variables, found[1]: _expanded(found[2].strip("\"'"), variables)}
    return new if sum(len(name) + len(value) for name, value in new.items()) <= _MOST else variables


def answer(command: str, shell: Shell) -> str:
    """What a command writes that only looks."""
    words = command.split()
    known = _ANSWERS.get(" ".join(words))
    if known is not None:
        return known(shell)
    if words[0] == "echo":
        text = command.removeprefix("echo").strip()
        return clean(_expanded(text.strip("\"'"), shell.variables)) + "\n"
    sized = _SIZE.fullmatch(" ".join(words))
    if sized and sized[1] in shell.disks:
        return f"{shell.disks[sized[1]]}\n"
    if words[0] in ("cat", "ls"):
        return f"{words[0]}: {clean(' '.join(words[1:]))}: No such file or directory\n"
    return f"{clean(words[0])}: command not found\n"


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return _USE.sub(lambda match: variables.get(match[1] or match[2], ""), text)


def _uptime(shell: Shell) -> str:
    minutes, seconds = divmod(int(shell.uptime), 60)
    return f" up {minutes // 60}:{minutes % 60:02}:{seconds:02},  1 user,  load average: 0.00, 0.00, 0.00\n"


def _free(shell: Shell) -> str:
    total = shell.memory_kib
    used = total // 8
    head = f"{'':15}{'total':>12}{'used':>12}{'free':>12}\n"
    return f"{head}{'Mem:':15}{total:12}{used:12}{total - used:12}\n{'Swap:':15}{0:12}{0:12}{0:12}\n"


def _cards(shell: Shell) -> str:
    return "  ".join((*(f"eth{number}" for number in range(shell.cards)), "lo")) + "\n"


_ANSWERS: dict[str, Callable[[Shell], str]] = {
    "help": lambda _: f"A simulated shell. It knows: {_KNOWN}.\n",
    "uptime": _uptime,
    "free": _free,
    "cat /proc/cmdline": lambda shell: clean(shell.cmdline) + "\n",
    "ls /sys/block": lambda shell: "".join(f"{name}\n" for name in sorted(shell.disks)),
    "ls /sys/class/net": _cards,
}
