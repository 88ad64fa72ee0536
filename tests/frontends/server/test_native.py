"""POST /stream and its neighbours, as curl sees them."""

from __future__ import annotations

import json
import shutil
import subprocess
from asyncio import StreamWriter, to_thread
from threading import Semaphore
from typing import Any

import pytest

from nbchat.frontends.server.openapi import Chunk

from ...fakes.provider import Play, Request, Service, said, sse
from .running import KEY, TOKEN, RunningServer

QUESTION = {"model": "kimi-k2.6", "messages": "Hello"}
HIDDEN = ("Traceback", KEY, TOKEN)


def test_an_answer_comes_in_lines_that_end_with_a_finished_one(
    server: RunningServer, provider: Service
) -> None:
    provider.answers(*said("Hel", "lo\u2028!", thought=["hm"], usage=(9, 12)), gap=0.02)

    reply = server.request("POST", "/stream", QUESTION)

    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    *pieces, last = reply.lines
    assert all(not piece["finished"] for piece in pieces)
    assert "".join(piece["content"] for piece in pieces) == "Hello\u2028!"
    assert "".join(piece.get("thought", "") for piece in pieces) == "hm"
    assert {name: last[name] for name in ("content", "finished", "reason", "model", "usage")} == {
        "content": "",
        "finished": True,
        "reason": "end",
        "model": "kimi-k2.6",
        "usage": {"input": 9, "output": 12},
    }
    assert len(reply.body.decode().splitlines()) == len(
        reply.lines
    )  # U+2028 ends a line for some readers
    for line in reply.lines:  # is what the OpenAPI document says, and nothing more
        assert Chunk.model_validate(line).model_dump(by_alias=True, exclude_unset=True) == line


def test_events_are_the_same_chunks(server: RunningServer, provider: Service) -> None:
    for _ in range(2):
        provider.answers(
            b"".join(said("Hel", "lo"))
        )  # in one piece, so that both times it is cut alike

    lines = server.request("POST", "/stream", QUESTION, accept="application/x-ndjson")
    events = server.request("POST", "/stream", QUESTION, accept="text/event-stream")

    assert lines.headers["content-type"] == "application/x-ndjson"
    assert events.headers["content-type"].startswith("text/event-stream")
    blocks = events.body.decode().removesuffix("\n\n").split("\n\n")
    assert [json.loads(block.removeprefix("data: ")) for block in blocks] == lines.lines


def one_at_a_time(gate: Semaphore, *pieces: bytes) -> Play:
    """Send a word for each time that the gate is opened; whoever waits for two gets no more."""

    async def play(request: Request, writer: StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\n\r\n")
        for piece in pieces:
            if b'"content": "' in piece and b'"content": ""' not in piece:
                opened = await to_thread(gate.acquire, timeout=20)
                if not opened:
                    return False
            writer.write(piece)
            await writer.drain()
        return False

    return play


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
def test_curl_shows_each_piece_as_it_comes(
    server: RunningServer, provider: Service, accept: str
) -> None:
    gate = Semaphore(1)
    provider.plays(one_at_a_time(gate, *said("one ", "two ", "three ")))
    command = [
        "curl",
        "-sN",
        f"{server.url}/stream",
        "-H",
        f"Authorization: Bearer {TOKEN}",
        "-H",
        f"Accept: {accept}",
    ]
    command += ["-H", "Content-Type: application/json", "-d", json.dumps(QUESTION)]

    shown: list[bytes] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as curl:
        assert curl.stdout is not None
        for line in filter(bytes.strip, curl.stdout):
            shown.append(line)
            gate.release()

    words = [json.loads(line.removeprefix(b"data: ")).get("content") for line in shown]
    assert words == ["one ", "two ", "three ", ""]


def test_a_conversation_with_a_picture_and_a_tool_reaches_the_provider(
    server: RunningServer, provider: Service
) -> None:
    provider.answers(*said("4"))
    body = {
        "model": "kimi-k2.6",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image", "data": "aGk="},
                ],
            },
            {
                "role": "assistant",
                "toolCalls": [{"id": "call_1", "name": "add", "arguments": {"a": 1}}],
            },
            {"role": "tool", "tool_call_id": "call_1", "name": "add", "content": "2"},
        ],
        "maxTokens": 50,
        "tools": [
            {
                "name": "add",
                "description": "Add",
                "parameters": {"type": "object", "properties": {}},
            }
        ],
    }

    reply = server.request("POST", "/stream", body)

    assert reply.status == 200
    sent = provider.requests[0].json
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
    assert sent["messages"][1]["content"][1]["image_url"]["url"] == "data:image/png;base64,aGk="
    assert sent["messages"][2]["tool_calls"][0]["function"] == {
        "name": "add",
        "arguments": '{"a": 1}',
    }
    assert sent["messages"][3]["tool_call_id"] == "call_1"
    assert sent["tools"][0]["function"]["name"] == "add"
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert TOKEN not in provider.requests[0].body.decode() + str(provider.requests[0].headers)


