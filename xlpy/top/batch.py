"""top -b: the table on standard output, again and again."""

from __future__ import annotations

import sys
import time

from xlpy.top.sample import take
from xlpy.top.table import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor
    from xlpy.top.table import View


def run(executor: Executor, view: View, *, delay: float, iterations: int) -> None:
    """Print so many tables, DELAY seconds apart; 0 for no end."""
    before, printed = None, 0
    while True:
        before = take(executor, time.monotonic(), before)
        sys.stdout.write("".join(f"{line.text}\n" for line in lines(before, view)))
        sys.stdout.flush()
        printed += 1
        if printed == iterations:
            return
        time.sleep(delay)
