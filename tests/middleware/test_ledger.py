"""Every request is in the ledger, however it ended, and to the last token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import runtime
from nbchat.folders import data_folder
from nbchat.store.spent_rows import SpentSum
from nbchat.store.spent_table import NOTHING
from nbchat.wire.shapes import MOST_TOKENS

from ..fakes.provider import Service, answer, said, sse
from ..store.disk import contents
from .billing import MODEL, Biller, ask, ask_many

Write = Callable[[str], None]


def spent(by: Any = "model") -> list[SpentSum]:
    return [*nbchat.usage("today", by)]


def test_the_sums_are_those_of_the_invoice(biller: Biller) -> None:
    ask_many(40, max_tokens=50)

    (one,) = spent()
    assert (one.requests, one.input, one.output) == (40, biller.sent, biller.made)
    assert one.cost == pytest.approx(float(biller.invoice), rel=1e-9)
    assert (one.currency, one.unpriced, one.estimated) == ("USD", 0, 0)
    assert one.group == {"model": MODEL, "provider": "kimi"}


def test_a_conversation_is_named_and_a_single_question_is_not(biller: Biller) -> None:
    nbchat.chat("physics").ask("Hi", MODEL)
    ask()

    assert sorted(one.group["name"] for one in spent("conversation")) == ["", "physics"]


def test_a_stopped_answer_is_counted_by_ourselves(service: Service, biller: Biller) -> None:
    """Its provider counts at the end, which never came."""
    service.always(answer(*said("Well, " * 50, usage=None)[:-2], hold=30))

    async def main() -> None:
        async with nbchat.stream(MODEL, "Tell me a long story.") as stream:
            async for event in stream:
                if isinstance(event, nbchat.Text):
                    break

    asyncio.run(main())

    (one,) = spent()
    assert (one.requests, one.estimated) == (1, 1)
    assert one.input >= 5
    assert 50 <= one.output <= 150
    assert one.cost > 0


def test_a_broken_answer_keeps_what_was_counted_of_it(service: Service, biller: Biller) -> None:
    counted = {"choices": [], "usage": {"prompt_tokens": 700, "completion_tokens": 1}}
    word = {"choices": [{"index": 0, "delta": {"content": "Well"}, "finish_reason": None}]}
    service.always(answer(sse(counted, word, done=False)))

    got = ask()

    (one,) = spent()
    assert got.stop.reason == "broken"
    assert (one.requests, one.input, one.estimated) == (1, 700, 0)


def test_a_refusal_and_the_demo_are_not_in_it(service: Service, biller: Biller) -> None:
    service.always(answer(b'{"error": {"message": "no"}}', status=400))
    with pytest.raises(nbchat.ServiceError):
        ask()
    nbchat.ask("demo", "Hi")

    assert spent() == []
    assert repr(nbchat.usage()) == f"<usage by model: {NOTHING}>"


def test_each_request_of_an_answer_with_tools_is_counted(service: Service, biller: Biller) -> None:
    def add(a: int, b: int) -> int:
        "Add two numbers."
        return a + b

    call = {"id": "c1", "function": {"name": "add", "arguments": '{"a": 1, "b": 2}'}}
    first = {"choices": [{"delta": {"tool_calls": [{"index": 0, **call}]}}]}
    end = {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}
    used = {"choices": [], "usage": {"prompt_tokens": 50, "completion_tokens": 20}}
    service.plays(answer(sse(first, end, used)), answer(*said("3.", usage=(90, 5))))

    got = ask(tools=[add])

    (one,) = spent()
    assert (one.requests, one.input, one.output) == (2, 140, 25)
    assert (got.usage.input, got.filled) == (140, 95)


def test_what_the_provider_says_goes_before_the_table(
    service: Service, biller: Biller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "k")
    monkeypatch.setenv("OPENROUTER_BASE_URL", f"{service.url}/v1")
    used = {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70}
    told = {**used, "cost": 0.25, "is_byok": False, "cost_details": {}}
    word = {"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}
    service.always(answer(sse(word, {"choices": [], "usage": told})))

    nbchat.ask("openrouter:a/model-without-a-price", "Hi")

    (one,) = spent()
    assert (one.cost, one.currency, one.unpriced) == (0.25, "USD", 0)


def test_without_a_price_the_tokens_are_counted_and_the_money_is_not_guessed(
    biller: Biller,
) -> None:
    nbchat.ask("kimi:no-such-model", "Hi")

    (one,) = spent()
    assert (one.requests, one.unpriced, one.cost, one.currency) == (1, 1, 0.0, "")
    assert one.input == biller.sent
    assert "is not known" in nbchat.usage().below


def test_currencies_are_never_added(
    service: Service, biller: Biller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLM_API_KEY", "k")
    monkeypatch.setenv("GLM_BASE_URL", f"{service.url}/v1")
    service.always(answer(*said("Yes.", usage=(1_000_000, 0))))
    ask()
    nbchat.ask("glm-4-plus", "Hi")

    table = nbchat.usage("today", "day")
    assert len(table) == 2
    assert str(table.cost) == "¥5.00 + $0.60"
    assert [row[-1] for row in table.rows] == ["¥5.00 + $0.60"]


def test_a_script_is_in_it_though_none_of_its_words_is_kept(biller: Biller, tmp_path: Path) -> None:
    nbchat.chat().ask("A secret question", MODEL)
    runtime.reset()

    (one,) = spent()
    kept = contents(data_folder(), "history.sqlite*")
    assert one.requests == 1
    assert "history.sqlite" in kept
    assert b"secret question" not in b"".join(kept.values())


def test_with_history_off_nothing_is_kept_and_this_process_is_still_counted(
    biller: Biller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBCHAT_HISTORY", "off")
    ask()

    assert [one.requests for one in spent()] == [1]
    assert not [*data_folder().glob("*.sqlite*")]
    runtime.reset()
    assert spent() == []


def test_what_is_kept_is_never_a_key(biller: Biller, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("KIMI_API_KEY", canary)
    nbchat.chat(f"about {canary}").ask("Hi", MODEL)
    runtime.current().close()

    kept = contents(data_folder(), "history.sqlite*")
    assert "history.sqlite" in kept
    assert canary.encode() not in b"".join(kept.values())
    assert json.dumps([one.group for one in spent("conversation")]).count("canary") == 0


@pytest.mark.parametrize("library", ["pandas"])
def test_a_frame_has_a_row_for_each_group_and_currency(library: str, biller: Biller) -> None:
    pandas = pytest.importorskip(library)
    empty = nbchat.usage().frame()
    ask_many(3, max_tokens=50)

    frame = nbchat.usage("all", "day").frame()

    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["requests"]) == [3]
    assert frame["cost"].sum() == pytest.approx(float(biller.invoice))
    assert len(empty) == 0
    assert set(frame) - {"day"} == set(empty) - {"model", "provider"}


@pytest.mark.parametrize(("period", "by"), [("yesterday", "model"), ("today", "hour")])
def test_what_is_no_period_and_no_group_is_told(period: Any, by: Any) -> None:
    with pytest.raises(nbchat.SetupError, match="'(today|model)', "):
        nbchat.usage(period, by)


ABSURD = [
    *(-5, True, "9", None, [], {}, 1e300, -1e300, float("nan"), float("inf"), 0.25),
    *(2**63, 10**16, 10**30, 10**400, -(10**400)),
]


@pytest.mark.parametrize("absurd", ABSURD, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("where", ["input", "output", "both", "cached", "cost", "ticks"])
def test_absurd_counts_spoil_nothing(
    absurd: Any, where: str, service: Service, biller: Biller, settings: Write
) -> None:
    """The answer is there, the sums are sane, and no budget has grown."""
    settings('budget.day = "1 USD"\n')
    used: dict[str, Any] = {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70}
    used |= {
        "input": {"prompt_tokens": absurd},
        "output": {"completion_tokens": absurd},
        "both": {"prompt_tokens": absurd, "completion_tokens": absurd, "total_tokens": absurd},
        "cached": {"prompt_tokens_details": {"cached_tokens": absurd}},
        "cost": {"cost": absurd, "cost_details": {"upstream_inference_cost": absurd}},
        "ticks": {"cost_in_usd_ticks": absurd},
    }[where]
    word = {"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}
    service.always(answer(sse(word, {"choices": [], "usage": used})))

    assert ask(max_tokens=50).text == ask(max_tokens=50).text == "Yes."

    (one,) = spent()
    assert one.requests == 2
    assert 0 <= one.input <= 2 * MOST_TOKENS
    assert 0 <= one.cost < 1
    assert runtime.current().account.spent("day").get("USD", 0.0) == pytest.approx(one.cost)
