"""The monitor of a device model, on its machine: libxl leaves a socket for QMP, QEMU's protocol in JSON."""

from __future__ import annotations

import json
import os
import socket
from typing import IO, Any

from xlpy.executors import LibxlError, LibxlMessage

_SOCKET = "/var/run/xen/qmp-libxl-{}"
_SECONDS = 10.0


def monitor(domid: int, line: str) -> str:
    """What the monitor for people answers to a line; LibxlError where there is no device model."""
    path = _SOCKET.format(domid)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_SECONDS)
        try:
            connection.connect(path)
            with connection.makefile("rw", encoding="utf-8") as stream:
                _answer(stream)
                _ask(stream, "qmp_capabilities")
                answer: str = _ask(stream, "human-monitor-command", **{"command-line": line})
        except (OSError, ValueError) as error:
            why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            raise _no_way(domid, path, why) from None
    return answer


def _ask(stream: IO[str], command: str, **arguments: Any) -> Any:
    stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    stream.flush()
    while "return" not in (answer := _answer(stream)):
        if "error" in answer:
            raise ValueError(answer["error"].get("desc", command))
    return answer["return"]


def _answer(stream: IO[str]) -> dict[str, Any]:
    """The next message; events come between the answers."""
    answer: dict[str, Any] = json.loads(stream.readline())
    return answer


def _no_way(domid: int, path: str, why: str) -> LibxlError:
    text = f"Domain {domid}:Failed to connect to QMP socket {path}: {why}"
    return LibxlError(LibxlMessage(place="libxl_qmp.c:qmp_ev_lock_aquired", lines=(1334, 1334), text=text))
