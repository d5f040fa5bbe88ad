"""A way for the state of a domain that moves: an ssh of our own, from a port of this machine to the same port there.

Libvirt's way through its connection hangs on both hosts, for ever, where the move fails (libvirt 9.0).
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from xlpy.executors import Failure
from xlpy.executors.libvirt import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEME = "xen+ssh"
_LOOPBACK = "127.0.0.1"


def is_possible(uri: str) -> bool:
    """Whether the libvirt of a URI is reached by ssh as anybody would start it."""
    place = urlsplit(uri)
    return place.scheme == _SCHEME and bool(place.hostname) and not place.query


@contextmanager
def opened(uri: str) -> Iterator[str]:
    """What libvirt is to call the way to the libvirt of URI, while it is open; Failure where ssh does not get there."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="xlpy-") as folder:
        control = ["ssh", "-S", f"{folder}/s"]
        forward = ["-L", f"{_LOOPBACK}:{port}:{_LOOPBACK}:{port}", "-o", "ExitOnForwardFailure=yes"]
        _start([*control, "-f", "-N", "-M", *forward, *_place(uri)], uri, Path(folder) / "said")
        try:
            yield f"tcp://{_LOOPBACK}:{port}"
        finally:
            subprocess.run([*control, "-O", "exit", *_place(uri)], stderr=subprocess.DEVNULL, check=False)


def _start(argv: list[str], uri: str, said: Path) -> None:
    """Ssh goes into the background when the way is open; until then it may ask on the terminal."""
    with said.open("w", encoding="utf-8", errors="replace") as file:  # a pipe would stay open
        try:
            status = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False).returncode
        except OSError as error:
            raise Failure(advice=f"ssh cannot be started: {error.strerror}") from None
    if status:
        words = said.read_text(encoding="utf-8", errors="replace").strip()
        raise Failure(f"ssh: {errors.printable(words)}", advice=errors.ssh_advice(uri))


def _place(uri: str) -> list[str]:
    """Where to, as arguments of ssh."""
    place = urlsplit(uri)
    port = ["-p", str(place.port)] if place.port else []
    user = ["-l", place.username] if place.username else []
    return [*port, *user, "--", place.hostname or ""]


def _free_port() -> int:
    """A port that nobody listens on here; who listens on it there is told by libvirt."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
