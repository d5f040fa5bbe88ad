"""The types of libxl_domain_config, field by field in the order of libxl's IDL (Xen: libxl_types.idl).

These classes are the data table from which the JSON is printed: a field is printed when it differs from its
initial value (the default here), a structure always. Memory is in KiB. The classes of devices stand with
their parsers in xlpy/devices/, and say themselves in which array of the JSON they go.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeVar

from xlpy.planning import Planning
from xlpy.record import Record
from xlpy.release import Release

Defbool = bool | None
"""libxl_defbool: None leaves the choice to libxl."""
Bitmap = tuple[int, ...]
"""The bits that are set, ascending."""
U8 = int
U32 = int
U64 = int
Int = int
"""A C int; values given to it wrap, as in C."""

UNSET32 = 2**32 - 1
UNSET64 = 2**64 - 1

DomainType = Literal["invalid", "hvm", "pv", "pvh"]
ActionOnShutdown = Literal[
    "destroy", "restart", "restart_rename", "preserve", "coredump_destroy", "coredump_restart", "soft_reset"
]
Passthrough = Literal["default", "disabled", "enabled", "sync_pt", "share_pt"]
Scheduler = Literal["unknown", "sedf", "credit", "credit2", "arinc653", "rtds", "null"]
TscMode = Literal["default", "always_emulate", "native", "native_paravirt"]
TimerMode = Literal[
    "unknown",
    "delay_for_missed_ticks",
    "no_delay_for_missed_ticks",
    "no_missed_ticks_pending",
    "one_missed_tick_pending",
]
DeviceModelVersion = Literal["unknown", "qemu_xen_traditional", "qemu_xen"]
TeeType = Literal["none", "optee", "ffa"]
Altp2mMode = Literal["disabled", "mixed", "external", "limited"]
BiosType = Literal["unknown", "rombios", "seabios", "ovmf"]
Hdtype = Literal["ide", "ahci"]
VgaInterfaceType = Literal["unknown", "cirrus", "std", "none", "qxl"]
LEAST_VIDEORAM = {"unknown": 8, "cirrus": 8, "std": 16, "qxl": 128, "none": 0}
"""The least video memory of each kind of card in MiB, which is also the default."""
GfxPassthruKind = Literal["default", "igd"]
VendorDevice = Literal["none", "xenserver"]
RdmReserveStrategy = Literal["ignore", "host"]
RdmReservePolicy = Literal["invalid", "strict", "relaxed"]
GicVersion = Literal["default", "v2", "v3"]
VuartType = Literal["unknown", "sbsa_uart"]
SveType = Literal[
    "hw",
    "disabled",
    "128",
    "256",
    "384",
    "512",
    "640",
    "768",
    "896",
    "1024",
    "1152",
    "1280",
    "1408",
    "1536",
    "1664",
    "1792",
    "1920",
    "2048",
]
ArmSciType = Literal["none", "scmi_smc"]
SmbiosType = Literal[
    "bios_vendor",
    "bios_version",
    "system_manufacturer",
    "system_product_name",
    "system_version",
    "system_serial_number",
    "baseboard_manufacturer",
    "baseboard_product_name",
    "baseboard_version",
    "baseboard_serial_number",
    "baseboard_asset_tag",
    "baseboard_location_in_chassis",
    "enclosure_manufacturer",
    "enclosure_serial_number",
    "enclosure_asset_tag",
    "battery_manufacturer",
    "battery_device_name",
    "oem",
]


class Struct(Record):
    """A structure of the IDL. `SINCE` names the releases of fields that are younger than Xen 4.17.

    `SELECTORS` names the fields that are unions, and what selects their member in libxl. The value of such a field is
    a structure with a `MEMBER` name, or None where no member is selected.
    """

    SINCE: ClassVar[dict[str, str]] = {}
    SELECTORS: ClassVar[dict[str, str]] = {}
    ALWAYS: ClassVar[frozenset[str]] = frozenset()
    """Fields that are printed at their initial values, too."""


class CreateInfo(Struct):
    """libxl_domain_create_info."""

    type: DomainType = "invalid"
    hap: Defbool = None
    oos: Defbool = None
    ssidref: U32 = 0
    ssid_label: str | None = None
    name: str | None = None
    domid: U32 = 0
    uuid: str | None = None
    xsdata: tuple[tuple[str, str], ...] = ()
    platformdata: tuple[tuple[str, str], ...] = ()
    poolid: U32 = 0
    pool_name: str | None = None
    run_hotplug_scripts: Defbool = None
    driver_domain: Defbool = None
    passthrough: Passthrough = "default"
    xend_suspend_evtchn_compat: Defbool = None


class SchedParams(Struct):
    """libxl_domain_sched_params; -1 leaves the scheduler's default."""

    sched: Scheduler = "unknown"
    weight: Int = -1
    cap: Int = -1
    period: Int = -1
    budget: Int = -1
    extratime: Int = -1
    slice: Int = -1
    latency: Int = -1


