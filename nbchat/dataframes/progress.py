"""How far a map is, for whoever shows that to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from nbchat.catalog.prices import Cost
from nbchat.events import Usage


@dataclass(slots=True)
class Progress:
    """How far a map is; changed while it goes on, on the engine's thread.

    A row is one of the data; of equal ones, one is asked and all are done with it.
    """

    model: str
    rows: int = 0  # of the data
    to_ask: int = 0  # that are different, and were not answered before
    asked: int = 0  # of these, those that are answered or failed
    done: int = 0  # rows that have an answer, those of before included
    failed: int = 0
    skipped: int = 0  # that have nothing to ask about
    before: int = 0  # rows that an earlier run had answered
    per_second: float = 0.0  # rows that are done in a second, lately
    rate: float | None = None  # requests a second that are allowed now, where there is a limit
    seconds_left: float | None = None
    cost: Cost = field(default_factory=lambda: Cost({}))
    usage: Usage = field(default_factory=Usage)
    plan: str = ""  # what it will take, in one line; known better after the first rows
    lines: list[str] = field(default_factory=list)  # what else a person is told, in order
    passing: set[str] = field(default_factory=set)  # those that are not shown when it has ended

    @property
    def lasting(self) -> list[str]:
        """What is still told when it has ended: what the next run would say, too."""
        return [line for line in self.lines if line not in self.passing]

    def tell(self, line: str, *, passes: bool = False) -> None:
        """Tell a person; what `passes` is about this run alone, such as what it will take."""
        self.lines.append(line)
        if passes:
            self.passing.add(line)


class ProgressDisplay(Protocol):
    """Shows how far a map is. Called on the thread that waits for it."""

    def show(self, progress: Progress) -> None:
        """Called often; what is shown is its own decision, at most 4 times a second."""
        ...

    def end(self, progress: Progress) -> None:
        """The last state, called once, however it ended."""
        ...
