"""No provider of the table is left out, each of its variables counts, what has ended says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import nbchat
from nbchat.errors import RetiredModel, UnknownModel

from ...catalog.test_providers import EXPECTED
from ...fakes.provider import Service
from . import (
    answers,
    test_anthropic_messages,
    test_bedrock_converse,
    test_cohere,
    test_gemini,
    test_ollama,
)
from . import test_openai_responses as responses
from .asking import KEY, SHOWN, Asker, moved, refusal
from .openai_chat_rows import ROWS

ANSWERS: dict[str, Callable[[], answers.Answers]] = {
    "openai-chat": answers.openai_chat,
    "openai-responses": answers.openai_responses,
    "anthropic-messages": answers.anthropic_messages,
    "gemini": answers.gemini,
    "ollama": answers.ollama,
    "bedrock-converse": answers.bedrock_converse,
    "cohere": answers.cohere,
}
SPEAKING = [kind for kind in EXPECTED if kind not in ("github", "demo")]


def test_every_provider_has_a_row_of_its_own() -> None:
    models = [
        row.model for rows in (ROWS, responses.ROWS, test_anthropic_messages.ROWS) for row in rows
    ]
    models += [row.model for row in test_gemini.ROWS]
    models += [row[0] for row in test_ollama.ROWS]
    models += [f"bedrock:{row.model}" for row in test_bedrock_converse.ROWS]
    models += [f"cohere:{row[0]}" for row in test_cohere.ROWS]

    assert {model.partition(":")[0] for model in models} | {"azure-deployments"} == set(SPEAKING)


@pytest.mark.parametrize("kind", SPEAKING)
async def test_the_first_of_its_keys_that_is_set_is_sent(
    kind: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, _, keys, _ = EXPECTED[kind]
    variables = [] if keys == "-" else keys.split(",")
    moved(monkeypatch, kind, service.url)
    for variable in variables:
        monkeypatch.setenv(variable, f"the-one-in-{variable}")
    asker = Asker(service, f"{kind}:any", ANSWERS[wire]())

    for variable in variables:
        await asker.ask()
        (sent,) = [value for name, value in asker.headers.items() if name in SHOWN[:4]]
        assert sent.removeprefix("Bearer ") == f"the-one-in-{variable}"
        monkeypatch.delenv(variable)


@pytest.mark.parametrize(
    ("kind", "variable"),
    [(kind, name) for kind in SPEAKING for name in EXPECTED[kind][3].split(",") if name != "-"],
)
async def test_a_variable_moves_the_address(
    kind: str, variable: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each that facts/providers.md names, besides <TYPE>_BASE_URL; the key goes to this machine."""
    wire, _, keys, _ = EXPECTED[kind]
    monkeypatch.setenv(variable, f"{service.url}/v1" if wire.startswith("openai") else service.url)
    monkeypatch.setenv(keys.split(",")[0], KEY)

    assert (await Asker(service, f"{kind}:any", ANSWERS[wire]()).ask()).text == "Hello"


