"""OpenAI's Responses: by the official SDK, and event by event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

from ...fakes.provider import Service, answer, said, sse
from .running import TOKEN, RunningServer

MODEL = "kimi-k2.6"
PATH = "/v1/responses"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="
PAPER = "data:text/plain;base64,SGk="
ADD: Any = {"type": "function", "name": "add", "parameters": {"type": "object"}, "strict": False}
CALL = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a": 1}'}}
CALLED = sse(
    {"choices": [{"index": 0, "delta": {"content": "Let me see."}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": [CALL]}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
)


@pytest.fixture
def client(server: RunningServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, max_retries=0) as client:
        yield client


def events_of(body: bytes) -> list[dict[str, Any]]:
    lines = body.decode().splitlines()
    data = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    names = [line[7:] for line in lines if line.startswith("event: ")]
    assert names == [event["type"] for event in data]
    return data


# --- as the SDK reads it --------------------------------------------------------------------------


@pytest.mark.field("S2")
def test_a_whole_response(client: OpenAI, provider: Service) -> None:
    provider.answers(*said("Hel", "lo!", thought=["hm"], usage=(9, 12)))

    whole = client.responses.create(
        model=MODEL,
        input="Hello",
        instructions="Be brief.",
        max_output_tokens=50,
        reasoning={"effort": "high"},
        metadata={"a": "b"},
    )

    assert whole.output_text == "Hello!"
    assert [item.type for item in whole.output] == ["reasoning", "message"]
    assert whole.output[0].summary[0].text == "hm"  # type: ignore[union-attr]
    assert whole.status == "completed"
    assert (whole.model, whole.metadata) == (MODEL, {"a": "b"})
    assert whole.usage is not None
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (9, 12)
    assert whole.usage.total_tokens == 21
    sent = provider.requests[0].json
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert 50 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


@pytest.mark.field("S2")
def test_a_streamed_response_is_put_together_by_the_sdk(client: OpenAI, provider: Service) -> None:
    provider.answers(*said("Hel", "lo!", thought=["hm", "m"]), gap=0.01)

    with client.responses.stream(model=MODEL, input="Hello") as stream:
        words = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()

    assert "".join(words) == "Hello!"
    assert final.output_text == "Hello!"
    assert final.output[0].summary[0].text == "hmm"  # type: ignore[union-attr]


@pytest.mark.field("S2")
def test_a_response_is_parsed_into_the_type_that_was_asked_for(
    client: OpenAI, provider: Service
) -> None:
    class Distance(BaseModel):
        km: int

    provider.answers(*said('{"km": 384000}'))

    parsed = client.responses.parse(model=MODEL, input="How far?", text_format=Distance)

    assert parsed.output_parsed == Distance(km=384000)
    assert "km" in json.dumps(provider.requests[0].json["response_format"])


@pytest.mark.field("S2")
def test_a_tool_is_asked_for_and_its_result_sent_back(client: OpenAI, provider: Service) -> None:
    provider.answers(CALLED)
    provider.answers(*said("2"))
    history: list[Any] = [{"role": "user", "content": "1 + 1?"}]

    first = client.responses.create(
        model=MODEL, input=history, tools=[ADD], tool_choice={"type": "function", "name": "add"}
    )
    message, call = first.output
    assert call.type == "function_call"
    assert (call.call_id, call.name, json.loads(call.arguments)) == ("call_1", "add", {"a": 1})
    history += [item.model_dump() for item in first.output]
    history.append({"type": "function_call_output", "call_id": "call_1", "output": "2"})
    second = client.responses.create(model=MODEL, input=history, tools=[ADD])

    assert message.type == "message"
    assert second.output_text == "2"
    assert provider.requests[0].json["tool_choice"]["function"]["name"] == "add"
    sent = provider.requests[1].json["messages"]
    assert [m["role"] for m in sent] == ["user", "assistant", "tool"]
    assert sent[1]["content"] == "Let me see."
    assert sent[1]["tool_calls"][0]["id"] == "call_1"


# --- event by event -------------------------------------------------------------------------------


def test_the_search_of_the_provider_is_asked_for_as_a_tool(
    client: OpenAI, provider: Service
) -> None:
    provider.answers(*said("Sunny."))

    response = client.responses.create(
        model=MODEL, input="Weather?", tools=[{"type": "web_search_preview"}]
    )

    assert response.output_text == "Sunny."
    assert response.tools[0].type == "web_search_preview"
    assert any("web_search" in str(tool) for tool in provider.requests[-1].json["tools"])


@pytest.mark.field("S2")
def test_the_events_come_in_openais_order_and_are_counted(
    server: RunningServer, provider: Service
) -> None:
    thought = sse(
        {"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}, "finish_reason": None}]},
        done=False,
    )
    provider.answers(thought, CALLED)

    reply = server.request("POST", PATH, {"model": MODEL, "input": "Hi", "stream": True})

    assert reply.headers["content-type"].startswith("text/event-stream")
    events = events_of(reply.body)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    whole = events[-1]["response"]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert whole["output"] == done
    assert [event["output_index"] for event in events if "output_index" in event][-1] == 2
    assert events[0]["response"]["output"] == []
    assert {event["item_id"] for event in events if "item_id" in event} == {
        item["id"] for item in done
    }


@pytest.mark.field("S2")
@pytest.mark.parametrize(
    ("finish", "status", "reason"),
    [
        ("length", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
    ],
)
def test_an_answer_that_is_not_whole_is_incomplete(
    server: RunningServer, provider: Service, finish: str, status: str, reason: str
) -> None:
    provider.always(answer(*said("Hel", finish=finish)))

    whole = server.request("POST", PATH, {"model": MODEL, "input": "Hi"}).json
    streamed = server.request("POST", PATH, {"model": MODEL, "input": "Hi", "stream": True})

    last = events_of(streamed.body)[-1]
    assert last["type"] == "response.incomplete"
    for response in (whole, last["response"]):
        assert response["status"] == "incomplete"
        assert response["incomplete_details"] == {"reason": reason}
        assert response["output"][-1]["status"] == "incomplete"


@pytest.mark.field("S2")
def test_an_answer_that_breaks_fails(client: OpenAI, provider: Service) -> None:
    cut = said("Hel", "lo")[:-3]
    provider.always(answer(*cut, gap=0.02))

    events = list(client.responses.create(model=MODEL, input="Hi", stream=True))
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model=MODEL, input="Hi")

    assert events[-1].type == "response.failed"
    assert events[-1].response.error is not None
    assert "broke off" in events[-1].response.error.message
    assert "response.completed" not in [event.type for event in events]


@pytest.mark.field("S2")
def test_a_refusal_before_the_first_word_is_the_sdks_own_exception(
    client: OpenAI, provider: Service
) -> None:
    json_type = {"content-type": "application/json"}
    body = json.dumps({"error": {"message": "no", "code": "insufficient_quota"}}).encode()
    provider.always(answer(body, status=429, headers=json_type))

    for streamed in (False, True):
        with pytest.raises(openai.RateLimitError):
            client.responses.create(model=MODEL, input="Hi", stream=streamed)


# --- what is read ---------------------------------------------------------------------------------

READ: list[tuple[Any, list[dict[str, Any]]]] = [
    ("Hi", [{"role": "user", "content": "Hi"}]),
    ([{"role": "user", "content": "Hi"}], [{"role": "user", "content": "Hi"}]),
    (
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
        [{"role": "user", "content": "Hi"}],
    ),
    (
        [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    ),
    (
        [
            {"role": "user", "content": "Hi"},
            {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "role": "assistant", "id": "msg", "status": "completed",
             "content": [{"type": "output_text", "text": "Yes.", "annotations": []}]},
            {"role": "user", "content": "Why?"},
        ],
        [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "Why?"},
        ],
    ),
    (
        [
            {"role": "user", "content": [
                {"type": "input_text", "text": "What is it?"},
                {"type": "input_image", "image_url": PIXEL, "detail": "low"},
            ]},
        ],
        [
            {"role": "user", "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": PIXEL}},
            ]},
        ],
    ),
    (
        [{"role": "user", "content": [
            {"type": "input_file", "filename": "a.txt", "file_data": PAPER},
        ]}],
        [{"role": "user", "content": [{"type": "text", "text": "a.txt:\nHi"}]}],
    ),
]  # fmt: skip


@pytest.mark.field("S2")
def test_the_input_is_read_in_every_shape_it_has(server: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Yes.")))
    for given, sent in READ:
        reply = server.request("POST", PATH, {"model": MODEL, "input": given})

        assert reply.status == 200, reply.body
        messages = provider.requests[-1].json["messages"]
        for message in messages:
            message.pop("reasoning_content", None)  # which Kimi wants back
        assert messages == sent, given


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"previous_response_id": "resp_1"}, "previous_response_id", "nothing is kept"),
    ({"conversation": "conv_1"}, "conversation", "nothing is kept"),
    ({"conversation": {"id": "conv_1"}}, "conversation", "nothing is kept"),
    ({"prompt": {"id": "pmpt_1"}}, "prompt", "no prompts"),
    ({"background": True}, "background", ""),
    ({"top_logprobs": 3}, "top_logprobs", ""),
    ({"include": ["message.output_text.logprobs"]}, "include", "none can be had"),
    ({"max_output_tokens": 0}, "max_output_tokens", ""),
    ({"tools": [{"type": "code_interpreter"}]}, "tools", "should be a function"),
    ({"tools": [{"type": "function"}]}, "tools", ""),
    ({"tool_choice": "required"}, "tool_choice", ""),
    ({"text": {"format": {"type": "xml"}}}, "text", ""),
    ({"reasoning": {"effort": "extreme"}}, "reasoning", ""),
    ({"nonsense": 1}, "nonsense", "no such field"),
    ({"input": []}, "input", ""),
    ({"input": [1]}, "input", "should be"),
    ({"input": [{"type": "web_search_call", "id": "x"}]}, "input", "should be a message"),
    ({"input": [{"type": "item_reference", "id": "msg_gone"}]}, "input", "store: false"),
    ({"input": [{"type": "function_call", "call_id": "1"}]}, "input", "name"),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
        "input",
        "fetches nothing",
    ),
    (
        {"input": [{"role": "user", "content": [
            {"type": "input_image", "image_url": "http://127.0.0.1/x.png"}
        ]}]},
        "input",
        "fetches nothing",
    ),
]  # fmt: skip


@pytest.mark.field("S2")
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    server: RunningServer, provider: Service
) -> None:
    for given, param, words in REFUSED:
        reply = server.request("POST", PATH, {"model": MODEL, "input": "Hi", **given})

        error = reply.json["error"]
        assert reply.status == 400, given
        assert error["param"].partition(".")[0] == param
        assert words in error["message"]
    assert not provider.requests


@pytest.mark.field("S2")
def test_an_item_of_the_latest_answers_may_be_sent_back_by_its_id(
    server: RunningServer, provider: Service
) -> None:
    provider.answers(CALLED)
    provider.answers(*said("2"))
    first = server.request("POST", PATH, {"model": MODEL, "input": "1 + 1?", "tools": [ADD]}).json

    items: list[Any] = [{"role": "user", "content": "1 + 1?"}]
    items += [{"type": "item_reference", "id": item["id"]} for item in first["output"]]
    items.append({"type": "function_call_output", "call_id": "call_1", "output": "2"})
    second = server.request("POST", PATH, {"model": MODEL, "input": items, "tools": [ADD]})

    assert second.status == 200
    _, called, result = provider.requests[1].json["messages"]
    assert called["content"] == "Let me see."
    assert called["tool_calls"][0]["id"] == result["tool_call_id"] == "call_1"


@pytest.mark.field("S2")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1"),
        ("GET", "/v1/"),
        ("POST", "/v1/completions"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/messages"),
        ("POST", "/v1/v1/chat/completions"),
        ("GET", "/v1/responses/resp_1"),
    ],
)
def test_another_path_below_v1_is_told_which_there_are(
    server: RunningServer, method: str, path: str
) -> None:
    reply = server.request(method, path, {} if method == "POST" else None)

    assert reply.status == 404
    message = reply.json["error"]["message"]
    for known in ("POST /v1/chat/completions", "POST /v1/responses", "GET /v1/models"):
        assert known in message


@pytest.mark.field("S2")
def test_a_base_url_without_v1_is_told_so(server: RunningServer) -> None:
    for path in ("/chat/completions", "/responses"):
        reply = server.request("POST", path, {})

        assert reply.status == 404
        assert "ends in /v1" in reply.body.decode()
