"""The releases of Xen that a lab can have, and where its files are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from tests.xenlab.errors import NoLabError


class Release(NamedTuple):
    """A release of Xen and the release of Debian that has it."""

    xen: str
    suite: str

    @property
    def packages(self) -> tuple[str, ...]:
        """What is installed in Dom0 beside Debian's essential packages."""
        return (f"xen-hypervisor-{self.xen}-amd64", f"xen-utils-{self.xen}", *_PACKAGES)


_PACKAGES = (
    *("qemu-system-xen", "grub-xen-host", "linux-image-amd64"),
    *("libvirt-daemon", "libvirt-daemon-driver-xen", "libvirt-clients", "python3-libvirt"),
    *("python3-venv", "busybox-static", "openssh-server", "iproute2", "kmod", "mount", "procps"),
)
DEFAULT = "4.17"
RELEASES = {release.xen: release for release in (Release("4.17", "bookworm"), Release("4.20", "trixie"))}


def find_release(xen: str) -> Release:
    """The release called so; raises NoLabError for others."""
    if xen not in RELEASES:
        raise NoLabError(f"there is no lab with Xen {xen}, only with {' and '.join(RELEASES)}")
    return RELEASES[xen]


def cache() -> Path:
    """Where all labs are: XLPY_XENLAB_DIR, else the user's cache."""
    given = os.environ.get("XLPY_XENLAB_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return Path(given).resolve() if given else home / "xlpy" / "xenlab"


class Image(NamedTuple):
    """The files of a frozen Dom0, all in one folder."""

    folder: Path

    @property
    def disk(self) -> Path:
        """Its file system, raw."""
        return self.folder / "dom0.img"

    @property
    def hypervisor(self) -> Path:
        """Xen, unpacked."""
        return self.folder / "xen"

    @property
    def kernel(self) -> Path:
        """Linux, unpacked."""
        return self.folder / "linux"

    @property
    def initramfs(self) -> Path:
        """What Linux starts Dom0 with."""
        return self.folder / "initramfs"

    @property
    def key(self) -> Path:
        """The private key with which root may log in."""
        return self.folder / "key"

    @property
    def known_hosts(self) -> Path:
        """Dom0's own key, for ssh."""
        return self.folder / "known_hosts"

    @property
    def state(self) -> Path:
        """What is frozen of the machine, but for its memory."""
        return self.folder / "state"

    def memory(self, node: int) -> Path:
        """The frozen memory of a NUMA node."""
        return self.folder / f"memory{node}"

    @property
    def recipe(self) -> Path:
        """Which recipe it was made by; written last."""
        return self.folder / "recipe"


def image_of(release: Release) -> Image:
    """Where the frozen Dom0 with a release of Xen is, or will be."""
    return Image(cache() / release.xen / "image")
