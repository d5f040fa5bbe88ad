"""Network interfaces: `vif = [ "SPEC", ... ]` (Xen: xl-network-configuration(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from xlpy.differences import MAC_CUT
from xlpy.host import Problem, missing_script
from xlpy.kinds import LIST
from xlpy.libxl import U32, U64, Defbool, DeviceRecord, Int
from xlpy.loss import LOST, TUNING, Loss
from xlpy.planning import Object
from xlpy.specs import Spec
from xlpy.values import parse_rate, take_mac
from xlpy.vocabulary import Attach, Key, Token
from xlpy.xenstore import script_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainType
    from xlpy.reader import Reader
    from xlpy.source import Span
    from xlpy.specs import Item
    from xlpy.xenstore import Link, Pair

NicType = Literal["unknown", "vif_ioemu", "vif"]


NO_MAC = "00:00:00:00:00:00"
_MTU = 1500
_PAGES = 256
"""The buffers of a queue, for each direction."""
_NETFRONT = ("gso-tcpv4", "gso-tcpv6", "ipv6-csum-offload", "rx-notify", "sg")
_NETBACK = (
    *("ctrl-ring", "dynamic-multicast-control", "gso-tcpv4", "gso-tcpv6", "ipv6-csum-offload"),
    *("multicast-control", "rx-copy", "sg", "split-event-channels", "xdp-headroom"),
)


class Vif(DeviceRecord):
    """libxl_device_nic; upstream calls the COLO settings unstable."""

    ARRAY: ClassVar[str] = "nics"
    AT: ClassVar[int] = 20
    KIND: ClassVar[str] = "vif"
    PHASE: ClassVar[int] = 60
    REASON: ClassVar[str] = "after QEMU, whose tap joins too"
    SINCE: ClassVar[dict[str, str]] = {"vlan": "4.19"}

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    mtu: Int = 0
    vlan: str | None = None
    model: str | None = None
    mac: str | None = None
    ip: str | None = None
    bridge: str | None = None
    ifname: str | None = None
    script: str | None = None
    nictype: NicType = "unknown"
    rate_bytes_per_interval: U64 = 0
    rate_interval_usecs: U32 = 0
    gatewaydev: str | None = None
    coloft_forwarddev: str | None = None
    colo_sock_mirror_id: str | None = None
    colo_sock_mirror_ip: str | None = None
    colo_sock_mirror_port: str | None = None
    colo_sock_compare_pri_in_id: str | None = None
    colo_sock_compare_pri_in_ip: str | None = None
    colo_sock_compare_pri_in_port: str | None = None
    colo_sock_compare_sec_in_id: str | None = None
    colo_sock_compare_sec_in_ip: str | None = None
    colo_sock_compare_sec_in_port: str | None = None
    colo_sock_compare_notify_id: str | None = None
    colo_sock_compare_notify_ip: str | None = None
    colo_sock_compare_notify_port: str | None = None
    colo_sock_redirector0_id: str | None = None
    colo_sock_redirector0_ip: str | None = None
    colo_sock_redirector0_port: str | None = None
    colo_sock_redirector1_id: str | None = None
    colo_sock_redirector1_ip: str | None = None
    colo_sock_redirector1_port: str | None = None
    colo_sock_redirector2_id: str | None = None
    colo_sock_redirector2_ip: str | None = None
    colo_sock_redirector2_port: str | None = None
    colo_filter_mirror_queue: str | None = None
    colo_filter_mirror_outdev: str | None = None
    colo_filter_redirector0_queue: str | None = None
    colo_filter_redirector0_indev: str | None = None
    colo_filter_redirector0_outdev: str | None = None
    colo_filter_redirector1_queue: str | None = None
    colo_filter_redirector1_indev: str | None = None
    colo_filter_redirector1_outdev: str | None = None
    colo_compare_pri_in: str | None = None
    colo_compare_sec_in: str | None = None
    colo_compare_out: str | None = None
    colo_compare_notify_dev: str | None = None
    colo_sock_sec_redirector0_id: str | None = None
    colo_sock_sec_redirector0_ip: str | None = None
    colo_sock_sec_redirector0_port: str | None = None
    colo_sock_sec_redirector1_id: str | None = None
    colo_sock_sec_redirector1_ip: str | None = None
    colo_sock_sec_redirector1_port: str | None = None
    colo_filter_sec_redirector0_queue: str | None = None
    colo_filter_sec_redirector0_indev: str | None = None
    colo_filter_sec_redirector0_outdev: str | None = None
    colo_filter_sec_redirector1_queue: str | None = None
    colo_filter_sec_redirector1_indev: str | None = None
    colo_filter_sec_redirector1_outdev: str | None = None
    colo_filter_sec_rewriter0_queue: str | None = None
    colo_checkpoint_host: str | None = None
    colo_checkpoint_port: str | None = None
    trusted: Defbool = None

    def title(self) -> str:
        """`vif0 (xenbr0)`, or the MAC where the bridge is left to the defaults."""
        return f"vif{self.devid} ({self.bridge or self.mac or 'default bridge'})"

    def objects(self, number: int) -> Iterator[Object]:
        """VIF and network."""
        bridge = self.bridge or "xenbr0"
        yield Object("vif", str(number), f"vif{number}")
        yield Object("network", bridge, bridge)

    def back(self, link: Link) -> Iterator[Pair]:
        """What the hotplug script and netback read."""
        yield "script", script_path(self.script or "vif-bridge")
        for name, value in (("vifname", self.ifname), ("forwarddev", self.coloft_forwarddev)):
            if value:
                yield name, value
        yield from (
            (name, getattr(self, name)) for name in self.FIELDS if name.startswith("colo_") and getattr(self, name)
        )
        yield "mac", self.mac or NO_MAC
        if self.rate_interval_usecs:
            yield "rate", f"{self.rate_bytes_per_interval},{self.rate_interval_usecs}"
        if self.mtu not in (0, _MTU):
            yield "mtu", str(self.mtu)
        given = {"ip": self.ip, "gatewaydev": self.gatewaydev, "vlan": self.vlan, "bridge": self.bridge or "xenbr0"}
        yield from ((name, value) for name, value in given.items() if value)
        yield "handle", str(link.devid)
        yield "type", self.interface(link.guest)
        if link.backend_domid == 0:
            yield "hotplug-status", ""

    def interface(self, guest: DomainType) -> NicType:
        """Whether there is an emulated card beside it."""
        if self.nictype != "unknown":
            return self.nictype
        return "vif_ioemu" if guest == "hvm" else "vif"

    def front(self, link: Link) -> Iterator[Pair]:
        """What netfront reads and may change."""
        yield "handle", str(link.devid)
        yield "mac", self.mac or NO_MAC
        yield "trusted", str(int(self.trusted is not False))

    def fixed(self, _link: Link) -> Iterator[Pair]:
        """What netfront reads only."""
        yield "mtu", str(self.mtu or _MTU)

    def wiring(self, queues: int) -> tuple[int, int]:
        """For each queue two rings, and 256 pages for each direction."""
        return 2 * queues, (2 + 2 * _PAGES) * queues

    def offers(self, link: Link) -> Iterator[Pair]:
        """What netback can do."""
        yield "hotplug-status", "connected"
        yield "multi-queue-max-queues", str(link.most_queues)
        yield from ((f"feature-{name}", "1") for name in _NETBACK)
        yield "feature-rx-flip", "0"

    def connects(self, link: Link, port: int, ref: int) -> Iterator[Pair]:
        """What netfront wants, and its queues."""
        yield from ((f"feature-{name}", "1") for name in _NETFRONT)
        yield "request-rx-copy", "1"
        yield "xdp-headroom", "0"
        yield "multi-queue-num-queues", str(link.queues)
        rings = ref + 2 * _PAGES * link.queues
        for queue in range(link.queues):
            below = f"queue-{queue}/" if link.queues > 1 else ""
            for at, way in enumerate(("tx", "rx")):
                yield f"{below}event-channel-{way}", str(port + 2 * queue + at)
                yield f"{below}{way}-ring-ref", str(rings + 2 * queue + at)

    def problems(self, facts: HostFacts, setting: str) -> Iterator[Problem]:
        """Where the script runs in Domain-0 it must be there, and for that of bridges the bridge."""
        if self.backend_domain() != "Domain-0":
            return
        script, bridge = self.script or "vif-bridge", self.bridge or "xenbr0"
        if not facts.has_script(script):
            yield missing_script(script, facts, f"{setting}.script")
        elif script.rpartition("/")[2] == "vif-bridge" and bridge not in facts.bridges:
            yield Problem(
                code="no-such-bridge",
                line=f"libxl: error: script: Could not find bridge device {bridge}",
                advice=f"bridges of this host: {', '.join(facts.bridges) or 'none'}; choose one with bridge=",
                setting=f"{setting}.bridge",
            )

    def boot_lines(self, number: int) -> Iterator[str]:
        """What netfront says."""
        yield f"xen_netfront: eth{number}: {self.mac or 'address chosen by libxl'}, on {self.bridge or 'its backend'}"


def _text(name: str, field: str, doc: str, good: str, since: str = "4.1") -> Token:
    loss = LOST if name.startswith("colo_") else _LOSSES.get(name)
    return Token(name=name, field=field, doc=doc, since=since, good=f"{name}={good}", libvirt=loss)


def _number(name: str, doc: str, good: str, since: str) -> Token:
    token = Token(name=name, form="count", field=name, doc=doc, since=since, good=f"{name}={good}", bad=f"{name}=x")
    return token.replace(libvirt=_LOSSES[name])


_LOSSES = {
    "gatewaydev": LOST,
    "ip": Loss(why="libvirt takes addresses without a prefix", judged=True),
    "vifname": TUNING.replace(why="libvirt takes names that begin with vif, vnet or macv for its own", judged=True),
    "forwarddev": LOST,
    "devid": Loss(why="libvirt numbers interfaces in their order", judged=True),
    "mtu": LOST,
    "vlan": LOST,
}
TOKENS = (
    Token(
        name="type",
        form="enum",
        field="nictype",
        values={"vif": "vif", "ioemu": "vif_ioemu"},
        doc="vif: only the PV interface; ioemu: an emulated card beside it (HVM).",
        good="type=vif",
        bad="type=netfront",
    ),
    Token(name="mac", form="mac", field="mac", doc="The MAC address.", good="mac=00:16:3e:01:02:03", bad="mac=auto"),
    _text("bridge", "bridge", "The bridge in the backend domain.", "xenbr0"),
    _text("gatewaydev", "gatewaydev", "The device that routes, for vif-route.", "eth0", "4.3"),
    Token(name="netdev", field="gatewaydev", doc="The old name of gatewaydev.", since="4.3", bad="netdev=eth0"),
    _text("ip", "ip", "The guest's addresses, separated by blanks, for scripts that filter.", "192.0.2.10"),
    _text("script", "script", "The hotplug script.", "vif-openvswitch"),
    _text("backend", "backend_domname", "The domain that serves the interface, by name or domid.", "netdom"),
    _text("vifname", "ifname", "The name of the interface in the backend domain.", "web0"),
    _text("model", "model", "The emulated card.", "e1000"),
    Token(
        name="rate",
        form="rate",
        field="rate_bytes_per_interval",
        doc="The most that the guest may send: RATE[@INTERVAL], such as 10Mb/s or 1MB/s@20ms.",
        libvirt=TUNING.replace(
            why="libvirt's driver for Xen has whole KiB a second, in an interval of 50 ms", judged=True
        ),
        good="rate=10Mb/s",
        bad="rate=10mbit",
    ),
    _text("forwarddev", "coloft_forwarddev", "COLO: the device that forwards.", "eth1", "4.7"),
    Token(name="accel", form="ignored", doc="Not supported, and ignored.", bad="accel=1"),
    _number("devid", "The number of the device, counted from 0.", "1", "4.9"),
    _number("mtu", "The MTU that is told to the guest.", "1500", "4.15"),
    _text("vlan", "vlan", "The VLAN tags for the script.", "10", "4.19"),
    Token(
        name="trusted",
        form="flag",
        field="trusted",
        sets=True,
        doc="The backend is trusted.",
        good="trusted",
        since="4.17",
    ),
    Token(
        name="untrusted",
        form="flag",
        field="trusted",
        sets=False,
        doc="The guest is told to protect itself from the backend.",
        libvirt=Loss(when=lambda vif, _: vif.trusted is False),
        good="untrusted",
        since="4.17",
    ),
    *(
        _text(field, field, "COLO replication (unstable upstream).", "x", "4.9")
        for field in Vif.FIELDS
        if field.startswith("colo_")
    ),
)


class _Spec(Spec):
    RECORD = Vif
    TOKENS = TOKENS
    UNKNOWN = "unrecognized argument `{item}'"

    def __init__(self, reader: Reader, span: Span, *, on_command_line: bool = False) -> None:
        """What the spec does not say is as xl.conf has it."""
        super().__init__(reader, span, on_command_line=on_command_line)
        conf = reader.conf
        self.values["script"] = conf.vif_default_script
        self.values["bridge"] = conf.vif_default_bridge
        self.values["gatewaydev"] = conf.vif_default_gatewaydev
        self.values["backend_domname"] = conf.vif_default_backend

    def unknown(self, item: Item) -> None:
        """An item that is skipped."""
        self._complain("vif-unrecognized", self.UNKNOWN.format(item=item.text), item.span, self.known_names())

    def take(self, token: Token, item: Item) -> None:
        """Most of what is wrong is only told, and skipped."""
        if token.form == "mac":
            self._mac(item)
        elif token.form == "rate":
            self._rate(item)
        elif token.form == "ignored":
            self.tell("vif-accel", "the accel parameter for vifs is currently not supported", item.span)
        elif token.form == "enum" and item.value not in token.values:
            advice = f"one of {', '.join(token.values)}"
            self._complain("vif-type", f"Invalid parameter `{token.name}'.", item.value_span, advice)
        else:
            if token.name == "netdev":
                message = "the netdev parameter is deprecated, please use gatewaydev instead"
                self.tell("vif-netdev", message, item.span)
            super().take(token, item)

    @classmethod
    def text(cls, device: DeviceRecord, index: int) -> str:
        """A rate is written in bytes a second; xl keeps what passes in an interval."""
        assert isinstance(device, Vif)
        interval = device.rate_interval_usecs
        plain = super().text(device.replace(rate_bytes_per_interval=0), index)
        if not interval:
            return str(plain)
        per_second = -(-device.rate_bytes_per_interval * 1_000_000 // interval) or 1
        unit = "b" if not device.rate_bytes_per_interval else "B" if per_second < 2**32 else "KB"
        per_second = -(-per_second // 1000) if unit == "KB" else per_second
        return f"{plain},rate={per_second}{unit}/s@{interval}us".lstrip(",")

    def _mac(self, item: Item) -> None:
        """Bytes that were read before something did not fit stay; xl reads on behind the end of the item."""
        text = item.atom.text[item.value_start :]
        octets, at = take_mac(text)
        if len(octets) < 6:
            self.reader.note_overflow(text[at:], 16, signed=False)
            code = MAC_CUT.code if at > len(text) else "vif-invalid"
            advice = "six bytes in hexadecimal, as in 00:16:3e:01:02:03"
            self._complain(code, MAC_CUT.line, item.value_span, advice)
        before = (self.values.get("mac") or NO_MAC).split(":")[len(octets) :]
        mac = ":".join(filter(None, [bytes(octets).hex(":"), *before]))
        self.store("mac", None if mac == NO_MAC else mac, item.value_span)

    def _rate(self, item: Item) -> None:
        try:
            rate = parse_rate(item.value or "", stale_overflow=self.reader.stale_overflow)
        except ValueError as error:
            line = f"{self.reader.source.name}: config parsing error in vif: {error}"
            self.refuse("vif-rate", line, item.value_span, advice="write it like 10Mb/s or 1MB/s@20ms")
        else:
            self.store("rate_bytes_per_interval", rate.bytes_per_interval, item.value_span)
            self.store("rate_interval_usecs", rate.interval_us, item.value_span)

    def _complain(self, code: str, message: str, span: Span, advice: str) -> None:
        """Only on the command line an error."""
        if self.on_command_line:
            self.refuse(code, message, span, advice=advice)
        else:
            self.tell(code, message, span, advice=advice)

    def known_names(self) -> str:
        """All but those of COLO."""
        return f"known names: {', '.join(sorted(name for name in self.tokens() if not name.startswith('colo_')))}"


ATTACH = Attach(verb="network-attach", read=_Spec.read_words)

KEYS = (
    Key(
        name="vif",
        kind=LIST,
        order=2587,
        read=_Spec.read_list,
        write=_Spec.written,
        default="no network",
        doc="The network interfaces of the guest, each a spec of NAME=VALUE; an empty spec is one with defaults.",
        good=('["mac=00:16:3e:01:02:03, bridge=xenbr0"]', '[""]'),
        bad=('"bridge=xenbr0"', '["bridge: xenbr0"]'),
    ),
)
