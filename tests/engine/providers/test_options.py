"""Options as they arrive at a provider, those that a model refuses, and the user's own members."""

from __future__ import annotations

from typing import Any

import pytest

import nbchat

from ...fakes.provider import Service
from ...trusted import write_trusted
from . import answers
from .asking import ADD, KEY, Asker, moved

KIMI = ("kimi:kimi-k2.6", "/v1", "KIMI_API_KEY", answers.openai_chat)


def asker(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str, path: str, key: str, given: Any
) -> Asker:
    moved(monkeypatch, model.partition(":")[0], service.url + path, key)
    return Asker(service, model, given())


@pytest.mark.parametrize(
    ("model", "path", "key", "given", "sent"),
    [
        (
            "mistral:mistral-medium-latest",
            "/v1",
            "MISTRAL_API_KEY",
            answers.openai_chat,
            {"top_p": 0.5, "random_seed": 7, "stop": ["END"]},
        ),
        (
            "openai:gpt-4.1",
            "/v1",
            "OPENAI_API_KEY",
            answers.openai_chat,
            {"top_p": 0.5, "seed": 7, "stop": ["END"]},
        ),
        (
            "gemini:gemini-3.7-flash",
            "/v1beta",
            "GEMINI_API_KEY",
            answers.gemini,
            {"generationConfig": {"topP": 0.5, "seed": 7, "stopSequences": ["END"]}},
        ),
    ],
)
async def test_options_arrive(
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
    model: str,
    path: str,
    key: str,
    given: Any,
    sent: dict[str, Any],
) -> None:
    ask = asker(monkeypatch, service, model, path, key, given)

    answer = await ask.ask(top_p=0.5, seed=7, stop="END")

    assert {name: without_thinking(ask.sent[name]) for name in sent} == sent
    assert answer.notices == []


def without_thinking(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name != "thinkingConfig"}
    return value


@pytest.mark.parametrize(
    ("model", "path", "key", "given"),
    [
        KIMI,
        ("openai:gpt-6.1-sol", "/v1", "OPENAI_API_KEY", answers.openai_responses),
        ("anthropic:claude-opus-5-5", "", "ANTHROPIC_API_KEY", answers.anthropic_messages),
    ],
)
async def test_a_model_with_a_fixed_temperature_has_a_fixed_top_p(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str, path: str, key: str, given: Any
) -> None:
    ask = asker(monkeypatch, service, model, path, key, given)

    answer = await ask.ask(temperature=0.5, top_p=0.5)

    assert "temperature" not in ask.sent
    assert "top_p" not in ask.sent
    assert answer.notices == [
        f"{answer.model} has a fixed temperature; it was left out.",
        f"{answer.model} has a fixed top_p; it was left out.",
    ]


async def test_a_row_may_refuse_any_option(
    monkeypatch: pytest.MonkeyPatch, service: Service, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    write_trusted(
        tmp_path,
        '[[models]]\nid = "corp"\ntype = "kimi"\n'
        'refuses = ["stop", "seed", "max_tokens", "tool_choice"]\n',
    )
    ask = asker(monkeypatch, service, "corp", "/v1", "KIMI_API_KEY", answers.openai_chat)
    moved(monkeypatch, "kimi", f"{service.url}/v1", "KIMI_API_KEY")

    answer = await ask.ask(stop="END", seed=1, max_tokens=5, tools=[ADD], tool_choice="required")

    assert ask.sent.keys() & {"stop", "seed", "max_completion_tokens", "tool_choice"} == set()
    assert answer.notices == [
        f"corp takes no {name}; it was left out."
        for name in ("seed", "stop", "max_tokens", "tool_choice")
    ]


@pytest.mark.parametrize(
    ("model", "path", "key", "given"),
    [
        ("perplexity:sonar-pro", "", "PERPLEXITY_API_KEY", answers.openai_chat),
        ("perplexity:sonar-new", "", "PERPLEXITY_API_KEY", answers.openai_chat),
        ("ollama:gemma3:4b", "", "OLLAMA_API_KEY", answers.ollama),
    ],
)
async def test_a_model_that_cannot_call_tools_is_asked_without(
    monkeypatch: pytest.MonkeyPatch, service: Service, model: str, path: str, key: str, given: Any
) -> None:
    """Its host would refuse the question: "Tool calling is not supported for this model"."""
    ask = asker(monkeypatch, service, model, path, key, given)

    answer = await ask.ask(tools=[ADD], tool_choice="required")

    assert ask.sent.keys() & {"tools", "tool_choice"} == set()
    assert answer.notices == [f"{answer.model} cannot call tools; they were left out."]
    assert answer.text == "Hello"


async def test_a_model_of_which_nothing_is_known_is_given_its_tools(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    ask = asker(monkeypatch, service, "ollama:my-own-gemma3", "", "OLLAMA_API_KEY", answers.ollama)

    answer = await ask.ask(tools=[ADD])

    assert [tool["function"]["name"] for tool in ask.sent["tools"]] == ["add"]
    assert answer.notices == []


# --- members of the user's own -------------------------------------------------------------------


async def test_extra_is_merged_and_the_conversation_stays_last(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    """What changes from turn to turn is at the end, so that a provider can cache what is before."""
    ask = asker(monkeypatch, service, *KIMI)

    sent = await ask.body(extra={"top_k": 5, "stream_options": {"fresh": True}})

    assert sent["top_k"] == 5
    assert sent["stream_options"] == {"include_usage": True, "fresh": True}
    assert [*sent][-1] == "messages"


async def test_what_is_the_users_own_in_a_request_is_told(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    ask = asker(monkeypatch, service, *KIMI)

    with_own = await ask.ask(extra={"top_k": 5, "safe_mode": True})
    without = await ask.ask(extra={})

    assert with_own.notices == ["Yours, and sent as it was written: top_k, safe_mode."]
    assert without.notices == []


async def test_extra_repeats_its_bytes_in_a_longer_conversation(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    ask = asker(monkeypatch, service, *KIMI)
    options: dict[str, Any] = {"extra": {"top_k": 5}, "seed": 7, "stop": ["a", "b"]}
    first = await ask.ask("Hi", **options)
    before = ask.request.body

    again = [nbchat.Message("user", "Hi"), first.message, nbchat.Message("user", "And?")]
    await ask.ask(again, **options)

    assert ask.request.body.startswith(before[:-2])


async def test_extra_leaves_a_schema_alone(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    ask = asker(
        monkeypatch, service, "openai:gpt-4.1", "/v1", "OPENAI_API_KEY", answers.openai_chat
    )
    more = {"properties": {"b": {"type": "string"}}}

    sent = await ask.body(
        schema=schema, extra={"response_format": {"json_schema": {"schema": more}}}
    )

    assert [*sent["response_format"]["json_schema"]["schema"]["properties"]] == ["a", "b"]
    assert [*schema["properties"]] == ["a"]  # type: ignore[arg-type]


async def test_a_conversation_passes_options_on(
    monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    ask = asker(monkeypatch, service, *KIMI)
    service.answers(ask.answers.plain, headers=dict(ask.answers.headers))

    await nbchat.chat("with options").stream("Hi", ask.model, seed=7, stop="END").answer()

    assert (ask.sent["seed"], ask.sent["stop"]) == (7, ["END"])
    assert KEY not in ask.request.body.decode()
