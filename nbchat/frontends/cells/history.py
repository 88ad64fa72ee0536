"""What IPython itself keeps of the cells that have run: their sources, and in IPython 9 more."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from nbchat.context.cells import Cell, Output, Stream
from nbchat.context.classes import is_a
from nbchat.context.last_error import Failure
from nbchat.errors import NbchatError
from nbchat.frontends.cells.outputs import Outputs
from nbchat.frontends.cells.raised import cell_name, raised

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

KINDS: dict[str, Stream] = {
    "out_stream": "stdout",
    "err_stream": "stderr",
    "execute_result": "result",
    "display_data": "display",
}

_NUMBER = re.compile(r"In\[(\d+)\]")


def source(shell: InteractiveShell, number: int | None) -> str:
    """What was typed in `In[number]`, without keys that were typed there; empty where unknown."""
    manager = shell.history_manager
    sources = manager.input_hist_raw if manager is not None else []
    return sources[number] if number is not None and 0 < number < len(sources) else ""


def outputs(shell: InteractiveShell, number: int | None) -> Iterator[tuple[Stream, Any]]:
    """What the cell of that number showed: a text, or the MIME bundle of a display."""
    manager = shell.history_manager
    kept: Any = getattr(manager, "outputs", None) or {}
    for output in list(kept.get(number, ())):
        kind = KINDS.get(output.output_type)
        if kind in ("stdout", "stderr"):
            for text in list(output.bundle.get("stream", ())):
                yield kind, text
        elif kind is not None:
            yield kind, output.bundle


def failure_before(shell: InteractiveShell) -> Failure | None:
    """The error that Python remembers as the last one, where a cell raised it that is still known.

    So it can be asked about when nbchat is loaded because of it.
    """
    error: Any = getattr(sys, "last_value", None)
    if not is_a(error, Exception) or is_a(error, NbchatError):
        return None
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    if is_a(error, SyntaxError) and type(error.filename) is str:
        files.append(error.filename)
    names = [name for name in map(partial(cell_name, shell), files) if name]
    match = _NUMBER.search(names[0]) if names else None
    typed = source(shell, int(match[1])) if match else ""
    if not match or not typed:
        return None
    cell = Cell(typed, int(match[1]), failed=True)
    cell.outputs = [Output("error", raised(shell, error))]
    return Failure(cell, error)


def cells_before(
    shell: InteractiveShell, number: int, most: int, failed: Cell | None = None
) -> list[Cell]:
    """The cells that ran before the one of that number, the oldest first; one of them `failed`."""
    cells = []
    for earlier in range(max(1, number - most), number):
        typed = source(shell, earlier)
        if typed.strip():
            shown = Outputs()
            for kind, content in outputs(shell, earlier):
                if kind in ("stdout", "stderr"):
                    shown.add_text(kind, content)
                else:
                    shown.add_display(kind, content)
            cells.append(Cell(typed, earlier, outputs=shown.tell()))
            if failed is not None and failed.number == earlier:
                failed.outputs = [*cells[-1].outputs, *failed.outputs]
                cells[-1] = failed
    return cells
