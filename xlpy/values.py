"""Small languages inside values: each parser gives a value, or raises ValueError with xl's words for why not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlpy.cstring import ULONG_MAX, take_ulong

if TYPE_CHECKING:
    from xlpy.host import HostFacts

NO_UUID = "00000000-0000-0000-0000-000000000000"
_UUID = re.compile("-".join(f"[0-9a-fA-F]{{{n}}}" for n in (8, 4, 4, 4, 12)))
_UINT = 2**32
_RATE = re.compile(r"([0-9]+)([GMK]?)([Bb])/s")
_INTERVAL = re.compile(r"([0-9]+)([mu]?)s?")
_VDEV = re.compile(r"(?:(xvd|hd|sd)([a-z]+)([0-9]*)|d([0-9]+)p([0-9]+)|([0-9]+))")
_OCTET = re.compile(r"[ \t\n\v\f\r]*([-+]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)")
_PLAIN_MAC = re.compile(":".join(["([0-9a-fA-F]{2})"] * 6) + "(?![0-9a-fA-F])")
SCANF_HEX = r"[ \t\n\v\f\r]*[-+]?(?:0[xX])?[0-9a-fA-F]*"
_SLOT = rf"(?:(?P<domain>[0-9a-fA-F]+):)?(?P<bus>[0-9a-fA-F]+):(?P<dev>{SCANF_HEX})"
_BDF = re.compile(rf"{_SLOT}\.(?:\*|(?P<func>{SCANF_HEX}))")
_NO_FUNCTION = re.compile(rf"{_SLOT}(?![.0-9a-fA-F])")
_THOUSANDS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}
DEFAULT_RATE_INTERVAL_US = 50_000


def parse_uuid(text: str) -> str:
    """36 characters with hyphens at 8-4-4-4-12, as libxl takes them; lower-case."""
    if not _UUID.fullmatch(text):
        raise ValueError(f"Failed to parse UUID: {text}")
    return text.lower()


def parse_cpus(text: str, host: HostFacts) -> tuple[int, ...]:
    """A CPU list: `2,4-7,^5`, `all`, `node:1`, `nodes:0-1,^3`. CPUs that the host lacks vanish, as in xl."""
    chosen: set[int] = set()
    for item in filter(None, text.split(",")):
        rest = item.removeprefix("^")
        by_node = rest.startswith(("node:", "nodes:"))
        rest = rest.partition(":")[2] if by_node else rest
        if rest == "all":
            if item.startswith("^"):
                raise ValueError('Can\'t combine "^" and "all".')
            chosen.update(range(host.cpus))
            continue
        cpus = _cpu_range(rest, host, by_node=by_node)
        if item.startswith("^"):
            chosen.difference_update(cpus)
        else:
            chosen.update(cpus)
    return tuple(sorted(chosen))


def _cpu_range(text: str, host: HostFacts, *, by_node: bool) -> set[int]:
    """N or N-M as C's strtoul takes them: a negative number is a huge one; libxl counts CPUs with 32 bits."""
    first, rest = take_ulong(text, 10) or (ULONG_MAX, "")
    last = first
    if rest.startswith("-"):
        last, rest = take_ulong(rest[1:], 10) or (ULONG_MAX, "")
    if rest or not first <= last < ULONG_MAX:
        raise ValueError(f"Invalid pcpu range: {text}.")
    if not by_node and last < _UINT:
        return set(range(first, min(last + 1, host.cpus)))
    numbers = enumerate(host.nodes) if by_node else ((cpu, cpu) for cpu in range(host.cpus))
    return {cpu for cpu, number in numbers if (number - first) % _UINT <= last - first}


class Rate(NamedTuple):
    """A vif's limit: bytes that may pass in each interval."""

    bytes_per_interval: int
    interval_us: int


