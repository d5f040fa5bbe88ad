"""Virtual keyboards and pointers (Xen: libxl_device_vkb); each framebuffer brings one."""

from __future__ import annotations

from typing import ClassVar, Literal

from xlpy.libxl import U32, DeviceRecord, Int

VkbBackend = Literal["unknown", "qemu", "linux"]


class Vkb(DeviceRecord):
    """libxl_device_vkb."""

    ARRAY: ClassVar[str] = "vkbs"
    AT: ClassVar[int] = 70
    KIND: ClassVar[str] = "vkb"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    backend_type: VkbBackend = "unknown"
    unique_id: str | None = None
    feature_disable_keyboard: bool = False
    feature_disable_pointer: bool = False
    feature_abs_pointer: bool = False
    feature_raw_pointer: bool = False
    feature_multi_touch: bool = False
    width: U32 = 0
    height: U32 = 0
    multi_touch_width: U32 = 0
    multi_touch_height: U32 = 0
    multi_touch_num_contacts: U32 = 0
