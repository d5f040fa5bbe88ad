"""xl's tables of devices: values -> text, to the byte."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from xlpy.executors.devices import DeviceInfo
    from xlpy.executors.pci import PassedThrough

NO_NAME = "(null)"
_NO_UUID = "00000000-0000-0000-0000-000000000000"
_PARAMS = {"channels_min": "channels-min", "channels_max": "channels-max", "buffer_size": "buffer-size"}

BLOCK_HEADER = f"{'Vdev':5} {'BE':3} {'handle':6} {'state':5} {'evt-ch':6} {'ring-ref':8} {'BE-path':30}\n"
NETWORK_HEADER = (
    f"{'Idx':3} {'BE':2} {'Mac Addr.':17} {'handle':6} {'state':5} {'evt-ch':6} {'tx-':>5}/{'rx-ring-ref':5} "
    f"{'BE-path':30}\n"
)
VTPM_HEADER = f"{'Idx':3} {'BE':2} {'Uuid':36} {'handle':6} {'state':5} {'evt-ch':6} {'ring-ref':5} {'BE-path':10}\n"
VKB_HEADER = (
    f"{'Idx':3} {'BE':2} {'handle':6} {'state':5} {'evt-ch':6} {'ref':>6} {'ID':10} {'BE-type':10} {'BE-path':30}\n"
)
CHANNEL_HEADER = f"{'Idx':3} {'BE':2} {'state':5} {'evt-ch':6} {'ring-ref':>8} {'connection':10} {'':30}\n"
USB_HEADER = f"{'Devid':6} {'Type':12} {'BE':3} {'state':5} {'usb-ver':7} {'ports':5}\n"
PCI_HEADER = "Vdev Device\n"


def _number(info: DeviceInfo, *names: str) -> int:
    """What the frontend says of a ring or an event channel; -1 for nothing."""
    return next((int(info.front[name]) for name in names if info.front.get(name, "").isdigit()), -1)


def block_row(info: DeviceInfo, domid: int) -> str:
    """A line of xl block-list; the handle is the domid."""
    port, ring = _number(info, "event-channel"), _number(info, "ring-ref")
    return f"{info.devid:<5} {info.backend_domid:<3} {domid:<6} {info.state:<5} {port:<6} {ring:<8} {info.backend:30}\n"


def network_row(info: DeviceInfo, _domid: int) -> str:
    """A line of xl network-list; with several queues no rings are shown."""
    mac = getattr(info.device, "mac", None) or "00:00:00:00:00:00"
    rings = f"{_number(info, 'tx-ring-ref'):5}/{_number(info, 'rx-ring-ref'):<11}"
    port = _number(info, "event-channel")
    head = f"{info.devid:<3} {info.backend_domid:<2} {mac}{info.devid:6}"
    return f"{head} {info.state:5} {port:6} {rings} {info.backend:30}\n"


def vtpm_row(info: DeviceInfo, _domid: int) -> str:
    """A line of xl vtpm-list."""
    uuid = getattr(info.device, "uuid", None) or _NO_UUID
    wires = f"{_number(info, 'event-channel'):6} {_number(info, 'ring-ref'):8}"
    return f"{info.devid:<3} {info.backend_domid:<2} {uuid} {info.devid:6} {info.state:5} {wires} {info.backend:30}\n"


def vkb_row(info: DeviceInfo, _domid: int) -> str:
    """A line of xl vkb-list."""
    name, server = getattr(info.device, "unique_id", None) or NO_NAME, "linux" if info.kind == "vinput" else "qemu"
    wires = f"{_number(info, 'event-channel'):6} {_number(info, 'page-gref', 'page-ref'):6}"
    head = f"{info.devid:<3} {info.backend_domid:<2} {info.devid:6} {info.state:5} {wires}"
    return f"{head} {name:10} {server:10} {info.backend:30}\n"


def channel_row(info: DeviceInfo, _domid: int) -> str:
    """A line of xl channel-list."""
    union = getattr(info.device, "u", None)
    kind = union.MEMBER if union else "unknown"
    tty = f"{info.front.get('tty', ''):30} " if kind == "pty" else ""
    wires = f"{_number(info, 'port'):<6} {_number(info, 'ring-ref'):<8}"
    return f"{info.devid:<3} {info.backend_domid:<2} {info.state:<5} {wires} {kind:10} {tty}\n"


def vdispl_row(info: DeviceInfo, domid: int) -> str:
    """The lines of xl vdispl-list for one display."""
    device: Any = info.device
    ends = f"BE-path: {info.backend}, FE-path: {info.frontend}"
    head = f"DevId: {info.devid}, BE: {info.backend_domid}, handle: {domid}, state: {info.state}"
    return f"{head}, be-alloc: {int(device.be_alloc)}, {ends}\n" + "".join(_connectors(info, device))


def _connectors(info: DeviceInfo, device: Any) -> Iterator[str]:
    for at, connector in enumerate(device.connectors):
        size = f"width: {connector.width}, height: {connector.height}"
        wires = ", ".join(_wires(info, f"{at}/{way}", way) for way in ("req", "evt"))
        yield f"\tConnector: {at}, id: {connector.unique_id or NO_NAME}, {size}, {wires}\n"


def _wires(info: DeviceInfo, path: str, way: str) -> str:
    ring, port = _number(info, f"{path}-ring-ref"), _number(info, f"{path}-event-channel")
    return f"{way}-rref: {ring}, {way}-evtch: {port}"


def vsnd_row(info: DeviceInfo, domid: int) -> str:
    """The lines of xl vsnd-list for one card."""
    card: Any = info.device
    head = f"\ndevid: {info.devid}, be-domid: {info.backend_domid}, handle: {domid}, state: {info.state}"
    names = f'short-name: "{card.short_name or NO_NAME}", long-name: "{card.long_name or NO_NAME}"'
    ends = f"be-path: {info.backend}, fe-path: {info.frontend}"
    return "".join((f"{head}, {ends}\n", names, _params(card.params), *_pcms(info, card.pcms)))


def _pcms(info: DeviceInfo, pcms: Iterable[Any]) -> Iterator[str]:
    for at, pcm in enumerate(pcms):
        yield f'\tpcm: {at}, name: "{pcm.name or NO_NAME}"' + _params(pcm.params)
        for nth, stream in enumerate(pcm.streams):
            kind = f'unique-id: "{stream.unique_id or NO_NAME}", type: {stream.type}'
            yield f"\t\tstream: {nth}, {kind}" + _params(stream.params)
            port, ring = (_number(info, f"{at}/{nth}/{name}") for name in ("event-channel", "ring-ref"))
            yield f"\t\t\tevent-channel: {port}, ring-ref: {ring}\n"


def _params(params: Any) -> str:
    """What a card, a PCM device or a stream can do; xl calls the formats rates, too."""
    found = [f", {shown}: {getattr(params, name)}" for name, shown in _PARAMS.items() if getattr(params, name)]
    lists = (params.sample_rates, params.sample_formats)
    found += [f", sample-rates: {';'.join(map(str, values))}" for values in lists if values]
    return "".join(found) + "\n"


def usb_rows(info: DeviceInfo, guest: Any, plugged: dict[int, Any]) -> str:
    """The lines of xl usb-list for one controller; PLUGGED has the USB device of each port that is taken."""
    controller: Any = info.device
    version, ports = controller.sized(guest)
    kind = controller.served(guest)
    head = f"{info.devid:<6} {kind:12} {info.backend_domid:<3} {info.state:<5} {version:<7} {ports:<5}\n"
    lines = (f"  Port {port}:{_plugged(plugged.get(port))}\n" for port in range(1, ports + 1))
    return USB_HEADER + head + "".join(lines)


def _plugged(device: Any) -> str:
    return f" Bus {device.u.hostbus:03x} Device {device.u.hostaddr:03x}" if device and device.u else ""


def pci_row(device: PassedThrough) -> str:
    """A line of xl pci-list."""
    return f"{device.vslot:02x}.{device.vfunc:x} {device.bdf}\n"
