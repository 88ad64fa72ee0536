"""The repaired cell below an answer: its diff, and the cell itself where a person can take it.

It is an output of its own, which depends on the answer and on the cell that failed alone: whether
a front end has inserted the cell is told to no kernel. Nothing is run here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat import render
from nbchat.context.repaired import Repair
from nbchat.context.shown import fenced
from nbchat.frontends.notebook.commands.code import unseen_characters
from nbchat.frontends.notebook.next_cell import insert_below
from nbchat.frontends.notebook.page_or_text import show
from nbchat.languages import translated

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

NOT_RUN = "Nothing has been run."
IN_NOTEBOOK = "The repaired cell is offered below; where none appears, copy it from above."
TO_COPY = "Copy the repaired cell from above."
AT_PROMPT = "The repaired cell stands at the next prompt."


def show_repair(shell: InteractiveShell, repaired: Repair, *, has_run: bool = False) -> None:
    """Show how the cell changes, and put the repaired one where it can be run.

    Of a tool that `has_run` before the answer tells.
    """
    if not repaired.code:
        _show(shell, translated(repaired.remark))
        return
    is_inserted = insert_below(shell, repaired.code)
    parts = [fenced(repaired.diff, "diff")]
    if not repaired.is_as_answered:  # the answer holds only a part of it
        parts.append(fenced(repaired.code, "python"))
    parts.append(translated(repaired.remark))
    if unseen := unseen_characters(repaired.code):
        parts.append(translated(f"Nobody sees all of it: {unseen}."))
    where = AT_PROMPT if is_inserted else TO_COPY
    if hasattr(shell, "kernel"):
        where = IN_NOTEBOOK
    parts.append(translated(where if has_run else f"{NOT_RUN} {where}"))
    _show(shell, "\n\n".join(filter(None, parts)))


def _show(shell: InteractiveShell, markdown: str) -> None:
    if hasattr(shell, "kernel"):
        show(shell, render.to_html(markdown), markdown)
    else:
        from nbchat.frontends.notebook.terminal import show_below

        show_below(markdown)
