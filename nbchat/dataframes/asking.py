"""The seam between a map and whoever asks its rows: here, or the workers of a cluster.

A map (`nbchat.dataframes.running`) has questions that differ from one another. A `RowAsker`
asks them and yields what became of each, an `Outcome`, in the order in which they end:

- It is used on the engine's loop of this process, by one map at a time. It may be called
  several times for a map: for the first question alone, for a few more, and for the rest.
- It yields one Outcome for each question, and raises nothing that a question can fail with.
- When its generator is closed it stops what it is asking, and asks nothing more. That happens
  at an interrupt, and after an Outcome whose error `ends_map`.
- `job` says how to ask, and is the same for all questions. `options` are those of
  `nbchat.ask`, with the schema as it was given, and with a key where one was given.
- It knows nothing of rows, of what was answered before, of checkpoints and of displays. A
  question without an Outcome is asked again by whoever runs the map again.

`asker_for` decides by `where=`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbchat.engine.retry import LONGEST_WAIT
from nbchat.errors import (
    BadAttachment,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NoQuestion,
    NotAllowed,
    RateLimited,
    SetupError,
)
from nbchat.events import Answer
from nbchat.messages import Message
from nbchat.middleware.purse import Purse


@dataclass(slots=True, frozen=True)
class RowQuestion:
    """What one row asks, or several that ask the same."""

    key: str  # of its words; the same in every process
    prompt: str | Sequence[Message]


@dataclass(slots=True, frozen=True)
class Job:
    """How every question of a map is asked."""

    model: str
    options: Mapping[str, Any] = field(default_factory=dict)
    rate: float | None = None  # requests a second
    at_once: int | None = None
    name: str = ""
    purse: Purse | None = None  # what all of them may cost
    id: str = ""  # the same for the same prompt, model, schema, options and name
    shared_start: str = ""  # of all questions, where a provider may keep it for the next ones


@dataclass(slots=True)
class Outcome:
    """What became of one question."""

    question: RowQuestion
    answer: Answer | None = None  # as far as it came, also where it failed
    error: Exception | None = None  # why it is none that counts
    seconds: float = 0.0  # that it took


class RowAsker(Protocol):
    """Asks questions that differ from one another; see above."""

    def outcomes(
        self, job: Job, questions: Sequence[RowQuestion], hear_rate: Callable[[float], None]
    ) -> AsyncGenerator[Outcome]:
        """Ask them all. `hear_rate` is told the rate that is allowed, whenever it changes."""
        ...


def ends_map(error: Exception) -> bool:
    """Whether no other row could be answered, either.

    >>> ends_map(KeyRefused("")), ends_map(NoQuestion("")), ends_map(RateLimited("", retry_after=9))
    (True, False, False)
    """
    if isinstance(error, BadAttachment | NoQuestion):  # of this row alone
        return False
    if isinstance(error, RateLimited):
        return (error.retry_after or 0) > LONGEST_WAIT
    return isinstance(error, SetupError | KeyRefused | NotAllowed | NoCredit | ModelNotFound)