def test_a_search_is_one_answer_of_two_requests(server: RunningServer, provider: Service) -> None:
    call = {"index": 0, "id": "s1", "function": {"name": "$web_search", "arguments": "{}"}}
    delta = {"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}
    provider.answers(sse({"choices": [{"index": 0, **delta}]}))
    provider.answers(*said("Blue."))

    *before, last = server.request("POST", "/stream", {**QUESTION, "search": True}).lines

    assert "".join(chunk["content"] for chunk in before) == "Blue."
    assert [call for chunk in before for call in chunk.get("toolCalls") or ()] == []
    assert last["reason"] == "end"
    assert len(provider.requests) == 2


def test_a_tool_the_model_asks_for_is_a_chunk(server: RunningServer, provider: Service) -> None:
    call = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a": 1}'}}
    provider.answers(
        sse(
            {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        )
    )

    *before, last = server.request("POST", "/stream", QUESTION).lines

    assert [c for chunk in before for c in chunk["toolCalls"]] == [
        {"id": "call_1", "name": "add", "arguments": {"a": 1}}
    ]
    assert last["reason"] == "tool_calls"


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "expected", "kind"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}, 401, "KeyRefused"),
        (403, {"error": {"message": "no", "type": "permission_error"}}, 403, "NotAllowed"),
        (402, {"error": {"message": "pay"}}, 429, "NoCredit"),
        (404, {"error": {"message": "no such model"}}, 404, "ModelNotFound"),
        (400, {"error": {"message": "maximum context length is 8192"}}, 400, "ContextTooLong"),
        (400, {"error": {"message": "bad"}}, 400, "RequestRefused"),
        (429, {"error": {"message": "slow down"}}, 429, "RateLimited"),
        (200, b"<html><title>Sign in</title>", 502, "BadAnswer"),
    ],
)
@pytest.mark.parametrize("path", ["/stream", "/v1/chat/completions"])
def test_what_a_provider_refuses_has_a_status_and_a_sentence(
    server: RunningServer,
    provider: Service,
    path: str,
    status: int,
    body: Any,
    expected: int,
    kind: str,
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    kinds = {
        "content-type": "text/html" if isinstance(body, bytes) else "application/json",
        "retry-after": "3600",
    }
    provider.answers(data, status=status, headers=kinds)

    reply = server.request(
        "POST", path, {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]}
    )

    assert reply.status == expected
    assert reply.headers["x-should-retry"] == "false"
    assert not [word for word in HIDDEN if word in reply.body.decode()]
    if kind == "RateLimited":
        assert reply.headers["retry-after"] == "3600"
    if path == "/stream":
        assert reply.json["error"]["type"] == kind
        assert reply.json["content"] == f"Service error: {reply.json['error']['message']}"
    else:
        assert set(reply.json["error"]) == {"message", "type", "param", "code"}


def test_a_failure_after_the_first_words_is_the_last_line(
    server: RunningServer, provider: Service
) -> None:
    cut = said("Hel", "lo")[:-3]
    provider.answers(*cut, gap=0.02)

    reply = server.request("POST", "/stream", QUESTION)

    assert reply.status == 200
    assert "".join(line["content"] for line in reply.lines[:-1]) == "Hello"
    assert reply.lines[-1]["finished"]
    assert reply.lines[-1]["error"]["type"] == "ConnectionBroken"
    assert [line["finished"] for line in reply.lines].count(True) == 1


def test_an_error_that_echoes_the_key_is_cleaned_in_the_middle_of_an_answer(
    server: RunningServer, provider: Service
) -> None:
    provider.answers(
        said("Hel")[1], sse({"error": {"message": f"bad key {KEY}", "code": 401}}), gap=0.02
    )

    reply = server.request("POST", "/stream", QUESTION)

    assert reply.lines[0]["content"] == "Hel"
    assert "error" in reply.lines[-1]
    assert KEY not in reply.body.decode()


