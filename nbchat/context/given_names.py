"""Which cell has given a variable the value that it has: the last one that ran and sets it.

A value that was changed in its place, or set by a function, is not seen.
"""

from __future__ import annotations

from nbchat.context.bounded import one_line
from nbchat.context.cell_code import last_bindings, lines_of
from nbchat.context.failing_line import Place
from nbchat.context.last_error import Failure
from nbchat.context.notebook import Notebook

MOST_LOOKED_AT = 60  # cells, the newest
LONGEST_LINE = 120  # characters of a line that is quoted


def origin(
    name: str, place: Place, failure: Failure, notebook: Notebook, *, with_code: bool = True
) -> str:
    """`; given by [3]: …`; empty where the failed cell itself gives it, or none does."""
    if name in place.variables or name in place.unset:
        return ""
    own = last_bindings(failure.cell.source).get(name)
    if own is not None and (place.where or own < place.line):
        return ""
    hidden = notebook.hidden_cells
    for cell in reversed(notebook.cells[-MOST_LOOKED_AT:]):
        if cell is failure.cell or cell.is_running or cell.number is None:
            continue
        line = last_bindings(cell.source).get(name)
        if line is None:
            continue
        if cell.number in hidden:
            return ""
        failed = ", which failed" if cell.failed else ""
        code = one_line(lines_of(cell.source)[line - 1].strip(), LONGEST_LINE)
        quoted = f": `{code}`" if with_code else ""
        return f"; given by [{cell.number}]{failed}{quoted}"
    return ""
