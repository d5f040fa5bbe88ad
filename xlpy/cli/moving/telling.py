"""What `xl -v` and `xl -vvv restore` tell while a domain arrives: libxl's log around the lines that are always shown.

Where libxl shows addresses of its own memory, and how it waits for xenstore, there is nothing to tell.
"""

from __future__ import annotations

import re

from xlpy.cli.moving.outgoing import tell
from xlpy.cli.shared.steplog import Log, said, show
from xlpy.executors import LibxlMessage
from xlpy.planner import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig

_READ = "libxl_stream_read.c"
_FRAME = re.compile(r"xc: info: (XenStore|Console): mfn (0x[0-9a-f]+)")
_GRANTED = ("Console", "XenStore")
"""What Domain-0 gets the first grants of."""


def arrive(
    call: Call, executor: Executor, config: DomainConfig, receive: Callable[[Callable[[str], None]], int]
) -> int:
    """Have RECEIVE make the domain, and tell it; gives its domid.

    Libxl's own lines name the domid, which is known when all is done: the others wait for it.
    """
    if not (call.settings.verbosity and executor.simulated):
        return receive(tell)
    from xlpy.planner.plan import make_plan

    facts, lines, domid = executor.info().facts, list[str](), 0
    try:
        domid = receive(lines.append)
    finally:
        log = _Arrival(make_plan(config, facts), facts, domid)
        for messages, line in log.among(lines):
            show(messages if domid else (), domid, call.release, call.settings.verbosity)
            if line:
                tell(line)
    return domid


class _Arrival(Log):
    """The steps before the stream is read, and those after it."""

    def among(self, lines: list[str]) -> Iterator[tuple[Iterator[LibxlMessage], str]]:
        """The lines, each with what libxl tells before it; empty for what it tells at the end."""
        for at, line in enumerate(lines):
            if at == 0:
                yield self._before(), line
            elif line == "xc: info: Restore successful":
                yield self._grants(lines[at:]), line
            else:
                yield iter(()), line
        yield self._after(), ""

    def boots(self) -> Iterator[LibxlMessage]:
        """Its kernel comes with the memory."""
        place, text = "libxl_create.c:initiate_domain_create", "restoring, not running bootloader"
        yield self.about(place, (1339, 1394), text)

    def _before(self) -> Iterator[LibxlMessage]:
        for step in self.plan.steps:
            if isinstance(step, steps.CreateDomain):
                yield from self.of_create_domain(step)
        yield said(f"{_READ}:stream_header_done", (357, 357), "Stream v2")
        yield said(f"{_READ}:process_record", (574, 574), "Record: 1, length 0")
        yield _helper("starting restore")

    def _grants(self, lines: list[str]) -> Iterator[LibxlMessage]:
        frames = {match[1]: match[2] for line in lines if (match := _FRAME.match(line))}
        for number, name in enumerate(_GRANTED):
            text = f"xc_dom_set_gnttab_entry: d{self.domid} gnt[{number}] -> d0 {frames.get(name, '')}"
            yield LibxlMessage(place="", lines=(0, 0), text=f"domainbuilder: detail: {text}", level="detail")

    def _after(self) -> Iterator[LibxlMessage]:
        yield _helper("complete r=0")
        yield said(f"{_READ}:process_record", (574, 574), "Record: 0, length 0")
        for step in self.plan.steps:
            if isinstance(step, steps.Attach):
                yield from self.of_attach(step)
            elif isinstance(step, steps.StartDeviceModel) and self.plan.config.c_info.type != "hvm":
                yield from self.of_start_device_model(step)


def _helper(text: str) -> LibxlMessage:
    return LibxlMessage(place="", lines=(0, 0), text=f"libxl-save-helper: debug: {text}: Success", level="debug")
