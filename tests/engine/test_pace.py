"""The rate that is found out, against a provider of numbers and a clock of ours."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import pytest

from nbchat.engine.limit_headers import Allowance
from nbchat.engine.pace import CUT, CUT_GAP, MOST_AT_ONCE, PATIENCE, START, Pace
from nbchat.events import Usage


@dataclass
class Run:
    seconds: float
    refused: int


def run(rows: int, limit: float, burst: float, answered: float, refused: float) -> Run:
    """Ask so many rows; what is refused is asked again.

    That a request was answered, or refused, is heard so many seconds after it was sent.
    """
    pace, left, at = Pace(), burst, 0.0
    now, done, refusals = 0.0, 0, 0
    news: list[tuple[float, float, bool]] = []  # when, sent at, whether it was answered
    while done < rows:
        now = max(now, pace.next_at)
        while news and news[0][0] <= now:
            heard_at, sent_at, was_answered = heappop(news)
            if was_answered:
                pace.grow()
            else:
                pace.cut(sent_at, heard_at)
        pace.take(now, None)
        left, at = min(burst, left + (now - at) * limit), now
        is_answered = left >= 1
        left -= is_answered
        done += is_answered
        refusals += not is_answered
        heappush(news, (now + (answered if is_answered else refused), now, is_answered))
    return Run(now, refusals)


@pytest.mark.parametrize(
    ("answered", "refused"), [(0.005, 0.005), (0.3, 0.05), (0.3, 0.3), (2.0, 0.1), (10.0, 0.1)]
)
def test_a_hidden_limit_is_found_and_kept_to(answered: float, refused: float) -> None:
    found = run(10_000, 100, 10, answered, refused)

    assert 10_000 / found.seconds >= 85
    assert found.refused <= 150


def test_a_slow_limit_does_not_make_a_storm() -> None:
    found = run(40, 1, 5, 0.3, 0.1)

    assert found.seconds <= 60
    assert found.refused <= 40


def test_without_a_limit_the_rate_doubles_in_a_second() -> None:
    found = run(2_000, 1e6, 1e6, 0.1, 0.1)

    assert found.seconds <= 7
    assert found.refused == 0


def test_each_success_adds_one_until_the_first_refusal() -> None:
    pace = Pace()
    for _ in range(5):
        pace.grow()
    assert pace.rate == START + 5

    pace.cut(sent_at=1.0, now=1.1)
    after = pace.rate
    pace.grow()

    assert after == (START + 5) * CUT
    assert 0 < pace.rate - after <= 0.02


def test_refusals_that_come_together_are_one() -> None:
    pace = Pace()
    for number in range(20):
        pace.cut(sent_at=1.0, now=1.1 + number * CUT_GAP / 20)

    assert pace.rate == START * CUT


def test_what_was_sent_before_a_cut_says_nothing_of_the_rate_since() -> None:
    pace = Pace()
    pace.cut(sent_at=1.0, now=3.0)
    pace.cut(sent_at=2.9, now=5.0)
    assert pace.rate == START * CUT

    pace.cut(sent_at=3.1, now=5.1)

    assert pace.rate == START * CUT * CUT


def test_a_refusal_of_what_did_not_wait_says_only_that_there_is_a_limit() -> None:
    pace = Pace()

    pace.cut(sent_at=1.0, now=1.1, was_paced=False)

    assert (pace.rate, pace.is_known, pace.has_met) == (START, True, False)


def test_it_starts_at_the_headers_word_and_stays_below_it() -> None:
    pace = Pace()
    pace.hear(Allowance(requests=5.0))
    pace.grow()

    assert pace.rate == 5.0


def test_tokens_hold_it_back_once_it_is_known_how_many_a_request_takes() -> None:
    pace = Pace()
    pace.hear(Allowance(requests=50.0, tokens=1000.0))
    assert pace.rate == 50.0

    pace.note_usage(Usage(input=150, output=50))

    assert pace.rate == 5.0


def test_a_rate_that_a_person_gives_goes_over_what_is_said() -> None:
    pace = Pace()
    pace.hear(Allowance(requests=5.0))
    pace.start_at(30.0)
    pace.grow(highest=30.0)

    assert pace.rate == 30.0


def test_what_may_be_on_its_way_follows_the_rate_and_the_latency() -> None:
    pace = Pace()
    assert pace.room() == 2 * START

    pace.note_answer(0.01)
    assert pace.room() == 4

    pace.latency.value = 30.0
    assert pace.room() == MOST_AT_ONCE


def test_patience_ends_where_nothing_succeeds() -> None:
    pace = Pace()
    pace.cut(sent_at=0.0, now=1.0)
    assert not pace.is_hopeless(PATIENCE)
    assert pace.is_hopeless(PATIENCE + 2)

    pace.succeed()

    assert not pace.is_hopeless(PATIENCE + 2)
