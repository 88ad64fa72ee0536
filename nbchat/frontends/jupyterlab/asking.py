"""What the extension needs for a question about an output or an error."""

from __future__ import annotations

import asyncio
from typing import Literal, TypedDict

from nbchat import runtime
from nbchat.context.error_questions import explain_question, fix_question
from nbchat.context.failed_cell import failed_cell
from nbchat.context.names import Names
from nbchat.context.notebook import Notebook
from nbchat.context.question import Composed, compose
from nbchat.frontends.open_panels import ask_in_panel

LOOKS = 240  # for a panel that opens, while no cell runs
BETWEEN = 0.25  # seconds from one look to the next


class Reply(TypedDict):
    """A cell that is to run below or to begin there, or "", and the name of a phrase, or ""."""

    run: str
    begin: str
    said: Literal["", "asked", "notLast", "runFirst"]


def about_output(notebook: Notebook, cell: str, number: int | None) -> Reply:
    """A question about what a cell shows is begun, for the cell right below it.

    `number` is the 3 of `Out[3]`, where the output has one. Where the cell has not run in this
    kernel, it knows nothing of what is shown.
    """
    question = question_about(notebook, cell, number)
    return Reply(run="", begin=question, said="" if question else "runFirst")


def question_about(notebook: Notebook, cell: str, number: int | None) -> str:
    """How it begins; empty where this kernel has not shown the output.

    `--above 1` is for an output without a number: the cell above it.
    """
    runs = [run for run in notebook.cells if run.id == cell and run.number is not None]
    if not runs or runs[-1].number in notebook.hidden_cells:
        return ""
    if number is None:
        return "%%chat --above 1\n"
    name = f"Out[{number}]"
    is_there = runs[-1].number == number and name in Names(notebook.variables)
    return f"%%chat\n{{{name}}} " if is_there else ""


def about_error(notebook: Notebook, cell: str, wish: str) -> Reply:
    """The error of a cell is explained or mended: below it, or in the panel as the settings say.

    A panel that is not open yet is asked when it has been opened. Raises BadSettings.
    """
    failure = notebook.failure
    if failure is None or failure.cell.id != cell:
        return Reply(run="", begin="", said="notLast")
    opened = runtime.current()
    if opened.usable_settings().jupyterlab.errors == "cell":
        return Reply(run=f"%chat {wish}", begin="", said="")
    data = opened.settings().data
    failed = failed_cell(notebook, data)
    words = fix_question("", failed) if wish == "fix" else explain_question("")
    question = compose(words, notebook, data=data, excerpts=[failed.excerpt])
    if ask_in_panel(question, words):
        return Reply(run="", begin="", said="asked")
    opened.thread.submit(_ask_when_open(notebook, question, words))
    return Reply(run="%chat panel", begin="", said="asked")


async def _ask_when_open(notebook: Notebook, question: Composed, words: str) -> None:
    looks = 0
    while looks < LOOKS:
        await asyncio.sleep(BETWEEN)
        if ask_in_panel(question, words):
            return
        # The cell that opens the panel waits behind one that runs, however long that takes.
        looks += not any(cell.is_running for cell in notebook.cells[-1:])