@pytest.mark.parametrize(
    ("kind", "model", "variable", "path", "wire"),
    [
        ("openai", "gpt-6.1-sol", "OPENAI_API_KEY", "/v1", "openai-responses"),
        (
            "anthropic",
            "claude-opus-5-5",
            "ANTHROPIC_API_KEY",
            "/v1",
            "anthropic-messages",
        ),  # where no /v1 is needed
        ("gemini", "gemini-3.7-flash", "GEMINI_API_KEY", "/v1beta", "gemini"),
        (
            "bedrock",
            "bedrock:global.anthropic.claude-opus-5-5",
            "AWS_BEARER_TOKEN_BEDROCK",
            "",
            "bedrock-converse",
        ),
        ("cohere", "command-a-plus-05-2026", "COHERE_API_KEY", "", "cohere"),
    ],
)
async def test_what_is_counted_and_thought(
    kind: str,
    model: str,
    variable: str,
    path: str,
    wire: str,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everything sent and everything generated, whatever a provider counts apart.

    Cache reads, thoughts.
    """
    moved(monkeypatch, kind, service.url + path, variable)

    answer = await Asker(service, model, ANSWERS[wire]()).ask()

    usage = answer.usage
    assert (answer.text, answer.thought, usage.input, usage.output, usage.cached) == (
        "Hello",
        "hm",
        9,
        5,
        4,
    )


# --- what has ended ------------------------------------------------------------------------------


async def test_github_models_is_not_asked() -> None:
    with pytest.raises(
        UnknownModel, match=r"shut down on 2026-07-30.*openai, azure and openrouter"
    ):
        await nbchat.stream("github:gpt-4.1", "Hi").answer()


def openai_says(name: str) -> Any:
    message = f"The model `{name}` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations"
    return {
        "error": {
            "message": message,
            "type": "invalid_request_error",
            "param": None,
            "code": "model_not_found",
        }
    }


def moonshot_says(name: str) -> Any:
    message = f"Not found the model {name} or Permission denied"
    return {"error": {"message": message, "type": "resource_not_found_error"}}


def anthropic_says(name: str) -> Any:
    return {
        "type": "error",
        "error": {"type": "not_found_error", "message": f"model: {name}"},
        "request_id": "req_1",
    }


ZHIPU_SAYS = {"error": {"code": "1211", "message": "模型不存在，请检查模型代码。"}}

# The names of the original service: status, the provider's words, since when, and what replaces
# it (facts, section 11).
RETIRED = [
    ("kimi-k2-thinking", 404, moonshot_says("kimi-k2-thinking"), "2026-05-25", "kimi-k2.6"),
    (
        "kimi-k2-turbo-preview",
        404,
        moonshot_says("kimi-k2-turbo-preview"),
        "2026-05-25",
        "kimi-k2.6",
    ),
    ("glm-4", 400, ZHIPU_SAYS, "", "glm-5.3-flash"),
    ("glm-3-turbo", 400, ZHIPU_SAYS, "", "glm-4.7-flash"),
    ("gpt-4", 404, openai_says("gpt-4"), "2026-10-23", "gpt-5.6-sol"),
    ("gpt-3.5-turbo", 404, openai_says("gpt-3.5-turbo"), "2026-10-23", "gpt-5.6-terra"),
    (
        "claude-3-sonnet-20240229",
        404,
        anthropic_says("claude-3-sonnet-20240229"),
        "2025-07-21",
        "claude-sonnet-5-5",
    ),
    (
        "claude-3-opus-20240229",
        404,
        anthropic_says("claude-3-opus-20240229"),
        "2026-01-05",
        "claude-opus-5-5",
    ),
]
PLACES = {
    "kimi": ("/v1", "KIMI_API_KEY"),
    "glm": ("/api/paas/v4", "GLM_API_KEY"),
    "openai": ("/v1", "OPENAI_API_KEY"),
    "anthropic": ("", "ANTHROPIC_API_KEY"),
}


@pytest.mark.parametrize(
    ("name", "status", "words", "since", "instead"), RETIRED, ids=[row[0] for row in RETIRED]
)
async def test_a_retired_model_is_asked_and_its_refusal_explained(
    name: str,
    status: int,
    words: Any,
    since: str,
    instead: str,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = nbchat.get_model_type(name)
    path, variable = PLACES[kind]
    moved(monkeypatch, kind, service.url + path, variable)
    service.plays(refusal(status, words))

    with pytest.raises(RetiredModel) as raised:
        await nbchat.stream(name, "Hi").answer()

    said = str(raised.value)
    assert said.startswith(f"{name} was retired by ")
    assert f"on {since}" in said if since else " on " not in said.partition("(")[0]
    assert words["error"]["message"][:30] in said
    assert said.endswith(f"Its replacement:\n%%chat {instead}")
    assert len(said.splitlines()) == 2
    assert [request.json["model"] for request in service.requests] == [name]


@pytest.mark.parametrize("name", [row[0] for row in RETIRED])
async def test_a_retired_model_that_still_answers_is_not_swapped(
    name: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = nbchat.get_model_type(name)
    path, variable = PLACES[kind]
    moved(monkeypatch, kind, service.url + path, variable)
    wire = "anthropic-messages" if kind == "anthropic" else "openai-chat"

    answer = await Asker(service, name, ANSWERS[wire]()).ask()

    assert (answer.text, answer.model, service.requests[-1].json["model"]) == ("Hello", name, name)
