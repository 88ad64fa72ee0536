"""Which model answers when none is named.

Settings, keys in the table's order, a server on this machine, the demo.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import runtime
from nbchat.catalog.catalog import shipped
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.default_model import NO_KEY

from ...fakes.provider import Service, answer
from . import answers
from .asking import KEY, moved

pytestmark = pytest.mark.usefixtures("nothing_is_set")


# --- settings and keys ---------------------------------------------------------------------------


def test_the_order_of_choosing(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = [runtime.current().choose_model(talk)]
    for variable in ("XAI_API_KEY", "GLM_API_KEY", "MOONSHOT_API_KEY"):
        monkeypatch.setenv(variable, KEY)
        chosen.append(runtime.current().choose_model(talk))
    (tmp_path / "nbchat.toml").write_text('model = "glm-5.3"\n')
    chosen.append(runtime.current().choose_model(talk))
    monkeypatch.setenv("NBCHAT_MODEL", "gpt-6.1-sol")
    chosen.append(runtime.current().choose_model(talk))
    talk.model = "claude-opus-5-5"
    chosen.append(runtime.current().choose_model(talk))

    assert chosen == [
        ("demo", "no key is set"),
        ("grok-4.3", "XAI_API_KEY is set"),
        ("glm-5.3-flash", "GLM_API_KEY is set"),
        ("kimi-k2.6", "MOONSHOT_API_KEY is set"),
        ("glm-5.3", str(tmp_path / "nbchat.toml")),
        ("gpt-6.1-sol", "NBCHAT_MODEL"),
        ("claude-opus-5-5", "chosen with %chat use"),
    ]


@pytest.mark.parametrize(
    "provider",
    [
        provider
        for provider in shipped().providers.values()
        if provider.env_keys and provider.default_model
    ],
    ids=lambda provider: provider.type,
)
def test_a_key_alone_chooses_a_model_of_its_provider(
    provider: Any, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(provider.env_keys[-1], KEY)

    name, why = runtime.current().choose_model(talk)

    found = shipped().find(name).provider
    assert why == f"{provider.env_keys[-1]} is set"
    assert found.type == provider.type


def test_with_a_key_nobody_on_this_machine_is_asked(
    talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, "ollama", service.url)
    moved(monkeypatch, "kimi", f"{service.url}/v1", "KIMI_API_KEY")
    service.answers(answers.openai_chat().plain)

    assert talk.ask("Hi").model == "kimi-k2.6"
    assert [request.path for request in service.requests] == ["/v1/chat/completions"]


def test_a_key_that_is_set_later_counts_at_once(
    talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo that nobody asked for makes room."""
    before = talk.ask("Hi").model
    moved(monkeypatch, "kimi", f"{service.url}/v1", "KIMI_API_KEY")
    service.answers(answers.openai_chat().plain)

    assert (before, talk.ask("And?").model) == ("demo", "kimi-k2.6")


def test_the_demo_that_was_asked_for_stays(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.ask("Hi", "demo")
    monkeypatch.setenv("KIMI_API_KEY", KEY)

    assert runtime.current().choose_model(talk) == ("demo", "the model of the last answer")


def test_the_state_is_told_without_asking_anybody(
    talk: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, "ollama", service.url)

    assert runtime.current().choose_model(talk) == ("demo", NO_KEY)
    assert service.connections == 0


# --- going on ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "goes_on"),
    [
        ("openrouter:some/new:free", "openrouter:some/new:free"),
        ("azure:gpt-5", "azure:gpt-5"),  # not OpenAI's, whose key would not open it
        ("kimi:kimi-k2.6", "kimi-k2.6"),
        ("together:openai/gpt-oss-120b", "together:openai/gpt-oss-120b"),
    ],
)
def test_without_a_model_the_last_one_goes_on_at_the_same_provider(
    model: str, goes_on: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = model.partition(":")[0]
    keys = {"azure": "AZURE_API_KEY"}
    moved(monkeypatch, kind, f"{service.url}/v1", keys.get(kind, f"{kind.upper()}_API_KEY"))
    monkeypatch.setenv("OPENAI_API_KEY", "another-key")
    responds = answers.openai_responses if kind == "azure" else answers.openai_chat
    service.plays(*[answer(responds().plain)] * 2)
    talk = nbchat.chat(f"on {model}")

    talk.ask("Hi", model)
    talk.ask("And?")

    first, second = service.requests
    assert runtime.current().choose_model(talk)[0] == goes_on
    assert (second.path, second.json["model"]) == (first.path, first.json["model"])
