"""What a conversation has used, model by model: every turn of it, since each was paid for.

What is not known is said, and never counted as nothing. A request that ended before a word
came is no turn: it is in the table where its provider has counted it, and the table says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbchat.costs import cost_by_settings
from nbchat.events import Answer
from nbchat.frontends.what_stays import runs
from nbchat.languages import translated
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.conversation.conversation import Conversation
    from nbchat.turns import Turn

USAGE_HEAD = ["model", "requests", "tokens", "tokens/s", "cost", "time"]
MEASURED = {"tokens/s", "time"}  # columns that are others in each run
ALL = "all"
UNKNOWN = "not known"
AT_LEAST = "at least "
SHORTEST = 0.1  # seconds, below which a speed says nothing
SLOWEST = 0.1  # tokens a second
ROUND_FROM = 10  # tokens a second
WITHOUT_WORD = "A request that gave no word is counted where its provider has said the tokens."


@dataclass(slots=True)
class Paid:
    """An answer as far as it was paid for, with how many requests and how long it took."""

    answer: Answer
    requests: int = 1
    seconds: float = 0.0  # nothing where nobody has measured
    has_word: bool = True

    @property
    def is_counted(self) -> bool:
        usage = self.answer.usage
        return usage.input is not None and usage.output is not None


def paid_for(turns: Sequence[Turn], unanswered: Sequence[Answer] = ()) -> Iterator[Paid]:
    """Each answer, and each try that gave no word where its provider has counted it."""
    for turn in turns:
        yield Paid(turn.answer, max(1, len(turn.answer.rounds)), turn.seconds)
        yield from _tries(turn.answer)
    for answer in unanswered:
        yield from _tries(answer)


def _tries(answer: Answer) -> Iterator[Paid]:
    for usage in answer.lost:
        tried = Answer(answer.model, answer.provider, usage, host=answer.host)
        yield Paid(tried, has_word=False)


def usage_rows(turns: Sequence[Turn], unanswered: Sequence[Answer] = ()) -> list[list[str]]:
    """A row for each model, in the order in which they were first asked, and one for all.

    The cells are for a person, in whose language they are.
    """
    every = list(paid_for(turns, unanswered))
    by_model: dict[Answerer, list[Paid]] = {}
    for paid in every:
        by_model.setdefault(Answerer.of(paid.answer), []).append(paid)
    names = [answerer.model for answerer in by_model]
    rows = []
    for answerer, asked in by_model.items():
        is_unlike_others = names.count(answerer.model) == 1
        rows.append([answerer.name if is_unlike_others else answerer.full_name, *_cells(asked)])
    return [*rows, [translated(ALL), *_cells(every)]]


def without_times(row: Sequence[str]) -> list[str]:
    """The cells of a row but for those that a clock has measured."""
    return [cell for name, cell in zip(USAGE_HEAD, row, strict=True) if name not in MEASURED]


def remarks(conversation: Conversation) -> str:
    """How many of the questions are on the current branch, and what was not counted."""
    turns, here = conversation.all_turns, conversation.turns
    said = ["Nothing has been answered yet."]
    if turns:
        asked = plural(len(turns), "question")
        said = [f"{asked}, {len(here):,} on the current branch."]
    if len(here) < len(turns):
        said.append("What was taken back, asked again or set aside is counted, too.")
    every = list(paid_for(turns, conversation.unanswered))
    if without_word := sum(not paid.has_word for paid in every):
        tries = plural(without_word, "request")
        is_one = without_word == 1
        said.append(
            f"{tries} without a word is counted, too."
            if is_one
            else f"{tries} without a word are counted, too."
        )
    if uncounted := sum(not paid.is_counted for paid in every):
        said.append(f"Of {plural(uncounted, 'answer')} the provider has not said the tokens.")
    if not cost_by_settings(paid.answer for paid in every).complete:
        said.append("What some of it cost is not known.")
    said.append(WITHOUT_WORD)
    return " ".join(said)


def tools_run(turns: Sequence[Turn]) -> dict[str, list[float]]:
    """The seconds of each run of each tool, by its name."""
    seconds: dict[str, list[float]] = {}
    for run in runs(turns):
        seconds.setdefault(run.name, []).append(run.seconds)
    return seconds


def tools_line(tools: Mapping[str, Sequence[float]], *, with_times: bool) -> str:
    """How often each tool has run, and for how long.

    >>> tools_line({"run": [1.25, 2.0]}, with_times=True)
    'Tools: run 2 times, 3.2 s.'
    """
    told = []
    for name, seconds in tools.items():
        time = f", {sum(seconds):,.1f} s" if with_times else ""
        told.append(f"{name} {translated(plural(len(seconds), 'time'))}{time}")
    return f"Tools: {'; '.join(told)}."


@dataclass(slots=True, frozen=True)
class Answerer:
    """Who answered: a model, at a provider, at an address."""

    model: str
    provider: str
    host: str

    @classmethod
    def of(cls, answer: Answer) -> Answerer:
        return cls(answer.model, answer.provider, answer.host)

    @property
    def name(self) -> str:
        """The model, and where it is no usual place, that."""
        return f"{self.model} {translated('at')} {self.host}" if self.host else self.model

    @property
    def full_name(self) -> str:
        """The same where others have a model of that name."""
        where = self.host or self.provider
        return f"{self.model} {translated('at')} {where}" if where else self.model


def _cells(asked: Sequence[Paid]) -> list[str]:
    requests = sum(paid.requests for paid in asked)
    seconds = sum(paid.seconds for paid in asked)
    tokens, cost = translated(_tokens(asked)), translated(_cost(asked))
    return [f"{requests:,}", tokens, _speed(asked), cost, f"{seconds:,.1f} s"]


def _tokens(asked: Sequence[Paid]) -> str:
    """`1,204 → 386 tokens, 1,024 cached`, as far as they were counted."""
    counted = [paid.answer.usage for paid in asked]
    sent = _count_text([usage.input for usage in counted])
    made = _count_text([usage.output for usage in counted])
    if sent == made == "?":
        return UNKNOWN
    if sent.startswith(AT_LEAST) and made.startswith(AT_LEAST):
        made = made.removeprefix(AT_LEAST)
    cached = _sum([usage.cached for usage in counted])
    return f"{sent} → {made} tokens" + (f", {cached:,} cached" if cached else "")


def _count_text(counts: Sequence[int | None]) -> str:
    """The sum of what is known, and whether that is all.

    >>> _count_text([1000, 24]), _count_text([1000, None]), _count_text([None])
    ('1,024', 'at least 1,000', '?')
    """
    total = _sum(counts)
    if total is None:
        return "?"
    return f"{AT_LEAST}{total:,}" if None in counts else f"{total:,}"


def _sum(counts: Sequence[int | None]) -> int | None:
    """The sum of those that are known."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _speed(asked: Sequence[Paid]) -> str:
    """Tokens of answers a second, from the question to the end, where both are known.

    Nothing for answers that took no time to speak of: what came from this process, or a cache.
    """
    timed = [paid for paid in asked if paid.seconds and paid.answer.usage.output]
    seconds = sum(paid.seconds for paid in timed)
    if seconds < SHORTEST:
        return ""
    speed = sum(paid.answer.usage.output or 0 for paid in timed) / seconds
    if speed < SLOWEST:
        return f"<{SLOWEST}"
    return f"{speed:,.0f}" if speed >= ROUND_FROM else f"{speed:.1f}"


def _cost(asked: Sequence[Paid]) -> str:
    cost = cost_by_settings(paid.answer for paid in asked)
    if not cost.complete:
        return str(cost) or UNKNOWN
    return str(cost) or "free"
