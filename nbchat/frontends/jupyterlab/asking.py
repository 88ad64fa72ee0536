"""What the extension needs for a question about an output or an error."""

from __future__ import annotations

from nbchat import runtime
from nbchat.context.error_questions import explain_question, fix_question
from nbchat.context.failed_cell import failed_cell
from nbchat.context.names import Names
from nbchat.context.notebook import Notebook
from nbchat.context.question import compose
from nbchat.frontends.open_panels import ask_in_panel


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


def ask_about_error(notebook: Notebook, wish: str) -> bool:
    """Have the last error explained or mended in the open panel; False where none is open.

    Raises NotThere where nothing failed, and BadSettings.
    """
    data = runtime.current().settings().data
    failed = failed_cell(notebook, data)
    words = fix_question("", failed) if wish == "fix" else explain_question("")
    return ask_in_panel(compose(words, notebook, data=data, excerpts=[failed.excerpt]), words)
