"""The vocabulary of the original service: requests go in, chunks come out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import nbchat
from nbchat import ChatService, ChatStreamRequest, Message, create_model
from nbchat.engine.engine import Engine
from nbchat.errors import (
    BadSettings,
    ConnectionBroken,
    KeyRefused,
    MissingKey,
    NbchatError,
    UnknownModel,
)
from nbchat.network import client
from nbchat.wire.pictures import NOT_SHOWN

from ..fakes.provider import Service, answer, said, sse
from ..pictures import SVG, drawn, png
from ..waiting import soon
from .asking import ASK, KEY, chunks_of, text

# --- asking ----------------------------------------------------------------------------------


async def test_an_answer_ends_with_one_finished_chunk(service: Service) -> None:
    service.answers(*said("Hel", "lo", thought=["hm"], usage=(9, 12)), gap=0.01)

    *pieces, last = await chunks_of(
        ChatStreamRequest(model="kimi-k2.6", messages="Hello", max_tokens=50)
    )

    assert text(pieces) == "Hello"
    assert "".join(piece.thought for piece in pieces) == "hm"
    assert not any(piece.finished for piece in pieces)
    assert (last.finished, last.reason, last.content, last.error) == (True, "end", "", None)
    assert last.model == "kimi-k2.6"
    assert last.usage == nbchat.Usage(input=9, output=12)


@pytest.mark.field("E17")
async def test_a_picture_is_told_in_words(service: Service) -> None:
    service.answers(sse(*drawn("Here:", png())))

    pieces = await chunks_of(ChatStreamRequest(model="kimi-k2.6", messages="Draw."))

    assert text(pieces) == "Here:\n\n[picture, 3 × 2, 86 bytes]"


@pytest.mark.field("E17")
async def test_a_picture_that_is_not_shown_is_no_empty_answer(service: Service) -> None:
    service.answers(sse(*drawn("", SVG)))

    pieces = await chunks_of(ChatStreamRequest(model="kimi-k2.6", messages="Draw."))

    assert [piece.notice for piece in pieces if piece.notice] == [
        f"{NOT_SHOWN}it is no PNG, JPEG, GIF or WebP by its bytes."
    ]


@pytest.mark.parametrize("name", ["max_tokens", "maxTokens"])
async def test_both_spellings_are_understood(service: Service, name: str) -> None:
    service.answers(*said("Hi"))

    await chunks_of({**ASK, name: 50, "temperature": 1})

    sent = service.requests[0].json
    assert 50 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


async def test_messages_of_nbchat_go_through_as_they_are(service: Service) -> None:
    service.answers(*said("Hi"))
    picture = nbchat.Image(b"png", "image/png")

    await chunks_of(
        {
            **ASK,
            "messages": (
                Message("user", ["Look:", picture]),
                {"role": "assistant", "content": "I do."},
            ),
        }
    )

    sent = service.requests[0].json["messages"]
    assert sent[0]["content"][1]["image_url"]["url"] == picture.data_url
    assert sent[1]["content"] == "I do."


async def test_a_model_is_made_from_type_and_id(service: Service) -> None:
    service.always(answer(*said("Hi")))
    model = create_model("kimi", "some-new-id")

    chunks = [chunk async for chunk in model.stream_chat("Hello", temperature=0.5)]
    request = ChatStreamRequest(model="replaced", messages="Hello", system="Be brief.")
    again = [chunk async for chunk in model.stream_chat(request, max_tokens=7)]
    fields = [
        chunk async for chunk in model.stream_chat({"messages": "Hello", "system": "Be brief."})
    ]

    assert text(chunks) == text(again) == text(fields) == "Hi"
    assert [r.json["model"] for r in service.requests] == ["some-new-id"] * 3
    assert [r.json["messages"][0]["content"] for r in service.requests[1:]] == ["Be brief."] * 2


def test_a_provider_nobody_knows_is_noticed_when_the_model_is_made() -> None:
    with pytest.raises(UnknownModel, match="kimmi"):
        create_model("kimmi", "k2")


async def test_an_engine_of_one_s_own_is_used_on_its_own_loop(service: Service) -> None:
    service.answers(*said("Hi"))
    engine = Engine()

    chunks = [chunk async for chunk in ChatService(engine).stream_chat(ASK)]
    await engine.aclose()

    assert text(chunks) == "Hi"
    assert service.connections == 1


def test_it_works_in_a_loop_of_the_user_s(service: Service) -> None:
    for _ in range(2):
        service.answers(*said("Hi"))

        assert text(asyncio.run(chunks_of(ASK))) == "Hi"


async def test_answers_after_each_other_share_a_connection(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DRAIN_SECONDS", 20.0)  # however late an answer's end comes
    for _ in range(3):
        service.answers(*said("Hi"))

        assert text(await chunks_of(ASK)) == "Hi"

    assert service.connections == 1


async def test_leaving_early_closes_the_connection(service: Service) -> None:
    service.answers(*said(*["word "] * 500), gap=0.01)
    stream = ChatService().stream_chat(ASK)

    async for _ in stream:
        break
    await stream.aclose()

    await soon(lambda: service.open == 0)


# --- what goes wrong -----------------------------------------------------------------------------


async def test_a_refusal_is_the_last_chunk_and_holds_no_key(service: Service) -> None:
    service.answers(b'{"error": {"message": "Incorrect API key: %b"}}' % KEY.encode(), status=401)

    (only,) = await chunks_of(ASK)

    assert only.finished
    assert isinstance(only.error, KeyRefused)
    assert only.content == f"Service error: {only.error.happened}"
    assert only.wire["error"]["type"] == "KeyRefused"
    assert only.wire["error"]["status"] == 401
    assert KEY not in str(only) + str(only.wire)


@pytest.mark.parametrize(
    "options",
    [
        {"topP": 0.5, "seed": 7, "stop": "END", "toolChoice": "required"},
        {"top_p": 0.5, "seed": 7, "stop": ["END"], "tool_choice": "required"},
    ],
)
async def test_every_option_has_its_name_in_either_spelling(
    service: Service, options: dict[str, Any]
) -> None:
    service.answers(*said("Hi"))

    await chunks_of({**ASK, "model": "moonshot-v1-8k", "tools": [{"name": "add"}], **options})

    sent = service.requests[-1].json
    names = ("top_p", "seed", "stop", "tool_choice")
    assert [sent.get(name) for name in names] == [0.5, 7, ["END"], "required"]


async def test_a_cut_keeps_what_had_arrived(service: Service) -> None:
    cut = said("Hel", "lo")[:-3]
    service.answers(*cut, gap=0.02)

    *pieces, last = await chunks_of(ASK)

    assert text(pieces) == "Hello"
    assert last.reason == "broken"
    assert isinstance(last.error, ConnectionBroken)
    assert last.content.startswith("Service error: ")


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({**ASK, "model": "no-such-model"}, UnknownModel),
        ({**ASK, "model": "openai:gpt-5"}, MissingKey),
        ({**ASK, "messages": ""}, BadSettings),
        ({**ASK, "apiKey": KEY}, BadSettings),
        ({**ASK, "schema": {"maximum": float("inf")}}, BadSettings),
        ({}, BadSettings),
        (None, BadSettings),
        ("Hello", BadSettings),
    ],
)
async def test_what_cannot_be_asked_is_a_last_chunk_too(
    request_: Any, kind: type[NbchatError]
) -> None:
    (only,) = await chunks_of(request_)

    assert only.finished
    assert isinstance(only.error, kind)
    assert KEY not in str(only.wire)


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": KEY},
        {KEY: 1},
        {"temperature": KEY},
        {"max_tokens": "5"},
        {"top_p": KEY},
        {"toolChoice": KEY},
        {"stop": {"key": KEY}},
        {"stop": [KEY] * 9},
        {"extra": {"key": KEY}},
        {"baseUrl": KEY},
        {"thinking": KEY},
        {"messages": [{"role": "user", "content": {"key": KEY}}]},
        {"messages": [{"role": KEY}]},
    ],
)
def test_an_invalid_request_is_refused_without_its_values(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as of_a_dict:
        ChatStreamRequest.of({**ASK, **wrong})
    assert KEY not in str(of_a_dict.value)

    with pytest.raises(BadSettings) as of_fields:
        ChatStreamRequest(**{**ASK, **wrong})
    assert str(of_fields.value) == str(of_a_dict.value)


async def test_a_tool_call_that_was_cut_is_shown_raw(service: Service) -> None:
    call = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a": '}}
    service.answers(
        sse(
            {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
        )
    )

    chunks = await chunks_of(ASK)

    calls = [call for chunk in chunks for call in chunk.wire.get("toolCalls", [])]
    assert calls == [{"id": "call_1", "name": "add", "arguments": None, "raw": '{"a": '}]


@pytest.mark.field("E18")
async def test_a_function_call_of_an_older_history_is_a_tool_call(service: Service) -> None:
    """So OpenAI wrote them before 2023-11: no ids, arguments as text, content null."""
    service.answers(*said("Five."))

    def called(arguments: str) -> dict[str, Any]:
        function = {"name": "add", "arguments": arguments}
        return {"role": "assistant", "content": None, "function_call": function}

    history = [
        {"role": "user", "content": "1 + 1, then 2 + 3?"},
        called('{"a": 1, "b": 1}'),
        {"role": "function", "name": "add", "content": "2"},
        called('{"a": 2, "b": 3}'),
        {"role": "function", "name": "add", "content": "5"},
        {"role": "assistant", "content": "2, then 5.", "function_call": None},
        {"role": "user", "content": "So?"},
    ]

    await chunks_of({**ASK, "messages": history})

    _, one, told, two, also_told, said_so, _ = service.requests[0].json["messages"]
    assert [m["tool_calls"][0]["function"]["name"] for m in (one, two)] == ["add", "add"]
    assert json.loads(two["tool_calls"][0]["function"]["arguments"]) == {"a": 2, "b": 3}
    assert told == {"role": "tool", "tool_call_id": one["tool_calls"][0]["id"], "content": "2"}
    assert also_told["tool_call_id"] == two["tool_calls"][0]["id"] != told["tool_call_id"]
    assert "tool_calls" not in said_so


@pytest.mark.field("E18")
async def test_a_message_of_the_role_function_answers_the_last_call_of_its_name(
    service: Service,
) -> None:
    service.answers(*said("Two."))
    called = Message("assistant", tool_calls=[nbchat.ToolCall("c1", "add", {"a": 1})])
    told = Message("function", "2", name="add")  # type: ignore[arg-type]

    await nbchat.stream("kimi-k2.6", [Message("user", "1 + 1?"), called, told]).answer()

    last = service.requests[0].json["messages"][-1]
    assert last == {"role": "tool", "tool_call_id": "c1", "content": "2"}
