"""Where a replay is known to differ from the recording, and why; each line of a difference needs an entry."""

from __future__ import annotations

import re
from typing import NamedTuple


class Known(NamedTuple):
    """Lines of differences, by a pattern for all of each, in some commands of a section ("" for all sections)."""

    section: str
    numbers: tuple[int, ...]
    """None given: all commands."""
    lines: str
    reason: str

    def covers(self, section: str, number: int, line: str) -> bool:
        """Whether this is about a line of a command's difference."""
        here = self.section in ("", section) and (not self.numbers or number in self.numbers)
        return here and re.fullmatch(self.lines, line) is not None


NOT_REPLAYED = ("libvirt",)
"""Sections that are about virsh: what xl does there depends on it."""

OTHER_KERNEL = r"[-+](out|err) .*|[-+]status .*"

KNOWN = (
    Known("", (), r"(con\.py|xenstore-ls|virsh): not replayed", "these programs are of the recorded host"),
    Known("", (), r"in the background: not replayed", "one process replays, one command at a time"),
    Known(
        "",
        (),
        r"[-+]err (xencall:buffer|xc|domainbuilder|libxl-save-helper|libxl): (debug|detail|info): .*",
        "what Xen's libraries log of themselves: addresses, caches, watches, how they read an ELF file",
    ),
    Known("guests", (143,), r"-out libxl: (debug|detail): .*", "the same, in the log of the watcher"),
    Known("guests", (143,), r"[-+]out .*", "the recorded guest crashed on an NMI, and its watcher restarted nothing"),
    Known("host", (106, 107), r"[-+]out \(XEN\) .*", "what a Xen says of its machine at its start is not simulated"),
    Known("guests", (139,), r"[-+]out \(XEN\) .*", "debug keys show more of Xen's inside than is simulated"),
    Known("guests", (130,), OTHER_KERNEL, "another kernel boots, and `timeout` ended the real xl at the console"),
    Known("guests", (142, 149), OTHER_KERNEL, "the recorded guest crashed on an NMI; the simulated one goes on"),
    Known("saving", (40,), r"-out .*", "for a moment a domain that goes is still there"),
    Known("lifecycle", (16,), r"-out pv1 .*", "for a moment a domain that goes is still there"),
    Known("lifecycle", (13, 16, 17), r"-out pvh1 .*", "sysrq was not compiled into the recorded kernel"),
    Known("lifecycle", (14, 19), r"[-+](out|err) .*", "sysrq was not compiled into the recorded kernel"),
    Known(
        "pci",
        (31,),
        r"-err libxl: warning: libxl_pci\.c:<line>:pci_remove_timeout: .*",
        "a guest that ignores that a device goes keeps QEMU waiting for it, also when it is destroyed",
    ),
    Known("pci", (40,), r"-out 0000:00:08\.0 ", "virsh, which is not replayed, had given it back"),
)
