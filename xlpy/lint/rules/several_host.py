"""Several files: ports of the host that two guests want, and the sum of what all of them want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.libxl import Hvm
from xlpy.lint.helpers.screens import address_of, display_in, screens
from xlpy.lint.rule import Claim, Rule
from xlpy.lint.rules.several import two_files
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.lint.guest import Guest

_EVERY = ("", "0.0.0.0", "::", "*")
_LOCAL = "127.0.0.1"
_MIB = 1024
_MOST_VCPUS = 4
"""More vCPUs than this for each pCPU make guests wait for each other, whatever they do."""


def _port(what: str, address: str, span: Span) -> Iterator[Claim]:
    """A port at all addresses leaves none to others; one at an address leaves those at other addresses."""
    everywhere = address in _EVERY
    yield Claim(what, span, shared=not everywhere)
    if not everywhere:
        yield Claim(f"{what} of {_LOCAL if address == 'localhost' else address}", span)


def _vnc_displays(guest: Guest) -> Iterator[Claim]:
    """Those that must be just this one; mostly the next free one is taken (vncunused)."""
    for vnc, places in screens(guest):
        if vnc.findunused is False:
            listen = _LOCAL if vnc.listen is None else vnc.listen
            display = display_in(listen) or vnc.display
            span = next(places[name] for name in ("display", "listen", "findunused") if name in places)
            yield from _port(f"VNC display {display}", address_of(listen), span)


def _spice_ports(guest: Guest) -> Iterator[Claim]:
    hvm = guest.config.b_info.u
    if isinstance(hvm, Hvm) and hvm.spice.enable:
        for name, port in (("port", hvm.spice.port), ("tls_port", hvm.spice.tls_port)):
            if port:
                span = guest.place(f"b_info.u.hvm.spice.{name}")
                yield from _port(f"SPICE port {port}", hvm.spice.host or "", span)


def _memory(guest: Guest) -> Iterator[Claim]:
    yield Claim("memory", _set(guest, "memory", "maxmem", "name"), shared=True)


def _vcpus(guest: Guest) -> Iterator[Claim]:
    yield Claim("vcpus", _set(guest, "vcpus", "maxvcpus", "name"), shared=True)


def _set(guest: Guest, *names: str) -> Span:
    """The value of the first of these keys that is set, else the start of the text."""
    return next((guest.span(name) for name in names if name in guest.entries), Span(0, 0))


def _too_much_memory(host: HostFacts, memory_kib: int, _vcpus: int) -> str:
    have = host.guest_memory_kib
    if memory_kib <= have:
        return ""
    want = f"with this guest all together want {memory_kib // _MIB} MiB"
    return f"{want}, and {host.name} has {have // _MIB} MiB for guests"


def _too_many_vcpus(host: HostFacts, _memory_kib: int, vcpus: int) -> str:
    if vcpus <= _MOST_VCPUS * host.cpus:
        return ""
    return f"with this guest all together have {vcpus} vCPUs, more than {_MOST_VCPUS} for each of the {host.cpus} pCPUs"


RULES = (
    Rule(
        code="same-vnc-display",
        group="several",
        severity=Severity.WARNING,
        summary="two guests with one VNC display",
        why=(
            "With vncunused=0 the display must be the one that vncdisplay= names, or 0. QEMU of the second guest "
            "cannot listen there, ends, and xl gives up starting the guest."
        ),
        bad=two_files(
            'type = "hvm"\nvncunused = 0\nvncdisplay = 3',
            'type = "hvm"\nvnclisten = "0.0.0.0"\nvncunused = 0\nvncdisplay = «3»',
        ),
        good=two_files('type = "hvm"\nvncunused = 0\nvncdisplay = 3', 'type = "hvm"\nvncdisplay = 3'),
        keys=("vncunused", "vfb"),
        claims=_vnc_displays,
        clash="{what} is also taken in {other}",
        cure="choose another one with vncdisplay, or take the first free one with vncunused=1",
    ),
    Rule(
        code="same-spice-port",
        group="several",
        severity=Severity.WARNING,
        summary="two guests with one SPICE port",
        why=(
            "QEMU of each guest with SPICE listens on the ports that spiceport= and spicetls_port= name. The second "
            "one cannot, ends, and xl gives up starting the guest."
        ),
        bad=two_files(
            'type = "hvm"\nspice = 1\nspiceport = 6000\nspicedisable_ticketing = 1',
            'type = "hvm"\nspice = 1\nspiceport = «6000»\nspicedisable_ticketing = 1',
        ),
        good=two_files(
            'type = "hvm"\nspice = 1\nspiceport = 6000\nspicedisable_ticketing = 1',
            'type = "hvm"\nspice = 1\nspiceport = 6001\nspicedisable_ticketing = 1',
        ),
        keys=("spice",),
        claims=_spice_ports,
        clash="{what} is also taken in {other}",
        cure="choose another port",
    ),
    Rule(
        code="memory-overcommitted",
        group="several",
        severity=Severity.WARNING,
        summary="guests that together want more memory than the host has",
        why=(
            "Xen gives each guest its memory when it starts and does not swap: when all is given out the next guest "
            "does not start. What is added up is memory= of all files, of files with one name that of the first."
        ),
        bad=two_files("memory = 49152", "memory = «24576»"),
        good=two_files("memory = 49152", "memory = 8192"),
        needs_host=True,
        claims=_memory,
        cure="give the guests less, or some of them another host",
        exceeds=_too_much_memory,
    ),
    Rule(
        code="vcpus-overcommitted",
        group="several",
        severity=Severity.ADVICE,
        summary="guests that together have many more vCPUs than the host has pCPUs",
        why=(
            "vCPUs share the pCPUs in turns, which is well while most of them sleep. From four vCPUs for each pCPU on "
            "a busy guest waits long for its turn, and one that holds a lock meanwhile lets others wait too."
        ),
        bad=two_files("vcpus = 24", "vcpus = «16»"),
        good=two_files("vcpus = 24", "vcpus = 8"),
        needs_host=True,
        claims=_vcpus,
        cure="give the guests fewer, or some of them another host",
        exceeds=_too_many_vcpus,
    ),
)
