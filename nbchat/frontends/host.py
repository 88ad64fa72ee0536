"""IPython as the notebook that a model is shown. The panel and the magics both ask here."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbchat.context.cells import Cell, Output
from nbchat.context.last_error import Failure
from nbchat.frontends.cells.recorder import recorder_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.frontends.cells.saved import SavedNotebook
    from nbchat.tools.running import Heard

_locals: ContextVar[Mapping[str, Any] | None] = ContextVar("locals", default=None)


@contextmanager
def locals_first(names: Mapping[str, Any] | None) -> Iterator[None]:
    """Inside, the variables of the function that runs a line go before the notebook's."""
    token = _locals.set(names)
    try:
        yield
    finally:
        _locals.reset(token)


class IPythonNotebook:
    """The variables and the cells of a shell; nothing where there is no shell."""

    def __init__(self, shell: InteractiveShell | None) -> None:
        self._shell = shell

    @property
    def variables(self) -> Mapping[str, Any]:
        """All variables, as they are now: a copy, since a cell may be running on another thread."""
        if not self._shell:
            return {}
        names = _locals.get()
        if names is None or names is self._shell.user_ns:
            return dict(self._shell.user_ns)
        return {**self._shell.user_ns, **names}

    @property
    def hidden(self) -> Collection[str]:
        """What IPython itself has put among the variables."""
        return self._shell.user_ns_hidden if self._shell else ()

    @property
    def cells(self) -> Sequence[Cell]:
        """The cells that have run here, each with its place in the notebook's file."""
        recorder = recorder_of(self._shell)
        if recorder is None:
            return ()
        cells = recorder.cells
        places = _saved().places
        for cell in cells:
            cell.place = places.get(cell.id) if cell.id is not None else None
        return cells

    @property
    def hidden_cells(self) -> Collection[int]:
        """The numbers of cells that are never sent."""
        recorder = recorder_of(self._shell)
        return recorder.hidden_cells if recorder else ()

    @property
    def pinned_cells(self) -> Collection[int]:
        """The numbers of cells that always go along with `--above`."""
        recorder = recorder_of(self._shell)
        return recorder.pinned_cells if recorder else ()

    @property
    def failure(self) -> Failure | None:
        """The last error."""
        recorder = recorder_of(self._shell)
        return recorder.failure if recorder else None

    @property
    def saved_cells(self) -> Sequence[str]:
        """The code cells of the notebook's file; the hidden ones as they have run, unchanged."""
        saved, recorder = _saved(), recorder_of(self._shell)
        hidden = recorder.hidden.among(recorder.cells) if recorder else []
        as_run = {cell.id: cell.source for cell in hidden if cell.id}
        return [as_run.get(id, source) for id, source in zip(saved.ids, saved.sources, strict=True)]

    @property
    def folder(self) -> Path:
        """Where the notebook is, and paths begin: that of the kernel, as for all else in a cell."""
        return Path()


# --- for the tools `look` and `run` ---------------------------------------------------------------


class IPythonPlace:
    """The notebook of a shell, as tools look into it and run code in it."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self.notebook = IPythonNotebook(shell)

    def run(self, code: str) -> Sequence[Output]:
        """Run it as a cell would, and raise what it raises.

        Returns what it shows, unless that is heard already.
        """
        from nbchat.frontends.cells.nested_run import run_nested
        from nbchat.frontends.cells.tool_output import heard_now, tool_output

        heard = heard_now()
        if heard is not None:
            run_nested(self._shell, code, heard)
            return ()
        with tool_output(self._shell) as heard:
            run_nested(self._shell, code, heard)
        return heard.outputs

    def hearing(self) -> AbstractContextManager[Heard]:
        """Hear what is printed and displayed inside, in place of showing it."""
        from nbchat.frontends.cells.tool_output import tool_output

        return tool_output(self._shell)


def place_here() -> IPythonPlace | None:
    """The notebook of this process; None where IPython does not run."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return None if shell is None else IPythonPlace(shell)


def _saved() -> SavedNotebook:
    """The notebook's file."""
    from nbchat.frontends.cells.saved import saved_notebook

    return saved_notebook()
