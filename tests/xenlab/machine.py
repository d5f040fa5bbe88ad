"""The emulated machine: QEMU's arguments, its control socket, freezing and resuming."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.xenlab.errors import LabError
from tests.xenlab.qmp import Control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.xenlab.releases import Image

MEMORY_MIB = 4096
DOM0_MIB = 1024
NODES = 2
CPUS = 4

# The plainest CPU. Of newer features QEMU 7.2 emulates some not as a hypervisor needs them: SMAP kills PV kernels,
# RDTSCP kills PVH and HVM guests, AVX kills programs in those. libvirt knows no CPU of AMD without SEP (which Xen
# hides) and without VME: so VME is claimed, which QEMU does not have.
CPU = "qemu64,+svm,+npt,+vme,x-force-features=on"

# The IOMMU must be Intel's, because AMD's cannot be frozen; page tables cannot be shared with it then.
XEN_ARGUMENTS = (
    f"console=com1 com1=115200,8n1 dom0_mem={DOM0_MIB}M,max:{DOM0_MIB}M dom0_max_vcpus=2 "
    "iommu=no-sharept bootscrub=0 noreboot loglvl=all guest_loglvl=all"
)
LINUX_ARGUMENTS = "console=hvc0 mitigations=off"

KEEP_MEMORY = {"capabilities": [{"capability": "x-ignore-shared", "state": True}]}
"""Memory that is a file is neither saved nor loaded."""


class Machine:
    """One emulated machine of an image, whose own files are in a folder that only it uses."""

    def __init__(self, image: Image, folder: Path) -> None:
        self.image = image
        self.folder = folder

    def start(self) -> None:
        """Boot for the first time; what it writes to memory and disk is in the files of the image."""
        for node in range(NODES):
            self.image.memory(node).unlink(missing_ok=True)
        self._launch("share=on", "snapshot=off")

    def freeze(self) -> None:
        """Save what is not in files, and end."""
        with self._control() as control:
            control.command("migrate-set-capabilities", **KEEP_MEMORY)
            control.command("migrate", uri=f"exec:cat > '{self.image.state}'")
            control.wait_migrated()
            control.command("quit")
        self._wait_ended()

    def resume(self) -> None:
        """Go on from the frozen state; nothing is written to the files of the image."""
        self._launch("share=off", "snapshot=on", "-incoming", "defer")
        with self._control() as control:
            control.command("migrate-set-capabilities", **KEEP_MEMORY)
            control.command("migrate-incoming", uri=f"exec:cat '{self.image.state}'")
            control.wait_migrated()

    def stop(self) -> None:
        """End it at once, if it runs."""
        with contextlib.suppress(OSError, LabError), self._control() as control:
            control.command("quit")
        self._wait_ended()

    def port(self) -> int:
        """The port of this machine that leads to Dom0's ssh."""
        with self._control() as control:
            said = control.command("human-monitor-command", **{"command-line": "info usernet"})
        found = re.search(r"HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)", said)
        if found is None:
            raise LabError(f"QEMU forwards no port: {said}")
        return int(found[1])

    def runs(self) -> bool:
        """Whether it is there."""
        return self._pid() is not None

    def _launch(self, share: str, snapshot: str, *more: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        files = [self.folder / name for name in ("qmp", "pid")]
        for file in files:
            file.unlink(missing_ok=True)
        with (self.folder / "qemu.log").open("w", encoding="utf-8") as log:
            qemu = subprocess.Popen(
                ["qemu-system-x86_64", *self._arguments(share, snapshot), *more],
                cwd=self.folder,
                env={**os.environ, "TMPDIR": str(self.folder)},  # where snapshot=on keeps what is written
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not all(file.exists() for file in files):
            if qemu.poll() is not None:
                raise LabError(f"QEMU did not start: {_tail(self.folder / 'qemu.log')}")
            time.sleep(0.05)

    def _arguments(self, share: str, snapshot: str) -> Iterator[str]:
        yield from ("-machine", "q35", "-accel", "tcg,thread=multi,tb-size=1024", "-cpu", CPU)
        yield from ("-smp", f"{CPUS},sockets={NODES}", "-m", f"{MEMORY_MIB}M")
        for node in range(NODES):
            path, cpus = self.image.memory(node), CPUS // NODES
            size = f"size={MEMORY_MIB // NODES}M"
            yield from ("-object", f"memory-backend-file,id=memory{node},{size},mem-path={path},{share}")
            yield from ("-numa", f"node,memdev=memory{node},cpus={node * cpus}-{node * cpus + cpus - 1}")
        yield from ("-nodefaults", "-no-user-config", "-display", "none", "-kernel", str(self.image.hypervisor))
        modules = (f"{self.image.kernel} {LINUX_ARGUMENTS}", str(self.image.initramfs))
        yield from ("-append", XEN_ARGUMENTS, "-initrd", ",".join(modules))
        yield from ("-drive", f"file={self.image.disk},format=raw,if=virtio,cache=unsafe,{snapshot}")
        yield from ("-netdev", "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-10.0.2.15:22")
        yield from ("-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci")
        yield from ("-device", "intel-iommu,intremap=on")
        for slot in (8, 9):  # to be passed through
            yield from ("-device", f"e1000,romfile=,addr={slot}")
        yield from ("-serial", "file:console.log", "-qmp", "unix:qmp,server=on,wait=off", "-pidfile", "pid")

    @contextlib.contextmanager
    def _control(self) -> Iterator[Control]:
        """A conversation with QEMU. Through /proc the path of the socket is short enough, wherever the folder is."""
        folder = os.open(self.folder, os.O_PATH)
        try:
            with socket.socket(socket.AF_UNIX) as stream:
                stream.settimeout(120)
                stream.connect(f"/proc/self/fd/{folder}/qmp")
                yield Control(stream)
        finally:
            os.close(folder)

    def _pid(self) -> int | None:
        """The process of QEMU; None when it is gone, though the number may be another's by now."""
        try:
            pid = int((self.folder / "pid").read_text(encoding="ascii"))
            directory = Path(f"/proc/{pid}/cwd").readlink()
        except (OSError, ValueError):
            return None
        return pid if directory == self.folder.resolve() else None

    def _wait_ended(self) -> None:
        end = time.monotonic() + 10
        while (pid := self._pid()) is not None:
            with contextlib.suppress(ChildProcessError):  # it may be our child, or that of another process
                os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def _tail(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it does not say why"
