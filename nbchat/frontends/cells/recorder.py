"""Keeps what each cell showed: its source, what it printed and displayed, and how it failed.

A cell is one run that IPython counts. What comes later, from a thread of it, is told by the
execution that it belongs to. What a cell runs inside itself is a part of it.

Importing this is cheap: what it needs of others is imported when a cell shows something.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from threading import RLock
from typing import TYPE_CHECKING, Any

from nbchat.context.cells import Cell, Output, Stream
from nbchat.context.classes import is_a
from nbchat.context.last_error import Failure
from nbchat.errors import NbchatError
from nbchat.frontends.cells.marks import Marks
from nbchat.frontends.cells.newest_images import NewestImages
from nbchat.frontends.cells.run import Run
from nbchat.frontends.cells.streams import StreamHooks

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MOST_CELLS = 200  # runs that are kept, the newest

# Not to mend: a person stopped the cell, or it is us who says what is wrong.
NO_FAILURES = (KeyboardInterrupt, SystemExit, NbchatError)


class Recorder:
    """The cells of one shell, until `end`."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._order = RLock()
        self._runs: deque[Run] = deque(maxlen=MOST_CELLS)
        self._by_execution: dict[str, Run] = {}
        self._running: dict[str, list[Run | None]] = {}  # None: a run that is no cell of its own
        self._images = NewestImages()
        self._failure = _failure_before(shell)
        self._first = shell.execution_count  # what has a lower number ran before
        self._failed_before = self._failure.cell if self._failure else None
        self._before: list[Cell] | None = None
        self.hidden = Marks()
        self.pinned = Marks()
        self.hears_displays = False  # whether somebody calls `hear`
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._finish)
        self._streams = StreamHooks(self._hear_text)

    def end(self) -> None:
        """Keep nothing more, and forget what was kept."""
        for event, callback in (("pre_run_cell", self._begin), ("post_run_cell", self._finish)):
            if callback in self._shell.events.callbacks[event]:
                self._shell.events.unregister(event, callback)
        self._streams.end()
        with self._order:
            for kept in (self._runs, self._by_execution, self._running, self._images):
                kept.clear()
            self._before = []
            self._hold(None)

    # --- what IPython says -----------------------------------------------------------------------

    def _begin(self, info: Any) -> None:
        """A cell is about to run."""
        execution = execution_id(self._shell)
        with self._order:
            running = self._running.setdefault(execution, [])
            is_cell = info.store_history and not running
            running.append(self._open(info, execution) if is_cell else None)

    def _open(self, info: Any, execution: str) -> Run:
        number = self._shell.execution_count - 1
        id = getattr(info, "cell_id", None)
        cell = Cell(info.raw_cell, number, id if isinstance(id, str) else None, is_running=True)
        if len(self._runs) == MOST_CELLS:
            self._forget(self._runs[0])
        run = Run(cell)
        self._runs.append(run)
        self._by_execution[execution] = run
        return run

    def _forget(self, run: Run) -> None:
        for execution, other in list(self._by_execution.items()):
            if other is run:
                del self._by_execution[execution]

    def _finish(self, result: Any) -> None:
        """A cell has run; `result` is None where it was cancelled."""
        info = getattr(result, "info", None)
        if info is not None and (not info.raw_cell or info.raw_cell.isspace()):
            return  # of which no beginning was told
        execution = execution_id(self._shell)
        with self._order:
            running = self._running.get(execution)
            run = running.pop() if running else None
            if not running:
                self._running.pop(execution, None)
        if run is not None:
            self._close(run, result)

    def _close(self, run: Run, result: Any) -> None:
        cell = run.cell
        error = None if result is None else result.error_before_exec or result.error_in_exec
        shown = run.take_shown_error()
        if result is not None and error is None:
            error = shown
        # The error may do as it likes where it is asked for its words; nothing waits for it then.
        told = None if error is None else Output("error", _words(self._shell, error))
        source = _source(self._shell, cell.number)
        with self._order:
            cell.is_running = False
            cell.failed = error is not None or result is None
            if cell.source.rstrip("\n") != source:  # IPython keeps no blank lines at its end
                cell.source = source or cell.source
            run.error = told
            self._take_what_ipython_kept(run)
            if error is not None and not is_a(error, *NO_FAILURES):
                self._hold(Failure(cell, error))
            elif not cell.failed and self._failure and self._failure.cell.is_same(cell):
                self._hold(None)

    def _take_what_ipython_kept(self, run: Run) -> None:
        """Where nobody else tells us what a cell shows, IPython may."""
        has_streams, has_displays = self._streams.are_there, self.hears_displays
        if has_streams and has_displays:
            return
        from nbchat.frontends.cells import history

        for kind, content in history.outputs(self._shell, run.cell.number):
            if kind in ("stdout", "stderr"):
                if not has_streams and not run.cell.turn_ids:
                    run.outputs.add_text(kind, content)
            elif not has_displays:
                self._images.keep(run.outputs.add_display(kind, content))

    def _hold(self, failure: Failure | None) -> None:
        """Only the newest exception is held: it keeps alive all that its frames hold."""
        if self._failure is not None:
            self._failure.error = None
        self._failure = failure

    # --- what the kernel sends -------------------------------------------------------------------

    def _hear_text(self, execution: str, name: str, text: str) -> None:
        """A cell prints."""
        with self._order:
            run = self._by_execution.get(execution)
            if run is not None and not run.silenced:
                run.outputs.add_text("stderr" if name == "stderr" else "stdout", text)

    def hear(self, kind: str, execution: str, content: Mapping[str, Any]) -> None:
        """A message of a display, a result, or a clearing is on its way to a front-end."""
        with self._order:
            if kind == "update_display_data":
                self._update(content)
                return
            run = self._by_execution.get(execution)
            if run is None or run.silenced:
                return
            if kind == "clear_output":
                run.outputs.clear(wait=bool(content.get("wait")))
            elif kind in ("display_data", "execute_result"):
                name = _display_id(content)
                as_what: Stream = "result" if kind == "execute_result" else "display"
                self._images.keep(run.outputs.add_display(as_what, content["data"], name))

    def _update(self, content: Mapping[str, Any]) -> None:
        """Whichever cell showed it: the newest counts."""
        name = _display_id(content)
        if name is not None:
            for run in self._runs:
                for shown in run.outputs.update(name, content["data"]):
                    self._images.keep(shown)

    # --- our own answers -------------------------------------------------------------------------

    def _current(self) -> Run | None:
        return self._by_execution.get(execution_id(self._shell))

    def note_turn(self, id: str) -> None:
        """The running cell asks this question."""
        with self._order:
            run = self._current()
            if run is not None and run.cell.is_running:
                run.cell.turn_ids = (*run.cell.turn_ids, id)

    @contextmanager
    def silence(self) -> Iterator[None]:
        """While an answer is shown, what its cell shows is no output."""
        run = self._current()
        if run is None:
            yield
            return
        _flush()
        run.silenced += 1
        try:
            yield
        finally:
            _flush()
            run.silenced -= 1

    # --- what is known ---------------------------------------------------------------------------

    @property
    def cells(self) -> Sequence[Cell]:
        """What has run, the oldest run first."""
        from nbchat.frontends.cells import history

        with self._order:
            if self._before is None:
                failed = self._failed_before
                self._before = history.cells_before(self._shell, self._first, MOST_CELLS, failed)
            told = [*chain(self._before, (run.tell() for run in self._runs))]
            return told[-MOST_CELLS:]

    @property
    def failure(self) -> Failure | None:
        """The last error, unless it was mended."""
        return self._failure

    @property
    def hidden_cells(self) -> Collection[int]:
        return self.hidden.numbers(self.cells)

    @property
    def pinned_cells(self) -> Collection[int]:
        return self.pinned.numbers(self.cells)


