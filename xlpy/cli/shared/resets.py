"""What libxl says where the kernel of Domain-0 cannot reset a PCI device that comes or goes with its domain."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.libxl import DeviceRecord


def passed(executor: Executor, domid: int) -> Sequence[DeviceRecord]:
    """The PCI devices of a simulated domain; none where there is no such domain."""
    from xlpy.executors import Failure

    if not executor.simulated or domid == 0:
        return ()
    try:
        return [device for device in executor.config(domid).devices if device.KIND == "pci"]
    except Failure:
        return ()


def say_resets(call: Call, executor: Executor, devices: Sequence[DeviceRecord]) -> None:
    """A line for each of the DEVICES that cannot be reset."""
    if not (devices and executor.simulated):
        return
    from xlpy.cli.shared.domains import libxl_error

    known = {one.bdf: one for one in executor.info().facts.pci_devices}
    for device in devices:
        one = known.get(getattr(device, "bdf", ""))
        if one is not None and not one.reset:
            text = f"The kernel doesn't support reset from sysfs for PCI device {one.bdf}"
            libxl_error(call.release, "libxl_pci.c:libxl__device_pci_reset", (1573, 1584), text)
