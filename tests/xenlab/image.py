"""Making the file system of a Dom0 from Debian's packages, and what QEMU boots it with."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.xenlab import archive, guests
from tests.xenlab.errors import LabError
from tests.xenlab.packages import apt_settings, debian_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.xenlab.releases import Image, Release

DISK_SIZE = "3G"
BOOT = "boot/lab"
"""Where the guests' kernel and initial file system are in Dom0."""
DISKS = "var/lib/xen/images"

# Nothing here is read by people, and libvirt's driver for QEMU ends libvirtd where the user libvirt-qemu is missing.
_LEFT_OUT = (
    *("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "*/libvirt_driver_qemu.so"),
    *("*/kernel/sound/*", "*/drivers/gpu/*", "*/drivers/media/*", "*/drivers/net/wireless/*", "*/net/ethernet/*"),
)


def make_image(image: Image, release: Release) -> None:
    """Make all files of an image but its frozen state."""
    shutil.rmtree(image.folder, ignore_errors=True)
    root = image.folder / "root"
    root.mkdir(parents=True)
    _install(image.folder, root, release)
    _make_key(image, root)
    _add_start(root)
    _add_guests(root)
    image.initramfs.write_bytes(_dom0_initramfs(root))
    image.kernel.write_bytes(_kernel(root))
    image.hypervisor.write_bytes(archive.decompress((root / f"boot/xen-{release.xen}-amd64.gz").read_bytes()))
    _run("mke2fs", "-q", "-t", "ext4", "-d", str(root), str(image.disk), DISK_SIZE)
    shutil.rmtree(root)


def _install(work: Path, root: Path, release: Release) -> None:
    sources, settings = work / "sources.list", work / "apt.conf"
    sources.write_text(debian_sources(release.suite), encoding="utf-8")
    settings.write_text(apt_settings(), encoding="utf-8")
    _run(
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=essential"),
        *(f"--include={','.join(release.packages)}", f"--aptopt={settings}", "--dpkgopt=force-unsafe-io"),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
        *(release.suite, str(root), str(sources)),
        INITRD="No",  # nobody needs the one that the kernel's package would make
        DEBIAN_FRONTEND="noninteractive",
    )


def _make_key(image: Image, root: Path) -> None:
    """Let root in with a key of this image, and know Dom0 by its own."""
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(image.key))
    _write(root / "root/.ssh/authorized_keys", image.key.with_suffix(".pub").read_text(encoding="ascii"), 0o600)
    host_key = (root / "etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="ascii")
    image.known_hosts.write_text(f"dom0 {host_key}", encoding="ascii")


def _add_start(root: Path) -> None:
    _write(root / "etc/hosts", "127.0.0.1 localhost\n10.0.2.15 dom0\n")
    _write(root / "etc/inittab", guests.DOM0_INITTAB)
    _write(root / "lab/start", guests.DOM0_START, 0o755)
    # A place for Python programs that tests bring along, with the system's libvirt module in sight.
    _run("chroot", str(root), "python3", "-m", "venv", "--system-site-packages", "/opt/xlpy")


def _add_guests(root: Path) -> None:
    for folder in (BOOT, DISKS):
        (root / folder).mkdir(parents=True)
    (root / BOOT / "linux").write_bytes(_kernel(root))
    (root / BOOT / "initramfs").write_bytes(_guest_initramfs(root))
    (root / DISKS / "boot-sector.img").write_bytes(guests.boot_sector())
    (root / DISKS / "data.img").write_bytes(bytes(1 << 20))


def _kernel(root: Path) -> bytes:
    return archive.unpack_kernel(next(root.glob("boot/vmlinuz-*")).read_bytes())


def _dom0_initramfs(root: Path) -> bytes:
    init = archive.program("init", guests.DOM0_INIT.encode())
    return archive.pack([*_base(root), init, *_modules(root, guests.DOM0_MODULES)])


def _guest_initramfs(root: Path) -> bytes:
    session = {"bin/session": guests.GUEST_SESSION, "bin/words": guests.GUEST_WORDS}
    programs = {"init": guests.GUEST_INIT, **session, **guests.GUEST_PROGRAMS}
    entries = [archive.program(path, text.encode()) for path, text in programs.items()]
    return archive.pack([*_base(root), archive.directory("sbin"), *entries, *_modules(root, guests.GUEST_MODULES)])


def _base(root: Path) -> Iterator[archive.Entry]:
    yield from map(archive.directory, ("bin", "dev", "modules", "proc", "root", "sys"))
    yield archive.device("dev/console", 5, 1)
    yield archive.program("bin/busybox", (root / "bin/busybox").read_bytes())


def _modules(root: Path, names: Iterable[str]) -> Iterator[archive.Entry]:
    """Modules with all that they need, numbered in the order in which they must be loaded."""
    version = next((root / "lib/modules").iterdir()).name
    steps = _run("chroot", str(root), "modprobe", "--all", "--show-depends", "--set-version", version, *names)
    paths = [line.split()[1] for line in steps.splitlines() if line.startswith("insmod ")]
    for number, path in enumerate(dict.fromkeys(paths)):
        data = archive.decompress((root / path.lstrip("/")).read_bytes())
        yield archive.program(f"modules/{number:02}.ko", data)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _run(*words: str, **environment: str) -> str:
    """Run a program to its end; gives its output, raises LabError with its last words when it fails."""
    run = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment}, check=False)
    if run.returncode:
        last = run.stderr.strip().splitlines()[-3:]
        raise LabError(f"{words[0]} ended with status {run.returncode}: {' / '.join(last)}")
    return run.stdout
