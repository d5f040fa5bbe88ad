"""Network interfaces."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from xlpy.devices.vif import NO_MAC, Vif
from xlpy.lower.guest import backend_domain, element
from xlpy.values import DEFAULT_RATE_INTERVAL_US

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest

_OPENVSWITCH = "vif-openvswitch"
_TAGGED = re.compile(r"(?P<bridge>[^.:]+)(?:\.(?P<tag>\d+)|(?P<trunks>(?::\d+)+))")
"""How a bridge of Open vSwitch is named with the VLAN of a port, or with those that it carries."""
_LAST_VLAN = 4095
_ONE_CARD = re.compile("[0-9a-f][02468ace](?::[0-9a-f]{2}){5}", re.IGNORECASE)
_MODEL = re.compile("[a-zA-Z0-9_-]+")
_MOST_KIB = 2**32 - 1
_SECOND_US = 1_000_000
_OFF_BY_PERCENT = 2
"""How far a rate may be from what was asked for and count as the same."""
_RESERVED = ("vif", "vnet", "macvtap", "macvlan")
"""Names that libvirt takes for its own, and forgets."""


def interfaces(guest: Guest) -> Iterator[Element]:
    """One element each; without a bridge libxl chooses the default one, as it does for xl."""
    for index, vif in enumerate(guest.config.devices_of(Vif)):
        yield _interface(guest, vif, index, f"vif[{index}]")


def _interface(guest: Guest, vif: Vif, index: int, field: str) -> Element:
    if vif.devid not in (-1, index):
        guest.lose("vif", f"{field}.devid", f"devid={vif.devid}", token="devid")
    bridge = guest.device("vif", f"{field}.bridge", vif.bridge, "bridge")
    script = guest.line("vif", f"{field}.script", vif.script, "script")
    backend = guest.line("vif", f"{field}.backend_domname", backend_domain(vif), "backend")
    return element(
        "interface",
        _mac(guest, vif, field),
        *_source(bridge, script),
        _bandwidth(guest, vif, field),
        *_addresses(guest, vif, field),
        None if script is None else element("script", path=script),
        None if backend is None else element("backenddomain", name=backend),
        _target(guest, vif, field),
        _model(guest, vif, field),
        type="ethernet" if bridge is None else "bridge",
    )


def _mac(guest: Guest, vif: Vif, field: str) -> Element | None:
    """The address of one card."""
    if vif.mac is None or vif.mac == NO_MAC:
        return None
    if _ONE_CARD.fullmatch(vif.mac):
        return element("mac", address=vif.mac)
    guest.lose(
        "vif", f"{field}.mac", f"mac={vif.mac}", why="libvirt takes the address of one card, no multicast address"
    )
    return None


def _source(bridge: str | None, script: str | None) -> Iterator[Element]:
    """The bridge, of which the driver puts the tags together again."""
    tagged = _TAGGED.fullmatch(bridge or "") if (script or "").rpartition("/")[2] == _OPENVSWITCH else None
    tags = [int(tag) for tag in re.findall(r"\d+", (tagged["tag"] or tagged["trunks"]) if tagged else "")]
    if tagged is None or any(tag > _LAST_VLAN for tag in tags):
        if bridge is not None:
            yield element("source", bridge=bridge)
        return
    yield element("source", bridge=tagged["bridge"])
    yield element("vlan", *(element("tag", id=tag) for tag in tags), trunk="yes" if tagged["trunks"] else None)
    yield element("virtualport", type="openvswitch")


def _bandwidth(guest: Guest, vif: Vif, field: str) -> Element | None:
    """KiB a second, which the driver lets pass in portions of 50 ms."""
    interval, wanted = vif.rate_interval_usecs, vif.rate_bytes_per_interval
    if not interval:
        return None
    portion = interval * 1024
    kib = min(max((wanted * _SECOND_US + portion // 2) // portion, 1), _MOST_KIB)
    passes = kib * 1024 * DEFAULT_RATE_INTERVAL_US // _SECOND_US
    if interval != DEFAULT_RATE_INTERVAL_US:
        guest.lose("vif", f"{field}.rate_interval_usecs", f"rate=...@{interval}us", token="rate")
    elif abs(passes - wanted) * 100 > wanted * _OFF_BY_PERCENT:
        guest.lose("vif", f"{field}.rate_bytes_per_interval", "rate", token="rate")
    return element("bandwidth", element("outbound", average=kib))


def _addresses(guest: Guest, vif: Vif, field: str) -> Iterator[Element]:
    """The addresses of the guest, for the script."""
    words = (guest.text("vif", f"{field}.ip", vif.ip, "ip") or "").split()
    try:
        addresses = [ip_address(word) for word in words]
    except ValueError:
        guest.lose("vif", f"{field}.ip", f"ip={vif.ip}", token="ip")
        return
    for address in addresses:
        yield element("ip", address=address, family=f"ipv{address.version}")


def _target(guest: Guest, vif: Vif, field: str) -> Element | None:
    """The name in the backend domain."""
    name = guest.device("vif", f"{field}.ifname", vif.ifname, "vifname")
    if name is not None and name.startswith(_RESERVED):
        guest.lose("vif", f"{field}.ifname", f"vifname={name}", token="vifname")
        return None
    return None if name is None else element("target", dev=name)


def _model(guest: Guest, vif: Vif, field: str) -> Element | None:
    """The emulated card of an HVM guest; netfront is none at all."""
    if guest.type != "hvm":
        return None
    if vif.nictype == "vif":
        return element("model", type="netfront")
    if vif.model and not _MODEL.fullmatch(vif.model):
        why = "libvirt takes letters, digits, _ and - in the name of a card"
        guest.lose("vif", f"{field}.model", "model", why=why)
        return None
    return element("model", type=vif.model) if vif.model else None
