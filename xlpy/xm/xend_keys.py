"""The keys of xm's guest files that xl never reads, and what to write instead."""

from __future__ import annotations

from typing import NamedTuple


class XendKey(NamedTuple):
    """What xl has in place of a key of xend: advice, and the key that takes what it said, if there is one."""

    instead: str
    key: str | None = None


_DRIVER_DOMAIN = "use driver_domain = 1"
_IP = "give it to the kernel as an argument in extra: ip=IP:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:DHCP"
_NFS = "give it to the kernel as an argument in extra: nfsroot=SERVER:PATH"
_NOTHING = "xl has nothing in its place: remove it"
_PAGING = "xl does not page guests out: remove it"
_XENDOMAINS = "link the file into /etc/xen/auto, for the xendomains service"

XEND_KEYS = {
    "access_control": XendKey("use seclabel, which takes the label itself", "seclabel"),
    "actmem": XendKey(_PAGING),
    "blkif": XendKey(_DRIVER_DOMAIN, "driver_domain"),
    "bootargs": XendKey("use bootloader_args = [ 'ARGUMENT', ... ]", "bootloader_args"),
    "bootentry": XendKey("use bootloader_args = [ '--entry=NAME' ]", "bootloader_args"),
    "cpu": XendKey("use cpus, which takes the number in quotes", "cpus"),
    "cpu_cap": XendKey("use cap", "cap"),
    "cpuid_check": XendKey(_NOTHING),
    "description": XendKey("write it as a comment"),
    "dhcp": XendKey(_IP, "extra"),
    "extid": XendKey("use viridian = 1 where it is 1", "viridian"),
    "fda": XendKey("give the device model its option: device_model_args = [ '-fda', 'FILE' ]"),
    "fdb": XendKey("give the device model its option: device_model_args = [ '-fdb', 'FILE' ]"),
    "features": XendKey(_NOTHING),
    "gateway": XendKey(_IP, "extra"),
    "guest_os_type": XendKey(_NOTHING),
    "hostname": XendKey(_IP, "extra"),
    "interface": XendKey(_IP, "extra"),
    "ip": XendKey(_IP, "extra"),
    "irq": XendKey("use irqs", "irqs"),
    "isa": XendKey(_NOTHING),
    "loader": XendKey("use firmware_override, if it is not the firmware that Xen installs", "firmware_override"),
    "machine_address_size": XendKey(_NOTHING),
    "memory_sharing": XendKey(_NOTHING),
    "monitor": XendKey("use xl qemu-monitor-command"),
    "monitor_path": XendKey("use xl qemu-monitor-command"),
    "netif": XendKey(_DRIVER_DOMAIN, "driver_domain"),
    "netmask": XendKey(_IP, "extra"),
    "nfs_root": XendKey(_NFS, "extra"),
    "nfs_server": XendKey(_NFS, "extra"),
    "nics": XendKey("write one item in vif for each interface"),
    "on_xend_start": XendKey(_XENDOMAINS),
    "on_xend_stop": XendKey(_XENDOMAINS),
    "parallel": XendKey("give the device model its option: device_model_args = [ '-parallel', 'DEVICE' ]"),
    "restart": XendKey("use on_poweroff, on_reboot and on_crash", "on_reboot"),
    "s3_integrity": XendKey(_NOTHING),
    "superpages": XendKey(_NOTHING),
    "suppress_spurious_page_faults": XendKey(_NOTHING),
    "target": XendKey(_NOTHING),
    "tpmif": XendKey(_DRIVER_DOMAIN, "driver_domain"),
    "vcpu_avail": XendKey("use vcpus for the number that is online, and maxvcpus for that of all"),
    "vhpt": XendKey("xl has nothing in its place, which was for IA64: remove it"),
    "vncconsole": XendKey("use xl create -V"),
    "vscsi": XendKey("use disk for each disk: xl hands on no SCSI hosts"),
    "vusb": XendKey("use usbctrl and usbdev"),
    "watchdog": XendKey("give the device model its option: device_model_args = [ '-watchdog', 'MODEL' ]"),
    "watchdog_action": XendKey("give the device model its option: device_model_args = [ '-watchdog-action', 'WORD' ]"),
    "xenpaging_extra": XendKey(_PAGING),
    "xenpaging_file": XendKey(_PAGING),
}
"""Name -> what xl has in its place."""