def parse_rate(text: str, *, stale_overflow: bool = False) -> Rate:
    """`RATE[@INTERVAL]`: 10Mb/s, 250KB/s@20ms, 1GB/s@5s (an interval without unit is in seconds).

    With STALE_OVERFLOW an earlier number was too large, and xl mistakes this one for it.
    """
    rate, at, interval = text.partition("@")
    if not rate:
        raise ValueError(f"no rate specified in `{text}'")
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(f"invalid rate in `{rate}'")
    number = _c_number(match[1])
    if stale_overflow or not 0 < number < 2**32:
        raise ValueError(f"rate overflow in `{rate}'")
    per_second = number * _THOUSANDS[match[2]] // (8 if match[3] == "b" else 1)
    interval_us = _rate_interval(interval) if at else DEFAULT_RATE_INTERVAL_US
    if per_second * interval_us >= 2**64:
        raise ValueError(f"rate overflow in `{text}'")
    return Rate(per_second * interval_us // 1_000_000, interval_us)


def _rate_interval(text: str) -> int:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(f"invalid replenishment interval in `{text}'")
    interval = _c_number(match[1]) * {"u": 1, "m": 1000, "": 1_000_000}[match[2]]
    if not 0 < interval < 2**32:
        raise ValueError(f"replenishment interval overflow in `{text}'")
    return interval


def _c_number(digits: str) -> int:
    """strtoull with base 0 over decimal digits: a leading 0 makes it octal, up to the first digit that is not."""
    number = take_ulong(digits)
    return number[0] if number else 0


ALL_FUNCTIONS = 2**32 - 1
"""The mask of functions of an address that ends in `.*`."""


class NoFunctionError(Exception):
    """A PCI address without a dot and a function behind it."""


class Bdf(NamedTuple):
    """A PCI address."""

    domain: int
    bus: int
    dev: int
    func: int
    vfunc_mask: int = 1


def take_bdf(text: str) -> tuple[Bdf, int]:
    """The address [DDDD:]BB:SS.F that a text begins with, and where it ends."""
    match = _BDF.match(text)
    if match is None:
        raise NoFunctionError(text) if _NO_FUNCTION.match(text) else ValueError(text)
    numbers = (match[name] for name in ("domain", "bus", "dev", "func"))
    domain, bus, dev, func = (0 if number is None else scan_hex(number) for number in numbers)
    if domain > 0xFFFF or bus > 0xFF or dev > 0x1F or func > 7:
        raise ValueError(text)
    return Bdf(domain, bus, dev, func, ALL_FUNCTIONS if match["func"] is None else 1), match.end()


def scan_hex(text: str) -> int:
    """An unsigned int as C's scanf reads it with %x."""
    number = take_ulong(text, 16)
    if number is None:
        raise ValueError(text)
    return number[0] % _UINT


def take_mac(text: str) -> tuple[list[int], int]:
    """Up to six bytes that strtoul with base 16 reads, any one byte between them, and where it stops."""
    if plain := _PLAIN_MAC.match(text):
        return [int(octet, 16) for octet in plain.groups()], plain.end() + 1
    octets: list[int] = []
    at = 0
    while len(octets) < 6:
        match = None if _is_long(text[at - 1 : at]) else _OCTET.match(text, at)
        value = int(match[2], 16) if match else 256
        if match is None or value > 255 or (match[1] == "-" and value):
            break
        octets.append(value)
        at = match.end() + 1
    return octets, at


def _is_long(char: str) -> bool:
    """Whether a character has more than one byte."""
    return not char.isascii() and not "\udc80" <= char <= "\udcff"


class Vdev(NamedTuple):
    """A virtual disk: its bus as named (xvd, hd, sd, d), disk and partition, and the number that Xen gives it."""

    bus: str
    disk: int
    partition: int
    number: int

    @property
    def name(self) -> str:
        """The name as xl prints it."""
        letters, disk = "", self.disk
        while disk >= 0:
            letters, disk = chr(ord("a") + disk % 26) + letters, disk // 26 - 1
        return f"{self.bus}{letters}{self.partition or ''}"


@lru_cache(maxsize=1024)
def parse_vdev(text: str) -> Vdev:
    """Xvda, xvdb1, hdc, sda2, d3p1 or a plain number (Xen: libxl__device_disk_dev_number)."""
    match = _VDEV.fullmatch(text)
    if match is None:
        raise ValueError(f"not a virtual device: {text}")
    bus, letters, digits, d_disk, d_part, number = match.groups()
    if number is not None:
        return Vdev("d", int(number), 0, int(number))
    disk = int(d_disk) if letters is None else _letters(letters)
    partition = int(d_part if letters is None else digits or 0)
    limit = {"hd": (4, 64), "sd": (16, 16)}.get(bus, (1 << 20, 256))
    if disk >= limit[0] or partition >= limit[1]:
        raise ValueError(f"beyond the last {bus or 'd'} device: {text}")
    return Vdev(bus or "xvd", disk, partition, _vdev_number(bus or "xvd", disk, partition))


def _letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("a") + 1
    return number - 1


def _vdev_number(bus: str, disk: int, partition: int) -> int:
    if bus == "hd":
        return (3 if disk < 2 else 22) * 256 + disk % 2 * 64 + partition
    if bus == "sd":
        return 8 * 256 + disk * 16 + partition
    if disk <= 15 and partition <= 15:
        return 202 * 256 + disk * 16 + partition
    return (1 << 28) + disk * 256 + partition
