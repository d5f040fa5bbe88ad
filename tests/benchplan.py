"""`python -m tests.benchplan`: what a plan costs for each guest, of few and of many in one run."""

from __future__ import annotations

import sys
import time

from xlpy.config import load
from xlpy.host import BUILT_IN
from xlpy.planner.together import judge, of_facts
from xlpy.render.plan import list_text
from xlpy.source import Source

FEW, MANY, REPEATS = 100, 1000, 5
LARGE = BUILT_IN.replace(memory_kib=4 * 1024**3, nodes=tuple(cpu // 64 for cpu in range(256)))
"""4 TiB, so that all guests have room."""
GUEST = """\
name = "guest{0}"
uuid = "6a0c3e62-5f1d-4e2e-9c55-{0:012x}"
type = "{1}"
kernel = "/boot/vmlinuz"
memory = {2}
vcpus = {3}
disk = ["/dev/vg0/guest{0},raw,xvda,w", "/dev/vg0/data{0},raw,xvdb,w"]
vif = ["mac=00:16:3e:00:{4:02x}:{5:02x},bridge=xenbr0"]
"""


def seconds(count: int) -> float:
    """The best time of some for reading and planning so many guests, and the text about them."""
    texts = [
        GUEST.format(at, ("pv", "pvh")[at % 2], 512 + at % 7 * 64, 1 + at % 4, at // 256, at % 256)
        for at in range(count)
    ]
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        configs = {str(at): load(Source(f"{at}.cfg", text)).config for at, text in enumerate(texts)}
        judged = list(judge(configs, LARGE, of_facts(LARGE)).values())
        list_text(judged, LARGE, LARGE.guest_memory_kib)
        best = min(best, time.perf_counter() - start)
        assert not any(one.fatal for one in judged)
    return best


def main() -> int:
    """Print both; the status is 1 when a guest among many costs more than 1.3 times one among few."""
    few, many = seconds(FEW) / FEW, seconds(MANY) / MANY
    print(f"a guest among {FEW}: {few * 1e6:.0f} us, among {MANY}: {many * 1e6:.0f} us, {many / few:.2f} times")
    return int(many > 1.3 * few)


if __name__ == "__main__":
    sys.exit(main())
