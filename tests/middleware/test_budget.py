"""Nothing is sent that would cost more than a budget has left."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import nbchat
from nbchat import BudgetReached
from nbchat.events import Answer
from nbchat.middleware.budget import MAY_GO_OVER
from nbchat.middleware.purse import Purse

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

    assert first.notices.count(MAY_GO_OVER) == 1
    assert MAY_GO_OVER not in second.notices + bounded.notices


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
