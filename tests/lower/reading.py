"""What the tests of the translation share: configurations from text, and XML compared as XML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, fromstring

from xlpy.config import load
from xlpy.host import HostFacts
from xlpy.lower import Capabilities, Lowered, lower
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = sorted((Path(__file__).parents[1] / "cases" / "lower").iterdir())
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
UUID = 'uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"\n'
GUESTS = {
    "pv": f'name = "web"\n{UUID}kernel = "/boot/vmlinuz"\n',
    "pvh": f'name = "web"\n{UUID}type = "pvh"\nkernel = "/boot/vmlinuz"\n',
    "hvm": f'name = "web"\n{UUID}type = "hvm"\n',
}
HOST = HostFacts(name="large", nodes=(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5))
CAPABILITIES = Capabilities(nodes=6)


def lowered(text: str, release: Release = DEFAULT, capabilities: Capabilities = CAPABILITIES) -> Lowered:
    """What becomes of a configuration file on a host with six NUMA nodes."""
    config = load(Source("guest.cfg", text), release=release, host=HOST).config
    return lower(config, release=release, capabilities=capabilities)


def guest(kind: str, text: str) -> Lowered:
    """What becomes of a few settings in the smallest guest of a type."""
    return lowered(GUESTS[kind] + text + "\n")


def root(made: Lowered) -> Element:
    """The XML, read back."""
    return fromstring(made.xml)


def values(made: Lowered, path: str, attribute: str = "") -> list[str | None]:
    """The texts of the elements at a path, or one of their attributes."""
    found = root(made).findall(path)
    return [element.get(attribute) if attribute else element.text for element in found]


def keys(made: Lowered) -> list[str]:
    """The keys of what is lost."""
    return [lost.key for lost in made.lost]


def lines(element: Element, path: str = "") -> Iterator[str]:
    """Each element as a line: its path, its attributes by name, its text; what is only layout does not count."""
    here = f"{path}/{element.tag}"
    text = "" if len(element) else element.text or ""
    yield " ".join([here, *(f"{name}={value}" for name, value in sorted(element.items())), repr(text) if text else ""])
    for child in element:
        yield from lines(child, here)
