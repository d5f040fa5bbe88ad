"""Network interfaces: `vif = [ "SPEC", ... ]` (Xen: xl-network-configuration(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from xlpy.diagnostic import Severity
from xlpy.kinds import LIST
from xlpy.libxl import U32, U64, Defbool, DeviceRecord, Int
from xlpy.reader import wrap
from xlpy.syntax import ListNode, scan_pairs
from xlpy.values import parse_rate
from xlpy.vocabulary import Key, Token

if TYPE_CHECKING:
    from xlpy.reader import Reader
    from xlpy.source import Span
    from xlpy.syntax import Atom, Pair

NicType = Literal["unknown", "vif_ioemu", "vif"]


NO_MAC = "00:00:00:00:00:00"


class Vif(DeviceRecord):
    """libxl_device_nic; upstream calls the COLO settings unstable."""

    ARRAY: ClassVar[str] = "nics"
    AT: ClassVar[int] = 20
    KIND: ClassVar[str] = "vif"
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


def _text(name: str, field: str, doc: str, good: str, since: str = "4.1") -> Token:
    return Token(name=name, field=field, doc=doc, since=since, good=f"{name}={good}")


def _number(name: str, doc: str, good: str, since: str) -> Token:
    return Token(name=name, form="integer", field=name, doc=doc, since=since, good=f"{name}={good}", bad=f"{name}=x")


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
    _text("netdev", "gatewaydev", "The old name of gatewaydev.", "eth0", "4.3"),
    _text("gatewaydev", "gatewaydev", "The device that routes, for vif-route.", "eth0", "4.3"),
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
        good="rate=10Mb/s",
        bad="rate=10mbit",
    ),
    _text("forwarddev", "coloft_forwarddev", "COLO: the device that forwards.", "eth1", "4.7"),
    Token(name="accel", form="ignored", doc="Not supported, and ignored.", good="accel=1"),
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
        good="untrusted",
        since="4.17",
    ),
    *(
        _text(field, field, "COLO replication (unstable upstream).", "x", "4.9")
        for field in Vif.FIELDS
        if field.startswith("colo_")
    ),
)
_BY_NAME = {token.name: token for token in TOKENS}


class _Spec:
    """One vif spec while it is read."""

    def __init__(self, reader: Reader, atom: Atom) -> None:
        self.reader = reader
        self.atom = atom
        self.values: dict[str, Any] = {"devid": sum(isinstance(device, Vif) for device in reader.devices)}
        self.places: dict[str, Span] = {"": atom.span}

    def read(self) -> None:
        """Read every item; most of what is wrong is only told and skipped."""
        for pair in scan_pairs(self.atom.text):
            token = _BY_NAME.get(pair.name)
            if token is None or not self.reader.knows(token.since) or self._misused(token, pair):
                self._tell("vif-unrecognized", f"unrecognized argument `{pair.text}'", pair)
            else:
                self._take(token, pair)
        self.reader.add(Vif(**self.values), self.places)

    def _misused(self, token: Token, pair: Pair) -> bool:
        """A flag with a value, or a name without one."""
        return (token.form == "flag") != (pair.value is None)

    def _take(self, token: Token, pair: Pair) -> None:
        value = pair.value or ""
        if token.form == "flag":
            self._store(token.field, token.sets, pair)
        elif token.form == "enum":
            self._enum(token, value, pair)
        elif token.form == "mac":
            self._mac(value, pair)
        elif token.form == "rate":
            self._rate(value, pair)
        elif token.form == "integer":
            self._integer(token, value, pair)
        elif token.form == "ignored":
            self._tell("vif-accel", "the accel parameter for vifs is currently not supported", pair)
        else:
            if token.name == "netdev":
                self._tell("vif-netdev", "the netdev parameter is deprecated, please use gatewaydev instead", pair)
            self._store(token.field, value, pair)

    def _enum(self, token: Token, value: str, pair: Pair) -> None:
        if value in token.values:
            self._store(token.field, token.values[value], pair)
        else:
            self._tell("vif-invalid", f"Invalid parameter `{token.name}'.", pair)

    def _mac(self, text: str, pair: Pair) -> None:
        """Bytes that were read before something did not fit stay, as in xl."""
        octets, complete = _mac_bytes(self.atom.text[pair.end - len(text) :])
        if not complete:
            self._tell("vif-invalid", "Invalid parameter `mac'.", pair)
        before = (self.values.get("mac") or NO_MAC).split(":")[len(octets) :]
        mac = ":".join([*(f"{octet:02x}" for octet in octets), *before])
        self._store("mac", None if mac == NO_MAC else mac, pair)

    def _rate(self, text: str, pair: Pair) -> None:
        try:
            bytes_per_interval, interval_us = parse_rate(text)
        except ValueError as error:
            line = f"{self.reader.source.name}: config parsing error in vif: {error}"
            self.reader.say("vif-rate", str(error), (line,), span=self._span(pair), exit_status=1)
        else:
            self._store("rate_bytes_per_interval", bytes_per_interval, pair)
            self._store("rate_interval_usecs", interval_us, pair)

    def _integer(self, token: Token, text: str, pair: Pair) -> None:
        digits = re.match(r"\s*\+?([0-9]+)", text)
        if digits is None or int(digits[1]) >= 2**64:
            self.reader.refuse("vif-number", f'xl: failed to convert "{text}" to number', span=self._span(pair))
        else:
            self._store(token.field, wrap(int(digits[1]), "Int"), pair)

    def _store(self, field: str, value: Any, pair: Pair) -> None:
        self.values[field] = value
        self.places[field] = self._span(pair)

    def _span(self, pair: Pair) -> Span:
        start = pair.start if pair.value is None else pair.start + len(pair.name) + 1
        return self.atom.inside(start, pair.end)

    def _tell(self, code: str, message: str, pair: Pair) -> None:
        """Something that xl only mentions."""
        span = self.atom.inside(pair.start, pair.end)
        self.reader.say(code, message, (message,), span=span, severity=Severity.WARNING)


def _mac_bytes(text: str) -> tuple[list[int], bool]:
    """The bytes that strtoul with base 16 reads, any one character between them, and whether there are six."""
    octets: list[int] = []
    at = 0
    while len(octets) < 6:
        match = re.compile(r"[ \t\n\v\f\r]*([-+]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)").match(text, at)
        value = int(match[2], 16) if match else 256
        if match is None or value > 255 or (match[1] == "-" and value):
            return octets, False
        octets.append(value)
        at = match.end() + 1
    return octets, True


def _read_vifs(reader: Reader, key: Key) -> None:
    for item in reader.items(key.name) or ():
        if isinstance(item, ListNode):
            break
        _Spec(reader, item).read()


KEYS = (
    Key(
        name="vif",
        kind=LIST,
        order=2587,
        read=_read_vifs,
        default="no network",
        doc="The network interfaces of the guest, each a spec of NAME=VALUE; an empty spec is one with defaults.",
        good=('["mac=00:16:3e:01:02:03, bridge=xenbr0"]', '[""]'),
        bad=('"bridge=xenbr0"', '["bridge: xenbr0"]'),
    ),
)
