"""What a model is asked about the last error: to repair its cell, or to explain it."""

from __future__ import annotations

from nbchat.context.cell_code import Piece
from nbchat.context.excerpts import Excerpt
from nbchat.context.failed_cell import FailedCell, failed_cell
from nbchat.context.notebook import Notebook
from nbchat.context.shown import fenced
from nbchat.settings_values import Data

FIX = (
    "Repair the notebook cell below, which failed. Say in one sentence what was wrong. Then give "
    "the whole repaired cell in one {fence}python fence, {extent}. Change nothing that is not part "
    "of the fault; keep magics and comments. If the cell itself is right, because another cell is "
    "at fault or must run first, or a package is missing, say what to do instead, and give no code."
)
WHOLE = "from its first line to its last"
LINES = "but only lines {first} to {last}, which are all that is shown"
EXPLAIN = (
    "Explain the error below to somebody who works with data: what happened, why it did in this "
    "cell with these values, and how to mend it. Be short."
)


def error_excerpt(notebook: Notebook, *, data: Data = "brief") -> Excerpt:
    """The last error as it goes along with a question. Raises NotThere where nothing failed."""
    return failed_cell(notebook, data).excerpt


def fix_question(words: str, failed: FailedCell) -> str:
    """The question for a repaired cell; what a person adds stands first."""
    fence = fenced(failed.piece.text).partition("\n")[0]
    return _with_words(words, FIX.format(fence=fence, extent=_extent(failed.piece)))


def explain_question(words: str) -> str:
    """The question for an explanation.

    >>> print(explain_question("Auf Deutsch, bitte."))
    Auf Deutsch, bitte.
    <BLANKLINE>
    Explain the error ...
    """
    return _with_words(words, EXPLAIN)


def _with_words(words: str, question: str) -> str:
    return f"{words.strip()}\n\n{question}" if words.strip() else question


def _extent(piece: Piece) -> str:
    return WHOLE if piece.is_whole else LINES.format(first=piece.first, last=piece.last)
