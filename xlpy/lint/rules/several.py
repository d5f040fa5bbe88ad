"""Several files: what two guests must not both have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.vif import Vif
from xlpy.diagnostic import Severity
from xlpy.lint.helpers.volumes import one_name
from xlpy.lint.rule import Claim, Rule
from xlpy.values import ALL_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest


def _name(guest: Guest) -> Iterator[Claim]:
    if guest.config.name and "c_info.name" in guest.where:
        yield Claim(guest.config.name, guest.place("c_info.name"))


def _uuid(guest: Guest) -> Iterator[Claim]:
    uuid = guest.config.c_info.uuid
    if uuid and "c_info.uuid" in guest.where:
        yield Claim(uuid, guest.place("c_info.uuid"))


def _macs(guest: Guest) -> Iterator[Claim]:
    for prefix, vif in guest.devices(Vif):
        if vif.mac and f"{prefix}.mac" in guest.where:
            yield Claim(vif.mac, guest.place(f"{prefix}.mac"))


def _vifnames(guest: Guest) -> Iterator[Claim]:
    for prefix, vif in guest.devices(Vif):
        if vif.ifname and f"{prefix}.ifname" in guest.where:
            yield Claim(_of_backend(vif.backend_domain(), vif.ifname), guest.place(f"{prefix}.ifname"))


def _of_backend(domain: str, what: str) -> str:
    """What stands in Domain-0, or in a driver domain, which is named."""
    return what if domain == "Domain-0" else f"{domain}:{what}"


def _disks(guest: Guest) -> Iterator[Claim]:
    """Images and volumes; guests that only read one may share it."""
    for prefix, disk in guest.devices(Disk):
        if disk.pdev_path and f"{prefix}.pdev_path" in guest.where:
            what = _of_backend(disk.backend_domain(), disk.pdev_path if disk.script else one_name(disk.pdev_path))
            yield Claim(what, guest.place(f"{prefix}.pdev_path"), shared=not disk.readwrite)


def _pci_devices(guest: Guest) -> Iterator[Claim]:
    """Who takes one function leaves the others of its slot to others; who takes the slot takes all of them."""
    for prefix, pci in guest.devices(Pci):
        span = guest.place(prefix)
        if pci.name is not None:
            yield Claim(pci.name, span)
            continue
        yield Claim(f"{pci.bdf[:-1]}*", span, shared=pci.vfunc_mask != ALL_FUNCTIONS)
        if pci.vfunc_mask != ALL_FUNCTIONS:
            yield Claim(pci.bdf, span)


def two_files(first: str, second: str) -> str:
    """An example of two files."""
    return f"# web.cfg\n{first}\n# db.cfg\n{second}"


RULES = (
    Rule(
        code="same-name",
        group="several",
        severity=Severity.WARNING,
        summary="two files of guests with one name",
        why=(
            "xl refuses to start a domain while another one has its name. Files with one name may be versions of one "
            "guest, of which one runs at a time: then this is the only thing that is said of what both have, and "
            "# xlpy: ignore[same-name] says that it is meant."
        ),
        bad=two_files('name = "web"', 'name = «"web"»'),
        good=two_files('name = "web"', 'name = "db"'),
        keys=("name",),
        claims=_name,
        clash="the name {what} is also taken in {other}: only one of the two can run",
        cure="rename one of them, or say that it is meant with # xlpy: ignore[same-name]",
        explains=("same-*", "*-overcommitted"),
    ),
    Rule(
        code="same-uuid",
        group="several",
        severity=Severity.WARNING,
        summary="two files of guests with one uuid",
        why=(
            "The uuid is how management tools, the guest's own SMBIOS and whoever backs it up tell one machine from "
            "another. Xen starts a second guest with the same one, and from then on they are mixed up."
        ),
        bad=two_files(
            'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"', 'uuid = «"6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"»'
        ),
        good=two_files(
            'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"', 'uuid = "0b0f5a8c-72f1-4f43-a1c5-3c9d7e2b6a10"'
        ),
        keys=("uuid",),
        claims=_uuid,
        clash="the uuid {what} is also taken in {other}",
        cure="give this guest one of its own, as uuidgen makes it",
    ),
    Rule(
        code="same-mac",
        group="several",
        severity=Severity.WARNING,
        summary="network interfaces of two guests with one MAC address",
        why=(
            "A bridge sends the packets for a MAC to where it saw it last. Of two guests with one MAC on a network "
            "both lose packets, now one and now the other, and DHCP gives both the same address."
        ),
        bad=two_files('vif = ["mac=00:16:3e:5a:2f:01"]', 'vif = ["mac=«00:16:3E:5A:2F:01», bridge=xenbr0"]'),
        good=two_files('vif = ["mac=00:16:3e:5a:2f:01"]', 'vif = ["mac=00:16:3e:5a:2f:02"]'),
        keys=("vif",),
        claims=_macs,
        clash="the MAC address {what} is also taken in {other}",
        cure="give each interface its own; 00:16:3e: and six digits by chance are free for Xen's guests",
    ),
    Rule(
        code="same-vifname",
        group="several",
        severity=Severity.WARNING,
        summary="network interfaces of two guests with one name in the backend",
        why=(
            "vifname= is what the interface is called in the backend domain. While one guest runs, the script that "
            "renames the interface of the other fails, and with it the start of that guest."
        ),
        bad=two_files('vif = ["vifname=web0"]', 'vif = ["vifname=«web0»"]'),
        good=two_files('vif = ["vifname=web0"]', 'vif = ["vifname=db0"]'),
        keys=("vif",),
        claims=_vifnames,
        clash="the interface name {what} is also taken in {other}",
        cure="name it after this guest, or leave vifname out: xl names it vifDOMID.NUMBER",
    ),
    Rule(
        code="same-disk-written",
        group="several",
        severity=Severity.WARNING,
        summary="a disk of two guests, of which one may write",
        why=(
            "Two systems that write to one file system without knowing of each other destroy it, and one that reads "
            "it meanwhile sees nonsense. Xen's block script refuses the second guest where it notices; where another "
            "program serves the image nothing may notice. Guests that only read may share a disk."
        ),
        bad=two_files('disk = ["/dev/vg0/data,raw,xvdb,rw"]', 'disk = ["phy:«/dev/vg0/data»,xvdb,r"]'),
        good=two_files('disk = ["/dev/vg0/data,raw,xvdb,ro"]', 'disk = ["/dev/vg0/data,raw,xvdb,ro"]'),
        keys=("disk",),
        claims=_disks,
        clash="{what} is also a disk in {other}, and one of the two guests may write to it",
        cure="use another image, or let both only read it (ro)",
    ),
    Rule(
        code="same-pci-device",
        group="several",
        severity=Severity.WARNING,
        summary="a PCI device that is passed through to two guests",
        why=(
            "A PCI device is with one domain at a time: the second guest does not start while the first one runs. An "
            "address that ends in .* takes all functions of its slot."
        ),
        bad=two_files('type = "hvm"\npci = ["03:00.*"]', 'type = "hvm"\npci = [«"0000:03:00.1,permissive=1"»]'),
        good=two_files('type = "hvm"\npci = ["03:00.0"]', 'type = "hvm"\npci = ["03:00.1"]'),
        keys=("pci",),
        claims=_pci_devices,
        clash="the PCI device {what} is also taken in {other}",
        cure="give each guest a device of its own, or another virtual function of it",
    ),
)
