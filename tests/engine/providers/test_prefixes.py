"""What was sent before is sent again byte for byte, so that a provider can have it in its cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nbchat
from nbchat import Message
from nbchat.messages import Part

from ...fakes.provider import Request, Service, answer
from . import answers
from .asking import ADD, PNG, moved

# A model of each family, and of hosts that want something of their own kept: its path, key and
# answers.
FAMILIES: dict[str, tuple[str, str, Callable[[], answers.Answers]]] = {
    "kimi:kimi-k2.6": ("/v1", "KIMI_API_KEY", answers.openai_chat),
    "deepseek:deepseek-flash": ("", "DEEPSEEK_API_KEY", answers.openai_chat),
    "mistral:mistral-medium-latest": ("/v1", "MISTRAL_API_KEY", answers.openai_chat),
    "openrouter:anthropic/claude-opus-5.5": (
        "/api/v1",
        "OPENROUTER_API_KEY",
        lambda: answers.openai_chat("reasoning", details=True),
    ),
    "openai:gpt-6.1-sol": ("/v1", "OPENAI_API_KEY", answers.openai_responses),
    "anthropic:claude-sonnet-5-5": ("", "ANTHROPIC_API_KEY", answers.anthropic_messages),
    "gemini:gemini-3.7-flash": ("/v1beta", "GEMINI_API_KEY", answers.gemini),
    "ollama:qwen3": ("", "OLLAMA_API_KEY", answers.ollama),
    "bedrock:global.anthropic.claude-opus-5-5": (
        "",
        "AWS_BEARER_TOKEN_BEDROCK",
        answers.bedrock_converse,
    ),
    "cohere:command-a-plus-05-2026": ("", "COHERE_API_KEY", answers.cohere),
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Service]:
    with Service() as service:
        yield service


# Ollama's window grows with the conversation, in the options before it; the user's own does not.
WINDOW: dict[str, Any] = {"extra": {"options": {"num_ctx": 8192}}}
TEXT = st.text('ab {}[]"\\é☃\n', min_size=1, max_size=12).filter(str.strip)
QUESTIONS: st.SearchStrategy[str | list[Part]] = st.one_of(TEXT, TEXT.map(lambda text: [text, PNG]))
TURNS = st.lists(
    st.tuples(QUESTIONS, st.integers(0, 2)), min_size=2, max_size=4
)  # and how often it calls a tool


@pytest.mark.parametrize("model", FAMILIES)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(TURNS)
def test_a_longer_conversation_begins_with_the_same_bytes(
    model: str, provider: Service, monkeypatch: pytest.MonkeyPatch, turns: list[tuple[Any, int]]
) -> None:
    path, variable, answers_of = FAMILIES[model]
    served = answers_of()
    moved(monkeypatch, model.partition(":")[0], provider.url + path, variable)
    provider.requests.clear()
    messages: list[Message] = []
    own = WINDOW if model.startswith("ollama:") else {}

    def ask(body: bytes) -> nbchat.Answer:
        provider.answers(body, headers=dict(served.headers))
        said = nbchat.ask(model, messages, system="Be brief.", tools=[ADD], thinking="high", **own)
        messages.append(said.message)
        return said

    for question, calls in turns:
        messages.append(Message("user", question))
        for _ in range(calls):
            (call,) = ask(served.call).tool_calls
            messages.append(Message("tool", "2", tool_call_id=call.id, name="add"))
        assert ask(served.plain).text == "Hello"

    for before, after in pairwise(provider.requests):
        assert after.body.startswith(before_its_last_message(before))


def before_its_last_message(request: Request) -> bytes:
    """The body's bytes up to the message it ends with."""
    *_, messages = request.json.values()
    last = json.dumps(messages[-1], ensure_ascii=False, separators=(",", ":")).encode() + b"]}"
    assert request.body.endswith(last)
    return request.body.removesuffix(last)


@pytest.mark.parametrize("model", FAMILIES)
def test_a_conversation_repeats_itself_and_counts_what_was_cached(
    model: str, provider: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, variable, answers_of = FAMILIES[model]
    served = answers_of()
    moved(monkeypatch, model.partition(":")[0], provider.url + path, variable)
    provider.requests.clear()
    provider.plays(*[answer(served.plain, headers=dict(served.headers))] * 3)
    talk = nbchat.chat(f"prefix {model}")

    for question in ("One?", "Two?", "Three?"):
        talk.ask(question, model)

    for before, after in pairwise(provider.requests):
        assert after.body.startswith(before_its_last_message(before))
        assert len(after.body) > len(before.body)
    cached = None if model.startswith("ollama") else 4  # Ollama does not say
    assert [turn.answer.usage.cached for turn in talk.turns] == [cached] * 3


@pytest.mark.parametrize("model", ["kimi:kimi-k2.6", "openai:gpt-6.1-sol", "openai:gpt-4.1"])
def test_a_conversation_has_one_cache_key_and_another_conversation_another(
    model: str, provider: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = model.partition(":")[0]
    served = answers.openai_responses() if "6.1" in model else answers.openai_chat()
    moved(monkeypatch, kind, f"{provider.url}/v1", f"{kind.upper()}_API_KEY")
    provider.requests.clear()
    provider.plays(*[answer(served.plain)] * 3)

    for name in ("one", "one", "two"):
        nbchat.chat(f"key {name} {model}").ask("Hi", model)

    first, again, other = (request.json["prompt_cache_key"] for request in provider.requests)
    assert first == again != other
