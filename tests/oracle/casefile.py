r"""Reads files of many small cases, each an input for `xl`; what is to come out is asked of the real xl.

    #: name of the first case
    @base@
    vcpus = 2
    #! a case that xl refuses | 'memory = 64' vcpus=2
    name = "b"

A line that starts with `#:`, `#!` or `#?` and a blank begins a case: one for xl to accept, to refuse, or one that the
releases judge differently. What follows a `|` are further words of the command line, quoted as for a shell; what
follows a `$` is the whole command line itself. All lines up to the next head are the configuration, `c.cfg`. Before the
first case stands free text.

- `@uuid@` stands for a line that pins the uuid; `@base@`, `@hvm@`, `@pvh@` for a smallest guest of each type.
- `<<41 0d>>` stands for the bytes with these hexadecimal numbers.
- `<<end>>` ends the configuration there: no newline follows.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.oracle.real import CONFIG_NAME, Case, config_case

if TYPE_CHECKING:
    from pathlib import Path

UUID = b'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"'
SHORTHANDS = {
    b"@uuid@": UUID,
    b"@base@": UUID + b'\nname = "a"\nkernel = "/k"',
    b"@hvm@": UUID + b'\nname = "a"\ntype = "hvm"',
    b"@pvh@": UUID + b'\nname = "a"\ntype = "pvh"\nkernel = "/k"',
}
HEAD = re.compile(rb"^#(?P<verdict>[:!?]) +(?P<name>[^|$\n]*?) *(?:(?P<kind>[|$]) *(?P<words>[^\n]*))?\n", re.MULTILINE)
VERDICTS = {b":": True, b"!": False, b"?": None}
BYTES = re.compile(rb"<<((?:[0-9a-f]{2} ?)+)>>")


def _config(text: bytes) -> bytes:
    """The bytes that the written form of a configuration stands for."""
    for word, meaning in SHORTHANDS.items():
        text = text.replace(word, meaning)
    text, ended, _ = text.partition(b"<<end>>")
    if not ended and text and not text.endswith(b"\n"):
        text += b"\n"
    return BYTES.sub(lambda found: bytes.fromhex(found[1].decode()), text)


def _words(written: bytes | None) -> list[str]:
    expanded = BYTES.sub(lambda found: bytes.fromhex(found[1].decode()), written or b"")
    return shlex.split(expanded.decode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True)
class Written:
    """A case as it stands in a file, and whether its writer means xl to accept it (None: it depends on the release)."""

    case: Case
    accepted: bool | None


def parse(text: bytes, subject: str) -> list[Written]:
    """The cases of one file's text, named SUBJECT/NAME."""
    heads = list(HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [_case(head, _config(text[head.end() : end]), subject) for head, end in zip(heads, ends, strict=True)]


def _case(head: re.Match[bytes], config: bytes, subject: str) -> Written:
    name = f"{subject}/{head['name'].decode()}"
    words = _words(head["words"])
    if head["kind"] == b"$":
        case = Case(name, tuple(words), ((CONFIG_NAME, config),) if config else ())
    else:
        case = config_case(name, config, words)
    return Written(case, VERDICTS[head["verdict"]])


def read(path: Path) -> list[Written]:
    """The cases of one file."""
    return parse(path.read_bytes(), path.stem)
