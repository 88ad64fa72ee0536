"""Lines of Python that fit a value, by what was seen of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbchat.engine.demo.seen_values import Column, Seen

_PICTURE = re.compile(r"\b(?:plot|chart|figure|diagram|draw|graph|picture|histogram)s?\b", re.I)
_NUMBERS_ALONE = re.compile(r"[\[({](?:\s*-?\d[\d.]*\s*,?)+[\])}]")


@dataclass(slots=True, frozen=True)
class Line:
    """One line, and what it is for."""

    purpose: str
    code: str


def line_for(seen: Seen, question: str) -> Line:
    """The line that goes best with the question."""
    return lines_for(seen, question)[0]


def lines_for(seen: Seen, question: str) -> list[Line]:
    """What could be run of the value, the best first; at least one line."""
    lines = [*_of_table(seen, question)] if seen.columns else []
    return lines or [_of_another(seen, _wants_picture(question))]


def _wants_picture(question: str) -> bool:
    return bool(_PICTURE.search(question))


# --- tables --------------------------------------------------------------------------------------


def _of_table(seen: Seen, question: str) -> Iterator[Line]:
    name = seen.name
    number = _best([one for one in seen.columns if one.is_number], question)
    group = _best([one for one in seen.columns if one.divides], question, last=False)
    is_pandas = seen.kind.startswith("DataFrame")
    if is_pandas and number and _wants_picture(question):
        yield _picture(seen, number, group)
    if number and group:
        purpose = f"compare the mean {number.name} of each {group.name}"
        if is_pandas:
            code = f"{name}.groupby({group.written})[{number.written}].mean().round(2)"
            yield Line(purpose, code)
        elif "polars" in seen.kind:
            yield Line(purpose, f"{name}.group_by({group.written}).mean()")
    if is_pandas and number:
        yield Line("see the spread of each column of numbers", f"{name}.describe().round(2)")
    elif is_pandas or "polars DataFrame" in seen.kind:
        yield Line("see what is in each column", f"{name}.describe()")


def _picture(seen: Seen, number: Column, group: Column | None) -> Line:
    name = seen.name
    others = [one for one in seen.columns if one.is_number and one != number]
    days = [one for one in seen.columns if one.is_day]
    if group:
        code = f"{name}.groupby({group.written})[{number.written}].mean().plot.bar()"
        return Line(f"draw the mean {number.name} of each {group.name}", code)
    if days:
        code = f"{name}.plot(x={days[0].written}, y={number.written})"
        return Line(f"draw {number.name} over {days[0].name}", code)
    if others:
        code = f"{name}.plot.scatter({others[0].written}, {number.written})"
        return Line(f"draw {number.name} over {others[0].name}", code)
    return Line(
        f"draw how often each {number.name} is there", f"{name}[{number.written}].plot.hist()"
    )


def _best(columns: Sequence[Column], question: str, *, last: bool = True) -> Column | None:
    """The column that the question names; else the last, where what is measured often stands."""
    named = [one for one in columns if re.search(rf"\b{re.escape(one.name)}\b", question, re.I)]
    found = named[:1] or list(columns[-1:] if last else columns[:1])
    return found[0] if found else None


# --- everything else -----------------------------------------------------------------------------


def _of_another(seen: Seen, wants_picture: bool) -> Line:
    name, kind = seen.name, seen.kind
    if kind.startswith("Series") and wants_picture:
        return Line("draw it", f"{name}.plot()")
    if "Series" in kind:
        return Line("see its spread", f"{name}.describe()")
    if re.match(r"ndarray|Tensor", kind):
        return Line("see its mean", f"{name}.mean()")
    if re.match(r"(?:list|tuple|set|frozenset)\b", kind) and _NUMBERS_ALONE.fullmatch(seen.text):
        return Line("see its mean", f"sum({name}) / len({name})")
    if re.match(r"(?:list|tuple|set|frozenset|dict|str)\b", kind):
        return Line("count what is in it", f"len({name})")
    if re.match(r"(?:int|float)\b", kind):
        return Line("square it", f"{name} ** 2")
    return Line("see what it is", f"type({name})")
