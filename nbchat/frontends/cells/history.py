"""What IPython itself keeps of the cells that have run: their sources, and in IPython 9 more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbchat.context.cells import Cell, Stream
from nbchat.frontends.cells.outputs import Outputs

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

KINDS: dict[str, Stream] = {
    "out_stream": "stdout",
    "err_stream": "stderr",
    "execute_result": "result",
    "display_data": "display",
}


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


def cells_before(shell: InteractiveShell, number: int, most: int) -> list[Cell]:
    """The cells that ran before the one of that number, the oldest first."""
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
    return cells
