"""What this machine must have for a lab, and where its own apt gets Debian's packages from."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.xenlab.errors import NoLabError

TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "ssh": "openssh-client",
    "scp": "openssh-client",
    "ssh-keygen": "openssh-client",
}
"""The package of each program."""
DISK_MIB = 6 * 1024
MEMORY_MIB = 3 * 1024


def require_machine() -> None:
    """Raise NoLabError unless this machine is one on which a lab can be built."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NoLabError(f"it runs on Linux on x86_64, not on {platform.system()} on {platform.machine()}")
    if os.geteuid() != 0:
        raise NoLabError("only root can build and run it")
    if shutil.which("apt-get") is None:
        raise NoLabError("this machine has no apt-get to get Debian's packages with")


def require_tools() -> None:
    """Install the programs that are missing, or raise NoLabError."""
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if not missing:
        return
    _apt_get("update")
    if complaint := _apt_get("install", "--yes", "--no-install-recommends", *missing):
        raise NoLabError(f"apt-get cannot install {' '.join(missing)}: {complaint}")


def require_disk(folder: Path) -> None:
    """Raise NoLabError unless the disk of FOLDER, which is made, has room for an image."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free >> 20
    except OSError as error:
        raise NoLabError(f"its files cannot be in {folder}: {error.strerror}") from None
    if free < DISK_MIB:
        raise NoLabError(f"it needs {DISK_MIB} MiB on the disk of {folder}, and {free} MiB are free")


def require_memory() -> None:
    """Raise NoLabError unless there is memory for a Dom0 and a few guests."""
    available = _memory_mib()
    if available < MEMORY_MIB:
        raise NoLabError(f"it needs {MEMORY_MIB} MiB of memory, and {available} MiB are available")


def labs_at_once() -> int:
    """How many tests can have labs of their own beside each other: each keeps two CPUs busy, some have two labs."""
    return max(1, min(len(os.sched_getaffinity(0)) // 2, _memory_mib() // (2 * MEMORY_MIB)))


def _memory_mib() -> int:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))) >> 10


class Source(NamedTuple):
    """A source of packages, as apt knows it."""

    codename: str
    component: str
    uri: str

    def line(self) -> str:
        """As a line of sources.list."""
        return f"deb {self.uri} {self.codename} {self.component}\n"


def debian_sources(suite: str) -> str:
    """A sources.list of a release of Debian, from the archives of this machine's apt; NoLabError where none is."""
    if not (found := _listed()):
        _apt_get("update")
        found = _listed()
    if not found:
        raise NoLabError("the sources of this machine's apt are not Debian's, or apt-get update fails")
    return "".join(source.line() for source in of_suite(found, suite))


def _listed() -> list[Source]:
    fields = "$(ORIGIN)\t$(CODENAME)\t$(COMPONENT)\t$(REPO_URI)"
    lines = _output("apt-get", "indextargets", "--format", fields, "Created-By: Packages").splitlines()
    return [Source(*rest) for origin, *rest in (line.split("\t") for line in lines) if origin == "Debian"]


def of_suite(sources: list[Source], suite: str) -> list[Source]:
    """The same archives, main only, for another release: bookworm-security becomes trixie-security."""
    own = sources[0].codename.partition("-")[0]
    found = (
        source._replace(codename=suite + source.codename.removeprefix(own))
        for source in sources
        if source.component == "main" and source.codename.partition("-")[0] == own
    )
    return list(dict.fromkeys(found))


def apt_settings() -> str:
    """How this machine's apt reaches its sources (proxies, timeouts), and no more packages than needed."""
    return _output("apt-config", "dump", "Acquire") + 'APT::Install-Recommends "false";\n'


def _output(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def _apt_get(*words: str) -> str:
    """What it complains about; nothing when all went well."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run = subprocess.run(["apt-get", "-qq", *words], env=environment, capture_output=True, text=True, check=False)
    return _complaint(run.stderr) if run.returncode else ""


def _complaint(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith("E: ")] or said.splitlines()
    return lines[0] if lines else "it does not say why"
