"""Which item of a stream a piece belongs to, whatever the host leaves out or says twice."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat import Answer

from ..fakes.provider import Service
from .answering import (
    DONE,
    block,
    calls,
    claude,
    completed,
    delta,
    gemini,
    piece,
    read,
    responses,
)

pytestmark = pytest.mark.field("E2")

PARIS, ROME = '{"city": "Paris"}', '{"city": "Rome"}'
BOTH = [("weather", {"city": "Paris"}), ("weather", {"city": "Rome"})]
CALLED = delta("tool_calls")


def called(answer: Answer) -> list[tuple[str, dict[str, Any] | None]]:
    return [(call.name, call.arguments) for call in answer.tool_calls]


def function(call_id: str, arguments: str = "", **members: Any) -> dict[str, Any]:
    """An item of a Responses output: a call."""
    return {
        "type": "function_call",
        "call_id": call_id,
        "name": "weather",
        "arguments": arguments,
        **members,
    }


def added(item: dict[str, Any], **members: Any) -> dict[str, Any]:
    return responses("output_item.added", item=item, **members)


def done(item: dict[str, Any], **members: Any) -> dict[str, Any]:
    return responses("output_item.done", item=item, **members)


def arguments(text: str, **members: Any) -> dict[str, Any]:
    return responses("function_call_arguments.delta", delta=text, **members)


RESPONSES = {
    "call ids alone, one after the other": [
        added(function("c1")),
        arguments(PARIS, item_id="fc_A"),
        added(function("c2")),
        arguments(ROME, item_id="fc_B"),
        completed(),
    ],
    "call ids alone, both open": [
        added(function("c1")),
        added(function("c2")),
        arguments(PARIS[:5], item_id="fc_A"),
        arguments(ROME[:5], item_id="fc_B"),
        arguments(PARIS[5:], item_id="fc_A"),
        arguments(ROME[5:], item_id="fc_B"),
        done(function("c1", PARIS)),
        done(function("c2", ROME)),
        completed(),
    ],
    "no id in a piece": [
        added(function("c1")),
        arguments(PARIS),
        added(function("c2")),
        arguments(ROME),
        completed(),
    ],
    "index 0 for all, whole at once": [
        done(function("c1", PARIS), output_index=0),
        done(function("c2", ROME), output_index=0),
        completed(),
    ],
    "index 0 for all, told apart by id": [
        added(function("c1", id="fc_A"), output_index=0),
        added(function("c2", id="fc_B"), output_index=0),
        arguments(PARIS, output_index=0, item_id="fc_A"),
        arguments(ROME, output_index=0, item_id="fc_B"),
        completed(),
    ],
    "the index as text": [
        added(function("c1"), output_index=0),
        added(function("c2"), output_index=1),
        arguments(ROME, output_index="1"),
        arguments(PARIS, output_index="0"),
        completed(),
    ],
    "ids that change midway": [
        added(function("c1", id="x1"), output_index=0),
        arguments(PARIS, output_index=0, item_id="x2"),
        added(function("c2", id="x3"), output_index=1),
        arguments(ROME, output_index=1, item_id="x4"),
        done(function("c1", PARIS, id="x5"), output_index=0),
        done(function("c2", ROME, id="x6"), output_index=1),
        completed(),
    ],
    "arguments in the whole output alone": [
        added(function("c1")),
        added(function("c2")),
        completed(function("c1", PARIS), function("c2", ROME)),
    ],
    "arguments done, without pieces": [
        added(function("c1", id="a")),
        added(function("c2", id="b")),
        responses("function_call_arguments.done", item_id="b", arguments=ROME),
        responses("function_call_arguments.done", item_id="a", arguments=PARIS),
        completed(),
    ],
    "the call's own id in each piece": [
        added(function("c1")),
        added(function("c2")),
        arguments(ROME, call_id="c2"),
        arguments(PARIS, call_id="c1"),
        completed(),
    ],
    "the call's own id as that of the item": [
        added(function("c1")),
        added(function("c2")),
        arguments(ROME, item_id="c2"),
        arguments(PARIS, item_id="c1"),
        completed(),
    ],
}


@pytest.mark.parametrize("case", RESPONSES)
async def test_calls_of_the_responses_api_keep_their_arguments(service: Service, case: str) -> None:
    answer, _ = await read(service, "openai-responses", *RESPONSES[case])

    assert called(answer) == BOTH
    assert [call.id for call in answer.tool_calls] == ["c1", "c2"]
    assert answer.stop.reason == "tool_calls"


CHAT = {
    "the call's id under another name": [
        calls(piece("", "weather", call_id="a"), piece("", "weather", call_id="b")),
        calls(piece(PARIS, call_id="a")),
        calls(piece(ROME, call_id="b")),
    ],
    "all that came before again in each piece": [
        *(calls(piece(PARIS[:end], "weather", index=0, id="a")) for end in (4, 9, len(PARIS))),
        *(calls(piece(ROME[:end], "weather", index=1, id="b")) for end in (1, len(ROME))),
    ],
    "an empty object before the arguments": [
        calls(piece("{}", "weather", index=0, id="a"), piece("{}", "weather", index=1, id="b")),
        calls(piece(PARIS, index=0), piece(ROME, index=1)),
    ],
    "no ids": [
        calls(piece(PARIS, "weather", index=0)),
        calls(piece(ROME, "weather", index=1)),
    ],
    "empty ids": [
        calls(piece("", "weather", index=0, id=""), piece("", "weather", index=1, id="")),
        calls(piece(PARIS, index=0), piece(ROME, index=1)),
    ],
    "the same id twice, by index": [
        calls(piece("", "weather", index=0, id="x"), piece("", "weather", index=1, id="x")),
        calls(piece(PARIS, index=0), piece(ROME, index=1)),
    ],
    "the same id twice, whole": [
        calls(piece(PARIS, "weather", index=0, id="x"), piece(ROME, "weather", index=0, id="x")),
    ],
    "index 0 for both, without ids": [
        calls(piece(PARIS, "weather", index=0), piece(ROME, "weather", index=0)),
    ],
    "no index, no ids, in pieces": [
        calls(piece(PARIS[:4], "weather")),
        calls(piece(PARIS[4:])),
        calls(piece(ROME[:4], "weather")),
        calls(piece(ROME[4:])),
    ],
    "an index for every piece": [
        calls(piece("", "weather", index=0, id="a")),
        *(calls(piece(c, index=n + 1)) for n, c in enumerate([PARIS[:3], PARIS[3:9], PARIS[9:]])),
        calls(piece("", "weather", index=4, id="b")),
        *(calls(piece(c, index=n + 5)) for n, c in enumerate([ROME[:3], ROME[3:9], ROME[9:]])),
    ],
    "an index and an id for every piece": [
        calls(piece("", "weather", index=0, id="a")),
        calls(piece(PARIS[:6], index=1, id="a1")),
        calls(piece(PARIS[6:], index=2, id="a2")),
        calls(piece("", "weather", index=3, id="b")),
        calls(piece(ROME[:6], index=4, id="b1")),
        calls(piece(ROME[6:], index=5, id="b2")),
    ],
    "the index as text": [
        calls(piece("", "weather", index="0", id="a"), piece("", "weather", index="1", id="b")),
        calls(piece(ROME, index=1), piece(PARIS, index=0)),
    ],
    "known by the id alone": [
        calls(piece("", "weather", id="a"), piece("", "weather", id="b")),
        calls(piece(ROME, id="b"), piece(PARIS, id="a")),
    ],
    "ids that are numbers": [
        calls(piece(PARIS, "weather", id=1), piece(ROME, "weather", id=2)),
    ],
    "said again as a whole": [
        calls(piece(PARIS, "weather", index=0, id="a")),
        calls(piece(ROME, "weather", index=1, id="b")),
        calls(piece(PARIS, "weather", index=0, id="a"), piece(ROME, "weather", index=1, id="b")),
    ],
    "name and arguments beside the id": [
        calls({"id": "a", "name": "weather", "arguments": PARIS}),
        calls({"id": "b", "name": "weather", "arguments": {"city": "Rome"}}),
    ],
}


@pytest.mark.parametrize("case", CHAT)
async def test_calls_of_a_chat_completion_are_told_apart(service: Service, case: str) -> None:
    answer, _ = await read(service, "openai-chat", *CHAT[case], CALLED, DONE)

    assert called(answer) == BOTH
    ids = [call.id for call in answer.tool_calls]
    assert all(ids)
    assert len(set(ids)) == 2
    assert answer.stop.reason == "tool_calls"


async def test_different_tools_at_one_index_without_ids_are_two_calls(service: Service) -> None:
    pieces = calls(piece("", "now", index=0), piece("", "today", index=0))

    answer, _ = await read(service, "openai-chat", pieces, CALLED, DONE)

    assert called(answer) == [("now", {}), ("today", {})]


async def test_our_own_ids_differ_from_answer_to_answer_and_not_from_read_to_read(
    service: Service,
) -> None:
    """Claude refuses an id that is used twice in a conversation."""

    async def ids(answer_id: str) -> list[str]:
        chunk = {**calls(piece(PARIS, "weather"), piece(ROME, "weather")), "id": answer_id}
        answer, _ = await read(service, "openai-chat", chunk, {**CALLED, "id": answer_id}, DONE)
        return [call.id for call in answer.tool_calls]

    one, again, other = await ids("gen-1"), await ids("gen-1"), await ids("gen-2")

    assert one == again
    assert len({*one, *other}) == 4


@pytest.mark.parametrize("raw", ["4 + 4", "", '{"a": 1}'])
async def test_a_custom_tools_input_is_a_text_and_no_arguments(service: Service, raw: str) -> None:
    custom = {"name": "math_exp", "input": raw}
    whole = {"id": "call_1", "type": "custom", "custom": custom}
    streamed = [
        {**whole, "index": 0, "custom": {"name": "math_exp", "input": ""}},
        *({"index": 0, "custom": {"input": letter}} for letter in raw),
    ]

    for values in ([calls(whole)], [calls(each) for each in streamed]):
        answer, _ = await read(service, "openai-chat", *values, CALLED, DONE)
        (call,) = answer.tool_calls
        assert (call.id, call.name, call.arguments, call.raw) == ("call_1", "math_exp", None, raw)


@pytest.mark.parametrize("index", ["0", 0, None, 0.0])
async def test_a_choice_is_read_also_where_its_index_is_a_text(
    service: Service, index: Any
) -> None:
    chunk = {"choices": [{"index": index, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
    other = {"choices": [{"index": "1", "delta": {"content": "no"}, "finish_reason": None}]}

    answer, _ = await read(service, "openai-chat", other, chunk, DONE)

    assert (answer.text, answer.stop.reason) == ("Hi", "end")


async def test_a_candidate_is_read_also_where_its_index_is_a_text(service: Service) -> None:
    value = gemini({"text": "Hi"}, finish="STOP")
    value["candidates"][0]["index"] = "0"

    answer, _ = await read(service, "gemini", value)

    assert (answer.text, answer.stop.reason) == ("Hi", "end")


USE = {"type": "tool_use", "name": "weather", "input": {}}


def json_piece(text: str) -> dict[str, Any]:
    return {"type": "input_json_delta", "partial_json": text}


CLAUDE = {
    "no index": [
        *block(None, {**USE, "id": "a"}, json_piece(PARIS)),
        *block(None, {**USE, "id": "b"}, json_piece(ROME)),
    ],
    "pieces under an index that nobody opened": [
        *block(0, {**USE, "id": "a"})[:1],
        {"type": "content_block_delta", "index": 7, "delta": json_piece(PARIS)},
        {"type": "content_block_stop", "index": 0},
        *block(1, {**USE, "id": "b"})[:1],
        {"type": "content_block_delta", "index": 8, "delta": json_piece(ROME)},
        {"type": "content_block_stop", "index": 1},
    ],
    "the index once as text": [
        *block("0", {**USE, "id": "a"})[:1],
        {"type": "content_block_delta", "index": 0, "delta": json_piece(PARIS)},
        *block(1, {**USE, "id": "b"}, json_piece(ROME)),
    ],
    "no ids": [*block(0, USE, json_piece(PARIS)), *block(1, USE, json_piece(ROME))],
    "the same id twice": [
        *block(0, {**USE, "id": "a"}, json_piece(PARIS)),
        *block(1, {**USE, "id": "a"}, json_piece(ROME)),
    ],
}


@pytest.mark.parametrize("case", CLAUDE)
async def test_calls_of_anthropics_messages_are_told_apart(service: Service, case: str) -> None:
    answer, _ = await read(service, "anthropic-messages", *claude(*CLAUDE[case], stop="tool_use"))

    assert sorted(called(answer), key=str) == BOTH
    ids = [call.id for call in answer.tool_calls]
    assert all(ids)
    assert len(set(ids)) == 2


def converse(index: Any, tool_id: str, text: str) -> list[Any]:
    named = {} if index is None else {"contentBlockIndex": index}
    used = {"name": "weather", **({"toolUseId": tool_id} if tool_id else {})}
    return [
        ("contentBlockStart", {**named, "start": {"toolUse": used}}),
        ("contentBlockDelta", {**named, "delta": {"toolUse": {"input": text}}}),
        ("contentBlockStop", named),
    ]


CONVERSE = {
    "no index": [*converse(None, "a", PARIS), *converse(None, "b", ROME)],
    "no index, no end": [*converse(None, "a", PARIS)[:2], *converse(None, "b", ROME)[:2]],
    "no ids": [*converse(0, "", PARIS), *converse(1, "", ROME)],
    "the index as text": [*converse("0", "a", PARIS), *converse("1", "b", ROME)],
    "the same id twice": [*converse(0, "a", PARIS), *converse(1, "a", ROME)],
}


@pytest.mark.parametrize("case", CONVERSE)
async def test_calls_of_converse_are_told_apart(service: Service, case: str) -> None:
    end = [("messageStop", {"stopReason": "tool_use"}), ("metadata", {"usage": {"inputTokens": 9}})]

    answer, _ = await read(service, "bedrock-converse", *CONVERSE[case], *end)

    assert called(answer) == BOTH
    assert len({call.id for call in answer.tool_calls} - {""}) == 2


def cohere(index: Any, call_id: str, text: str) -> list[Any]:
    named = {} if index is None else {"index": index}
    asked = piece(text[:4], "weather", **({"id": call_id} if call_id else {}))
    more = {"function": {"arguments": text[4:]}}
    return [
        {"type": "tool-call-start", **named, "delta": {"message": {"tool_calls": asked}}},
        {"type": "tool-call-delta", **named, "delta": {"message": {"tool_calls": more}}},
        {"type": "tool-call-end", **named},
    ]


@pytest.mark.parametrize(
    "values",
    [
        [*cohere(None, "a", PARIS), *cohere(None, "b", ROME)],
        [*cohere(0, "", PARIS), *cohere(1, "", ROME)],
        [*cohere("0", "a", PARIS), *cohere("1", "b", ROME)],
        [*cohere(0, "a", PARIS), *cohere(1, "a", ROME)],
    ],
    ids=["no index", "no ids", "the index as text", "the same id twice"],
)
async def test_calls_of_cohere_are_told_apart(service: Service, values: list[Any]) -> None:
    end = {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL"}}

    answer, _ = await read(service, "cohere", {"type": "message-start", "id": "m1"}, *values, end)

    assert called(answer) == BOTH
    assert len({call.id for call in answer.tool_calls} - {""}) == 2


@pytest.mark.parametrize("call_id", [None, "", "x"])
async def test_calls_that_come_whole_have_an_id_each(service: Service, call_id: Any) -> None:
    """Gemini and Ollama give whole calls, some without an id or with the same."""
    named = {} if call_id is None else {"id": call_id}
    cities = [{"city": "Paris"}, {"city": "Rome"}]
    parts = [{"functionCall": {**named, "name": "weather", "args": city}} for city in cities]
    asked = [{**named, "function": {"name": "weather", "arguments": city}} for city in cities]
    line = {"message": {"tool_calls": asked}, "done": True, "created_at": "2026-01-01T00:00:00Z"}

    of_gemini, _ = await read(service, "gemini", gemini(*parts, finish="STOP"))
    of_ollama, _ = await read(service, "ollama", {**line, "done_reason": "stop"})

    for answer in (of_gemini, of_ollama):
        assert called(answer) == BOTH
        assert len({call.id for call in answer.tool_calls} - {""}) == 2


@pytest.mark.field("E18")
async def test_words_that_come_only_when_they_are_whole_are_shown(service: Service) -> None:
    text = responses("output_text.done", output_index=0, content_index=0, text="Hello")
    thought = responses("reasoning_summary_text.done", output_index=1, summary_index=0, text="hm")
    message = {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}
    rest = [done(message, output_index=0), completed(message)]

    alone, _ = await read(service, "openai-responses", thought, text, completed())
    after_pieces, _ = await read(
        service,
        "openai-responses",
        responses("output_text.delta", output_index=0, content_index=0, delta="Hel"),
        responses("output_text.delta", output_index=0, content_index=0, delta="lo"),
        text,
        *rest,
    )
    twice, _ = await read(service, "openai-responses", text, *rest)

    assert (alone.text, alone.thought) == ("Hello", "hm")
    assert (after_pieces.text, twice.text) == ("Hello", "Hello")


@pytest.mark.field("E3")
async def test_every_item_of_the_assistant_says_its_type(service: Service) -> None:
    """llama.cpp: "Cannot determine type of 'item'"."""
    message = {"type": "message", "content": [{"type": "output_text", "text": "I look."}]}
    values = [
        done(message, output_index=0),
        done(function("c1", PARIS), output_index=1),
        done(message, output_index=2),
        completed(),
    ]
    first, _ = await read(service, "openai-responses", *values)

    await read(service, "openai-responses", *values, messages=["Hi", first.message, "And?"])

    _, *said, _ = service.requests[-1].json["input"]
    assert [item["type"] for item in said] == ["message", "function_call", "message"]
    assert said[0] == {"type": "message", "role": "assistant", "content": "I look."}
