"""XlConf: what xl falls back on where a guest's file says nothing: built in, or set in /etc/xen/xl.conf."""

from __future__ import annotations

from typing import Literal

from xlpy.record import Record


class XlConf(Record):
    """The settings of xl.conf by the names of its keys, with `_` for a dot; the defaults are those built into xl.

    CPU masks are CPU lists, none for all pCPUs. A limit of -1 leaves the choice to Xen.
    """

    autoballoon: Literal["auto", "on", "off"] = "auto"
    run_hotplug_scripts: bool = True
    lockfile: str = "/var/lock/xl"
    vif_default_script: str | None = None
    vif_default_bridge: str | None = None
    vif_default_gatewaydev: str | None = None
    vif_default_backend: str | None = None
    output_format: Literal["json", "sxp"] = "json"
    blkdev_start: str | None = None
    claim_mode: bool = True
    remus_default_netbufscript: str | None = None
    colo_default_proxyscript: str | None = None
    max_grant_frames: int = -1
    max_maptrack_frames: int = -1
    max_grant_version: int = -1
    vm_cpumask: str | None = None
    vm_hvm_cpumask: str | None = None
    vm_pv_cpumask: str | None = None
    domid_policy: Literal["xen", "random"] = "xen"
    bootloader_restrict: bool | None = None


BUILT_IN = XlConf()
"""What xl does without an xl.conf."""
