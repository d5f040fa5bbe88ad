"""Two Dom0s, the second of which the first reaches by ssh under the name OTHER: for domains that move."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from tests.xenlab.errors import LabError

if TYPE_CHECKING:
    from tests.xenlab.lab import Lab

OTHER = "other"
_PORT = 2222
"""In the first Dom0 it leads to the ssh of the second one."""
_CONFIG = f"""\
Host {OTHER}
    HostName 127.0.0.1
    Port {_PORT}
    HostKeyAlias dom0
"""
# Frozen together, both would be the same host for libvirt, which then moves nothing.
_NEW_UUID = 'echo "host_uuid = \\"$(cat /proc/sys/kernel/random/uuid)\\"" >> /etc/libvirt/libvirtd.conf'
RESTART = "libvirtd --daemon && while ! virsh -c xen:///system list; do sleep 0.2; done"
_END = "kill $(pidof libvirtd); while pidof libvirtd; do sleep 0.1; done; rm -f /run/libvirtd.pid"


def join(first: Lab, second: Lab) -> None:
    """Let the first reach the second; no data of libvirt goes another way than through ssh."""
    first.remote.forward(_PORT, second.remote.port)
    image = first.image
    first.put(image.key, "/root/.ssh/id_ed25519")
    first.put(image.known_hosts, "/root/.ssh/known_hosts")
    _must(first, f"printf %s {shlex.quote(_CONFIG)} > /root/.ssh/config && ssh -oBatchMode=yes {OTHER} true")
    _must(second, f"hostname {OTHER} && echo 127.0.0.1 {OTHER} >> /etc/hosts && {_NEW_UUID} && {_END}; {RESTART}")


def _must(lab: Lab, command: str) -> None:
    said = lab.run(command)
    if said.status:
        raise LabError(f"{command} ended with status {said.status}: {said.err.strip()}")
