"""The way to show here how far a map is."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.dataframes.mapped import Mapped
    from nbchat.dataframes.progress import Progress


class RowsDisplay(Protocol):
    """A ProgressDisplay that may show the first rows of the result at its end."""

    def show(self, progress: Progress) -> None:
        """Called often."""

    def end(self, progress: Progress, result: Mapped | None = None) -> None:
        """Called once."""


class Unwatched:
    """Nothing, where nobody watches."""

    def show(self, progress: Progress) -> None: ...
    def end(self, progress: Progress, result: Mapped | None = None) -> None: ...


class MapsOfCell:
    """Counts the maps of the cell that runs."""

    def __init__(self) -> None:
        self._run: str | None = None  # of the cell
        self._count = 0

    def next_id(self) -> str:
        """The id of the cell, with a number from its second map on; "" where it has none."""
        shell = _shell_here()
        if shell is None:
            return ""
        from nbchat.frontends.notebook.cell_request import cell_id, execution_id

        run = execution_id(shell)
        self._count = self._count + 1 if run == self._run else 1
        self._run = run
        cell = cell_id(shell) or ""
        return f"{cell} {self._count}" if cell and self._count > 1 else cell


maps_of_cell = MapsOfCell()


def display_here() -> RowsDisplay:
    """A bar in a notebook, a line in a terminal, tqdm in a script that somebody watches."""
    shell = _shell_here()
    return _in_a_script() if shell is None else display_in(shell)


def _shell_here() -> InteractiveShell | None:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def display_in(shell: InteractiveShell) -> RowsDisplay:
    """The same for what runs in a shell of IPython."""
    from nbchat.frontends.notebook.line_by_line import is_terminal
    from nbchat.frontends.notebook.surroundings import surroundings
    from nbchat.frontends.notebook.watching import is_static
    from nbchat.frontends.rows.in_cell import CellBar, StaticBar

    around = surroundings(shell)
    static = is_static(shell)
    if not hasattr(shell, "kernel"):
        return _in_terminal(sys.stdout, repaints=not static)
    if static or around.is_captured:
        return StaticBar(shell)
    if is_terminal(shell):
        return _in_terminal(sys.stdout, repaints=False)
    return CellBar(shell, around)


def _in_a_script() -> RowsDisplay:
    """What is shown goes to standard error: what a script prints may be read by another."""
    is_watched = getattr(sys.stderr, "isatty", bool)()  # whatever stands in its place
    if not is_watched:
        return Unwatched()
    if find_spec("tqdm") is None:
        return _in_terminal(sys.stderr, repaints=True)
    from nbchat.frontends.rows.with_tqdm import TqdmBar

    return TqdmBar()


def _in_terminal(file: IO[str], *, repaints: bool) -> RowsDisplay:
    from nbchat.frontends.rows.in_terminal import PrintedLines, TerminalBar
    from nbchat.render.terminal.rich_page import make_console

    can_repaint = repaints and file.isatty() and os.environ.get("TERM") != "dumb"
    console = make_console(file) if can_repaint else None
    return PrintedLines(file) if console is None else TerminalBar(console)
