"""Questions, and what stands in them, as clients of many vendors write it."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.frontends.server.openai_request import CompletionRequest

from ...fakes.provider import Service, answer, said
from .running import RunningServer

HELLO = [{"role": "user", "content": "Hello"}]
PATH = "/v1/chat/completions"
OPENAI = "openai:gpt-4.1"


@pytest.mark.field("S7")
@pytest.mark.parametrize("role", ["system", "developer"])
def test_rules_alone_are_answered(server: RunningServer, provider: Service, role: str) -> None:
    provider.always(answer(*said("Hi.")))
    messages = [{"role": role, "content": "Be brief."}, {"role": role, "content": "Say hello."}]

    reply = server.request("POST", PATH, {"model": "kimi-k2.6", "messages": messages})

    assert reply.status == 200
    assert provider.requests[-1].json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say hello."},
    ]


@pytest.mark.field("S7")
def test_an_empty_question_is_refused_in_words_for_a_client(server: RunningServer) -> None:
    empty = [{"role": "user", "content": ""}]
    asked = [
        (PATH, {"messages": empty}, "messages"),
        (PATH, {"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, ""),
        ("/v1/responses", {"input": " "}, "input"),
        ("/v1/responses", {"input": empty}, "input"),
        ("/stream", {"messages": ""}, ""),
        ("/stream", {"messages": empty}, ""),
    ]
    for path, body, param in asked:
        reply = server.request("POST", path, {"model": "demo", **body})

        error = reply.json["error"]
        assert reply.status == (400 if path.startswith("/v1") else 422)
        assert "there is no question" in error["message"]
        assert "cell" not in reply.body.decode()
        if param:
            assert error["param"] == param


@pytest.mark.field("S7")
def test_a_name_that_leads_nowhere_is_told_without_a_notebooks_commands(
    server: RunningServer,
) -> None:
    for model in (
        "no-such",
        "claude-3-opus",
        "kimi:",
        "nowhere:x",
        "a model",
        "sk-proj-aBcDeFgH0123",
    ):
        for path in (PATH, "/stream"):
            asked = {"model": model, "messages": HELLO}
            message = server.request("POST", path, asked).json["error"]["message"]

            assert message.endswith(" GET /v1/models lists those that can be asked.")
            for words in ("%chat", "All names", "nbchat.ask", "sk-proj"):
                assert words not in message


@pytest.mark.field("S3")
def test_calls_as_they_were_written_before_2023_are_understood(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(*said("Hi.")))
    messages = [
        *HELLO,
        {"role": "assistant", "content": None, "function_call": {"name": "add", "arguments": "{}"}},
        {"role": "function", "name": "add", "content": "2"},
    ]

    server.request("POST", PATH, {"model": "kimi-k2.6", "messages": messages})

    _, called, result = provider.requests[-1].json["messages"]
    assert called["tool_calls"][0]["id"] == result["tool_call_id"]
    assert result["content"] == "2"


THOUGHTS: list[dict[str, Any]] = [
    {"content": "Hi.", "reasoning_content": "hm"},
    {"content": "Hi.", "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text"}]},
    {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi."}]},
    {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "Hi."},
        ]
    },
]


@pytest.mark.field("S3")
def test_thinking_that_is_sent_back_is_read_in_every_shape(
    server: RunningServer, provider: Service
) -> None:
    provider.always(answer(*said("Hi.")))
    for given in THOUGHTS:
        messages = [*HELLO, {"role": "assistant", **given}, *HELLO]

        reply = server.request("POST", PATH, {"model": "kimi-k2.6", "messages": messages})

        assert reply.status == 200, reply.body
        answered = provider.requests[-1].json["messages"][1]
        assert (answered["content"], answered["reasoning_content"]) == ("Hi.", "hm")


@pytest.mark.field("S4")
@pytest.mark.parametrize(
    ("given", "seed"), [(7, 7), (7.0, 7), (0, 0), (2**40 + 5, 5), (-5, 2**31 - 5), (None, None)]
)
def test_a_seed_of_64_bits_goes_on_as_one_that_every_provider_takes(
    given: Any, seed: int | None
) -> None:
    body = {"model": OPENAI, "messages": HELLO, "seed": given}

    assert CompletionRequest.model_validate(body).question().options["seed"] == seed


SCHEMA = {"type": "object", "properties": {"km": {"type": "integer"}}}
FORMATS: list[tuple[dict[str, Any], Any]] = [
    ({"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}, SCHEMA),
    ({"type": "json_schema", "json_schema": {"schema": SCHEMA, "strict": True}}, SCHEMA),
    ({"type": "json_schema", "schema": SCHEMA}, SCHEMA),  # llama.cpp's
    ({"type": "json_object", "schema": SCHEMA}, SCHEMA),  # Together's, Fireworks'
    ({"type": "json_object"}, {"type": "object"}),
    ({"type": "json_schema", "json_schema": {"name": "x"}}, {"type": "object"}),
    ({"type": "text"}, None),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("given", "schema"), FORMATS)
def test_a_schema_is_found_where_the_vendors_put_it(given: dict[str, Any], schema: Any) -> None:
    body = {"model": OPENAI, "messages": HELLO, "response_format": given}

    assert CompletionRequest.model_validate(body).question().options["schema"] == schema
