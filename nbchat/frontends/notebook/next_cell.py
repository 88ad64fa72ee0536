"""Code for a new cell below the one that runs. Nothing is run.

It travels with the reply to the request that runs the cell, once for each run. JupyterLab,
Notebook, nteract, `jupyter console` and qtconsole honour that, VS Code and Colab do since 2021
and 2025 (microsoft/vscode-jupyter#4566, googlecolab/colabtools#5176). No kernel is told whether
a front-end does; those that nobody watches do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbchat.frontends.notebook.cell_request import execution_id, message_type
from nbchat.frontends.notebook.watching import can_answer

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CELL_MAGIC = "%%"  # which must begin its cell

_inserted: dict[str, str] = {}  # by the run of a cell: what it has inserted; the last run alone


def insert_below(shell: InteractiveShell, code: str) -> bool:
    """Offer code in a new cell below, or at the next prompt; False where nobody would see it.

    A second one of the same run goes below the first, into the same cell.
    """
    if not can_insert(shell):
        return False
    run = execution_id(shell)
    before = _inserted.get(run, "") if run else ""
    if before and CELL_MAGIC in (before[:2], code[:2]):
        return False
    whole = f"{before}\n\n{code}" if before else code
    if run:
        _inserted.clear()
        _inserted[run] = whole
    insert: Any = shell.set_next_input  # has no types
    insert(whole)
    return True


def can_insert(shell: InteractiveShell) -> bool:
    """Whether what is inserted arrives, as far as a kernel can know."""
    if hasattr(shell, "kernel"):
        return can_answer(shell) and message_type(shell) == "execute_request"
    return getattr(shell, "pt_app", None) is not None  # the prompt that can begin with a text
