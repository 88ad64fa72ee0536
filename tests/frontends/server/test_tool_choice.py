"""Which tool a model must call, how many it may, and how it samples: told in each wire format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ...fakes.provider import Service, answer, said, sse
from .conftest import FORMATS
from .running import RunningServer

HELLO = [{"role": "user", "content": "Hello"}]
ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
SUB = {"type": "function", "function": {"name": "sub", "parameters": {"type": "object"}}}
PATH = "/v1/chat/completions"

CHOICES: list[tuple[Any, dict[str, Any]]] = [
    ("auto", {"openai-chat": None, "anthropic-messages": None}),
    ({"type": "auto"}, {"openai-chat": None}),
    (
        "none",
        {
            "openai-chat": "none",
            "openai-responses": "none",
            "anthropic-messages": {"type": "none"},
            "gemini": {"functionCallingConfig": {"mode": "NONE"}},
        },
    ),
    ({"type": "none"}, {"openai-chat": "none"}),
    ({"type": "required"}, {"openai-chat": "required"}),
    (
        "required",
        {
            "openai-chat": "required",
            "openai-responses": "required",
            "anthropic-messages": {"type": "any"},
            "gemini": {"functionCallingConfig": {"mode": "ANY"}},
            "cohere": "REQUIRED",
        },
    ),
    ("any", {"openai-chat": "required"}),
    ({"type": "any"}, {"openai-chat": "required"}),
    (
        {"type": "function", "function": {"name": "add"}},
        {
            "openai-chat": {"type": "function", "function": {"name": "add"}},
            "openai-responses": {"type": "function", "name": "add"},
            "anthropic-messages": {"type": "tool", "name": "add"},
            "gemini": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["add"]}},
            "cohere": "REQUIRED",
        },
    ),
    ({"type": "function", "name": "add"}, {"anthropic-messages": {"type": "tool", "name": "add"}}),
    ({"type": "tool", "name": "add"}, {"anthropic-messages": {"type": "tool", "name": "add"}}),
]


@pytest.mark.field("S1")
def test_the_choice_of_a_tool_reaches_every_format_that_has_one(
    everywhere: RunningServer, provider: Service
) -> None:
    provider.always(answer(b"{}", status=400, headers={"content-type": "application/json"}))
    for choice, wires in CHOICES:
        for wire, expected in wires.items():
            provider.requests.clear()
            body = {"model": FORMATS[wire], "messages": HELLO, "tools": [ADD, SUB]}

            everywhere.request("POST", PATH, {**body, "tool_choice": choice})

            name = "toolConfig" if wire == "gemini" else "tool_choice"
            assert provider.requests[-1].json.get(name) == expected, (choice, wire)


@pytest.mark.field("S1")
def test_a_model_that_cannot_be_made_to_call_is_told(
    everywhere: RunningServer, provider: Service
) -> None:
    line = {"message": {"role": "assistant", "content": "Hi"}, "done": True, "done_reason": "stop"}
    said_so = json.dumps(line).encode() + b"\n"
    provider.always(answer(said_so, headers={"content-type": "application/x-ndjson"}))
    body = {"model": FORMATS["ollama"], "messages": HELLO, "tools": [ADD]}

    reply = everywhere.request("POST", PATH, {**body, "tool_choice": "required"}).json

    assert reply["warnings"] == ["ollama has no tool_choice; it was left out."]


@pytest.mark.field("S1")
def test_only_tools_that_are_allowed_are_offered(server: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Hi.")))
    allowed = {"mode": "required", "tools": [{"type": "function", "function": {"name": "sub"}}]}
    choice = {"type": "allowed_tools", "allowed_tools": allowed}
    body = {"model": "kimi-k2.6", "messages": HELLO, "tools": [ADD, SUB], "tool_choice": choice}

    server.request("POST", PATH, body)

    request = provider.requests[-1].json
    assert [tool["function"]["name"] for tool in request["tools"]] == ["sub"]
    assert request["tool_choice"] == "required"


SEARCH: dict[str, Any] = {"type": "web_search"}
FREE = ["tool_choice: whether the web is searched is left to the model here."]
ADD_FLAT: dict[str, Any] = {"type": "function", "name": "add"}
ALLOWED: dict[str, Any] = {"type": "allowed_tools", "mode": "required", "tools": [SEARCH]}
SEARCHES: list[tuple[list[Any], Any, list[str], bool]] = [  # the tools sent, and if that is told
    ([SEARCH], SEARCH, ["$web_search"], True),
    ([SEARCH], {"type": "web_search_preview"}, ["$web_search"], True),
    ([SEARCH], "required", ["$web_search"], True),
    ([SEARCH], ALLOWED, ["$web_search"], True),
    ([SEARCH], "auto", ["$web_search"], False),
    ([SEARCH, ADD_FLAT], SEARCH, ["add", "$web_search"], True),
    ([SEARCH, ADD_FLAT], "required", ["add", "$web_search"], False),
    ([SEARCH, ADD_FLAT], {**ALLOWED, "tools": [ADD_FLAT]}, ["add"], False),
    ([SEARCH], "none", [], False),
]


@pytest.mark.field("S1")
def test_the_providers_search_may_be_chosen_too(server: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Hi.")))
    for tools, choice, sent, is_told in SEARCHES:
        body = {"model": "kimi-k2.6", "input": "Hello", "tools": tools, "tool_choice": choice}

        reply = server.request("POST", "/v1/responses", body)

        offered = provider.requests[-1].json.get("tools", ())
        assert reply.status == 200, reply.body
        assert [tool["function"]["name"] for tool in offered] == sent, choice
        assert reply.json.get("warnings", []) == (FREE if is_told else [])


def calls(*names: str) -> bytes:
    """An answer that calls these tools at once."""
    pieces = [
        {"index": n, "id": f"call_{n}", "function": {"name": name, "arguments": "{}"}}
        for n, name in enumerate(names)
    ]
    return sse(
        {"choices": [{"index": 0, "delta": {"tool_calls": pieces}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
    )


@pytest.mark.field("S4")
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("path", [PATH, "/v1/responses"])
def test_one_call_alone_is_handed_on_where_only_one_is_wanted(
    server: RunningServer, provider: Service, path: str, streamed: bool
) -> None:
    provider.always(answer(calls("add", "sub")))
    flat = path.endswith("responses")
    tools = [{"type": "function", **t["function"]} for t in (ADD, SUB)] if flat else [ADD, SUB]
    body = {"model": "kimi-k2.6", "tools": tools, "parallel_tool_calls": False, "stream": streamed}
    body |= {"input": "Hello"} if flat else {"messages": HELLO}

    text = server.request("POST", path, body).body.decode()

    assert provider.requests[-1].json["parallel_tool_calls"] is False
    assert "call_0" in text
    assert "call_1" not in text
    assert "the model called 2 tools at once; the first is handed on." in text


@pytest.mark.field("S4")
def test_one_call_alone_is_asked_for_where_the_format_has_it(
    everywhere: RunningServer, provider: Service
) -> None:
    provider.always(answer(b"{}", status=400, headers={"content-type": "application/json"}))
    expected = {
        "openai-chat": ("parallel_tool_calls", False),
        "openai-responses": ("parallel_tool_calls", False),
        "anthropic-messages": ("tool_choice", {"type": "auto", "disable_parallel_tool_use": True}),
    }
    for wire, (name, value) in expected.items():
        body = {"model": FORMATS[wire], "messages": HELLO, "parallel_tool_calls": False}

        everywhere.request("POST", PATH, {**body, "tools": [ADD]})
        with_tools = provider.requests[-1].json
        everywhere.request("POST", PATH, body)
        without = provider.requests[-1].json

        assert with_tools.get(name) == value, wire
        assert name not in without, wire


@pytest.mark.field("S4")
def test_one_call_alone_is_asked_for_in_anthropics_words_and_with_any_choice(
    everywhere: RunningServer, provider: Service
) -> None:
    provider.always(answer(b"{}", status=400, headers={"content-type": "application/json"}))
    alone = {"disable_parallel_tool_use": True}
    asked: list[tuple[str, dict[str, Any], str, Any]] = [
        ("openai-chat", {"tool_choice": {"type": "any", **alone}}, "parallel_tool_calls", False),
        ("anthropic-messages", {"tool_choice": {"type": "any", **alone}}, "tool_choice", "any"),
        (
            "anthropic-messages",
            {"tool_choice": "required", "parallel_tool_calls": False},
            "tool_choice",
            "any",
        ),
        (
            "anthropic-messages",
            {"tool_choice": {"type": "tool", "name": "add"}, "parallel_tool_calls": False},
            "tool_choice",
            "tool",
        ),
    ]
    for wire, given, name, value in asked:
        body = {"model": FORMATS[wire], "messages": HELLO, "tools": [ADD, SUB], **given}

        everywhere.request("POST", PATH, body)

        sent = provider.requests[-1].json[name]
        if isinstance(sent, dict):
            assert sent["disable_parallel_tool_use"] is True
            sent = sent["type"]
        assert sent == value


@pytest.mark.field("S4")
def test_sampling_reaches_the_provider(everywhere: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Hi.")))
    sampling = {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.25,
        "logit_bias": {"50256": -100},
    }

    reply = everywhere.request(
        "POST", PATH, {"model": FORMATS["openai-chat"], "messages": HELLO, **sampling}
    )

    request = provider.requests[-1].json
    assert {name: request.get(name) for name in sampling} == sampling
    assert "warnings" not in reply.json
