"""Nothing is sent that would cost more than a budget has left."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import BudgetReached
from nbchat.events import Answer
from nbchat.middleware.budget import MAY_GO_OVER
from nbchat.middleware.most_made import (
    EXTRA,
    NOT_GIVEN,
    NOT_TAKEN,
    SEARCH,
    THINKING,
    MostMade,
    most_made,
)
from nbchat.middleware.purse import Purse
from nbchat.settings import Settings

from ..fakes.provider import Service, answer, said, sse
from .billing import AT_ONCE, MODEL, Biller, ask, ask_many

Write = Callable[[str], None]


def answered(outcomes: list[Answer | nbchat.NbchatError]) -> int:
    return sum(isinstance(outcome, Answer) for outcome in outcomes)


@pytest.mark.parametrize("whose", ["of the day", "of the notebook", "of a map"])
def test_sixty_four_on_their_way_cost_no_more_than_the_budget(
    whose: str, biller: Biller, settings: Write
) -> None:
    options = {}
    if whose == "of a map":
        options["purse"] = Purse.of("0.10 USD")
    else:
        settings(f'budget.{whose.removeprefix("of the ")} = "0.10 USD"\n')

    biller.least_at_once = AT_ONCE // 2  # however slow this computer is

    outcomes = ask_many(300, max_tokens=400, **options)

    refused = [outcome for outcome in outcomes if isinstance(outcome, BudgetReached)]
    assert answered(outcomes) + len(refused) == 300
    assert answered(outcomes) == biller.requests
    assert biller.most_at_once >= AT_ONCE // 2
    assert biller.invoice <= 0.10
    assert biller.invoice > 0.0985  # one more could have cost 0.001


def test_without_max_tokens_it_is_said_once_that_the_budget_may_be_overspent(
    biller: Biller, settings: Write
) -> None:
    settings('budget.day = "1 USD"\n')

    first, second, bounded = ask(), ask(), ask(max_tokens=5)

    told = f"{NOT_GIVEN}: {MAY_GO_OVER}"
    assert first.notices.count(told) == 1
    assert told not in second.notices + bounded.notices


@pytest.mark.parametrize(
    "extra",
    [
        {"max_tokens": 4000},
        {"max_completion_tokens": 4000},
        {"n": 4, "max_tokens": 1000},
        {"generationConfig": {"maxOutputTokens": 4000}},
        {"thinking_budget": 3900},
        {"reasoning": {"max_tokens": 3900}},
    ],
    ids=str,
)
def test_what_extra_allows_is_reserved(
    extra: dict[str, Any], service: Service, biller: Biller, settings: Write
) -> None:
    settings('budget.day = "0.009 USD"\n')  # 4,000 tokens cost 0.01

    with pytest.raises(BudgetReached):
        ask(max_tokens=100, extra=extra)

    assert biller.requests == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"extra": {"service_tier": "priority"}}, EXTRA),
        ({"extra": {"model": "a-dearer-one"}}, EXTRA),
        ({"extra": {"provider": {"order": ["x"]}}}, EXTRA),
        ({"extra": {"top_k": 5, "metadata": {"user": "me"}, "max_tokens": 20}}, ""),
        ({}, ""),
    ],
    ids=str,
)
def test_what_may_cost_more_than_is_known_is_said(
    options: dict[str, Any], why: str, biller: Biller, settings: Write
) -> None:
    settings('budget.day = "1 USD"\n')

    got = ask(max_tokens=50, **options)

    said_of_it = [one for one in got.notices if "go over the budget" in one]
    assert said_of_it == ([f"{why}: {MAY_GO_OVER}"] if why else [])


class TestMostMade:
    """By the request as its format makes it."""

    def most(self, model: str, **options: Any) -> MostMade:
        settings = Settings.load()
        return most_made(settings, settings.catalog.find(model), options)

    def test_no_limit(self) -> None:
        assert self.most("claude-sonnet-4-5", thinking="high") == MostMade(None, NOT_GIVEN)

    def test_a_thinking_budget_that_raises_the_limit(self) -> None:
        """Claude's limit has to be larger than its thinking."""
        thinking = self.most("claude-haiku-4-5", max_tokens=100, thinking="high")

        assert thinking == MostMade(16_484)
        assert self.most("claude-haiku-4-5", max_tokens=100) == MostMade(100)

    def test_thinking_that_a_host_counts_beside_the_limit(self) -> None:
        assert self.most("qwen3-max", max_tokens=100) == MostMade(100, THINKING)
        assert self.most("qwen3-max", max_tokens=100, thinking="low") == MostMade(2148)
        assert self.most("qwen3-max", max_tokens=100, thinking=False) == MostMade(100)

    @pytest.mark.parametrize("value", ["4000", -1, True, None, 1e300, [4000]])
    def test_a_limit_that_is_no_count_may_be_none(self, value: Any) -> None:
        for name in ("max_tokens", "max_completion_tokens"):  # one of them is the model's own
            most = self.most("kimi-k2.6", max_tokens=100, extra={name: value})
            assert most.may_be_more in (EXTRA, NOT_TAKEN)

    def test_a_search(self) -> None:
        assert self.most("kimi-k2.6", max_tokens=100, search=True) == MostMade(100, SEARCH)

    def test_what_cannot_be_asked_limits_nothing(self) -> None:
        assert self.most("kimi-k2.6", max_tokens=-1) == MostMade(None, NOT_GIVEN)


