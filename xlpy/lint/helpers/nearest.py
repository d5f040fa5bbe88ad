"""The key that somebody meant who wrote one that xl does not know."""

from __future__ import annotations

from functools import cache

from xlpy import vocabulary
from xlpy.lint.helpers.words import nearest

ALIASES = {
    "boot_order": "boot",
    "cdrom": "disk",
    "cmd": "cmdline",
    "command_line": "cmdline",
    "cores": "vcpus",
    "cpu_count": "vcpus",
    "domain_type": "type",
    "dtb": "device_tree",
    "initrd": "ramdisk",
    "max_memory": "maxmem",
    "maxcpus": "maxvcpus",
    "maxmemory": "maxmem",
    "mem": "memory",
    "nic": "vif",
    "ram": "memory",
    "title": "name",
    "vcpus_max": "maxvcpus",
}
"""Names that people give to a key, and that are not spelt like it."""
_ALIKE = 0.8


@cache
def nearest_key(name: str) -> str:
    """The key that was meant by a name: a known one, one of its other names, or the one that is spelt most like it."""
    name = name.lower().replace("-", "_")
    known = vocabulary.key_names()
    for other in (name, ALIASES.get(name, ""), name.removesuffix("s"), f"{name}s", name.replace("_", "")):
        if other in known:
            return other
    return nearest(name, [one for one in known if one[0] == name[:1]], _ALIKE)
