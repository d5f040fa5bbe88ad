"""Images that QEMU reaches over a network, of which libvirt's driver for Xen has those of Ceph."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.lower.guest import ABSOLUTE, element

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PROTOCOL = re.compile(r"(?P<name>rbd|nbd|iscsi|https?|ftps?|tftp|ssh|gluster|sheepdog|nfs|vxhs|json)(\+[a-z]+)?:")
_PIECE = re.compile(r"(?:\\.|[^:\\])+", re.DOTALL)
"""What stands between colons that no backslash takes for itself."""
_NAME = re.compile("[^/:]+/[^:]+")
_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[a-zA-Z0-9][a-zA-Z0-9.-]*))(?::(?P<port>\d{1,5}))?")
_OTHERS = "libvirt's driver for Xen has no images over the network but those of Ceph (rbd:POOL/IMAGE)"
_QEMU = "only QEMU reaches it, and libvirt wants to be told so: backendtype=qdisk"
_LOGIN = (
    "libvirt's driver for Xen has Ceph without a login, or with one that libvirt keeps: write :auth_supported=none, "
    "with mon_host and conf at most beside it"
)
_NO_NAME = "libvirt's driver for Xen needs POOL/IMAGE without a colon"
_NO_HOST = "libvirt takes the names or addresses of hosts in mon_host, with ports"


def protocol(target: str) -> str:
    """The network protocol that a target begins with in QEMU's words; empty for a file."""
    match = _PROTOCOL.match(target)
    return match["name"] if match else ""


def shown(target: str) -> str:
    """The target without its options, where secrets may stand."""
    return ":".join(_PIECE.findall(target)[:2])


def source(target: str, backend: str) -> Element | str:
    """The element source of a target with a protocol, or why there is none."""
    if protocol(target) != "rbd":
        return _OTHERS
    if backend != "qdisk":
        return _QEMU
    name, *words = [re.sub(r"\\(.)", r"\1", piece, flags=re.DOTALL) for piece in _PIECE.findall(target)[1:]] or [""]
    options = dict(word.partition("=")[::2] for word in words)
    if options.pop("auth_supported", "") != "none" or options.keys() - {"mon_host", "conf"}:
        return _LOGIN
    if not _NAME.fullmatch(name):
        return _NO_NAME
    return _of_ceph(name, options)


def _of_ceph(name: str, options: dict[str, str]) -> Element | str:
    conf = options.get("conf")
    if conf is not None and not conf.startswith("/"):
        return ABSOLUTE
    hosts = [_HOST.fullmatch(host) for host in re.split("[;, ]", options.get("mon_host", "")) if host]
    if None in hosts:
        return _NO_HOST
    found = (element("host", name=host["v6"] or host["name"], port=host["port"]) for host in hosts if host)
    return element("source", *found, None if conf is None else element("config", file=conf), protocol="rbd", name=name)
