"""Each value of a key that changes the configuration shows in the XML, or is told as lost, or changes nothing."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from tests.lower.reading import CAPABILITIES, HOST
from tests.lower.test_completeness import SPICE, every_key, texts
from xlpy.config import load
from xlpy.diagnostic import Severity
from xlpy.lower import lower
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainConfig
    from xlpy.lower import Lowered
    from xlpy.vocabulary import Key

SDL, NO_CARD, VNC = "vnc = 0\nsdl = 1\n", 'vga = "none"\n', "vnc = 1\n"
BESIDE = {"hvm": (SPICE, SDL, NO_CARD), "pv": (VNC, "vcpus = 2\nmaxvcpus = 4\n"), "pvh": ()}
"""What guests of a type may have beside the key."""
VALUES = ("0", "1", '"x"', '["a"]')
"""Values for any key, beside its good ones and its words."""
OFF_ANYWAY = (
    "acpi_laptop_slate altp2mhvm cap device_model_stubdomain_override dm_restrict driver_domain extratime gfx_passthru "
    "hvm_pirq localtime msr_relaxed nographic nomigrate opengl period pvshim sdl spice spice_clipboard_sharing "
    "spicedisable_ticketing spicevdagent stdvga usb viridian vpmu xend_suspend_evtchn_compat bootloader_restrict"
)
ON_ANYWAY = (
    "acpi acpi_s3 acpi_s4 apic maxvcpus nx oos pae spiceagent_mouse timer_mode trap_unmapped_accesses vcpus vkb_device "
    "vnc vncunused vpt_align xen_platform_pci xen_platform_pci_bar_uc"
)
"""Where 0 or 1 is what libxl does when nothing is said."""
SILENT = {
    "pool": {'"Pool-0"': "where each guest is"},
    "on_watchdog": {'"preserve"': "libvirt always does so"},
    "device_model_version": {'"qemu-xen"': "libvirt takes no other"},
    "vfb": {'["vnc=1, vnclisten=127.0.0.1"]': "as it is by itself", '["a"]': "xl ignores the word"},
    "timer_mode": {'"no_delay_for_missed_ticks"': "libxl does so anyway"},
    "vga": {'"cirrus"': "libxl does so anyway"},
    "acpi": {"0": "a PV guest has none"},
    "altp2m_count": {"0": "means nothing without altp2m, which is told"},
    "rdm_mem_boundary": {"0": "means nothing without rdm, which is told"},
    "stubdomain_memory": {"0": "the whole stub domain is told"},
    "vnc": {"0": "libvirt has no second display, and none without a card"},
    "slice": dict.fromkeys(("0", "1"), "of a scheduler that is no more"),
    "latency": dict.fromkeys(("0", "1"), "of a scheduler that is no more"),
}
"""Values that change nothing, by their keys, and why."""
IN_VAIN = {
    NO_CARD: ("spice?*", "vnc?*", "nographic", "videoram"),
    SPICE: ("vncunused", "display", "xauthority"),
    SDL: ("vnclisten", "vncpasswd", "vncdisplay", "vncunused", "display", "xauthority"),
    VNC: ("display", "xauthority"),
}
"""Keys whose values do not matter beside others: there is no display of that kind, and where
one was asked for, that is told.
"""


@cache
def judged(text: str, release: Release) -> tuple[DomainConfig, Lowered] | None:
    """The configuration and what becomes of it; None where xl refuses it."""
    loaded = load(Source("guest.cfg", text), release=release, host=HOST)
    if any(told.severity is Severity.ERROR for told in loaded.diagnostics):
        return None
    return loaded.config, lower(loaded.config, release=release, capabilities=CAPABILITIES)


def values(key: Key, release: Release) -> Iterator[str]:
    """What may be written behind the equals sign."""
    words = getattr(key.kind, "words", None)
    yield from (*key.good, *VALUES, *(f'"{word}"' for word in (words(release) if words else key.words)))


def pairs(key: Key, release: Release) -> Iterator[tuple[str, str]]:
    """Guests without the key, and values for it."""
    for plain in dict.fromkeys(plain for plain, _ in texts(key)):
        kind = "hvm" if '"hvm"' in plain else "pvh" if '"pvh"' in plain else "pv"
        for beside in ("", *(text for text in BESIDE[kind] if f"{key.name} =" not in text)):
            for value in dict.fromkeys(values(key, release)):
                yield plain + beside, value


def vanishes(plain: str, line: str, release: Release) -> bool:
    """Whether a line that means something to xl leaves no trace."""
    before, after = judged(plain, release), judged(plain + line, release)
    if before is None or after is None or before[0] == after[0]:
        return False
    return (before[1].xml, before[1].lost) == (after[1].xml, after[1].lost)


def justified(name: str) -> set[str]:
    """The values that may vanish in any guest."""
    anyway = {"0"} if name in OFF_ANYWAY.split() else {"1"} if name in ON_ANYWAY.split() else set()
    return anyway | SILENT.get(name, {}).keys()


def in_vain(name: str, plain: str) -> bool:
    """Whether no value of a key matters in a guest."""
    return any(part in plain and fnmatchcase(name, one) for part, names in IN_VAIN.items() for one in names)


@every_key
def test_each_value_shows_or_says_why_not(key: Key) -> None:
    release = max(DEFAULT, Release.parse(key.since))
    gone = [pair for pair in pairs(key, release) if vanishes(pair[0], f"{key.name} = {pair[1]}\n", release)]
    known = justified(key.name)
    assert [pair for pair in gone if pair[1] not in known and not in_vain(key.name, pair[0])] == []
    assert {value for _, value in gone} >= known, "a justification that nothing needs"
