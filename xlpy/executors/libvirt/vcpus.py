"""The vCPUs of a domain, as libvirt's library tells them.

On Xen libvirt-python cannot: before virDomainGetVcpus it asks for a map of the host's CPUs, which the driver for Xen
does not have. So there the function of the library is called, on the domain that libvirt-python holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

_LIBRARY = "libvirt.so.0"
OFFLINE, RUNNING, BLOCKED = range(3)
"""States; the driver for Xen also calls those offline that only wait for a CPU."""


class Vcpu(NamedTuple):
    """A vCPU: its number, state, CPU time in ns, pCPU (-1: none), and the pCPUs of its hard affinity."""

    number: int
    state: int
    time: int
    cpu: int
    affinity: tuple[int, ...]


def by_python(domain: Any) -> list[Vcpu]:
    """Through libvirt-python."""
    numbers, affinities = domain.vcpus()
    return [
        Vcpu(number, state, time, cpu, tuple(index for index, allowed in enumerate(affinity) if allowed))
        for (number, state, time, cpu), affinity in zip(numbers, affinities, strict=False)
    ]


def by_library(api: Any, domain: Any, most: int, cpus: int) -> list[Vcpu]:
    """Past libvirt-python: up to MOST vCPUs, on a host with so many CPUS."""
    import ctypes

    class Info(ctypes.Structure):
        _fields_ = (
            ("number", ctypes.c_uint),
            ("state", ctypes.c_int),
            ("time", ctypes.c_ulonglong),
            ("cpu", ctypes.c_int),
        )

    function = ctypes.CDLL(_LIBRARY).virDomainGetVcpus
    function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
    width = (cpus + 7) // 8
    infos, maps = (Info * most)(), ctypes.create_string_buffer(most * width)
    count = function(_pointer(domain), infos, most, maps, width)
    if count < 0:
        raise api.libvirtError("virDomainGetVcpus() failed")
    return [
        Vcpu(info.number, info.state, info.time, info.cpu, _members(maps.raw[index * width : (index + 1) * width]))
        for index, info in enumerate(infos[:count])
    ]


def pin(api: Any, domain: Any, vcpu: int, allowed: Collection[int], cpus: int) -> None:
    """Let a vCPU of a running domain run on the ALLOWED pCPUs of a host with so many CPUS; past libvirt-python too."""
    import ctypes

    function = ctypes.CDLL(_LIBRARY).virDomainPinVcpu
    function.argtypes = (ctypes.c_void_p, ctypes.c_uint, ctypes.c_char_p, ctypes.c_int)
    width = (cpus + 7) // 8
    bits = sum(1 << cpu for cpu in allowed if cpu < cpus).to_bytes(width, "little")
    if function(_pointer(domain), vcpu, bits, width) < 0:
        raise api.libvirtError("virDomainPinVcpu() failed")


def _pointer(domain: Any) -> int:
    """The domain of the library that libvirt-python holds."""
    import ctypes

    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    found: int = pointer(domain._o, b"virDomainPtr")
    return found


def _members(bits: bytes) -> tuple[int, ...]:
    number = int.from_bytes(bits, "little")
    return tuple(index for index in range(number.bit_length()) if number >> index & 1)
