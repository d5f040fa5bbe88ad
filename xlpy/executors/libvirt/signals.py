"""The facet `signals`: libvirt has the power button; the rest Xen's own Python modules on Dom0 have."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from xlpy.executors import Failure, LibxlError, LibxlMessage
from xlpy.executors.libvirt import qmp
from xlpy.executors.libvirt.modules import ModuleError

if TYPE_CHECKING:
    from xlpy.executors.libvirt.access import Access

_NUMBERS = {"nmi": 0, "reset": 1, "init": 2, "sleep": 4}
"""Of Xen (XEN_DOMCTL_SENDTRIGGER_*)."""
_RESUMING, _SENDING = "libxl_domain.c:domain_s3_resume_done", "libxl_domain.c:libxl_send_trigger"
_ACPI_STATE, _AWAKE = 31, 0
"""The parameter of an HVM domain with its ACPI state (HVM_PARAM_ACPI_S_STATE), and what wakes it."""


class LibvirtSignals:
    """See the Signals protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def trigger(self, domid: int, name: str, vcpu: int) -> None:
        """The power button is libvirt's own."""
        if name == "power":
            button = self._access.api.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
            self._access.act(domid, lambda domain: domain.shutdownFlags(button))
            return
        self._access.on(domid, lambda domain: domain.ID())
        try:
            self._send(domid, name, vcpu)
        except ModuleError as error:
            raise refused(domid, name, os.strerror(error.number)) from None

    def _send(self, domid: int, name: str, vcpu: int) -> None:
        if name == "s3resume":
            self._xen(f"the trigger {name}", "hvm_set_param", domid, _ACPI_STATE, _AWAKE)
        elif name in _NUMBERS:
            self._xen(f"the trigger {name}", "domain_send_trigger", domid, _NUMBERS[name], vcpu)
        else:
            raise refused(domid, name, os.strerror(errno.EINVAL))

    def sysrq(self, domid: int, letter: str) -> None:
        """The guest watches a node in xenstore."""
        self._access.on(domid, lambda domain: domain.ID())
        self._access.modules.xenstore("sysrq", "write", f"/local/domain/{domid}/control/sysrq", letter)

    def debug_keys(self, keys: str) -> None:
        """Of the hypervisor."""
        self._xen("Xen's debug keys", "send_debug_keys", keys)

    def dmesg(self, *, clear: bool = False) -> str:
        """The log of the hypervisor."""
        text: bytes = self._xen("Xen's log", "readconsolering", int(clear))
        return text.decode("utf-8", "surrogateescape")

    def monitor(self, domid: int, command: str) -> str:
        """Of the device model, which can be reached on its own machine alone."""
        if not self._access.local:
            raise Failure(
                advice="libvirt's driver for Xen has no way to the monitor of a device model; Xen's own xl has"
            )
        self._access.on(domid, lambda domain: domain.ID())
        return qmp.monitor(domid, command)

    def _xen(self, what: str, method: str, *arguments: object) -> Any:
        return self._access.modules.xen(what, method, *arguments)


def refused(domid: int, name: str, why: str) -> LibxlError:
    """What libxl says of it."""
    if name == "s3resume":
        place, lines, text = (
            "domain_s3_resume_done",
            (2162, 2164),
            f"Domain {domid}:Send trigger 's3resume' failed, rc=-6",
        )
    else:
        place, lines, text = "libxl_send_trigger", (2207, 2209), f"Domain {domid}:Send trigger '{name}' failed: {why}"
    return LibxlError(LibxlMessage(place=f"libxl_domain.c:{place}", lines=lines, text=text))
