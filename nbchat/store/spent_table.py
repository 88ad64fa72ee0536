"""What was spent, as a table for people and as a frame for their own sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from nbchat.catalog.prices import Cost
from nbchat.languages import translated
from nbchat.store.spent_rows import GROUPS, By, SpentSum
from nbchat.values.frames import frame_of
from nbchat.wording import plural

ALL = "all"
UNKNOWN = "not known"
FREE = "free"
NO_NAME = {
    "day": "not known",
    "model": "not known",
    "notebook": "no notebook",
    "conversation": "none, or deleted",
}
NOTHING = "Nothing was spent. The demo is free, and not counted."
COLUMNS = (
    *("requests", "input", "cached", "written", "output", "reasoning"),
    *("cost", "currency", "unpriced", "estimated"),
)


class SpentTable:
    """What was spent, in groups. `nbchat.usage()` makes one.

    Iterate over it for the sums: `.group`, `.requests`, `.input`, `.output`, `.cost`,
    `.currency` and more; a group has one for each currency.
    """

    def __init__(self, by: By, sums: Sequence[SpentSum]) -> None:
        self.by = by
        self._sums = [*sums]

    def __iter__(self) -> Iterator[SpentSum]:
        return iter(self._sums)

    def __len__(self) -> int:
        return len(self._sums)

    @property
    def cost(self) -> Cost:
        """All of it, by currency."""
        return _cost(self._sums)

    def frame(self) -> Any:
        """A DataFrame of pandas or polars, with a row for each group and currency.

        Raises BadSettings where neither is installed.
        """
        rows = [_row(one) for one in self._sums or [self._blank]]
        return frame_of(rows)[: len(self._sums)]

    @property
    def _blank(self) -> SpentSum:
        """What gives a frame without rows its columns."""
        return SpentSum(dict.fromkeys(GROUPS[self.by], ""), "")

    @property
    def head(self) -> list[str]:
        """What stands above the columns of `rows`."""
        return [self.by, "requests", "tokens", "cost"]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the table, a row for each group, and one for all where there are several.

        They are for a person, in whose language they are.
        """
        groups: dict[str, list[SpentSum]] = {}
        for one in self._sums:
            groups.setdefault(_label(self.by, one), []).append(one)
        rows = [[label, *_cells(sums)] for label, sums in groups.items()]
        return [*rows, [translated(ALL), *_cells(self._sums)]] if len(rows) > 1 else rows

    @property
    def below(self) -> str:
        """What is said of the table."""
        if not self._sums:
            return NOTHING
        said = []
        unpriced = sum(one.unpriced for one in self._sums)
        estimated = sum(one.estimated for one in self._sums)
        if unpriced:
            said.append(f"What {plural(unpriced, 'request')} cost is not known.")
        if estimated:
            said.append(f"The tokens of {plural(estimated, 'request')} are an estimate of ours.")
        return " ".join(said)

    def __repr__(self) -> str:
        return f"<usage by {self.by}: {str(self.cost) or self.below or FREE}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import spent_bundle

        return spent_bundle(self)


def in_words(names: Iterable[str]) -> str:
    """Names as a choice.

    >>> in_words(["today", "month", "all"])
    "'today', 'month' or 'all'"
    """
    *first, last = map(repr, names)
    return f"{', '.join(first)} or {last}"


def _label(by: By, one: SpentSum) -> str:
    name, *others = one.group.values()
    if by == "notebook":
        name = PurePath(name).name
    if by == "conversation" and others[0]:
        name = name or translated(NO_NAME[by])
        return f"{name} {translated('in')} {PurePath(others[0]).name}"
    if by == "model" and name:
        return f"{name} {translated('at')} {others[0]}"
    return name or translated(NO_NAME[by])


def _cells(sums: Sequence[SpentSum]) -> list[str]:
    requests, cached = sum(one.requests for one in sums), sum(one.cached for one in sums)
    sent, made = sum(one.input for one in sums), sum(one.output for one in sums)
    tokens = f"{sent:,} → {made:,}" + (f", {cached:,} cached" if cached else "")
    cost = _cost(sums)
    shown = str(cost) or (FREE if cost.complete else UNKNOWN)
    return [f"{requests:,}", translated(tokens), translated(shown)]


def _cost(sums: Iterable[SpentSum]) -> Cost:
    amounts: dict[str, float] = {}
    complete = True
    for one in sums:
        if one.currency:
            amounts[one.currency] = amounts.get(one.currency, 0.0) + one.cost
        complete = complete and not one.unpriced
    return Cost(amounts, complete)


def _row(one: SpentSum) -> dict[str, Any]:
    return {**one.group, **{name: getattr(one, name) for name in COLUMNS}}
