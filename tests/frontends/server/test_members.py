"""What a client may send besides the words: passed on, said to be left out, or refused with 400."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.errors import NbchatError
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_request import CompletionRequest
from nbchat.frontends.server.vendor_members import sort_out
from nbchat.options import Options
from nbchat.settings import Settings

from ...fakes.provider import Service, answer, said
from .running import RunningServer

HELLO = [{"role": "user", "content": "Hello"}]
ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
SUB = {"type": "function", "function": {"name": "sub", "parameters": {"type": "object"}}}
PATH = "/v1/chat/completions"


def sent(model: str, **members: Any) -> tuple[dict[str, Any], list[str]]:
    """What goes into the body besides nbchat's own options, and the names that are warned of."""
    body = {"model": model, "messages": HELLO, **members}
    question = CompletionRequest.model_validate(body).question()
    settings = Settings()
    request, warnings = question.settle(settings, settings.catalog.find(model))
    return request.options["extra"] or {}, [warning.partition(":")[0] for warning in warnings]


# --- a known member has a place, or a warning -----------------------------------------------------

VLLM, OPENAI, CLAUDE = "vllm:qwen3", "openai:gpt-4.1", "anthropic:claude-new"
GEMINI, OLLAMA, COHERE, GROK = "gemini:gemini-new", "ollama:qwen3", "cohere:command-a", "xai:grok-9"

BOTH = {"options": {"num_ctx": 8192, "top_k": 5}}

PLACED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (VLLM, {"top_k": 20}, {"top_k": 20}),
    (VLLM, {"top_k": 20.0}, {"top_k": 20}),
    (VLLM, {"min_p": 0.1}, {"min_p": 0.1}),
    (VLLM, {"repetition_penalty": 1.1}, {"repetition_penalty": 1.1}),
    (VLLM, {"chat_template_kwargs": {"a": 1}}, {"chat_template_kwargs": {"a": 1}}),
    ("llamacpp:x", {"mirostat": 2}, {"mirostat": 2}),
    ("llamacpp:x", {"cache_prompt": True}, {"cache_prompt": True}),
    ("openrouter:a/b", {"top_a": 0.5}, {"top_a": 0.5}),
    ("mistral:new", {"safe_prompt": True}, {"safe_prompt": True}),
    (OPENAI, {"frequency_penalty": 0.5}, {"frequency_penalty": 0.5}),
    (OPENAI, {"presence_penalty": -2}, {"presence_penalty": -2}),
    (OPENAI, {"logit_bias": {"50256": -100}}, {"logit_bias": {"50256": -100}}),
    (OPENAI, {"verbosity": "low"}, {"verbosity": "low"}),
    (CLAUDE, {"top_k": 5}, {"top_k": 5}),
    (GEMINI, {"top_k": 5}, {"generationConfig": {"topK": 5}}),
    (GEMINI, {"presence_penalty": 1}, {"generationConfig": {"presencePenalty": 1}}),
    (GEMINI, {"frequency_penalty": 1}, {"generationConfig": {"frequencyPenalty": 1}}),
    (OLLAMA, {"top_k": 5, "min_p": 0.1}, {"options": {"top_k": 5, "min_p": 0.1}}),
    (OLLAMA, {"keep_alive": "5m"}, {"keep_alive": "5m"}),
    (OLLAMA, {"keep_alive": -1}, {"keep_alive": -1}),
    (OLLAMA, {"num_ctx": 8192}, {"options": {"num_ctx": 8192}}),
    (
        OLLAMA,
        {"options": {"num_ctx": 8192, "top_k": 5}},
        {"options": {"num_ctx": 8192, "top_k": 5}},
    ),
    (OLLAMA, {"repeat_penalty": 1.1}, {"options": {"repeat_penalty": 1.1}}),
    (COHERE, {"top_k": 5}, {"k": 5}),
    (COHERE, {"presence_penalty": 1}, {"presence_penalty": 1}),
    (GROK, {"verbosity": "low"}, {"text": {"verbosity": "low"}}),
    ("openrouter:a/b", {"modalities": ["image", "text"]}, {"modalities": ["image", "text"]}),
    (
        GEMINI,
        {"modalities": ["text", "image"]},
        {"generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}},
    ),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("model", "given", "placed"), PLACED)
def test_a_known_member_has_its_place(
    model: str, given: dict[str, Any], placed: dict[str, Any]
) -> None:
    assert sent(model, **given) == (placed, [])


LEFT_OUT: list[tuple[str, dict[str, Any]]] = [
    (OPENAI, {"top_k": 20}),
    (OPENAI, {"min_p": 0.1}),
    (OPENAI, {"chat_template_kwargs": {"a": 1}}),
    (OPENAI, {"keep_alive": "5m"}),
    ("kimi:kimi-k2.6", {"presence_penalty": 1}),  # whose sampling is fixed
    ("groq:x", {"logit_bias": {"1": 1}}),
    (CLAUDE, {"frequency_penalty": 1}),
    (CLAUDE, {"logit_bias": {"1": 1}}),
    (GROK, {"top_k": 5}),
    (GEMINI, {"min_p": 0.1}),
    # Never passed on: they would reach other models, hosts or lengths.
    (VLLM, {"models": ["gpt-5"]}),
    (VLLM, {"provider": {"order": ["x"]}}),
    ("openrouter:a/b", {"models": ["gpt-5"], "route": "fallback"}),
    (VLLM, {"n_predict": 100000}),
    (VLLM, {"min_tokens": 100000}),
    (OLLAMA, {"options": {"num_predict": 100000}}),
    (VLLM, {"guided_json": {"type": "object"}}),
    (VLLM, {"usage": {"include": True}}),
    (OPENAI, {"modalities": ["text", "image"]}),
    (VLLM, {"chat_template": "{{ messages }}"}),
    (VLLM, {"stop_regex": "a+"}),
    (VLLM, {"vllm_xargs": {"a": 1}}),
    ("perplexity:sonar", {"search_mode": "academic"}),
    ("cerebras:x", {"disable_reasoning": True}),
    ("lmstudio:x", {"ttl": 300}),
    (OPENAI, {"cache_control": {"type": "ephemeral"}}),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("model", "given"), LEFT_OUT)
