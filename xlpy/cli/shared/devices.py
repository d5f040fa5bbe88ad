"""What the -list and -detach verbs of devices have in common."""

from __future__ import annotations

import sys

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import NoReturn

    from xlpy.cli.call import Call
    from xlpy.executors import LibxlMessage
    from xlpy.executors.devices import DeviceInfo

ERROR_FAIL = 253
"""The exit status of a verb that ends with libxl's ERROR_FAIL."""


class ListedDevice(Record):
    """A device of a domain."""

    domid: int
    device: str
    """What it is: disk, vif, vtpm ..."""
    devid: int
    """51712 for xvda; for a USB device its controller * 256 + its port; else it counts from 0."""
    title: str
    settings: Mapping[str, str | int | None]
    """What it was made from, by libxl's names, with what was left to libxl; without lists."""
    backend_domid: int
    backend_kind: str
    """The component of the backend's path: vbd, qdisk, vif ..."""
    backend: str
    """The path of the backend in xenstore; empty where the host does not know it."""
    frontend: str
    state: int
    """XenbusState of the frontend, 1 to 6; 4 is connected, 0 where the host does not know it."""
    backend_state: int
    front: Mapping[str, str]
    """What stands in xenstore below the frontend."""


def listed(info: DeviceInfo, domid: int) -> ListedDevice:
    """A device as JSON shows it."""
    plain = (str, int, type(None))
    return ListedDevice(
        domid=domid,
        device=info.device.KIND,
        devid=info.devid,
        title=info.device.title(),
        settings={name: value for name, value in info.device.as_dict().items() if isinstance(value, plain)},
        backend_domid=info.backend_domid,
        backend_kind=info.kind,
        backend=info.backend,
        frontend=info.frontend,
        state=info.state,
        backend_state=info.backend_state,
        front=info.front,
    )


class Table:
    """A table of the devices of one class."""

    def __init__(self, kind: str, header: str, row: Callable[[DeviceInfo, int], str], *, strict: bool = True) -> None:
        """ROW makes text of a device and its domid; a STRICT table ends at a domain that is not there."""
        self.kind = kind
        self.header = header
        self.row = row
        self.strict = strict

    def run(self, call: Call) -> int:
        """Print the table for the domains that are named."""
        call.options()
        sys.stdout.write(self.header)
        for domid, found in self._found(call):
            sys.stdout.write("".join(self.row(info, domid) for info in found))
        return 0

    def records(self, call: Call) -> Sequence[ListedDevice]:
        """The same devices."""
        call.options()
        return [listed(info, domid) for domid, found in self._found(call) for info in found]

    def _found(self, call: Call) -> Iterator[tuple[int, Sequence[DeviceInfo]]]:
        from xlpy.cli.shared.domains import find_domid
        from xlpy.executors import UnknownDomain

        executor = call.executor()
        for word in call.words:
            try:
                domid = find_domid(executor, word)
            except UnknownDomain:
                if self.strict:
                    raise
                sys.stdout.flush()
                print(f"{word} is an invalid domain identifier", file=sys.stderr)
                continue
            yield domid, attached(call, domid, self.kind)


def attached(call: Call, domid: int, kind: str) -> Sequence[DeviceInfo]:
    """The devices of a class; none where there is no such domain."""
    from xlpy.executors import UnknownDomain

    try:
        return call.executor().devices.attached(domid, kind)
    except UnknownDomain:
        return ()


def find_device(call: Call, domid: int, kind: str, devid: int, directory: str) -> DeviceInfo | None:
    """The device with this number; tells what libxl tells where there is none in DIRECTORY of its own tree."""
    found = next((info for info in attached(call, domid, kind) if info.devid == devid), None)
    if found is None and directory:
        from xlpy.cli.shared.domains import libxl_error

        text = f"xenstore read failed: `/libxl/{domid}/device/{directory}/{devid}': No such file or directory"
        libxl_error(call.release, "libxl_xshelp.c:libxl__xs_read_mandatory", (206, 206), text)
    return found


def meant(call: Call, domid: int, kind: str, name: str) -> int:
    """The devid of the device that the second word means: its number, or what its field NAME says."""
    from xlpy.cstring import atoi

    word = call.words[1]
    if name:
        known = {str(getattr(info.device, name, "")).lower(): info for info in attached(call, domid, kind)}
        found = known.get(word.lower())
    else:
        found = find_device(call, domid, kind, atoi(word), kind)
    if found is None:
        give_up(1, f"Unknown device {word}.")
    return found.devid


def give_up(status: int, line: str) -> NoReturn:
    """Print xl's line and end the run."""
    from xlpy.cli.call import Leave

    sys.stdout.flush()
    print(line, file=sys.stderr)
    raise Leave(status)


def failing(call: Call, status: int, line: str, act: Callable[[], Sequence[LibxlMessage]]) -> int:
    """Do it; where libxl refuses, say so as libxl does and then with xl's LINE, if there is one, and give STATUS."""
    from xlpy.cli.say import say
    from xlpy.executors import LibxlError

    sys.stdout.flush()
    try:
        for message in act():
            print(message.line(call.release), file=sys.stderr)
    except LibxlError as error:
        for said in filter(None, (*(message.line(call.release) for message in error.messages), line)):
            print(said, file=sys.stderr)
        if error.advice:
            say(error.advice)
        return status
    return 0


def detach(call: Call, kind: str, library: str, status: int = 1) -> int:
    """Detach the device that the words name by domain and number; LIBRARY is libxl's name of the class."""
    from xlpy.cli.shared.domains import find_domid
    from xlpy.cstring import atoi

    call.options()
    domid = find_domid(call.executor(), call.words[0])
    devid = atoi(call.words[1])
    directory = {"vkb": "vkbd", "usbctrl": ""}.get(kind, kind)
    if find_device(call, domid, kind, devid, directory) is None:
        if status == ERROR_FAIL:
            give_up(status, f"Error: Device {devid} not connected.")
        give_up(1, f"Unknown device {call.words[1]}.")
    devices = call.executor().devices
    return failing(call, status, f"libxl_device_{library} failed.", lambda: devices.detach(domid, kind, devid))
