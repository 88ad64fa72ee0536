"""What was spent, as rows: one for each request, and the sums of each day, which are quick to read.

What is read is cast: a column of SQLite holds any type, and a file may come from anyone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from nbchat import known_keys
from nbchat.catalog.amounts import Amounts
from nbchat.middleware.spending import Spending
from nbchat.store.stored_turn import text_for_sqlite
from nbchat.streams import SpentBy

if TYPE_CHECKING:
    import sqlite3

By: TypeAlias = Literal["model", "day", "notebook", "conversation"]
# What the rows of a group have in common.
GROUPS: Mapping[By, tuple[str, ...]] = {
    "model": ("model", "provider"),
    "day": ("day",),
    "notebook": ("notebook",),
    "conversation": ("name", "notebook", "conversation"),
}
LONGEST = 300  # characters of a text that are read

_KEYS = (
    *("day", "kernel", "notebook", "conversation", "name", "model", "provider"),
    "currency",
)
_SUMS = (
    *("requests", "input", "cached", "written", "output", "reasoning"),
    *("cost", "unpriced", "estimated"),
)
_COLUMNS = (
    *("at", "day", "kernel", "notebook", "conversation", "name", "turn", "model", "provider"),
    *("input", "cached", "written", "output", "reasoning", "cost", "currency"),
    *("has_word", "estimated", "told"),
)


@dataclass(slots=True, frozen=True)
class Spent:
    """What one request was paid with, when, and where."""

    spending: Spending
    at: float  # seconds since the epoch
    kernel: str  # the process that asked
    notebook: str

    @property
    def day(self) -> str:
        return day_of(self.at)

    def without_name(self) -> Spent:
        """The same of a conversation that was deleted."""
        return replace(self, spending=replace(self.spending, by=SpentBy()))


@dataclass(slots=True)
class SpentSum:
    """The sum of a group, in one currency; `group` has what its requests have in common."""

    group: Mapping[str, str]
    currency: str  # empty where no price is known, or nothing is paid
    requests: int = 0
    input: int = 0  # tokens, here and below
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0
    cost: float = 0.0
    unpriced: int = 0  # requests whose cost is not known
    estimated: int = 0  # requests whose counts are ours

    def add(self, other: SpentSum) -> None:
        """Add what is of the same group."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def day_of(at: float) -> str:
    """The day of a moment, where this computer is.

    >>> len(day_of(0.0))
    10
    """
    return time.strftime("%Y-%m-%d", time.localtime(at))


def sum_of(spent: Spent, names: Iterable[str]) -> SpentSum:
    """What was spent in one request, as the sum of a group with these members."""
    spending, values = spent.spending, _texts(spent)
    usage = spending.usage
    return SpentSum(
        {name: values[name] for name in names},
        values["currency"],
        requests=1,
        input=usage.input or 0,
        cached=usage.cached or 0,
        written=usage.written or 0,
        output=usage.output or 0,
        reasoning=usage.reasoning or 0,
        cost=spending.cost or 0.0,
        unpriced=spending.cost is None,
        estimated=spending.is_estimated,
    )


def _texts(spent: Spent) -> dict[str, str]:
    spending = spent.spending
    texts = {
        "day": spent.day,
        "kernel": spent.kernel,
        "notebook": spent.notebook,
        "conversation": spending.by.conversation,
        "name": spending.by.name,
        "turn": spending.by.turn,
        "model": spending.model,
        "provider": spending.provider,
        "currency": spending.currency,
    }
    return {name: text_for_sqlite(known_keys.hide(text)) for name, text in texts.items()}


# --- writing -------------------------------------------------------------------------------------

_MARKS = ", ".join("?" * len(_COLUMNS))
_PUT = f"INSERT INTO spent ({', '.join(_COLUMNS)}) VALUES ({_MARKS})"
_ADD = f"""ON CONFLICT DO UPDATE SET
    {", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)}"""
_PUT_SUM = f"""
    INSERT INTO spent_on ({", ".join((*_KEYS, *_SUMS))})
    VALUES ({", ".join("?" * len((*_KEYS, *_SUMS)))}) {_ADD}"""
_MOVE_SUMS = f"""
    INSERT INTO spent_on ({", ".join((*_KEYS, *_SUMS))})
    SELECT day, kernel, notebook, '', '', model, provider, currency, {", ".join(_SUMS)}
    FROM spent_on WHERE conversation = ? {_ADD}"""


def put(connection: sqlite3.Connection, spent: Sequence[Spent]) -> None:
    """Save it, and add it to the sums of its days."""
    connection.executemany(_PUT, map(_values, spent))
    sums: dict[tuple[str, ...], SpentSum] = {}
    for one in spent:
        summed = sum_of(one, _KEYS)
        key = tuple(summed.group.values())
        if key in sums:
            sums[key].add(summed)
        else:
            sums[key] = summed
    rows = [[*key, *(getattr(summed, name) for name in _SUMS)] for key, summed in sums.items()]
    connection.executemany(_PUT_SUM, rows)


def _values(spent: Spent) -> list[object]:
    usage = spent.spending.usage
    values = {
        **_texts(spent),
        "at": spent.at,
        **{name: getattr(usage, name) for name in ("input", "cached", "written", "output")},
        "reasoning": usage.reasoning,
        "cost": spent.spending.cost,
        "has_word": spent.spending.has_word,
        "estimated": spent.spending.is_estimated,
        "told": spent.spending.is_told,
    }
    return [values[name] for name in _COLUMNS]


def take_name(connection: sqlite3.Connection, conversation: str) -> None:
    """Forget whose it was: a conversation is deleted, and its money is spent all the same."""
    wanted = (conversation,)
    connection.execute(
        "UPDATE spent SET conversation = '', name = '', turn = '' WHERE conversation = ?", wanted
    )
    connection.execute(_MOVE_SUMS, wanted)
    connection.execute("DELETE FROM spent_on WHERE conversation = ?", wanted)


# --- reading -------------------------------------------------------------------------------------


def sums(connection: sqlite3.Connection, by: By, first_day: str) -> list[SpentSum]:
    """What was spent since that day, in groups, those of each currency apart."""
    names = (*GROUPS[by], "currency")
    kinds = {name: "REAL" if name == "cost" else "INTEGER" for name in _SUMS}
    texts = [f"substr(CAST({name} AS TEXT), 1, {LONGEST})" for name in names]
    numbers = [f"max(0, CAST(total({name}) AS {kind}))" for name, kind in kinds.items()]
    rows = connection.execute(
        f"SELECT {', '.join([*texts, *numbers])} FROM spent_on WHERE day >= ? "
        f"GROUP BY {', '.join(names)}",
        (first_day,),
    )
    found = []
    for row in rows:
        *group, currency = row[: len(names)]
        members = dict(zip(GROUPS[by], group, strict=True))
        found.append(SpentSum(members, currency, *row[len(names) :]))
    return found


def of_others(
    connection: sqlite3.Connection, kernel: str, day: str, notebook: str
) -> tuple[Amounts, Amounts]:
    """What processes other than this one have spent that day, and in that notebook ever."""

    def amounts(where: str, value: str) -> Amounts:
        return dict(
            connection.execute(
                "SELECT substr(CAST(currency AS TEXT), 1, 3), max(0, total(cost)) FROM spent_on "
                f"WHERE kernel != ? AND {where} = ? GROUP BY 1",
                (kernel, value),
            ).fetchall()
        )

    in_notebook = amounts("notebook", notebook) if notebook else {}
    return amounts("day", day), in_notebook
