"""One row of a map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbchat.catalog.prices import Cost
from nbchat.errors import Interrupted
from nbchat.events import Answer, Usage


class NotAsked(Interrupted):
    """A row that has not been asked: the map has ended before."""

    def __init__(self, words: str = "not asked") -> None:
        super().__init__(words)


@dataclass(slots=True)
class Row:
    """One row of the data and what came of it; a row that failed has an `error`, and no answer.

    So has one that was not asked, since the map has ended before: a `NotAsked`.

    One that asks nothing, since nothing stands in a cell, has neither. Of equal rows one is
    asked, and has the tokens and the cost of all of them.
    """

    index: Any  # that of the data
    answer: Answer | None = None
    value: Any = None  # of its schema, or None
    error: Exception | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=lambda: Cost({}))
