"""A bar on a terminal for what takes long."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TextIO

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

SECONDS = 1.0
"""What is done sooner needs no bar."""
_EACH = 0.1
"""How many seconds are between two pictures."""


class Progress:
    """Called with how many are done; shows a bar once it takes longer than a second, and nothing but on a terminal.

    TOTAL counts how many there are to do; it is asked when the bar appears. Whoever writes to the same terminal calls
    `hide` before.
    """

    def __init__(self, stream: TextIO, title: str, total: Callable[[], int]) -> None:
        self._stream = stream
        self._title = title
        self._total = total
        self._bar: tuple[Bar, TaskID] | None = None
        shows = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._next = time.monotonic() + SECONDS if shows else float("inf")

    def __call__(self, done: int) -> None:
        """Note how many are done."""
        if time.monotonic() < self._next:
            return
        bar, task = self._bar or self._shown()
        bar.update(task, completed=done, total=max(done, bar.tasks[0].total or 0), refresh=True)
        self._next = time.monotonic() + _EACH

    def _shown(self) -> tuple[Bar, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = Bar(*columns, console=Console(file=self._stream), transient=True, auto_refresh=False)
        self._bar = bar, bar.add_task(self._title, total=self._total())
        bar.start()
        return self._bar

    def hide(self) -> None:
        """Take the bar away; it comes back when more is done."""
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.hide()