@pytest.mark.parametrize(
    ("body", "status", "names"),
    [
        (b"", 422, "the body"),
        (b"{", 422, "not valid JSON"),
        (b"[]", 422, "the body"),
        (b"\xff\xfe", 422, "not valid JSON"),
        (b'{"model": "demo", "messages": "\\ud800"}', 422, "not valid JSON"),
        (b'{"model": "demo", "messages": "Hi", "temperature": NaN}', 422, "not valid JSON"),
        (b'{"model": "demo", "messages": "Hi", "temperature": 1e999}', 422, "finite"),
        (
            b'{"model": "kimi-k2.6", "messages": "Hi", "schema": {"maximum": 1e999}}',
            422,
            "not JSON",
        ),
        (
            b'{"model": "demo", "messages": "Hi", "maxTokens": %b}' % (b"9" * 5000),
            422,
            "not valid JSON",
        ),
        (b'{"model": "demo", "messages": "Hi"} {}', 422, "not valid JSON"),
        (b'\xef\xbb\xbf{"model": "demo", "messages": "Hi"}', 422, "not valid JSON"),
        (b"[" * 100_000, 422, "not valid JSON"),
        ({"model": "demo", "messages": [1]}, 422, "messages.0: should be an object"),
        (
            {"model": "demo", "messages": "Hi", "tools": [{"name": ""}]},
            422,
            "tools.0.name: should have at least 1",
        ),
        ({"model": "gemini:../../files", "messages": "Hi"}, 404, "names no model"),
        ({"model": "demo"}, 422, "messages"),
        ({"model": "demo", "messages": []}, 422, "messages"),
        ({"model": "demo", "messages": ""}, 422, "question"),
        (
            {"model": "demo", "messages": [{"role": "assistant", "content": "Hi"}]},
            422,
            "no question",
        ),
        ({"model": "", "messages": "Hi"}, 422, "model"),
        ({"model": "demo", "messages": [{"role": "boss", "content": KEY}]}, 422, "messages.0.role"),
        (
            {
                "model": "demo",
                "messages": [{"role": "user", "content": [{"type": "image", "data": KEY}]}],
            },
            422,
            "base64",
        ),
        ({"model": "demo", "messages": "Hi", "maxTokens": 0}, 422, "maxTokens"),
        ({"model": "demo", "messages": "Hi", "maxTokens": KEY}, 422, "maxTokens"),
        ({"model": "demo", "messages": "Hi", "thinking": KEY}, 422, "thinking"),
        (
            {"model": "demo", "messages": "Hi", "search": "yes"},
            422,
            "search: should be a valid bool",
        ),
        ({"model": "demo", "messages": "Hi", "topP": 2}, 422, "topP: should be less than"),
        ({"model": "demo", "messages": "Hi", "seed": -1}, 422, "seed: should be greater than"),
        ({"model": "demo", "messages": "Hi", "stop": [""]}, 422, "stop.0: should have at least"),
        (
            {"model": "demo", "messages": "Hi", "stop": ["x"] * 5},
            422,
            "stop: should have at most 4",
        ),
        ({"model": "demo", "messages": "Hi", "stop": 5}, 422, "stop: should be a valid string"),
        ({"model": "demo", "messages": "Hi", "toolChoice": 5}, 422, "toolChoice"),
        (
            {"model": "demo", "messages": "Hi", "toolChoice": "add"},
            422,
            "toolChoice: should be auto",
        ),
        ({"model": "demo", "messages": "Hi", "toolChoice": KEY}, 422, "toolChoice: should be auto"),
        ({"model": "demo", "messages": "Hi", "toolChoice": "required"}, 422, "toolChoice: should"),
        (
            {"model": "demo", "messages": "Hi", "extra": {"top_k": 5}},
            422,
            "extra: there is no such",
        ),
        ({"model": "demo", "messages": "Hi", "apiKey": KEY}, 422, "apiKey"),
        ({"model": "demo", "messages": "Hi", "base_url": "http://evil.com"}, 422, "base_url"),
        ({"model": "demo", "messages": "Hi", KEY: 1}, 422, "a field"),
        ({"model": "no-such-model", "messages": "Hi"}, 404, "no model is called"),
        ({"model": "openai:gpt-5", "messages": "Hi"}, 503, "OPENAI_API_KEY"),
        ({"model": "http://evil.com/v1:x", "messages": "Hi"}, 404, "is an address"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_without_its_values(
    server: RunningServer, body: Any, status: int, names: str
) -> None:
    reply = server.request("POST", "/stream", body)

    assert reply.status == status
    assert names in reply.json["error"]["message"]
    assert "evil.com/v1" not in reply.body.decode() or status == 404
    assert KEY not in reply.body.decode()


def test_a_path_or_method_that_does_not_exist_is_said_in_json(server: RunningServer) -> None:
    assert server.request("GET", "/nothing").json["error"]["type"] == "NotFound"
    assert server.request("GET", "/v1/nothing").json["error"]["code"] == "not_found"
    assert server.request("GET", "/stream").status == 405
    assert server.request("PUT", "/models", b"{}").status == 405


# --- the other routes --------------------------------------------------------------------------


def test_the_models_are_the_table_and_say_whether_they_can_be_asked(server: RunningServer) -> None:
    rows = {row["id"]: row for row in server.request("GET", "/models").json["models"]}

    assert rows["kimi-k2-thinking"]["type"] == "kimi"
    assert rows["kimi-k2-thinking"]["envKey"] == "KIMI_API_KEY"
    assert rows["kimi-k2-thinking"]["ready"]
    assert rows["demo"]["ready"]
    assert not rows["gpt-4"]["ready"]


def test_the_first_page_tells_a_person_what_to_type(server: RunningServer) -> None:
    page = server.request("GET", "/").body.decode()

    assert f"curl -N {server.url}/stream" in page
    assert TOKEN not in page
