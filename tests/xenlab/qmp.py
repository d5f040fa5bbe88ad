"""QEMU's protocol of control: a JSON object a line each way."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from tests.xenlab.errors import LabError

if TYPE_CHECKING:
    import socket


class Control:
    """A conversation with a QEMU at the other end of a socket."""

    def __init__(self, stream: socket.socket) -> None:
        self._lines = stream.makefile("rw", encoding="utf-8", newline="\n")
        self._answer()
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: Any) -> Any:
        """Give a command, and have its result; raises LabError when QEMU refuses."""
        print(json.dumps({"execute": name, "arguments": arguments}), file=self._lines, flush=True)
        while "event" in (answer := self._answer()):
            pass
        if "error" in answer:
            raise LabError(f"QEMU refuses {name}: {answer['error']['desc']}")
        return answer.get("return")

    def wait_migrated(self) -> None:
        """Wait until all is saved or loaded."""
        while (info := self.command("query-migrate")).get("status") != "completed":
            if info.get("status") in {"failed", "cancelled"}:
                raise LabError(f"QEMU cannot save or load its state: {info.get('error-desc', 'it does not say why')}")
            time.sleep(0.05)

    def _answer(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            raise LabError("QEMU has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer
