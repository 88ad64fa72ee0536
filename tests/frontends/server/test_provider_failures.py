"""What a provider did to an answer, as a status and a code of OpenAI's."""

from __future__ import annotations

import json

import pytest

from ...fakes.provider import Service, answer, said
from .running import RunningServer

pytestmark = pytest.mark.field("S6")
HELLO = [{"role": "user", "content": "Hello"}]
NO_IMAGE = "image input is not supported - hint: you may need to provide the mmproj"


@pytest.mark.parametrize("path", ["/stream", "/v1/chat/completions"])
@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ("error", 502, "provider_broke_off"),
        ("network_error", 502, "provider_broke_off"),
        ("abort", 502, "provider_broke_off"),
        ("insufficient_system_resource", 503, "provider_overloaded"),
    ],
)
def test_an_answer_that_ended_with_a_word_of_the_providers_own_is_no_unreachable_provider(
    word: str, status: int, code: str, path: str, server: RunningServer, provider: Service
) -> None:
    provider.answers(*said(finish=word))

    reply = server.request("POST", path, {"model": "kimi-k2.6", "messages": HELLO})

    assert reply.status == status
    if path == "/v1/chat/completions":
        assert reply.json["error"]["code"] == code
        assert word in reply.json["error"]["message"]


@pytest.mark.parametrize("word", ["tool_calls", "function_call"])
def test_an_answer_that_calls_nothing_ended_whatever_its_provider_says(
    word: str, server: RunningServer, provider: Service
) -> None:
    """Clients that loop over calls would ask again and again."""
    provider.always(answer(*said("Hi.", finish=word)))
    body = {"model": "kimi-k2.6", "messages": HELLO}

    whole = server.request("POST", "/v1/chat/completions", body)
    streamed = server.request("POST", "/v1/chat/completions", {**body, "stream": True})

    assert whole.json["choices"][0]["finish_reason"] == "stop"
    assert b'"finish_reason":"stop"' in streamed.body
    assert b"tool_calls" not in streamed.body


@pytest.mark.parametrize("status", [400, 500])
def test_an_image_for_a_model_that_reads_none_is_the_clients_own_mistake(
    status: int, server: RunningServer, provider: Service
) -> None:
    body = json.dumps({"error": {"code": status, "message": NO_IMAGE}}).encode()
    provider.answers(body, status=status)

    reply = server.request(
        "POST", "/v1/chat/completions", {"model": "kimi-k2.6", "messages": HELLO}
    )

    assert (reply.status, reply.json["error"]["code"]) == (400, "provider_refused")
    assert "image input is not supported" in reply.json["error"]["message"]
    assert reply.json["error"]["param"] is None
    assert len(provider.requests) == 1


def test_a_page_in_place_of_an_answer_is_told_as_not_understood(
    server: RunningServer, provider: Service
) -> None:
    provider.answers(b"<html><title>Sign in</title>", headers={"content-type": "text/html"})

    reply = server.request(
        "POST", "/v1/chat/completions", {"model": "kimi-k2.6", "messages": HELLO}
    )

    assert (reply.status, reply.json["error"]["code"]) == (502, "provider_not_understood")


@pytest.mark.parametrize("path", ["/stream", "/v1/chat/completions"])
@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("vertex:gemini-2", "missing_address"),
        ("azure-deployments:x", "missing_address"),
        ("groq:x", "missing_key"),
    ],
)
def test_what_the_server_itself_lacks_is_not_the_clients_mistake(
    model: str, code: str, path: str, server: RunningServer
) -> None:
    reply = server.request("POST", path, {"model": model, "messages": HELLO})

    assert reply.status == 503
    if path == "/v1/chat/completions":
        assert reply.json["error"]["code"] == code
