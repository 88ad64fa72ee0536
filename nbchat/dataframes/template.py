"""A prompt with the names of columns in braces, and what it is for each row.

The same look-up as in cells: a name and nothing else, code and formulas stay as they are typed,
and what stands in a cell is put in once and not looked at again. Unlike there, a text stands in
its place however long it is, so that the question is made alike for every row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Any, TypeAlias

from nbchat import known_keys
from nbchat.context.classes import is_exactly, is_from
from nbchat.context.forms import Form, parse_form
from nbchat.context.shown import block
from nbchat.context.untouched import pieces
from nbchat.context.values import show
from nbchat.errors import BadCall, NoQuestion
from nbchat.messages import File, Image
from nbchat.wording import nearest

MOST_NAMED = 10  # columns that a refusal names
LEAST_LIKENESS = (
    0.8  # how alike an unknown name is to that of a column, to be taken for a slip of it
)

_SLIP = re.compile(r" *([^\s.!:\[\],]+(?: [^\s.!:\[\],]+)*) *(?:[.!:\[]\S*)?")  # `x.y`, `x!r`
_INNER = r"[^{}\n]{1,80}"
_BRACES = re.compile(rf"(?<!\{{)\{{({_INNER})\}}(?!\}})")


@dataclass(slots=True, frozen=True)
class Place:
    """Where a column's cell goes, and how much of it."""

    column: str
    form: Form


@dataclass(slots=True, frozen=True)
class Filled:
    """The prompt of one row."""

    text: str
    attached: tuple[Image | File, ...] = ()
    refusal: str = ""  # why a cell cannot be sent
    has_masked: bool = False  # whether a key stood in a cell


Segment: TypeAlias = str | Place


class Template:
    """A prompt, read once for the columns of some data."""

    def __init__(self, prompt: str, segments: Sequence[Segment], remarks: Sequence[str]) -> None:
        self.prompt = prompt
        self._segments = segments
        self.remarks = remarks  # what of it stays as typed, for people
        self.columns = [*dict.fromkeys(part.column for part in _places(segments))]
        self._mask = known_keys.current()

    @classmethod
    def of(cls, prompt: str, columns: Sequence[str], *, is_empty: bool = False) -> Template:
        """Read a prompt. Raises BadCall where it names none of the columns, or misspells one.

        Of data that `is_empty`, such as a list without rows, no columns may be known.
        """
        if not prompt.strip():
            raise NoQuestion(
                "there is no prompt. Write what is to be asked of each row, with the names of "
                'columns in braces: "Classify: {text}".'
            )
        segments: list[Segment] = []
        remarks: list[str] = []
        for piece in pieces(prompt):
            if piece.stays:
                remarks += _staying(piece.text, columns)
                segments.append(piece.text)
            else:
                segments += _segments(piece.text, columns)
        template = cls(prompt, segments, remarks)
        for column in template.columns:
            if columns.count(column) > 1:
                raise BadCall(f"{column!r} is the name of several columns. Rename one of them.")
        if not template.columns and not (is_empty and not columns):
            raise BadCall(_names_nothing(columns, remarks))
        return template

    @property
    def shared(self) -> str:
        """What is the same at the beginning of every row's prompt."""
        first = takewhile(lambda segment: isinstance(segment, str), self._segments)
        return "".join(map(str, first))

    def fill(self, cells: Sequence[Any]) -> Filled:
        """The prompt with these cells, in the order of `columns`."""
        by_column = dict(zip(self.columns, cells, strict=True))
        filling = _Filling(self._mask)
        words = [
            segment if isinstance(segment, str) else filling.put(segment, by_column[segment.column])
            for segment in self._segments
        ]
        text = "\n\n".join(["".join(words), *filling.blocks.values()])
        return Filled(text, tuple(filling.attached), filling.refusal, filling.has_masked)


