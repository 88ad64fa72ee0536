"""When a growing answer is painted again, without an answer."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nbchat.frontends.notebook.repaint_clock import (
    EARLY_GAP,
    EARLY_SECONDS,
    LATE_GAP,
    LONGEST_LATE_GAP,
    ORDINARY_SECONDS,
    RENDER_SHARE,
    RESENT_PER_SECOND,
    SHORT_PAGE,
    SHORTEST_GAP,
    STALE_AFTER,
    TIRED_GAP,
    RepaintClock,
)

TICK = 0.01  # seconds
START = 100.0


def repaints(
    clock: RepaintClock, seconds: float, *, work: float = 0.0, sent: int = 0, page: int = 0
) -> list[float]:
    """When it paints, where it is looked at every tick, and each repaint costs so much."""
    moments = []
    for tick in range(int(seconds / TICK)):
        now = START + tick * TICK
        if clock.is_due(now):
            moments.append(now)
            clock.note_painted(now)
            clock.add_work(work)
            clock.add_sent(sent)
            clock.plan_next(now, page)
    return moments


def test_it_paints_often_at_the_beginning_and_less_often_later() -> None:
    moments = repaints(RepaintClock(START), 2 * EARLY_SECONDS)
    early = [moment for moment in moments if moment < START + EARLY_SECONDS]

    assert moments[0] == START
    assert len(early) == pytest.approx(EARLY_SECONDS / EARLY_GAP, abs=2)
    assert len(moments) - len(early) == pytest.approx(EARLY_SECONDS / LATE_GAP, abs=2)


def test_an_ordinary_answer_is_painted_six_times_a_second_to_its_end() -> None:
    """It fell to four after five seconds, which one saw."""
    assert 1 / LATE_GAP > 6
    moments = repaints(RepaintClock(START), ORDINARY_SECONDS, page=1_000)
    gaps = [later - before for before, later in pairwise(moments)]

    assert max(gaps) < LATE_GAP + 2 * TICK


def test_an_answer_that_goes_on_for_long_is_painted_less_often_bit_by_bit() -> None:
    moments = repaints(RepaintClock(START), 4 * ORDINARY_SECONDS)
    gaps = [later - before for before, later in pairwise(moments)]

    assert max(gaps) <= TIRED_GAP + TICK
    # But for the one step after the first seconds.
    late = gaps[int(EARLY_SECONDS / EARLY_GAP) + 2 :]
    assert max(later - before for before, later in pairwise(late)) < 3 * TICK


def test_a_long_page_is_painted_less_often() -> None:
    moments = repaints(RepaintClock(START - EARLY_SECONDS), 4.0, page=10 * SHORT_PAGE)

    assert len(moments) == pytest.approx(4.0 / LONGEST_LATE_GAP, abs=2)


def test_rendering_takes_no_more_than_its_share() -> None:
    moments = repaints(RepaintClock(START), 40.0, work=0.5)

    assert len(moments) * 0.5 <= 40.0 / RENDER_SHARE + 4 * 0.5


def test_one_slow_repaint_is_soon_made_up_for() -> None:
    clock = RepaintClock(START)
    clock.add_work(1.0)
    clock.plan_next(START, 0)

    assert not clock.is_due(START + 0.9)
    assert clock.is_due(START + 1.0)  # a quarter of it counts, for four times as long


def test_what_is_sent_again_is_limited_and_what_had_to_be_sent_is_not() -> None:
    clock = RepaintClock(START)
    clock.add_sent(RESENT_PER_SECOND)
    clock.plan_next(START, 0)
    assert not clock.is_due(START + 0.9)
    assert clock.is_due(START + 1.0)

    clock.add_sent(RESENT_PER_SECOND)
    clock.forgive(RESENT_PER_SECOND)
    clock.plan_next(START + 1.0, 0)
    assert clock.is_due(START + 1.0 + EARLY_GAP)


def test_a_late_repaint_does_not_put_off_the_next_but_leaves_a_gap() -> None:
    clock = RepaintClock(START)
    clock.note_painted(START)
    clock.plan_next(START, 0)
    late = START + 1.9 * EARLY_GAP
    clock.note_painted(late)
    clock.plan_next(late, 0)

    assert not clock.is_due(late + 0.9 * SHORTEST_GAP)
    assert clock.is_due(late + SHORTEST_GAP)


def test_the_first_words_are_painted_at_once_however_much_was_sent() -> None:
    clock = RepaintClock(START)
    clock.note_painted(START)
    clock.add_sent(10 * RESENT_PER_SECOND)
    clock.plan_next(START, 0)
    assert not clock.is_due(START + 5.0)

    clock.skip_waiting(START + 0.001)
    assert clock.is_due(START + 0.001)


def test_other_words_hurry_but_what_was_sent_counts() -> None:
    clock = RepaintClock(START)
    clock.note_painted(START)
    clock.plan_next(START, 0)
    clock.hurry(START + SHORTEST_GAP)
    assert clock.is_due(START + SHORTEST_GAP)

    clock.add_sent(RESENT_PER_SECOND)
    clock.plan_next(START + SHORTEST_GAP, 0)
    clock.hurry(START + 0.5)
    assert not clock.is_due(START + 0.5)


def test_a_page_that_stays_the_same_is_stale_after_a_while() -> None:
    clock = RepaintClock(START)
    assert clock.is_stale(START)

    clock.note_painted(START)
    assert not clock.is_stale(START + 0.9 * STALE_AFTER)
    assert clock.is_stale(START + 1.01 * STALE_AFTER)