def test_each_try_that_was_counted_is_reserved(
    service: Service, biller: Biller, settings: Write
) -> None:
    """A provider may end several tries with counts and without a word; each is billed."""
    settings('budget.day = "0.02 USD"\n')
    counted = {"choices": [], "usage": {"prompt_tokens": 50, "completion_tokens": 3000}}
    empty = {"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}
    service.always(answer(sse(empty, counted, done=False)))

    with pytest.raises(BudgetReached, match="It was not tried again"):
        ask(max_tokens=3000)  # 0.0075

    assert len(service.requests) == 2
    (one,) = nbchat.usage("today")
    assert (one.requests, one.output) == (2, 6000)
    assert one.cost < 0.02


def test_what_each_try_has_cost_is_taken_from_a_purse(service: Service, biller: Biller) -> None:
    counted = {"choices": [], "usage": {"prompt_tokens": 50, "completion_tokens": 1000}}
    empty = {"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}
    service.plays(answer(sse(empty, counted, done=False)), answer(*said("Yes.", usage=(50, 1000))))
    purse = Purse.of("1 USD")

    (got,) = ask_many(1, purse=purse, max_tokens=1000)

    assert isinstance(got, Answer)
    assert purse.left("USD") == pytest.approx(1 - 2 * (50 * 0.6 + 1000 * 2.5) / 1e6)


def test_the_mean_of_what_was_seen_is_reserved_where_no_limit_is_given(
    service: Service, biller: Biller, settings: Write
) -> None:
    settings('budget.day = "0.01 USD"\n')
    service.always(answer(*said("Yes.", usage=(10, 100))))
    ask()  # 0.0003 of 0.01

    outcomes = ask_many(100)

    assert 25 < answered(outcomes) < 45
    assert any(isinstance(outcome, BudgetReached) for outcome in outcomes)


def test_what_is_left_and_how_to_spend_more_is_said(biller: Biller, settings: Write) -> None:
    settings('budget.day = "0.0001 USD"\n')

    with pytest.raises(BudgetReached) as raised:
        ask(max_tokens=1000)

    said_of_it = str(raised.value)
    assert "today 0 USD of $0.00010 are spent" in said_of_it
    assert "Nothing was sent" in said_of_it
    assert 'budget.day = "0.0002 USD"' in said_of_it
    assert "own.toml" in said_of_it
    assert biller.requests == 0


def test_a_question_that_would_fit_waits_for_what_others_give_back() -> None:
    async def main() -> float:
        purse = Purse.of("1 USD")
        await purse.reserve(0.9, "USD")
        waiting = asyncio.ensure_future(purse.reserve(0.5, "USD"))
        await asyncio.sleep(0)
        assert not waiting.done()
        purse.settle(0.9, "USD", {"USD": 0.2})
        await waiting
        return purse.left("USD")

    assert asyncio.run(main()) == pytest.approx(0.3)


def test_whoever_stops_waiting_takes_nothing_with_it() -> None:
    async def main() -> float:
        purse = Purse.of("1 USD")
        await purse.reserve(0.9, "USD")
        waiting = asyncio.ensure_future(purse.reserve(0.5, "USD"))
        await asyncio.sleep(0)
        waiting.cancel()
        purse.settle(0.9, "USD", {})
        await asyncio.wait([waiting])
        return purse.left("USD")

    assert asyncio.run(main()) == 1.0


def test_a_refused_request_costs_nothing(service: Service, biller: Biller) -> None:
    purse = Purse.of("1 USD")
    service.plays(answer(b'{"error": {"message": "no"}}', status=400))

    (refused,) = ask_many(1, purse=purse, max_tokens=100)

    assert isinstance(refused, nbchat.ServiceError)
    assert purse.left("USD") == 1.0


@pytest.mark.parametrize(
    ("model", "why"),
    [("kimi:no-such-model", "no price is known"), ("glm-4-plus", "paid in CNY")],
)
def test_what_no_budget_can_hold_is_refused_until_that_is_allowed(
    model: str, why: str, biller: Biller, settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Currencies are never added, and a price is never guessed."""
    monkeypatch.setenv("GLM_API_KEY", "k")
    monkeypatch.setenv("GLM_BASE_URL", os.environ["KIMI_BASE_URL"])
    settings('budget.day = "5 USD"\n')
    with pytest.raises(BudgetReached, match=why):
        nbchat.ask(model, "Hi")
    assert biller.requests == 0

    settings('budget.day = "5 USD"\nbudget.unpriced = "allow"\n')
    nbchat.ask(model, "Hi")

    assert biller.requests == 1


def test_what_costs_nothing_is_asked_whatever_is_left(biller: Biller, settings: Write) -> None:
    settings('budget.day = "0 USD"\n')

    assert nbchat.ask("demo", "Hi")
    with pytest.raises(BudgetReached):
        ask()


def test_a_budget_in_two_currencies_holds_each(
    biller: Biller, settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLM_API_KEY", "k")
    monkeypatch.setenv("GLM_BASE_URL", os.environ["KIMI_BASE_URL"])
    settings('budget.day = "5 USD + 0 CNY"\n')

    assert ask()
    with pytest.raises(BudgetReached, match="CNY"):
        nbchat.ask("glm-4-plus", "Hi")


def test_what_another_process_has_spent_counts(
    biller: Biller, settings: Write, tmp_path: Path, service: Service
) -> None:
    service.always(answer(*said("Yes.", usage=(10, 4000))))
    settings('budget.day = "0.015 USD"\n')
    code = f"import nbchat; nbchat.ask({MODEL!r}, 'Hi', max_tokens=4000)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)

    with pytest.raises(BudgetReached, match=r"today \$0\.010 of \$0\.015"):
        ask(max_tokens=4000)


def test_an_answer_with_tools_is_paid_request_by_request(
    service: Service, biller: Biller, settings: Write
) -> None:
    def add(a: int, b: int) -> int:
        "Add two numbers."
        return a + b

    call = {"id": "c1", "function": {"name": "add", "arguments": '{"a": 1, "b": 2}'}}
    first = {"choices": [{"delta": {"tool_calls": [{"index": 0, **call}]}}]}
    end = {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}
    used = {"choices": [], "usage": {"prompt_tokens": 50, "completion_tokens": 3000}}
    service.plays(answer(sse(first, end, used)))
    settings('budget.day = "0.01 USD"\n')

    got = ask(tools=[add], max_tokens=3000)

    assert got.stop.reason == "broken"
    assert "today" in got.stop.detail
    assert len(service.requests) == 1