class _Filling:
    """What the cells of one row add to its prompt."""

    def __init__(self, mask: known_keys.Mask) -> None:
        self._mask = mask
        self.blocks: dict[str, str] = {}  # by column
        self.attached: list[Image | File] = []
        self.refusal = ""
        self.has_masked = False

    def put(self, place: Place, cell: Any) -> str:
        """What stands in the place of a cell's name."""
        if is_exactly(cell, str, int, float, bool) and place.form == Form():
            text = self._written(place.column, cell)
            hidden = self._mask.hide(text)
            self.has_masked = self.has_masked or hidden != text
            return hidden
        shown = show(place.column, cell, place.form)
        self.refusal = self.refusal or shown.refusal
        self.attached += shown.attached
        if shown.is_inline or isinstance(cell, str):
            return shown.text
        if shown.text:
            self.blocks[place.column] = block(place.column, shown)
        return place.column

    def _written(self, column: str, cell: object) -> str:
        """A plain cell as a text; Python writes no number of thousands of digits."""
        try:
            return str(cell)
        except ValueError:
            self.refusal = self.refusal or f"{column} is a number too long to be written"
            return ""


def is_missing(cell: object) -> bool:
    """Whether nothing stands in a cell.

    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if cell is None or is_from(cell, "pandas.api.typing", "NaTType", "NAType"):
        return True
    if isinstance(cell, float | Decimal) or is_from(cell, "numpy", "floating", "datetime64"):
        return bool(cell != cell)
    return False


# --- reading a prompt ----------------------------------------------------------------------------


def _segments(text: str, columns: Sequence[str]) -> Iterator[Segment]:
    """A part of the prompt, cut where a column stands."""
    position = 0
    for match in _braces_of(columns).finditer(text):
        place = _place(match[1], columns)
        if place:
            yield text[position : match.start()]
            yield place
            position = match.end()
        else:
            _refuse_slip(match[1], columns)
    yield text[position:]


def _braces_of(columns: Sequence[str]) -> re.Pattern[str]:
    """What finds names in braces, those of columns too that hold braces or are very long."""
    odd = [name for name in columns if name and not re.fullmatch(_INNER, name)]
    if not odd:
        return _BRACES
    names = "|".join(re.escape(name) for name in sorted(odd, key=len, reverse=True))
    return re.compile(rf"(?<!\{{)\{{({names}|{_INNER})\}}(?!\}})")


def _place(inner: str, columns: Sequence[str]) -> Place | None:
    """The column that braces name, and the form; None where it is no column."""
    if inner in columns:
        return Place(inner, Form())
    name, colon, form_text = inner.rpartition(":")
    form = parse_form(form_text) if colon else None
    return Place(name, form) if form and name in columns else None


def _refuse_slip(inner: str, columns: Sequence[str]) -> None:
    """Raise BadCall where a column is meant, by all appearances: it would be paid for every row."""
    match = _SLIP.fullmatch(inner)
    meant = nearest(match[1], columns, LEAST_LIKENESS) if match else []
    if meant:
        raise BadCall(f"{{{inner}}} is no column of the data. Did you mean {{{meant[0]}}}?")


def _staying(text: str, columns: Sequence[str]) -> list[str]:
    """What to say of columns in braces that stay as typed."""
    names = [match[1] for match in _BRACES.finditer(text) if _place(match[1], columns)]
    return [f"{{{name}}} stays as typed inside code, a formula or behind a sign." for name in names]


def _names_nothing(columns: Sequence[str], remarks: Sequence[str]) -> str:
    said = "".join(f" {remark}" for remark in remarks)
    known = ", ".join(f"{{{name}}}" for name in columns[:MOST_NAMED])
    more = ", …" if len(columns) > MOST_NAMED else ""
    there = f"There are: {known}" + more if columns else "The data has none."
    told = "the prompt names no column of the data, so every row would be alike."
    return f"{told}{said}\n{there}"


def _places(segments: Sequence[Segment]) -> Iterator[Place]:
    return (segment for segment in segments if isinstance(segment, Place))
