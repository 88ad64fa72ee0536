"""What the extension needs for a question about an output or an error."""

from __future__ import annotations

import asyncio

from nbchat import runtime
from nbchat.context.error_questions import explain_question, fix_question
from nbchat.context.failed_cell import failed_cell
from nbchat.context.names import Names
from nbchat.context.notebook import Notebook
from nbchat.context.question import Composed, compose
from nbchat.frontends.open_panels import ask_in_panel

LOOKS = 60  # for a panel that opens
BETWEEN = 0.25  # seconds from one look to the next


def question_about(notebook: Notebook, cell: str, number: int | None) -> str:
    """The beginning of a question about what a cell shows, for the cell right below it.

    `number` is the 3 of `Out[3]`, where the output has one. Empty where the cell has not run in
    this kernel, which then knows nothing of what is shown.
    """
    runs = [run for run in notebook.cells if run.id == cell and run.number is not None]
    if not runs or runs[-1].number in notebook.hidden_cells:
        return ""
    if number is None:
        return "%%chat --above 1\n"
    name = f"Out[{number}]"
    is_there = runs[-1].number == number and name in Names(notebook.variables)
    return f"%%chat\n{{{name}}} " if is_there else ""


def ask_about_error(notebook: Notebook, cell: str, wish: str) -> tuple[str, str]:
    """Have the error of a cell explained or mended, in the panel where the settings say so.

    Returns the line that is to run below, if any, and the extension's name for what to say.
    A panel that is not open yet is asked when the line has opened it. Raises BadSettings.
    """
    failure = notebook.failure
    if failure is None or failure.cell.id != cell:
        return "", "notLast"
    opened = runtime.current()
    if opened.usable_settings().jupyterlab.errors == "cell":
        return f"%chat {wish}", ""
    data = opened.settings().data
    failed = failed_cell(notebook, data)
    words = fix_question("", failed) if wish == "fix" else explain_question("")
    question = compose(words, notebook, data=data, excerpts=[failed.excerpt])
    if ask_in_panel(question, words):
        return "", "asked"
    opened.thread.submit(_ask_when_open(question, words))
    return "%chat panel", "asked"


async def _ask_when_open(question: Composed, words: str) -> None:
    for _ in range(LOOKS):
        await asyncio.sleep(BETWEEN)
        if ask_in_panel(question, words):
            return
