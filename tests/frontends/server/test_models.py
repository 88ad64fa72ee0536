"""Which models are listed below /v1: what can be asked now."""

from __future__ import annotations

import json

import pytest

from ...fakes.provider import Service, answer
from .running import RunningServer

LISTED = json.dumps({"data": [{"id": "tiny"}, {"id": "tiny-embed"}]}).encode()
TAGS = json.dumps({"models": [{"name": "qwen3:latest"}, {"name": "qwen3:4b"}]}).encode()


def listing(provider: Service) -> None:
    """Let the provider list models, as llama.cpp and as Ollama do."""
    json_type = {"content-type": "application/json"}

    async def play(request, writer):  # type: ignore[no-untyped-def]
        body = TAGS if request.path == "/api/tags" else LISTED
        return await answer(body, headers=json_type)(request, writer)

    provider.always(play)


@pytest.mark.field("S5")
def test_what_can_be_asked_now_is_listed(everywhere: RunningServer, provider: Service) -> None:
    listing(provider)

    models = everywhere.request("GET", "/v1/models").json["data"]

    owners = {model["id"]: model["owned_by"] for model in models}
    assert owners["demo"] == "demo"
    assert owners["llamacpp:tiny"] == "llamacpp"
    assert owners["ollama:qwen3:4b"] == "ollama"
    assert "llamacpp:tiny-embed" not in owners
    assert {"openai", "anthropic", "gemini"} <= set(owners.values())
    assert not {"kimi", "glm", "openrouter"} & set(owners.values())  # no key of theirs is set
    assert len({model["created"] for model in models}) == 1
    assert models[0]["created"] > 1_700_000_000


@pytest.mark.field("S5")
@pytest.mark.parametrize("query", ["?all=1", "?all=true"])
def test_the_rest_follows_where_it_is_asked_for(
    everywhere: RunningServer, provider: Service, query: str
) -> None:
    listing(provider)

    now = [model["id"] for model in everywhere.request("GET", "/v1/models").json["data"]]
    every = everywhere.request("GET", f"/v1/models{query}").json["data"]

    assert [model["id"] for model in every][: len(now)] == now
    assert "kimi" in {model["owned_by"] for model in every[len(now) :]}


@pytest.mark.field("S5")
def test_a_name_that_answers_is_a_model(everywhere: RunningServer, provider: Service) -> None:
    listing(provider)
    there = {
        "demo": "demo",
        "llamacpp:tiny": "llamacpp",
        "llamacpp:whatever": "llamacpp",  # which answers to any name
        "ollama:qwen3:4b": "ollama",
        "ollama:qwen3": "ollama",
        "openai:gpt-of-tomorrow": "openai",
        "kimi-k2.6": "kimi",  # of the table, also without its key
        "moonshotai/kimi-k2-thinking": "openrouter",
    }
    nowhere = (
        "no-such-model",
        "ollama:missing",
        "vllm:tiny",
        "glm:unknown",
        "nobody:x",
        "sglang:x",
    )

    for name, owner in there.items():
        model = everywhere.request("GET", f"/v1/models/{name}").json
        assert (model["id"], model["owned_by"], model["object"]) == (name, owner, "model")
        assert model["created"] > 1_700_000_000
    for name in nowhere:
        reply = everywhere.request("GET", f"/v1/models/{name}")
        assert reply.status == 404, name
        assert reply.json["error"]["code"] == "model_not_found"
        assert "GET /v1/models lists" in reply.json["error"]["message"]


@pytest.mark.field("S5")
def test_models_that_are_not_served_are_not_listed(provider: Service) -> None:
    listing(provider)
    moved = {"LLAMACPP_BASE_URL": provider.url, "OLLAMA_BASE_URL": provider.url}
    with RunningServer("--models", "ollama:*4b,demo", **moved) as server:
        models = server.request("GET", "/v1/models?all=1").json["data"]
        hidden = server.request("GET", "/v1/models/llamacpp:tiny")

    assert [model["id"] for model in models] == ["demo", "ollama:qwen3:4b"]
    assert (hidden.status, hidden.json["error"]["code"]) == (404, "model_not_found")
