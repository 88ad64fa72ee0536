"""What a map will take, told before it is asked and after its first rows."""

from __future__ import annotations

import pytest

from nbchat.catalog.prices import Cost
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.estimate import (
    CACHED_TOKENS,
    FIRST_ROWS,
    LEAST_ROWS,
    Foretold,
    foretell,
    tokens_of,
)
from nbchat.dataframes.running import parts_of
from nbchat.errors import ServiceError
from nbchat.events import Answer, Usage
from nbchat.settings import Settings

TOLERANCE = 0.25  # of what it comes to
ROWS = 400


def question(number: int, tokens: int = 25) -> RowQuestion:
    return RowQuestion(str(number), "word" * tokens)


def outcome(asked: RowQuestion, sent: int, made: int, seconds: float = 1.0) -> Outcome:
    answer = Answer("kimi-k2.6", "kimi", usage=Usage(sent, made))
    return Outcome(asked, answer, seconds=seconds)


LENGTHS = {  # tokens of each row's question, and of its answer, by their number
    "all alike": lambda n: (50, 20),
    "of many lengths": lambda n: (20 + (n * 37) % 80, 10 + (n * 13) % 20),
    "longer and longer": lambda n: (20 + n // 2, 15 + n % 10),
}


@pytest.mark.parametrize("kind", LENGTHS)
def test_the_cost_that_is_foretold_comes_near_to_what_it_is(kind: str) -> None:
    settings = Settings.load()
    sizes = [LENGTHS[kind](number) for number in range(ROWS)]
    questions = [question(number, sent) for number, (sent, _) in enumerate(sizes)]
    outcomes = [
        outcome(one, sent + 8, made) for one, (sent, made) in zip(questions, sizes, strict=True)
    ]

    told = foretell(
        Job("kimi-k2.6"), outcomes[:FIRST_ROWS], ROWS, tokens_of(questions, 8), settings, None
    )

    assert told is not None
    true = settings.cost_of([one.answer for one in outcomes if one.answer is not None]).amounts
    assert told.cost.amounts == pytest.approx(true, rel=TOLERANCE)


def test_nothing_is_foretold_from_rows_that_failed() -> None:
    failed = [Outcome(question(n), None, ServiceError("no")) for n in range(FIRST_ROWS)]

    assert foretell(Job("demo"), failed, 100, 1000, Settings.load(), None) is None


@pytest.mark.parametrize(
    ("job", "rate", "seconds"),
    [
        (Job("m", at_once=4), None, 250.0),
        (Job("m", rate=2.0), None, 500.0),
        (Job("m"), 10.0, 100.0),
    ],
    ids=["at once", "rate", "limit"],
)
def test_the_time_follows_from_how_fast_rows_may_go(
    job: Job, rate: float | None, seconds: float
) -> None:
    outcomes = [outcome(question(n), 10, 10) for n in range(FIRST_ROWS)]

    told = foretell(job, outcomes, 1000, 10_000, Settings.load(), rate)

    assert told is not None
    assert told.seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Cost({}), "about 2 minutes (from the first 8 rows)"),
        (Cost({}, complete=False), "an unknown sum (no price is known) and about 2 minutes"),
        (Cost({"CNY": 1.5}), "about ¥1.50 ± 15 % and about 2 minutes"),
    ],
    ids=["free", "no price", "price"],
)
def test_money_is_said_or_absent(cost: Cost, words: str) -> None:
    assert Foretold(cost, 0.15, 120.0, 8).words.startswith(words)


def test_the_tokens_of_many_are_those_of_some_of_them() -> None:
    many = [question(number, 10 + number % 7) for number in range(9_000)]

    assert tokens_of(many, 100) == pytest.approx(9_000 * 113, rel=0.01)


@pytest.mark.parametrize(
    ("rows", "prefix", "lengths"),
    [
        (0, CACHED_TOKENS, [0]),
        (1, CACHED_TOKENS, [1]),
        (5, 0, [5]),
        (5, CACHED_TOKENS, [1, 4]),
        (LEAST_ROWS, 0, [FIRST_ROWS, LEAST_ROWS - FIRST_ROWS]),
        (LEAST_ROWS, CACHED_TOKENS, [1, FIRST_ROWS - 1, LEAST_ROWS - FIRST_ROWS]),
    ],
)
def test_rows_are_asked_in_parts(rows: int, prefix: int, lengths: list[int]) -> None:
    questions = [question(number) for number in range(rows)]

    parts = parts_of(questions, prefix)

    assert [len(part) for part in parts] == ([] if lengths == [0] else lengths)
    assert [one for part in parts for one in part] == questions
