"""top as a full-screen program, with xentop's keys."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.widgets import Footer, Input, Static

from xlpy.executors import Failure
from xlpy.render.text import printable
from xlpy.top.sample import take
from xlpy.top.table import COLUMNS, lines, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from xlpy.executors import Executor
    from xlpy.top.sample import Sample
    from xlpy.top.table import View

_STYLES = {"header": "reverse", "domain": "", "detail": "dim"}


class Top(App[None]):
    """The screen: the summary, the table, and the keys below."""

    CSS = """
    #summary { height: 3; }
    #table { width: auto; }
    #delay { display: none; dock: bottom; height: 1; border: none; padding: 0; }
    """
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "ask_delay", "Delay"),
        Binding("n", "flip('networks')", "Networks"),
        Binding("b", "flip('vbds')", "vBds"),
        Binding("v", "flip('vcpus')", "VCPUs"),
        Binding("r", "flip('repeat_header')", "Repeat header"),
        Binding("s", "sort(1)", "Sort order"),
        Binding("S,shift+s", "sort(-1)", "Sort back", show=False),
        Binding("f", "flip('full_name')", "Full name"),
        Binding("z", "flip('dom0_first')", "Dom0 first", show=False),
        Binding("q,ctrl+c", "quit", "Quit"),
        Binding("escape", "leave", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("left", "shift(-8)", show=False),
        Binding("right", "shift(8)", show=False),
    ]

    def __init__(self, connect: Callable[[], Executor], view: View, *, delay: float, iterations: int) -> None:
        """CONNECT gives the host, in the thread that asks it; ends after so many ITERATIONS, 0 for no end."""
        super().__init__()
        self._connect = connect
        self._view = view
        self._delay = delay
        self._iterations = iterations
        self._shown = 0
        self._executor: Executor | None = None
        self._sample: Sample | None = None
        self._asking = ThreadPoolExecutor(max_workers=1)
        self._wakeup = asyncio.Event()

    def compose(self) -> ComposeResult:
        """What stands on the screen."""
        yield Static("", id="summary")
        yield ScrollableContainer(Static("", id="table", expand=True), id="body", can_focus=False)
        yield Input(placeholder="Delay(sec)", id="delay")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to look."""
        self.run_worker(self._watch(), exit_on_error=True)

    async def _watch(self) -> None:
        """Look at the host every so many seconds, and show what there is."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._sample = await loop.run_in_executor(self._asking, self._look)
                self._show(self._sample)
            except Failure as failure:
                self._tell(" ".join([*failure.lines, failure.advice]).strip())
            self._shown += 1
            if self._shown == self._iterations:
                self.exit()
                return
            await self._pause()

    async def _pause(self) -> None:
        """The delay, which ends when another one is set."""
        self._wakeup.clear()
        try:
            await asyncio.wait_for(self._wakeup.wait(), self._delay)
        except TimeoutError:
            return

    def _look(self) -> Sample:
        if self._executor is None:
            self._executor = self._connect()
        return take(self._executor, time.monotonic(), self._sample)

    def _show(self, sample: Sample) -> None:
        self.query_one("#summary", Static).update(Text("\n".join(summary(sample, time.strftime("%H:%M:%S")))))
        text = Text(no_wrap=True)
        for line in lines(sample, self._view):
            part = Text(line.text + "\n", style=_STYLES[line.kind])
            if line.marked[1]:
                part.stylize("bold", *line.marked)
            text.append_text(part)
        table = self.query_one("#table", Static)
        table.update(text)
        table.styles.width = max(len(line) for line in text.plain.split("\n"))

    def _tell(self, problem: str) -> None:
        self.query_one("#summary", Static).update(Text(printable(problem), style="red"))

    # ---- keys

    def action_flip(self, what: str) -> None:
        """Show something, or leave it out."""
        self._change(**{what: not getattr(self._view, what)})

    def action_sort(self, step: int) -> None:
        """Sort by the next column, or by the one before."""
        self._change(sort=(self._view.sort + step) % len(COLUMNS))

    def _change(self, **changes: object) -> None:
        self._view = self._view.replace(**changes)
        if self._sample is not None:
            self._show(self._sample)

    def action_scroll(self, rows: int) -> None:
        """Go up or down in the table."""
        self.query_one("#body").scroll_relative(y=rows, animate=False)

    def action_shift(self, columns: int) -> None:
        """Go left or right."""
        self.query_one("#body").scroll_relative(x=columns, animate=False)

    def action_ask_delay(self) -> None:
        """Ask for another delay."""
        asking = self.query_one("#delay", Input)
        asking.value = ""
        self._ask(wanted=True)
        asking.focus()

    def _ask(self, *, wanted: bool) -> None:
        """Show the question in the place of the keys, or the keys again."""
        self.query_one("#delay", Input).display = wanted
        self.query_one(Footer).display = not wanted
        if not wanted:
            self.set_focus(None)

    def action_leave(self) -> None:
        """Leave the question, or all."""
        if self.query_one("#delay", Input).display:
            self._ask(wanted=False)
        else:
            self.exit()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take it, if it is a number of seconds."""
        self._ask(wanted=False)
        try:
            delay = float(event.value)
        except ValueError:
            return
        if delay > 0:
            self._delay = delay
            self._wakeup.set()


def run(connect: Callable[[], Executor], view: View, *, delay: float, iterations: int) -> None:
    """Show the screen until it is left."""
    Top(connect, view, delay=delay, iterations=iterations).run()
