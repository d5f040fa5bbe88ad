"""Device tree nodes passed through, on Arm: `dtdev = [ "PATH", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.kinds import LIST
from xlpy.libxl import DeviceRecord
from xlpy.loss import LOST
from xlpy.vocabulary import Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig, DomainType
    from xlpy.reader import Reader


class Dtdev(DeviceRecord):
    """libxl_device_dtdev."""

    ARRAY: ClassVar[str] = "dtdevs"
    AT: ClassVar[int] = 50
    KIND: ClassVar[str] = "dtdev"
    PHASE: ClassVar[int] = 65
    PASSTHROUGH: ClassVar[bool] = True

    path: str | None = None

    def title(self) -> str:
        """Its path in the device tree."""
        return self.path or "no path"

    def kinds(self, _guest: DomainType) -> tuple[str, str]:
        """Xenstore does not know it."""
        return "", ""


def _read_dtdev(reader: Reader, key: Key) -> None:
    for atom in reader.atoms(key.name) or ():
        reader.add(Dtdev(path=atom.text), {"": atom.span, "path": atom.span})


def _write_dtdev(config: DomainConfig) -> tuple[str, ...] | None:
    return tuple(device.path or "" for device in config.devices_of(Dtdev)) or None


KEYS = (
    Key(
        name="dtdev",
        kind=LIST,
        order=1742,
        read=_read_dtdev,
        write=_write_dtdev,
        since="4.6",
        doc="The nodes of the host's device tree that are passed through to the guest, by absolute path. Only on Arm.",
        libvirt=LOST,
        good=('["/soc/ethernet@ff0e0000"]',),
        bad=('"/soc/ethernet@ff0e0000"',),
    ),
)
