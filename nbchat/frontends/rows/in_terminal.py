"""How far a map is, in a terminal: one line that is repainted, and above it what is told."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nbchat.frontends.rows.words import News, ending_words, share, state_words
from nbchat.languages import translated
from nbchat.render.terminal.clean import clean_words
from nbchat.render.terminal.rich_page import remark

if TYPE_CHECKING:
    from nbchat.dataframes.mapped import Mapped
    from nbchat.dataframes.progress import Progress

GAP = 0.25  # seconds between two paints
BAR_COLUMNS = 20


class TerminalBar:
    """A bar and a line of facts in one line, repainted in place, and gone at the end."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._due = 0.0
        self._news = News()
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def show(self, progress: Progress) -> None:
        """Paint how far it is, where it is time."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + GAP
        self._tell(progress)
        self._live.update(_line(progress), refresh=True)

    def end(self, progress: Progress, result: Mapped | None = None) -> None:
        """Print what came of it."""
        self._live.update(Text(""))
        self._live.stop()
        self._tell(progress)
        self._console.print(Text(_joined(ending_words(progress)), style="dim"))

    def _tell(self, progress: Progress) -> None:
        for line in self._news.of(progress):
            self._console.print(remark(clean_words(translated(line))))


class PrintedLines:
    """What is told, a line each, and what came of it: where no cursor can be moved."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = file or sys.stdout
        self._news = News()

    def show(self, progress: Progress) -> None:
        """Print what is new."""
        for line in self._news.of(progress):
            print(clean_words(translated(line)), file=self._file, flush=True)

    def end(self, progress: Progress, result: Mapped | None = None) -> None:
        """Print what came of it."""
        self.show(progress)
        print(_joined(ending_words(progress)), file=self._file, flush=True)


def _line(progress: Progress) -> Table:
    grid = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=1.0, completed=share(progress), width=BAR_COLUMNS)
    grid.add_row(bar, Text(_joined(state_words(progress)), style="dim", no_wrap=True))
    return grid


def _joined(facts: list[str]) -> str:
    return clean_words(" · ".join(map(translated, facts)))