class CpuidLeaf(Struct):
    """The policy of a CPUID leaf: each register that is touched as 32 of the letters 0 1 x k s, bit 31 first."""

    ALWAYS: ClassVar[frozenset[str]] = frozenset({"leaf"})

    leaf: U32 = 0
    subleaf: U32 | None = None
    eax: str | None = None
    ebx: str | None = None
    ecx: str | None = None
    edx: str | None = None


class MsrPolicy(Struct):
    """The policy of an MSR, as 64 of the letters 0 1 x k, bit 63 first."""

    index: U32 = 0
    policy: str = ""


class CpuPolicy(Struct):
    """libxl_cpuid_policy_list: how the guest's CPUs differ from what Xen would show it."""

    ALWAYS: ClassVar[frozenset[str]] = frozenset({"cpuid", "msr"})

    cpuid: tuple[CpuidLeaf, ...] = ()
    msr: tuple[MsrPolicy, ...] = ()


class VnodeInfo(Struct):
    """libxl_vnode_info: a NUMA node of the guest."""

    memkb: U64 = UNSET64
    distances: tuple[U32, ...] = ()
    pnode: U32 = 0
    vcpus: Bitmap = ()


class IoportRange(Struct):
    """libxl_ioport_range."""

    first: U32 = 0
    number: U32 = 0


class IomemRange(Struct):
    """libxl_iomem_range: page frames of the host, and where the guest sees them, if not at the same place."""

    start: U64 = 0
    number: U64 = 0
    gfn: U64 = UNSET64


class Smbios(Struct):
    """libxl_smbios: one string of the guest's SMBIOS tables."""

    ALWAYS: ClassVar[frozenset[str]] = frozenset({"key"})

    key: SmbiosType = "bios_vendor"
    value: str | None = None


class VgaInterfaceInfo(Struct):
    """libxl_vga_interface_info."""

    kind: VgaInterfaceType = "unknown"


class VncInfo(Struct):
    """libxl_vnc_info; `passwd` is a secret."""

    enable: Defbool = None
    listen: str | None = None
    passwd: str | None = None
    display: Int = 0
    findunused: Defbool = None


class SdlInfo(Struct):
    """libxl_sdl_info."""

    enable: Defbool = None
    opengl: Defbool = None
    display: str | None = None
    xauthority: str | None = None


class SpiceInfo(Struct):
    """libxl_spice_info; `passwd` is a secret."""

    enable: Defbool = None
    port: Int = 0
    tls_port: Int = 0
    host: str | None = None
    disable_ticketing: Defbool = None
    passwd: str | None = None
    agent_mouse: Defbool = None
    vdagent: Defbool = None
    clipboard_sharing: Defbool = None
    usbredirection: Int = 0
    image_compression: str | None = None
    streaming_video: str | None = None


class RdmReserve(Struct):
    """libxl_rdm_reserve."""

    strategy: RdmReserveStrategy = "ignore"
    policy: RdmReservePolicy = "invalid"


