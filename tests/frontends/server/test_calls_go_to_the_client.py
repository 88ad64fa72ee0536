"""The server never runs a tool: what a model calls is for whoever asked, whatever it is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ...fakes.chain import answer_in
from ...fakes.provider import Service, answer
from .running import RunningServer

NAMES = ("run", "look", "add")  # two are tools of nbchat's own
QUESTION = "What is in the folder?"
MODEL = "kimi-k2.6"
PARAMETERS = {"type": "object", "properties": {"code": {"type": "string"}}}


def code_of(file: Path) -> str:
    """What would be seen if it ran."""
    return f"open({str(file)!r}, 'w').write('it ran')"


def calls_of(path: str, body: dict[str, Any]) -> list[tuple[str, Any]]:
    """The calls in what the server gives back, each with its arguments."""
    if path == "/v1/responses":
        items = [item for item in body["output"] if item["type"] == "function_call"]
        return [(item["name"], json.loads(item["arguments"])) for item in items]
    (choice,) = body["choices"]
    asked = [call["function"] for call in choice["message"]["tool_calls"]]
    return [(call["name"], json.loads(call["arguments"])) for call in asked]


@pytest.fixture
def asks_to_run(provider: Service, tmp_path: Path) -> list[tuple[str, Any]]:
    """A model that wants to run code, by every name."""
    arguments = {"code": code_of(tmp_path / "it-ran")}
    calls = [(f"call_{name}", name, arguments) for name in NAMES]
    provider.always(answer(answer_in("openai-chat", calls=calls)))
    return [(name, arguments) for name in NAMES]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_calls_go_to_the_client_of_openais_paths(
    path: str,
    server: RunningServer,
    provider: Service,
    asks_to_run: list[tuple[str, Any]],
    tmp_path: Path,
) -> None:
    is_chat = path == "/v1/chat/completions"
    functions = [{"name": name, "parameters": PARAMETERS} for name in NAMES]
    flat = [{"type": "function", **function} for function in functions]
    nested = [{"type": "function", "function": function} for function in functions]
    question = (
        {"messages": [{"role": "user", "content": QUESTION}]} if is_chat else {"input": QUESTION}
    )

    reply = server.request(
        "POST", path, {"model": MODEL, **question, "tools": nested if is_chat else flat}
    )

    assert calls_of(path, reply.json) == asks_to_run
    assert len(provider.requests) == 1
    assert [*tmp_path.iterdir()] == []


def test_calls_go_to_the_client_of_stream(
    server: RunningServer,
    provider: Service,
    asks_to_run: list[tuple[str, Any]],
    tmp_path: Path,
) -> None:
    tools = [{"name": name, "parameters": PARAMETERS} for name in NAMES]

    reply = server.request(
        "POST", "/stream", {"model": MODEL, "messages": QUESTION, "tools": tools}
    )

    *before, last = reply.lines
    calls = [call for chunk in before for call in chunk.get("toolCalls") or ()]
    assert [(call["name"], call["arguments"]) for call in calls] == asks_to_run
    assert last["reason"] == "tool_calls"
    assert len(provider.requests) == 1
    assert [*tmp_path.iterdir()] == []


def test_what_the_client_has_run_goes_on_to_the_model(
    server: RunningServer, provider: Service, asks_to_run: list[tuple[str, Any]]
) -> None:
    tools = [{"type": "function", "function": {"name": "add", "parameters": PARAMETERS}}]
    body = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "tools": tools}
    path = "/v1/chat/completions"
    asked = server.request("POST", path, body).json["choices"][0]["message"]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": f"{call['function']['name']}: done"}
        for call in asked["tool_calls"]
    ]
    provider.always(answer(answer_in("openai-chat", words="There.")))

    reply = server.request("POST", path, {**body, "messages": [*body["messages"], asked, *results]})

    assert reply.json["choices"][0]["message"]["content"] == "There."
    told = [m["content"] for m in provider.requests[-1].json["messages"] if m["role"] == "tool"]
    assert told == [f"{name}: done" for name in NAMES]
