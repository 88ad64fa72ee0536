"""The repaired cell below an answer: its diff, and the cell itself where a person can take it.

It is an output of its own, which depends on the answer and on the cell that failed alone: whether
a front end has inserted the cell is told to no kernel. Nothing is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat import render
from nbchat.context.repaired import Repair
from nbchat.context.shown import fenced
from nbchat.frontends.notebook.commands.code import unseen_characters
from nbchat.frontends.notebook.next_cell import insert_below
from nbchat.frontends.notebook.page_or_text import show

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

IN_NOTEBOOK = (
    "Nothing has been run. The repaired cell is offered below; where none appears, copy it from "
    "above."
)
TO_COPY = "Nothing has been run. Copy the repaired cell from above."
AT_PROMPT = "Nothing has been run. The repaired cell stands at the next prompt."


def show_repair(shell: InteractiveShell, repaired: Repair) -> None:
    """Show how the cell changes, and put the repaired one where it can be run."""
    if not repaired.code:
        _show(shell, repaired.remark)
        return
    is_inserted = insert_below(shell, repaired.code)
    parts = [fenced(repaired.diff, "diff")]
    if not repaired.is_as_answered:  # the answer holds only a part of it
        parts.append(fenced(repaired.code, "python"))
    parts.append(repaired.remark)
    if unseen := unseen_characters(repaired.code):
        parts.append(f"Nobody sees all of it: {unseen}.")
    if hasattr(shell, "kernel"):
        parts.append(IN_NOTEBOOK)
    else:
        parts.append(AT_PROMPT if is_inserted else TO_COPY)
    _show(shell, "\n\n".join(filter(None, parts)))


def _show(shell: InteractiveShell, markdown: str) -> None:
    if hasattr(shell, "kernel"):
        show(shell, render.to_html(markdown), markdown)
    else:
        from nbchat.frontends.notebook.terminal import show_below

        show_below(markdown)
