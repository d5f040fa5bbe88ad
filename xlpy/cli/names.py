"""The names of xl's verbs: which there are decides what an abbreviation means, so all stand here, in help's order."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.release import Release

# fmt: off
NAMES = (
    "create", "config-update", "list", "destroy", "shutdown", "reboot", "pci-attach", "pci-detach", "pci-list",
    "pci-assignable-add", "pci-assignable-remove", "pci-assignable-list", "pause", "unpause", "console",
    "vncviewer", "save", "migrate", "restore", "migrate-receive", "suspend", "resume", "dump-core", "cd-insert",
    "cd-eject", "mem-max", "mem-set", "button-press", "vcpu-list", "vcpu-pin", "vcpu-set", "vm-list", "info",
    "sharing", "sched-credit", "sched-credit2", "sched-rtds", "domid", "domname", "rename", "trigger", "sysrq",
    "debug-keys", "set-parameters", "dmesg", "top", "network-attach", "network-list", "network-detach",
    "channel-list", "block-attach", "block-list", "block-detach", "vtpm-attach", "vtpm-list", "vtpm-detach",
    "vkb-attach", "vkb-list", "vkb-detach", "vdispl-attach", "vdispl-list", "vdispl-detach", "vsnd-attach",
    "vsnd-list", "vsnd-detach", "uptime", "claims", "cpupool-create", "cpupool-list", "cpupool-destroy",
    "cpupool-rename", "cpupool-cpu-add", "cpupool-cpu-remove", "cpupool-migrate", "cpupool-numa-split",
    "getenforce", "setenforce", "loadpolicy", "remus", "devd", "psr-hwinfo", "psr-cmt-attach", "psr-cmt-detach",
    "psr-cmt-show", "psr-cat-set", "psr-cat-show", "psr-mba-set", "psr-mba-show", "usbctrl-attach",
    "usbctrl-detach", "usbdev-attach", "usbdev-detach", "usb-list", "qemu-monitor-command", "xenstore-quota-get",
    "xenstore-quota-set",
)
# fmt: on
"""Every verb of xl on x86, up to the newest release."""

SINCE = {"suspend": (4, 20), "resume": (4, 20), "xenstore-quota-get": (4, 22), "xenstore-quota-set": (4, 22)}
"""The first release of a verb that some supported release does not have."""


def names(release: Release) -> list[str]:
    """The verbs of a release, in the order of its help."""
    return [name for name in NAMES if SINCE.get(name, release) <= release]


def resolve(word: str, release: Release) -> str | None:
    """The verb that a word means: its exact name, or the only one that begins so."""
    known = names(release)
    if word in known:
        return word
    matches = [name for name in known if name.startswith(word)]
    return matches[0] if len(matches) == 1 else None
