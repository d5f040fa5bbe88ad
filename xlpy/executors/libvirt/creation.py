"""Building a domain through libvirt: the XML, what is lost on the way, and nothing left behind where it fails."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring, tostring

from xlpy.diagnostic import Severity
from xlpy.executors import Failure
from xlpy.executors.libvirt import domains, errors, facts
from xlpy.lower import Capabilities, lower

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from xlpy.executors.libvirt.link import Job, Link
    from xlpy.libxl import DomainConfig
    from xlpy.lost import Lost

LIMIT = 900.0
"""How long libvirt may take to build a domain, in seconds: bootloaders and large guests are slow, also to end."""
_PREFIX = "xlpy"
_VIRTUALIZATION = {"Intel": "vmx", "AMD": "svm", "Hygon": "svm"}
"""The CPU's feature for virtual machines, by the makers that libvirt knows."""


def xml_of(config: DomainConfig, told: facts.Told, tell: Callable[[str], None], *, best_effort: bool) -> str:
    """The XML; Failure where the guest would be another one than the configuration says, TELL gets the rest.

    With BEST_EFFORT all that is lost is only told.
    """
    lowered = lower(config, release=facts.release(told), capabilities=_capabilities(told))
    if lowered.differs and not best_effort:
        raise Failure(
            *(f"libvirt: error: {_said(lost)}" for lost in lowered.lost if lost.severity is Severity.ERROR),
            advice="the guest would not be the one that is described: take these settings out, build it without them "
            "(xlpy --best-effort), or with Xen's own xl",
            status=errors.FAILED,
        )
    for lost in lowered.lost:
        tell(f"not carried out by libvirt: {_said(lost)}")
    return lowered.xml


def unwatched(config: DomainConfig) -> DomainConfig:
    """Nobody acts on its end: it stays, shut down."""
    return config.replace(on_poweroff="preserve", on_reboot="preserve", on_crash="preserve")


def for_test_driver(xml: str) -> str:
    """As libvirt's test driver takes it: full virtualization on the architecture that it has."""
    root = fromstring(xml)
    root.set("type", "test")
    system = root.find("./os/type")
    if system is not None:
        system.attrib.clear()
        system.text = "hvm"
    for place, tag in ((root, "bootloader"), (root, "bootloader_args"), (root, "features"), (root, "cpu")):
        for element in place.findall(tag):
            place.remove(element)
    return tostring(root, encoding="unicode")


def build(link: Link, xml: str, tell: Callable[[str], None], *, paused: bool) -> int:
    """Build it and give its domid; where that fails, or Ctrl-C ends it, libvirt has nothing of it."""
    flags = link.api.VIR_DOMAIN_START_PAUSED if paused else 0
    name = fromstring(xml).findtext("name") or ""
    job = None
    try:
        link.call(lambda connection: _let_go(link.api, connection, name))
        job = link.begin(lambda connection: connection.createXML(xml, flags))
        domain = link.finish(job, LIMIT)
    except KeyboardInterrupt:
        if job is not None:
            tell("interrupted: what libvirt has begun to build will be destroyed; Ctrl-C again leaves it")
            _undo(link, job)
        raise
    domid: int = link.call(lambda _: _note_start(link.api, domain))
    return domid


def _capabilities(told: facts.Told) -> Capabilities:
    """What the translation to XML must know."""
    virtualization = _virtualization(fromstring(told.capabilities))
    return Capabilities(arch=told.machine, virtualization=virtualization, nodes=max(1, told.nodes))


def _virtualization(capabilities: Element) -> str:
    """The feature by which the driver knows that guests may be nested; those of the CPU's model are not listed."""
    listed = {feature.get("name") for feature in capabilities.findall("./host/cpu/feature")}
    unlisted = _VIRTUALIZATION.get(capabilities.findtext("./host/cpu/vendor") or "", "")
    return unlisted or next((name for name in dict.fromkeys(_VIRTUALIZATION.values()) if name in listed), "")


def _let_go(api: Any, connection: Any, name: str) -> None:
    """Let libvirt forget a domain that has stopped and that it keeps only because of config-update."""
    try:
        domain = connection.lookupByName(name)
    except api.libvirtError:
        return
    if not domain.isActive() and not domain.autostart() and domains.is_marked_kept(domain.XMLDesc(0)):
        domain.undefine()


def _undo(link: Link, job: Job) -> None:
    """Libvirt goes on building; what comes of it is destroyed."""
    with suppress(Failure):
        domain = link.finish(job, LIMIT)
        link.call(lambda _: domain.destroy(), LIMIT)


def _note_start(api: Any, domain: Any) -> int:
    """Leave the time in the metadata, for xl uptime; what cannot keep it does without."""
    domid: int = domain.ID()
    with suppress(api.libvirtError):
        domain.setMetadata(
            api.VIR_DOMAIN_METADATA_ELEMENT,
            domains.started_element(domid, time.time()),
            _PREFIX,
            domains.NAMESPACE,
            api.VIR_DOMAIN_AFFECT_LIVE,
        )
    return domid


def _said(lost: Lost) -> str:
    what = lost.what if lost.what.startswith(lost.key) else f"{lost.key}: {lost.what}"
    return errors.printable(f"{what}: {lost.why}")
