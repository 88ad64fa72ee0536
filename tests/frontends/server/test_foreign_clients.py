"""Clients of others, unmodified and in their default modes, against the demo and a provider."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ...fakes.provider import Request, Service, answer, said, sse
from .foreign_clients import ask_in_node, ask_in_python
from .running import KEY, TOKEN, RunningServer

MODEL = "kimi-k2.6"
DISTANCE = {"km": 384400}
NUMBERS = itertools.count()


PAGE = "https://moon.example/far"
TO_RUN = ("miles", "feet")  # tools that clients run; they are called at once


def played(request: Request) -> bytes:
    """What a model would do: call the tool it must, else those it has, else say what is wanted."""
    body = request.json
    names = [tool["function"]["name"] for tool in body.get("tools", ())]
    choice = body.get("tool_choice")
    has_result = any(message["role"] == "tool" for message in body["messages"])
    to_run = [name for name in TO_RUN if name in names]
    if isinstance(choice, dict):
        return called(choice["function"]["name"])
    if "$web_search" in names:
        end = {"index": 0, "delta": {"content": "Far [1]."}, "finish_reason": "stop"}
        return sse({"choices": [end], "citations": [PAGE]})
    if to_run and not has_result:
        return called(*to_run)
    if choice == "required":
        return called(next(name for name in names if name not in to_run))
    if "response_format" in body:
        return b"".join(said(json.dumps(DISTANCE)))
    return b"".join(said("Hel", "lo!", thought=["hm"]))


def called(*names: str) -> bytes:
    calls = []
    for at, name in enumerate(names):
        arguments = "{}" if name in TO_RUN else json.dumps(DISTANCE)
        call = {"index": at, "id": f"call_{next(NUMBERS)}"}
        calls.append({**call, "function": {"name": name, "arguments": arguments}})
    return sse(
        {"choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
    )


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[RunningServer, tuple[str, ...]]]:
    """A server, and what a script is called with to ask it."""

    async def play(request: Request, writer: asyncio.StreamWriter) -> bool | None:
        return await answer(played(request))(request, writer)

    with (
        Service() as provider,
        RunningServer(KIMI_BASE_URL=provider.url, KIMI_API_KEY=KEY) as server,
    ):
        provider.always(play)
        yield server, (f"{server.url}/v1", TOKEN, "demo", MODEL)
    assert "Traceback" not in server.said, server.said


@pytest.fixture(scope="module")
def plain(asked: tuple[RunningServer, tuple[str, ...]]) -> set[str]:
    """What the demo answers to the questions of the clients."""
    server, _ = asked
    texts = set()
    for question in ("Hello", "How far is the moon?"):
        body = {"model": "demo", "messages": [{"role": "user", "content": question}]}
        reply = server.request("POST", "/v1/chat/completions", body).json
        texts.add(reply["choices"][0]["message"]["content"].strip())
    return texts


@pytest.fixture(scope="module")
def in_python(asked: tuple[RunningServer, tuple[str, ...]]) -> dict[str, Any]:
    _, arguments = asked
    return ask_in_python(*arguments)


def check(found: dict[str, Any], plain: set[str]) -> list[Any]:
    """What it got of tools and types; its words are checked here."""
    assert "failed" not in found, found["failed"]
    assert {text.strip() for text in found["plain"]} <= plain
    assert {text.strip() for text in found["plain, scripted"]} == {"Hello!"}
    return [json.loads(text) if text.startswith("{") else text for text in found["scripted"]]


@pytest.mark.field("S1")
def test_instructor_in_its_default_mode(in_python: dict[str, Any], plain: set[str]) -> None:
    assert check(in_python["instructor"], plain) == [DISTANCE, DISTANCE]


@pytest.mark.field("S1")
def test_pydantic_ai_with_an_output_type(in_python: dict[str, Any], plain: set[str]) -> None:
    assert check(in_python["pydantic_ai"], plain) == [DISTANCE, DISTANCE]


@pytest.mark.field("S1")
def test_langchain_with_structured_output(in_python: dict[str, Any], plain: set[str]) -> None:
    both = ["miles feet", "Hello!"]
    assert check(in_python["langchain"], plain) == [DISTANCE, DISTANCE, *both, *both, PAGE]


@pytest.mark.field("S2")
def test_chatlas(in_python: dict[str, Any], plain: set[str]) -> None:
    assert check(in_python["chatlas"], plain) == ["Hello!", DISTANCE]


@pytest.mark.field("S3")
def test_litellm(in_python: dict[str, Any], plain: set[str]) -> None:
    assert check(in_python["litellm"], plain) == [DISTANCE, "miles feet", PAGE]


@pytest.mark.field("S2")
def test_the_ai_sdk(asked: tuple[RunningServer, tuple[str, ...]], plain: set[str]) -> None:
    _, arguments = asked

    got = check(ask_in_node(*arguments)["ai_sdk"], plain)
    assert got == ["Hello!", DISTANCE, DISTANCE, PAGE]