class Hvm(Struct):
    """The member of libxl_domain_build_info's union for HVM guests."""

    MEMBER: ClassVar[str] = "hvm"
    SINCE: ClassVar[dict[str, str]] = {"smbios": "4.18", "pirq": "4.19", "xen_platform_pci_bar_uc": "4.21"}

    firmware: str | None = None
    bios: BiosType = "unknown"
    pae: Defbool = None
    apic: Defbool = None
    acpi: Defbool = None
    acpi_s3: Defbool = None
    acpi_s4: Defbool = None
    acpi_laptop_slate: Defbool = None
    nx: Defbool = None
    viridian: Defbool = None
    viridian_enable: Bitmap = ()
    viridian_disable: Bitmap = ()
    timeoffset: str | None = None
    hpet: Defbool = None
    vpt_align: Defbool = None
    mmio_hole_memkb: U64 = UNSET64
    timer_mode: TimerMode = "unknown"
    nested_hvm: Defbool = None
    altp2m: Defbool = None
    system_firmware: str | None = None
    smbios_firmware: str | None = None
    smbios: tuple[Smbios, ...] = ()
    acpi_firmware: str | None = None
    hdtype: Hdtype = "ide"
    nographic: Defbool = None
    vga: VgaInterfaceInfo = VgaInterfaceInfo()
    vnc: VncInfo = VncInfo()
    keymap: str | None = None
    sdl: SdlInfo = SdlInfo()
    spice: SpiceInfo = SpiceInfo()
    gfx_passthru: Defbool = None
    gfx_passthru_kind: GfxPassthruKind = "default"
    serial: str | None = None
    boot: str | None = None
    usb: Defbool = None
    usbversion: Int = 0
    usbdevice: str | None = None
    vkb_device: Defbool = None
    soundhw: str | None = None
    xen_platform_pci: Defbool = None
    xen_platform_pci_bar_uc: Defbool = None
    usbdevice_list: tuple[str, ...] = ()
    vendor_device: VendorDevice = "none"
    ms_vm_genid: tuple[U8, ...] = ()
    serial_list: tuple[str, ...] = ()
    rdm: RdmReserve = RdmReserve()
    rdm_mem_boundary_memkb: U64 = UNSET64
    mca_caps: U64 = 0
    pirq: Defbool = None


class Pv(Struct):
    """The member of libxl_domain_build_info's union for PV guests."""

    MEMBER: ClassVar[str] = "pv"

    slack_memkb: U64 = UNSET64
    features: str | None = None
    e820_host: Defbool = None


class Pvh(Struct):
    """The member of libxl_domain_build_info's union for PVH guests."""

    MEMBER: ClassVar[str] = "pvh"

    pvshim: Defbool = None
    pvshim_path: str | None = None
    pvshim_cmdline: str | None = None
    pvshim_extra: str | None = None


class ArmSci(Struct):
    """libxl_arm_sci: the system control interface that the guest gets."""

    type: ArmSciType = "none"


class ArchArm(Struct):
    """The Arm part of libxl_domain_build_info."""

    SINCE: ClassVar[dict[str, str]] = {"sve_vl": "4.18", "nr_spis": "4.19", "arm_sci": "4.21"}

    gic_version: GicVersion = "default"
    vuart: VuartType = "unknown"
    sve_vl: SveType = "disabled"
    nr_spis: U32 | None = None
    arm_sci: ArmSci = ArmSci()


class ArchX86(Struct):
    """The x86 part of libxl_domain_build_info."""

    msr_relaxed: Defbool = None


class XsQuotaItem(Struct):
    """libxl_xs_quota_item: one limit that xenstore holds the domain to."""

    name: str | None = None
    val: U32 = 0


class XsQuotaList(Struct):
    """libxl_xs_quota_list."""

    quota: tuple[XsQuotaItem, ...] = ()