def test_a_known_member_without_a_place_is_told(model: str, given: dict[str, Any]) -> None:
    assert sent(model, **given) == ({}, list(given))


@pytest.mark.field("S3")
def test_an_address_of_the_users_own_gets_what_the_format_has() -> None:
    """It is a gateway that nobody knows, and no longer the vendor that refuses the member."""
    route = shipped().find(OPENAI)

    assert sort_out({"top_k": 5}, route, moved=True) == ({"top_k": 5}, [])


NOTHING: list[dict[str, Any]] = [
    {"stop": []},
    {"stop": None},
    {"functions": []},
    {"function_call": "none"},
    {"tools": []},
    {"tools": [], "tool_choice": "auto"},
    {"logit_bias": {}},
    {"metadata": {}},
    {"modalities": []},
    {"models": []},
    {"chat_template_kwargs": {}},
    {"top_k": None},
    {"n": 1.0},
    {"top_logprobs": 0, "logprobs": False},
    {"parallel_tool_calls": True},
    {"user": "me", "store": True, "service_tier": "auto"},
    {"stream_options": {}},
    {"logprobs": None, "top_logprobs": None, "n": None},
    {"functions": None, "function_call": None},
    {"modalities": ["text"]},
    {"response_format": {"type": "text"}},
    {"tools": [], "tool_choice": {"type": "none"}},
    {"reasoning": {}, "thinking": None},
]


@pytest.mark.field("S3")
@pytest.mark.parametrize("given", NOTHING, ids=json.dumps)
def test_what_is_empty_or_changes_nothing_is_nothing(given: dict[str, Any]) -> None:
    assert sent(VLLM, **given) == ({}, [])


# --- thinking, in everybody's words ---------------------------------------------------------------

THINKING: list[tuple[dict[str, Any], Any]] = [
    ({"reasoning_effort": "high"}, "high"),
    ({"reasoning_effort": "none"}, False),
    ({"reasoning": {"effort": "low"}}, "low"),
    ({"reasoning": {"enabled": True}}, True),
    ({"reasoning": {"enabled": False}}, False),
    ({"thinking": {"type": "enabled"}}, True),
    ({"thinking": {"type": "adaptive"}}, True),
    ({"thinking": {"type": "disabled"}}, False),
    ({"thinking": True}, True),
    ({"enable_thinking": False}, False),
    ({"think": "high"}, "high"),
    ({"reasoning_effort": "low", "thinking": {"type": "disabled"}}, "low"),
    ({"thinking": None}, None),
]


@pytest.mark.field("S3")
@pytest.mark.parametrize(("given", "level"), THINKING, ids=str)
def test_thinking_is_asked_for_in_each_vendors_words(given: dict[str, Any], level: Any) -> None:
    body = {"model": "glm-5", "messages": HELLO, **given}
    settings = Settings()
    question = CompletionRequest.model_validate(body).question()

    request, warnings = question.settle(settings, settings.catalog.find("glm:glm-5"))

    assert (request.thinking, warnings) == (level, [])


@pytest.mark.field("S3")
def test_a_budget_goes_to_who_counts_it_and_is_told_elsewhere() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}

    body, warned = sent("anthropic:claude-sonnet-4-5", thinking=thinking)
    nowhere, told = sent("glm:glm-5", thinking=thinking)

    assert (body, warned) == ({"thinking": {"budget_tokens": 2000}}, [])
    assert nowhere == {}
    assert len(told) == 1


@pytest.mark.field("S3")
def test_warnings_come_with_the_answer(server: RunningServer, provider: Service) -> None:
    provider.always(answer(*said("Hi.")))
    given = {"model": "kimi-k2.6", "messages": HELLO, "top_p": 0.5, "provider": {"order": []}}

    whole = server.request("POST", PATH, given).json
    streamed = server.request("POST", PATH, {**given, "stream": True}).body.decode()

    events = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: {")]
    assert [w.partition(":")[0] for w in whole["warnings"][:1]] == ["provider"]
    assert "top_p" in whole["warnings"][1]  # what the engine left out
    assert events[0]["warnings"] == whole["warnings"]
    assert not [event for event in events[1:] if "warnings" in event]


@pytest.mark.field("S3")
def test_a_key_among_a_templates_members_is_refused_before_anything_is_sent() -> None:
    body = {"model": VLLM, "messages": HELLO, "chat_template_kwargs": {"api_key": "x"}}
    question = CompletionRequest.model_validate(body).question()
    settings = Settings()
    request, _ = question.settle(settings, settings.catalog.find(VLLM))

    with pytest.raises(NbchatError, match="api_key"):
        Options.of(request.options)
    with pytest.raises(Invalid):
        sort_out({"apikey": "x"}, settings.catalog.find(VLLM), moved=False)
