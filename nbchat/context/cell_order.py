"""The order in which cells ran, beside the order in which they stand in the notebook.

    Cells ran in this order: [1] [2] [4] [3] [5, failed].
    In the notebook they stand in this order: [1] [3] [2] [not run: `import re`] [5, failed].

What is known of the notebook is its file, as it was saved last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from nbchat.context.bounded import one_line
from nbchat.context.cell_code import lines_of
from nbchat.context.cells import Cell
from nbchat.context.chat_cells import own_code
from nbchat.context.last_error import Failure
from nbchat.context.notebook import Notebook

MOST_RUNS = 60  # that are told
MOST_SAVED = 60  # cells of the file that are told
LONGEST_FIRST_LINE = 60  # characters of a cell that has not run
CHANGED = 0.6  # likeness of two sources (1: the same), to be one cell before and after a change
LONGEST_COMPARED = 2000  # characters of a source


def order_lines(notebook: Notebook, failure: Failure) -> list[str]:
    """How cells ran; and where the file has them in another order, lacks some, or has more."""
    runs = [cell for cell in notebook.cells if not cell.is_running or cell is failure.cell]
    if not any(cell is failure.cell for cell in runs):
        number = failure.cell.number or 0
        later = [at for at, cell in enumerate(runs) if (cell.number or 0) > number > 0]
        runs.insert(later[0] if later else len(runs), failure.cell)
    runs = [cell for cell in runs if own_code(cell.source) or cell is failure.cell]
    shown = [_run(cell, failure) for cell in runs[-MOST_RUNS:]]
    before = "… " if len(runs) > MOST_RUNS else ""
    lines = [f"Cells ran in this order: {before}{' '.join(shown)}."]
    lines += _repeated(runs)
    saved = [source for source in notebook.saved_cells if own_code(source)]
    if saved:
        lines += _beside_the_file(runs, saved, failure)
    return lines


def _run(cell: Cell, failure: Failure) -> str:
    number = "?" if cell.number is None else cell.number
    if cell is failure.cell:
        return f"[{number}, failed: this cell]"
    if cell.failed:
        return f"[{number}, failed]"
    return f"[{number}]"


def _repeated(runs: Sequence[Cell]) -> list[str]:
    """Which runs were of one cell, and whether it was changed in between."""
    lines = []
    for cells in _same_cells(runs):
        first, last = cells[0], cells[-1]
        if len(cells) > 1 and first.source.strip() != last.source.strip():
            numbers = " and ".join(f"[{cell.number}]" for cell in cells[-2:])
            lines.append(f"{numbers} are one cell, which was changed in between.")
    return lines


def _same_cells(runs: Iterable[Cell]) -> list[list[Cell]]:
    """The runs of each cell that the front end has given an id."""
    by_id: dict[str, list[Cell]] = {}
    for cell in runs:
        if cell.id:
            by_id.setdefault(cell.id, []).append(cell)
    return list(by_id.values())


# --- beside the file -----------------------------------------------------------------------------


def _beside_the_file(runs: Sequence[Cell], saved: Sequence[str], failure: Failure) -> list[str]:
    last = _last_runs(runs)
    by_source = {cell.source.strip(): cell for cell in last}
    of_saved = [by_source.get(source.strip()) for source in saved]
    left = [cell for cell in last if not any(cell is found for found in of_saved)]
    changed: list[str] = []
    for at, source in enumerate(saved):
        if of_saved[at] is None and (cell := most_alike(source, left)):
            of_saved[at] = cell
            left = [other for other in left if other is not cell]
            if cell is not failure.cell:
                changed.append(f"[{cell.number}] has been changed since it ran.")
    numbers = [last.index(cell) for cell in of_saved if cell is not None]
    is_same = numbers == sorted(numbers) and None not in of_saved
    lines = [] if is_same else [_document(saved, of_saved, failure)]
    lines += changed
    gone = [f"[{cell.number}]" for cell in left if cell is not failure.cell]
    if gone and any(of_saved):
        lines.append(f"Ran, and not in the saved notebook: {' '.join(gone[-MOST_RUNS:])}.")
    return lines


def _last_runs(runs: Sequence[Cell]) -> list[Cell]:
    """The last run of each cell: of those with one id, or else with one source."""
    found: dict[str, Cell] = {}
    for cell in runs:
        key = cell.id or cell.source.strip()
        found.pop(key, None)
        found[key] = cell
    return list(found.values())


def most_alike(source: str, runs: Sequence[Cell]) -> Cell | None:
    """The run of which a source may be the cell, after a change; None where none is alike."""
    marks = []
    for cell in runs:
        one, other = source[:LONGEST_COMPARED], cell.source[:LONGEST_COMPARED]
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        if matcher.real_quick_ratio() >= CHANGED and matcher.quick_ratio() >= CHANGED:
            marks.append((matcher.ratio(), cell))
    best = max(marks, key=lambda mark: mark[0], default=None)
    return best[1] if best and best[0] >= CHANGED else None


def _document(saved: Sequence[str], runs: Sequence[Cell | None], failure: Failure) -> str:
    """The cells as they stand in the file: near the one that failed, where they are many."""
    places = [at for at, cell in enumerate(runs) if cell is failure.cell]
    middle = places[0] if places else len(saved) - 1
    start = max(0, min(middle - MOST_SAVED // 2, len(saved) - MOST_SAVED))
    told = []
    for source, cell in list(zip(saved, runs, strict=True))[start : start + MOST_SAVED]:
        told.append(_run(cell, failure) if cell else f"[not run: `{_first_line(source)}`]")
    before = "… " if start else ""
    after = " …" if start + MOST_SAVED < len(saved) else ""
    return f"In the notebook they stand in this order: {before}{' '.join(told)}{after}."


def _first_line(source: str) -> str:
    lines = [line.strip() for line in lines_of(source) if line.strip()]
    words = [line for line in lines if not line.startswith("#")] or lines
    return one_line(words[0], LONGEST_FIRST_LINE) if words else ""