class BuildInfo(Struct):
    """libxl_domain_build_info; `type` selects the member of the union `u`."""

    SELECTORS: ClassVar[dict[str, str]] = {"u": "type"}
    SINCE: ClassVar[dict[str, str]] = {
        "llc_colors": "4.20",
        "bootloader_restrict": "4.18",
        "bootloader_user": "4.18",
        "altp2m_count": "4.21",
        "trap_unmapped_accesses": "4.21",
        "xenstore_feature_mask": "4.21",
        "xenstore_quota": "4.22",
    }

    max_vcpus: Int = 0
    avail_vcpus: Bitmap = ()
    cpumap: Bitmap = ()
    nodemap: Bitmap = ()
    vcpu_hard_affinity: tuple[Bitmap, ...] = ()
    vcpu_soft_affinity: tuple[Bitmap, ...] = ()
    numa_placement: Defbool = None
    tsc_mode: TscMode = "default"
    max_memkb: U64 = UNSET64
    target_memkb: U64 = UNSET64
    video_memkb: U64 = UNSET64
    shadow_memkb: U64 = UNSET64
    iommu_memkb: U64 = UNSET64
    rtc_timeoffset: U32 = 0
    exec_ssidref: U32 = 0
    exec_ssid_label: str | None = None
    localtime: Defbool = None
    disable_migrate: Defbool = None
    cpuid: CpuPolicy | None = None
    blkdev_start: str | None = None
    vnuma_nodes: tuple[VnodeInfo, ...] = ()
    max_grant_frames: U32 = UNSET32
    max_maptrack_frames: U32 = UNSET32
    max_grant_version: Int = -1
    device_model_version: DeviceModelVersion = "unknown"
    device_model_stubdomain: Defbool = None
    stubdomain_memkb: U64 = UNSET64
    stubdomain_kernel: str | None = None
    stubdomain_cmdline: str | None = None
    stubdomain_ramdisk: str | None = None
    device_model: str | None = None
    device_model_ssidref: U32 = 0
    device_model_ssid_label: str | None = None
    device_model_user: str | None = None
    extra: tuple[str, ...] = ()
    extra_pv: tuple[str, ...] = ()
    extra_hvm: tuple[str, ...] = ()
    sched_params: SchedParams = SchedParams()
    ioports: tuple[IoportRange, ...] = ()
    irqs: tuple[U32, ...] = ()
    iomem: tuple[IomemRange, ...] = ()
    llc_colors: tuple[U32, ...] = ()
    claim_mode: Defbool = None
    event_channels: U32 = 0
    kernel: str | None = None
    cmdline: str | None = None
    ramdisk: str | None = None
    device_tree: str | None = None
    acpi: Defbool = None
    bootloader: str | None = None
    bootloader_args: tuple[str, ...] = ()
    bootloader_restrict: Defbool = None
    bootloader_user: str | None = None
    timer_mode: TimerMode = "unknown"
    nested_hvm: Defbool = None
    apic: Defbool = None
    dm_restrict: Defbool = None
    tee: TeeType = "none"
    u: Hvm | Pv | Pvh = Pv()
    arch_arm: ArchArm = ArchArm()
    arch_x86: ArchX86 = ArchX86()
    altp2m: Altp2mMode = "disabled"
    altp2m_count: U32 = UNSET32
    vmtrace_buf_kb: Int = 0
    vpmu: Defbool = None
    trap_unmapped_accesses: Defbool = None
    xenstore_feature_mask: U32 = UNSET32
    xenstore_quota: XsQuotaList = XsQuotaList()


class DeviceRecord(Planning, Struct):
    """The configuration of one device; `ARRAY` is its place in libxl_domain_config, `AT` the place of that array."""

    ARRAY: ClassVar[str]
    AT: ClassVar[int]
    KIND: ClassVar[str]
    """What libxl and xl call the device: disk, vif, pci ..."""

    def title(self) -> str:
        """A few words that tell this device from its kin; text of the user's, not escaped."""
        return ""


D = TypeVar("D", bound=DeviceRecord)


class DomainConfig(Struct):
    """libxl_domain_config: what one configuration file says. Devices are by class, and as in the file within it."""

    c_info: CreateInfo = CreateInfo()
    b_info: BuildInfo = BuildInfo()
    devices: tuple[DeviceRecord, ...] = ()
    on_poweroff: ActionOnShutdown = "destroy"
    on_reboot: ActionOnShutdown = "destroy"
    on_watchdog: ActionOnShutdown = "destroy"
    on_crash: ActionOnShutdown = "destroy"
    on_soft_reset: ActionOnShutdown = "destroy"

    def devices_of(self, device: type[D]) -> tuple[D, ...]:
        """The devices of one class."""
        return tuple(d for d in self.devices if isinstance(d, device))

    def to_json(self, xen: str = "4.20") -> str:
        """The text that `xl create -n` of a Xen release prints for it."""
        from xlpy.libxl_json import to_json

        return to_json(self, Release.parse(xen))

    def to_xl(self, xen: str = "4.20") -> str:
        """A canonical configuration file; ValueError names the fields that xl.cfg cannot express."""
        from xlpy.writer import to_xl

        return to_xl(self, release=Release.parse(xen))

    @property
    def name(self) -> str:
        """The domain's name."""
        return self.c_info.name or ""

    @property
    def memory_kib(self) -> int:
        """What the guest starts with: its limit where nothing else is said, or 32 MiB where that is not said either."""
        given = (self.b_info.target_memkb, self.b_info.max_memkb)
        return next((kib for kib in given if kib != UNSET64), 32 * 1024)

    @property
    def max_memory_kib(self) -> int:
        """What the guest may balloon up to."""
        most = self.b_info.max_memkb
        return self.memory_kib if most == UNSET64 else most

    @property
    def vcpus(self) -> int:
        """vCPUs online at start; libxl's default is 1."""
        return len(self.b_info.avail_vcpus) or 1

    @property
    def max_vcpus(self) -> int:
        """vCPUs that the guest may have."""
        return self.b_info.max_vcpus or 1


def union_member(domain_type: str) -> type[Any]:
    """The class of BuildInfo.u for a guest type."""
    return {"hvm": Hvm, "pv": Pv, "pvh": Pvh}[domain_type]
