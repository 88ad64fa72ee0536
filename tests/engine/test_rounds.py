"""Moonshot's search: its model calls `$web_search`, whose arguments go back as they came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nbchat import Answer, Message, Tool
from nbchat.engine.engine import Engine
from nbchat.engine.rounds import MOST_ROUNDS
from nbchat.errors import RequestRefused
from nbchat.events import Usage
from nbchat.messages import Text, Thought

from ..fakes.provider import Service, answer, said, sse
from ..waiting import soon

RAW = '{"search_result":{"search_id":"s1"},  "usage":{"total_tokens":7}}'  # as the server made it
ADD = Tool("add", "Add", {"type": "object", "properties": {"a": {"type": "number"}}})
SEARCHED = {
    "id": "$web_search:0",
    "type": "builtin_function",
    "function": {"name": "$web_search", "arguments": RAW},
}
ECHO = {"role": "tool", "tool_call_id": "$web_search:0", "content": RAW, "name": "$web_search"}


def searches(words: str = "", *more: dict[str, Any], usage: tuple[int, int] = (20, 3)) -> bytes:
    """An answer that calls the search, in pieces; `more` are calls beside it."""
    function = {"name": "$web_search", "arguments": RAW[:9]}
    start = {"index": 0, "id": "$web_search:0", "type": "builtin_function", "function": function}
    rest = {"index": 0, "function": {"arguments": RAW[9:]}}
    deltas = [{"content": words}, {"tool_calls": [start]}, {"tool_calls": [rest]}]
    deltas += [{"tool_calls": [call]} for call in more]
    sent, made = usage
    return sse(
        *({"choices": [{"index": 0, "delta": delta}]} for delta in deltas),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        {"choices": [], "usage": {"prompt_tokens": sent, "completion_tokens": made}},
    )


CALLS_ADD = {
    "index": 1,
    "id": "call_1",
    "type": "function",
    "function": {"name": "add", "arguments": '{"a": 1}'},
}


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch, service: Service) -> AsyncIterator[Engine]:
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    monkeypatch.setenv("KIMI_API_KEY", "a-key-of-the-test")
    engine = Engine()
    yield engine
    await engine.aclose()


async def ask(engine: Engine, messages: Any = "Why is it blue?", **options: Any) -> Answer:
    return await engine.stream("kimi-k2.6", messages, **{"search": True, **options}).answer()


async def test_two_requests_are_one_answer(engine: Engine, service: Service) -> None:
    service.answers(searches("Let me look."))
    service.answers(*said("It is ", "blue."))
    stream = engine.stream("kimi-k2.6", "Why is it blue?", search=True)

    events = [event async for event in stream]
    first, second = (request.json for request in service.requests)

    assert [getattr(event, "text", type(event).__name__) for event in events] == [
        "Let me look.",
        "It is ",
        "blue.",
        "Usage",
        "Stop",
    ]
    assert second["messages"] == [
        *first["messages"],
        {"role": "assistant", "content": "Let me look.", "tool_calls": [SEARCHED]} | filler(second),
        ECHO,
    ]
    assert {**second, "messages": None} == {**first, "messages": None}
    found = stream.result
    assert (str(found), found.tool_calls) == ("Let me look.\n\nIt is blue.", [])
    assert (found.stop.reason, found.stop.detail) == ("end", "stop")
    assert found.usage == Usage(29, 15)
    keys = {request.headers["idempotency-key"] for request in service.requests}
    assert len(keys) == 2


def filler(body: dict[str, Any]) -> dict[str, Any]:
    """What Kimi wants of the thinking of a message with calls; it does not think here."""
    said = body["messages"][1]
    return {"reasoning_content": said["reasoning_content"]} if "reasoning_content" in said else {}


async def test_what_was_searched_goes_back_with_the_next_turn_to_kimi_alone(
    engine: Engine, service: Service
) -> None:
    service.answers(searches())
    service.answers(*said("Blue."))
    first = await ask(engine)
    turn = [Message("user", "Why?"), first.message, Message("user", "And?")]

    service.answers(*said("So."))
    await ask(engine, turn, search=False)
    sent = service.requests[-1].json["messages"]
    assert [message["role"] for message in sent] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert (sent[1]["tool_calls"], sent[2], sent[3]["content"]) == ([SEARCHED], ECHO, "Blue.")

    service.answers(*said("So."))
    url = f"{service.url}/v1"
    await engine.stream("openai:m", turn, base_url=url, wire="openai-chat", api_key="k").answer()
    assert service.requests[-1].json["messages"][1] == {"role": "assistant", "content": "Blue."}


async def test_a_search_beside_a_call_of_the_users_own_waits_for_its_result(
    engine: Engine, service: Service
) -> None:
    service.answers(searches("", CALLS_ADD))

    called = await ask(engine, tools=[ADD])

    assert [(call.name, call.arguments) for call in called.tool_calls] == [("add", {"a": 1})]
    assert (called.stop.reason, len(service.requests)) == ("tool_calls", 1)

    service.answers(*said("2"))
    told = Message("tool", "2", tool_call_id="call_1", name="add")
    await ask(engine, [Message("user", "1 + 1?"), called.message, told], tools=[ADD])
    _, assistant, *results = service.requests[-1].json["messages"]

    assert assistant["tool_calls"] == [
        SEARCHED,
        {k: v for k, v in CALLS_ADD.items() if k != "index"},
    ]
    assert results == [ECHO, {"role": "tool", "tool_call_id": "call_1", "content": "2"}]


async def test_a_call_of_the_users_own_after_a_search_keeps_what_was_found(
    engine: Engine, service: Service
) -> None:
    service.answers(searches("Let me look."))
    alone = {**CALLS_ADD, "index": 0}
    deltas = [{"content": "Now add."}, {"tool_calls": [alone]}]
    service.answers(
        sse(
            *({"choices": [{"index": 0, "delta": delta}]} for delta in deltas),
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        )
    )
    called = await ask(engine, tools=[ADD])
    assert (called.stop.reason, [call.name for call in called.tool_calls]) == (
        "tool_calls",
        ["add"],
    )

    service.answers(*said("2"))
    told = Message("tool", "2", tool_call_id="call_1", name="add")
    await ask(engine, [Message("user", "1 + 1?"), called.message, told], tools=[ADD])
    _, first, echo, second, result = service.requests[-1].json["messages"]

    assert (first["content"], first["tool_calls"], echo) == ("Let me look.", [SEARCHED], ECHO)
    assert second["content"] == "Now add."
    assert [call["function"]["name"] for call in second["tool_calls"]] == ["add"]
    assert result["tool_call_id"] == "call_1"


async def test_a_model_that_never_stops_searching_is_stopped(
    engine: Engine, service: Service
) -> None:
    service.always(answer(searches("Again.")))

    found = await ask(engine)

    assert len(service.requests) == MOST_ROUNDS
    assert found.stop.reason == "length"
    assert found.notices == [
        f"kimi-k2.6 went on searching; it was stopped after {MOST_ROUNDS} requests."
    ]
    assert found.usage == Usage(20 * MOST_ROUNDS, 3 * MOST_ROUNDS)
    assert found.tool_calls == []


async def test_a_second_request_that_is_refused_breaks_what_has_begun(
    engine: Engine, service: Service
) -> None:
    refused = json.dumps({"error": {"message": "search quota", "type": "invalid_request_error"}})
    kind = {"content-type": "application/json"}
    service.answers(searches("Let me look."))
    service.answers(refused.encode(), status=400, headers=kind)

    found = await ask(engine)

    assert (str(found), found.stop.reason) == ("Let me look.", "broken")
    assert "search quota" in found.stop.detail
    assert found.usage == Usage(20, 3)

    service.answers(searches())
    service.answers(refused.encode(), status=400, headers=kind)
    stream = engine.stream("kimi-k2.6", "Why?", search=True)
    with pytest.raises(RequestRefused, match="search quota"):
        await stream.answer()
    assert stream.result.lost == [Usage(20, 3)]


async def test_a_busy_second_request_is_tried_again(engine: Engine, service: Service) -> None:
    service.answers(searches())
    service.answers(b"{}", status=503, headers={"retry-after-ms": "1"})
    service.answers(*said("Blue."))

    found = await ask(engine)

    assert (str(found), found.stop.reason, len(service.requests)) == ("Blue.", "end", 3)
    assert service.requests[1].body == service.requests[2].body


@pytest.mark.parametrize("words", ["", "Let me look."])
async def test_stop_in_the_middle_closes_the_connection_and_keeps_the_counts(
    words: str, engine: Engine, service: Service
) -> None:
    """While nothing has come of the second request."""
    service.answers(searches(words))
    service.plays(answer(hold=600))
    stream = engine.stream("kimi-k2.6", "Why?", search=True)
    task = asyncio.ensure_future(stream.answer())
    await soon(lambda: len(service.requests) == 2)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await soon(lambda: service.hung_up == 1)
    assert str(stream.result) == words
    counted = [*stream.result.lost, *([stream.result.usage] if words else [])]
    assert [(usage.input, usage.output) for usage in counted] == [(20, 3)]


async def test_without_a_search_a_call_of_that_name_is_somebody_elses(
    engine: Engine, service: Service
) -> None:
    service.answers(searches())

    found = await ask(engine, search=False)

    assert [call.name for call in found.tool_calls] == ["$web_search"]
    assert (found.stop.reason, len(service.requests)) == ("tool_calls", 1)


async def test_an_answer_without_a_search_is_one_request(engine: Engine, service: Service) -> None:
    service.answers(*said("Blue."))

    found = await ask(engine)

    assert (str(found), len(service.requests)) == ("Blue.", 1)
    assert [type(part) for part in found.parts] == [Text]


async def test_what_is_thought_in_each_round_goes_back_with_it(
    monkeypatch: pytest.MonkeyPatch, engine: Engine, service: Service
) -> None:
    """A model that always thinks is asked as it is."""
    thinks = sse({"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]}, done=False)
    service.answers(thinks, searches())
    service.answers(*said("Blue.", thought=["ah"]))

    found = await engine.stream("kimi-k2-thinking", "Why?", search=True).answer()

    assistant = service.requests[-1].json["messages"][1]
    assert (assistant["reasoning_content"], assistant["tool_calls"]) == ("hm", [SEARCHED])
    assert (found.thought, str(found)) == ("hm\n\nah", "Blue.")
    assert [type(part) for part in found.parts] == [Thought, Thought, Thought, Text]
