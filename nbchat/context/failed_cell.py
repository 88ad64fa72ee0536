"""The last error as it goes along with a question: its cell, its line, and what led to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from nbchat import known_keys
from nbchat.context import tokens
from nbchat.context.bounded import cut_middle
from nbchat.context.cell_code import Piece, piece_around
from nbchat.context.cell_order import order_lines
from nbchat.context.classes import class_name
from nbchat.context.excerpts import Excerpt
from nbchat.context.failing_line import Place, place_in_cell, place_in_function
from nbchat.context.frames import frames_of
from nbchat.context.given_names import origin
from nbchat.context.last_error import Failure
from nbchat.context.library_versions import version_line
from nbchat.context.missing_names import missing_names
from nbchat.context.notebook import Notebook
from nbchat.context.shown import fenced
from nbchat.context.tracebacks import traceback_text
from nbchat.context.variable_lines import variable_lines
from nbchat.errors import NotThere
from nbchat.settings_values import Data

# Tokens of each part; together at most 6,000 with the words between them.
CELL_TOKENS = 2200
LINE_TOKENS = 150
TRACEBACK_TOKENS = 1300
PRINTED_TOKENS = 250
VARIABLES_TOKENS = 900
NAMES_TOKENS = 450
ORDER_TOKENS = 450
LONGEST_TRACEBACK = 4000  # characters
FEWEST_CHARACTERS = 200  # that are left where a text is cut

_TIMES = re.compile(r"^(?:CPU times|Wall time): .*\n?", re.M)  # that `%%time` prints

NOTHING_FAILED = (
    "nothing has failed in this kernel since nbchat was loaded, or what failed has been mended."
)


@dataclass(slots=True, frozen=True)
class FailedCell:
    """The excerpt, and the piece of the cell that a repaired one takes the place of."""

    excerpt: Excerpt
    failure: Failure
    piece: Piece


def failed_cell(notebook: Notebook, data: Data = "brief") -> FailedCell:
    """The last error. Under "schema" without its message, and without any value.

    Raises NotThere where nothing has failed.
    """
    failure, hidden = _last_failure(notebook), notebook.hidden_cells
    with_values = data != "schema"
    in_cell, in_function = place_in_cell(failure), place_in_function(failure, hidden)
    piece = _piece(failure, in_cell)
    places = [place for place in (in_cell, in_function) if place is not None]
    if in_cell == in_function:
        places = places[:1]
    parts = [_cell_part(failure, piece)]
    parts += [_line_part(place) for place in places]
    parts.append(_traceback_part(failure, hidden, with_values=with_values))
    if with_values:
        parts += _printed_part(failure, notebook)
    parts += _variable_parts(failure, places, notebook, with_values=with_values)
    parts += _name_part(failure, places, notebook, with_values=with_values)
    parts.append(_cut("\n".join(order_lines(notebook, failure)), ORDER_TOKENS))
    parts.append(f"{version_line(_modules(failure))}.")
    text = "\n\n".join(parts)
    return FailedCell(Excerpt(text, _label(failure, text)), failure, piece)


def _last_failure(notebook: Notebook) -> Failure:
    """The last error. Raises NotThere for none, and for one that is never sent."""
    failure = notebook.failure
    if failure is None:
        raise NotThere(NOTHING_FAILED)
    number = failure.cell.number
    if number in notebook.hidden_cells:
        raise NotThere(
            f"the cell that failed, In[{number}], is hidden and never sent. To take that back:\n"
            f"%chat hide --forget {number}"
        )
    return failure


def _label(failure: Failure, text: str) -> str:
    size = tokens.told(text)
    if failure.cell.number is None:
        return f"the last error ({size})"
    return f"the last error of [{failure.cell.number}] ({size})"


def _piece(failure: Failure, place: Place | None) -> Piece:
    """The cell, as much of it as the budget takes."""
    source = failure.cell.source
    longest = len(source)
    piece = piece_around(source, place.line if place else 1, longest)
    while tokens.estimate(piece.text) > CELL_TOKENS and longest > FEWEST_CHARACTERS:
        longest = min(len(piece.text), longest) * 3 // 4
        piece = piece_around(source, place.line if place else 1, longest)
    return piece


# --- the parts -----------------------------------------------------------------------------------


def _cell_part(failure: Failure, piece: Piece) -> str:
    cell = "a cell" if failure.cell.number is None else f"cell [{failure.cell.number}]"
    what = "an error" if failure.error is None else class_name(failure.error)
    heading = f"This {cell.removeprefix('a ')} of the notebook failed with {what}:"
    if not piece.is_whole:
        heading += (
            f"\n(lines {piece.first} to {piece.last} of {piece.count}; the others are left out)"
        )
    return f"{heading}\n{fenced(piece.text, 'python')}"


def _line_part(place: Place) -> str:
    where = f"In {place.where}, line" if place.where else "Line"
    return f"{where} {place.line} failed:\n{fenced(_cut(place.marked, LINE_TOKENS))}"


def _traceback_part(failure: Failure, hidden: Collection[int], *, with_values: bool) -> str:
    if failure.error is None:
        return "Its traceback is not known any more."
    text = traceback_text(
        failure.error, longest=LONGEST_TRACEBACK, with_message=with_values, hidden=hidden
    )
    return f"The error:\n{fenced(_cut(text, TRACEBACK_TOKENS))}"


def _printed_part(failure: Failure, notebook: Notebook) -> list[str]:
    """What the cell had printed before it failed, as a command that failed says why."""
    kept = [cell for cell in notebook.cells if cell is failure.cell]  # with what it has shown
    outputs = [one for cell in kept for one in cell.outputs if one.kind in ("stdout", "stderr")]
    text = "\n".join(known_keys.hide(output.text.strip("\n")) for output in outputs)
    text = _TIMES.sub("", text).strip()
    return [f"It had printed:\n{fenced(_cut(text, PRINTED_TOKENS))}"] if text else []


def _variable_parts(
    failure: Failure, places: Sequence[Place], notebook: Notebook, *, with_values: bool
) -> list[str]:
    told = partial(origin, failure=failure, notebook=notebook, with_code=with_values)
    parts = []
    for place in places:
        lines = variable_lines(
            place.names,
            place.seen(notebook.variables),
            with_values=with_values,
            origin=partial(told, place=place),
        )
        if lines:
            where = f" of {place.where}" if place.where else ""
            listed = "\n".join(f"- {line}" for line in lines)
            heading = f"Variables in line {place.line}{where}, as they are now:"
            parts.append(f"{heading}\n{_cut(listed, VARIABLES_TOKENS // len(places))}")
    return parts


def _name_part(
    failure: Failure, places: Sequence[Place], notebook: Notebook, *, with_values: bool
) -> list[str]:
    place = places[-1] if places else None
    lines = missing_names(failure, notebook, place, with_values=with_values)
    told = "\n".join(f"- {line}" for line in lines)
    return [f"What is missing:\n{_cut(told, NAMES_TOKENS)}"] if lines else []


def _modules(failure: Failure) -> list[str]:
    """The modules that the error came through, the innermost first."""
    if failure.error is None:
        return []
    frames = [step.frame for step in reversed(frames_of(failure.error))]
    names = [dict.get(frame.f_globals, "__name__") for frame in frames]
    return [name for name in names if type(name) is str]


def _cut(text: str, most: int) -> str:
    """The text, or as much of it as so many tokens are: without its middle."""
    longest = len(text)
    while tokens.estimate(text) > most and longest > FEWEST_CHARACTERS:
        longest = min(longest, len(text)) * 3 // 4
        text = cut_middle(text, longest, at_lines="\n" in text)
    return text
