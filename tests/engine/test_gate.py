"""Who may send when, on real sockets: rows wait and never fail for a 429, questions go at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from nbchat import Notice, Stream
from nbchat.engine import gate as gates
from nbchat.engine.engine import Engine
from nbchat.engine.gate import Gate, without_date
from nbchat.engine.limit_headers import Allowance
from nbchat.errors import RateLimited, RequestRefused
from nbchat.events import Answer
from nbchat.streams import Pacing

from ..fakes.provider import DEADLINE, Play, Request, Service, answer, said
from ..waiting import soon

REFUSAL = b'{"error": {"message": "slow down", "type": "rate_limit_error"}}'
ROWS = Pacing(is_patient=True)


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    yield engine
    await engine.aclose()


def asking(
    engine: Engine,
    service: Service,
    text: str = "Hi",
    pacing: Pacing | None = None,
    *,
    model: str = "openai:gpt-4o",
    key: str = "k",
) -> Stream:
    where = {"base_url": f"{service.url}/v1", "wire": "openai-chat", "api_key": key}
    if pacing is None:
        return engine.stream(model, text, **where)
    return engine.stream(model, text, **where, pacing=pacing)


async def ask_all(
    engine: Engine, service: Service, count: int, pacing: Pacing
) -> list[Answer | BaseException]:
    rows = [asking(engine, service, f"row {n}", pacing).answer() for n in range(count)]
    return await asyncio.gather(*rows, return_exceptions=True)


def refusal(**headers: str) -> Play:
    return answer(REFUSAL, status=429, headers={k.replace("_", "-"): v for k, v in headers.items()})


def is_asked_to_wait(engine: Engine) -> bool:
    return any(gate.pause_left() for gate in engine._gates._gates.values())


# --- rows ----------------------------------------------------------------------------------------


async def test_a_row_is_asked_again_as_often_as_it_is_refused(
    engine: Engine, service: Service
) -> None:
    service.plays(*[refusal() for _ in range(8)])
    service.always(answer(*said("Yes")))
    stream = asking(engine, service, pacing=ROWS)

    events = [event async for event in stream]

    assert stream.result.text == "Yes"
    assert len(service.requests) == 9
    assert not [event for event in events if isinstance(event, Notice)]


async def test_a_question_of_its_own_keeps_its_three_tries(
    engine: Engine, service: Service
) -> None:
    service.always(refusal(retry_after="0.01"))

    with pytest.raises(RateLimited, match="Tried 3 times"):
        await asking(engine, service).answer()

    assert len(service.requests) == 3


@pytest.mark.parametrize("wait", ["61", "86400"])
async def test_a_row_does_not_wait_for_more_than_a_minute(
    engine: Engine, service: Service, wait: str
) -> None:
    service.always(refusal(retry_after=wait))

    with pytest.raises(RateLimited) as raised:
        await asking(engine, service, pacing=ROWS).answer()

    assert raised.value.retry_after == float(wait)
    assert len(service.requests) == 1


async def test_a_row_goes_on_after_the_pause_that_it_was_asked_for(
    engine: Engine, service: Service
) -> None:
    service.plays(refusal(retry_after="0.3"))
    service.always(answer(*said("Yes")))

    assert (await asking(engine, service, pacing=ROWS).answer()).text == "Yes"
    assert len(service.requests) == 2


async def test_other_failures_of_a_row_are_its_own(engine: Engine, service: Service) -> None:
    service.answers(b'{"error": {"message": "no"}}', status=400)
    service.always(answer(*said("Yes")))

    first = await asyncio.gather(
        asking(engine, service, "first", ROWS).answer(), return_exceptions=True
    )
    rest = await ask_all(engine, service, 5, ROWS)

    assert isinstance(first[0], RequestRefused)
    assert [str(answer) for answer in rest] == ["Yes"] * 5


async def test_every_row_is_answered_by_a_provider_that_takes_few_at_once(
    engine: Engine, service: Service
) -> None:
    """It refuses whatever comes while three are being answered, and says nothing of it."""
    busy = 0
    has_refused = asyncio.Event()  # the first three are answered when a fourth has come

    async def play(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal busy
        if busy >= 3:
            await refusal()(request, writer)
            has_refused.set()
            return
        busy += 1
        await asyncio.wait_for(has_refused.wait(), DEADLINE)
        await answer(*said("Yes"), hold=0.02)(request, writer)
        busy -= 1

    service.always(play)
    rates: list[float] = []
    pacing = Pacing(at_once=30, is_patient=True, hear=rates.append)

    answers = await ask_all(engine, service, 60, pacing)

    assert [str(answer) for answer in answers] == ["Yes"] * 60
    assert min(rates) > 0


async def test_no_more_rows_are_on_their_way_than_were_asked_for(
    engine: Engine, service: Service
) -> None:
    busy = most = 0
    four_are_there = asyncio.Event()

    async def play(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        if busy == 4:
            four_are_there.set()
        await asyncio.wait_for(four_are_there.wait(), DEADLINE)
        await answer(*said("Yes"), hold=0.01)(request, writer)
        busy -= 1

    service.always(play)

    answers = await ask_all(engine, service, 40, Pacing(at_once=4, is_patient=True))

    assert [str(answer) for answer in answers] == ["Yes"] * 40
    assert most == 4


async def test_rows_start_at_what_the_headers_allow(engine: Engine, service: Service) -> None:
    allowed = {"anthropic-ratelimit-requests-limit": "2400"}  # a minute
    service.always(answer(*said("Yes"), headers=allowed))
    rates: list[float] = []

    await ask_all(engine, service, 5, Pacing(is_patient=True, hear=rates.append))

    assert {*rates} == {40.0}


async def test_a_rate_that_is_given_is_not_left(engine: Engine, service: Service) -> None:
    service.always(answer(*said("Yes")))
    rates: list[float] = []

    await ask_all(engine, service, 30, Pacing(rate=400.0, is_patient=True, hear=rates.append))

    assert [rate for rate in rates if rate > 400.0] == []


async def test_rows_that_are_given_up_do_not_hold_the_others_up(
    engine: Engine, service: Service
) -> None:
    service.always(answer(*said("Yes")))
    tasks = [
        asyncio.ensure_future(asking(engine, service, f"row {n}", ROWS).answer()) for n in range(40)
    ]
    await asyncio.sleep(0.05)
    for task in tasks[5:35]:
        task.cancel()

    answers = await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(DEADLINE):
        last = await asking(engine, service, "last", ROWS).answer()
    assert [str(answers[n]) for n in (*range(5), *range(35, 40))] == ["Yes"] * 10
    assert str(last) == "Yes"


async def test_who_is_given_up_in_the_moment_of_being_let_go_leaves_no_place_taken() -> None:
    gate = Gate()
    gate.pace.rate = 1000.0
    pacing = Pacing(at_once=1, is_patient=True)
    first, second = gate.passage(pacing), gate.passage(pacing)
    await first.__aenter__()
    waiting = asyncio.ensure_future(second.__aenter__())
    await asyncio.sleep(0)

    await first.__aexit__(None, None, None)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert not gate.is_in_use
    async with asyncio.timeout(DEADLINE), gate.passage(pacing):
        assert gate.is_in_use


# --- questions ------------------------------------------------------------------------------------


async def test_questions_go_at_once_where_no_limit_is_known(
    engine: Engine, service: Service
) -> None:
    """Fifty of them, of which none waits for another."""
    all_are_here = asyncio.Event()
    here = 0

    async def play(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal here
        here += 1
        if here == 50:
            all_are_here.set()
        await all_are_here.wait()
        await answer(*said("Yes"))(request, writer)

    service.always(play)

    answers = await asyncio.gather(*(asking(engine, service).answer() for _ in range(50)))

    assert [str(answer) for answer in answers] == ["Yes"] * 50


async def test_a_question_goes_before_the_rows_that_wait() -> None:
    gate, went = Gate(), list[str]()
    gate.pace.hear(Allowance(requests=3.0))  # a busy machine gets as far within a third of a second

    async def go(name: str, pacing: Pacing | None) -> None:
        async with gate.passage(pacing):
            went.append(name)

    rows = [asyncio.ensure_future(go(f"row {n}", ROWS)) for n in range(4)]
    await asyncio.sleep(0)
    await asyncio.gather(*rows, go("question", None))

    assert went == ["row 0", "question", "row 1", "row 2", "row 3"]


async def test_who_asks_while_the_provider_wants_a_pause_is_told_and_waits(
    engine: Engine, service: Service
) -> None:
    service.plays(refusal(retry_after="30"))
    row = asyncio.ensure_future(asking(engine, service, "row", ROWS).answer())
    await soon(lambda: is_asked_to_wait(engine))

    async with asking(engine, service, "question") as stream:
        notice = await anext(stream)
        after = asyncio.ensure_future(anext(stream))
        await asyncio.wait([after], timeout=0.2)
        asked = len(service.requests)
        for waiting in (after, row):
            waiting.cancel()
        await asyncio.gather(after, row, return_exceptions=True)

    assert isinstance(notice, Notice)
    assert asked == 1
    assert re.fullmatch(r"OpenAI has asked to wait\. Asking in (?:[12]\d|30)\.\d s\.", notice.text)


# --- which gate -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("mistral-large-latest", "mistral-large"),
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("qwen3:4b", "qwen3:4b"),
    ],
)
def test_models_of_one_family_share_a_limit(model: str, family: str) -> None:
    assert without_date(model) == family


async def test_keys_and_models_have_gates_of_their_own(engine: Engine, service: Service) -> None:
    """One is asked to wait; the others are asked meanwhile."""
    service.plays(refusal(retry_after="30"))
    service.always(answer(*said("Yes")))
    row = asyncio.ensure_future(asking(engine, service, "row", ROWS).answer())
    await soon(lambda: is_asked_to_wait(engine))

    async with asyncio.timeout(DEADLINE):
        other_key = await asking(engine, service, "row", ROWS, key="another").answer()
        other_model = await asking(engine, service, "row", ROWS, model="openai:gpt-5").answer()
    row.cancel()
    await asyncio.gather(row, return_exceptions=True)

    assert [str(other_key), str(other_model)] == ["Yes", "Yes"]


async def test_what_was_found_out_is_forgotten_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    gate.pace.hear(Allowance(requests=0.5))
    async with gate.passage(ROWS):
        pass
    gate.passage(ROWS)
    assert gate.pace.rate == 0.5

    monkeypatch.setattr(gates, "SECONDS_REMEMBERED", -1.0)
    gate.passage(ROWS)

    assert not gate.pace.is_known


async def test_the_demo_is_asked_as_fast_as_it_goes(engine: Engine) -> None:
    engine.demo.pace = 0.0
    rates: list[float] = []
    pacing = Pacing(is_patient=True, hear=rates.append)

    answers = await asyncio.gather(
        *(engine.stream("demo", f"row {n}", pacing=pacing).answer() for n in range(300))
    )

    assert all(answer.stop and answer.stop.reason == "end" for answer in answers)
    assert rates == []