def execution_id(shell: InteractiveShell) -> str:
    """Which execution is running; empty in a terminal, where one runs at a time."""
    request: Any = shell.get_parent() if hasattr(shell, "get_parent") else None
    id = ((request or {}).get("header") or {}).get("msg_id")
    return id if isinstance(id, str) else ""


def _source(shell: InteractiveShell, number: int | None) -> str:
    """What was typed in a cell, without keys that were typed there."""
    from nbchat.frontends.cells import history

    return history.source(shell, number)


def _words(shell: InteractiveShell, error: BaseException) -> str:
    """What an error says."""
    from nbchat.frontends.cells.raised import raised

    return raised(shell, error)


def _failure_before(shell: InteractiveShell) -> Failure | None:
    """The last error, from before anybody recorded it."""
    if getattr(sys, "last_value", None) is None:
        return None
    from nbchat.frontends.cells import history

    return history.failure_before(shell)


def _display_id(content: Mapping[str, Any]) -> object:
    return (content.get("transient") or {}).get("display_id")


def _flush() -> None:
    """What has been printed has been heard of when this returns."""
    sys.stdout.flush()
    sys.stderr.flush()


_recorders: dict[int, Recorder] = {}  # by the id of the shell


def record(shell: InteractiveShell) -> Recorder:
    """From now on keep what the cells of this shell show."""
    if id(shell) not in _recorders:
        _recorders[id(shell)] = Recorder(shell)
    return _recorders[id(shell)]


def record_no_more(shell: InteractiveShell) -> None:
    """Take back what `record` has done, and forget."""
    recorder = _recorders.pop(id(shell), None)
    if recorder:
        recorder.end()


def recorder_of(shell: InteractiveShell | None) -> Recorder | None:
    """The one of this shell, if there is any."""
    return _recorders.get(id(shell))
