"""`nbchat.ask(MODEL, QUESTION)`, `chat.ask(QUESTION, MODEL)`: who swaps them is told the line."""

from __future__ import annotations

from typing import Any

import pytest

import nbchat
from nbchat.catalog.argument_order import is_swapped
from nbchat.catalog.catalog import shipped
from nbchat.errors import UnknownModel
from nbchat.settings_file import FILE, config_folder

from ..fakes.provider import Service, answer, said

pytestmark = pytest.mark.field("C10")

QUESTION = "Why is the sky blue?"
MODELS = ["kimi-k2.6", "demo", "gpt-4", "openai:some-new-id", "ollama:qwen3:4b", "mine"]


@pytest.fixture(autouse=True)
def kimi(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_BASE_URL", service.url)
    monkeypatch.setenv("KIMI_API_KEY", "k")
    service.always(answer(*said("Hi")))
    config_folder().mkdir(parents=True)
    (config_folder() / FILE).write_text('[aliases]\nmine = "kimi-k2.6"\n')


@pytest.mark.parametrize("question", [QUESTION, "Hi", "Why?", 'Say "hi"\nin German', "模型？"])
@pytest.mark.parametrize("model", MODELS)
def test_swapped_arguments_are_refused_with_the_line_to_write(
    service: Service, model: str, question: str
) -> None:
    chat = nbchat.chat("swapped")
    as_written = '"Say \\"hi\\" in German"' if question.startswith("Say") else f'"{question}"'

    for call, line in {
        lambda: nbchat.ask(question, model): f'nbchat.ask("{model}", {as_written})',
        lambda: nbchat.stream(question, model): f'nbchat.stream("{model}", {as_written})',
        lambda: chat.ask(model, question): f'chat.ask({as_written}, "{model}")',
        lambda: chat.stream(model, question): f'chat.stream({as_written}, "{model}")',
    }.items():
        with pytest.raises(UnknownModel) as caught:
            call()
        assert f"Write {line}." in str(caught.value)

    assert service.requests == []
    assert chat.turns == []


def test_by_name_it_is_noticed_as_well() -> None:
    with pytest.raises(UnknownModel, match=r'Write nbchat\.ask\("demo", "Hi"\)'):
        nbchat.ask(messages="demo", model="Hi")


@pytest.mark.parametrize(
    "messages", [[nbchat.Message("user", "Hi")], nbchat.Message("user", "Hi"), ("Hi",)]
)
def test_messages_in_the_place_of_a_model_are_noticed(messages: Any) -> None:
    with pytest.raises(UnknownModel, match=r'Write nbchat\.ask\("demo", question\)'):
        nbchat.ask(messages, "demo")


def test_an_honest_question_is_asked_be_it_a_name(service: Service) -> None:
    chat = nbchat.chat("honest")

    nbchat.ask("kimi-k2.6", "o3")
    nbchat.ask("kimi-k2.6", "kimi-k2.6")
    nbchat.ask(messages="demo", model="mine")
    chat.ask("gpt-4", "kimi-k2.6")
    chat.ask("kimi-k2.6")
    chat.ask(model="kimi-k2.6", question="demo")

    assert [request.json["messages"][-1]["content"] for request in service.requests] == [
        *("o3", "kimi-k2.6", "demo", "gpt-4", "kimi-k2.6", "demo")
    ]


@pytest.mark.parametrize(
    "model", [None, "", "  ", nbchat.models()[0], 3, "sk-proj-0aB3dE6gH9jK2mN5"]
)
def test_what_is_no_question_is_not_taken_for_one(model: Any) -> None:
    assert not is_swapped(model, "demo", shipped())


def test_a_misspelt_model_is_answered_with_near_names() -> None:
    with pytest.raises(UnknownModel, match="Did you mean 'kimi-k2.6'"):
        nbchat.ask("kimi-k2.66", "Hi")
    with pytest.raises(UnknownModel, match="Did you mean 'kimi-k2.6'"):
        nbchat.chat().ask("Hi", "kimi-k2.66")


def test_settings_that_cannot_be_used_are_told_where_they_were(service: Service) -> None:
    (config_folder() / FILE).write_text("model = kimi\n")

    stream = nbchat.stream("Hi", "demo")  # as before: not before its first event

    assert isinstance(stream, nbchat.Stream)
