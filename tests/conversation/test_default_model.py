"""Whom a conversation asks where no model is named: whom it has asked before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbchat import runtime
from nbchat.conversation.conversation import Conversation
from nbchat.errors import BadSettings, MissingKey, UnknownModel
from nbchat.frontends.footer import footer

from ..fakes.provider import Service, answer, said
from .talk import Talk


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], object]:
    """Writes the settings file."""
    file = tmp_path / "nbchat.toml"
    file.touch()
    monkeypatch.setenv("NBCHAT_CONFIG", str(file))
    return file.write_text


@pytest.fixture
def chat(
    service: Service, settings: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Conversation]:
    """Three companies that are this service, each with a key."""
    for kind in ("KIMI", "GLM", "OPENAI"):
        monkeypatch.setenv(f"{kind}_API_KEY", "sk-test-0123456789")
        monkeypatch.setenv(f"{kind}_BASE_URL", f"{service.url}/v1")
    service.always(answer(*said("Yes.")))
    alone = runtime.Runtime()
    yield alone.chat("test")
    alone.close()


def models(service: Service) -> list[str]:
    return [request.json["model"] for request in service.requests]


CONFIGURED = {
    "by nothing but a key": ("", ""),
    "by the environment": ("glm-5.3", ""),
    "by the settings": ("", 'model = "glm-5.3"\n'),
    "by an alias": ("quick", '[aliases]\nquick = "glm-5.3"\n'),
    "by both": ("openai:gpt-x", 'model = "glm-5.3"\n'),
}


@pytest.mark.field("P2")
@pytest.mark.parametrize("configured", CONFIGURED)
@pytest.mark.parametrize(
    ("model", "sent"),
    [("kimi-k2.5", "kimi-k2.5"), ("kimi:new-one", "new-one"), ("openai:gemma", "gemma")],
)
def test_a_conversation_that_has_begun_keeps_its_model(
    chat: Conversation,
    service: Service,
    settings: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
    configured: str,
    model: str,
    sent: str,
) -> None:
    variable, file = CONFIGURED[configured]
    monkeypatch.setenv("NBCHAT_MODEL", variable)
    settings(file)

    chat.ask("The data is 4711", model)
    chat.ask("And?")
    chat.undo()
    chat.ask("And now?")

    assert models(service) == [sent] * 3


@pytest.mark.field("P2")
def test_before_the_first_answer_a_configured_model_is_asked(
    chat: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBCHAT_MODEL", "glm-5.3")

    chat.ask("Hi")
    chat.reset()
    monkeypatch.setenv("NBCHAT_MODEL", "kimi-k2.6")
    chat.ask("Hi")

    assert models(service) == ["glm-5.3", "kimi-k2.6"]


@pytest.mark.field("P2")
def test_a_chosen_model_goes_before_all_and_the_first_answer_says_whose_it_is(
    chat: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBCHAT_MODEL", "kimi-k2.5")
    first = chat.ask("One", "kimi-k2.6")
    chat.model = "glm-5.3"
    second, third = chat.ask("Two"), chat.ask("Three")
    chat.model = None
    fourth = chat.ask("Four")

    assert models(service) == ["kimi-k2.6", "glm-5.3", "glm-5.3", "glm-5.3"]
    assert second.notices == [
        "From here on glm-5.3 answers, at Zhipu AI / Z.ai (GLM); "
        "until now it was kimi-k2.6, at Moonshot AI (Kimi)."
    ]
    assert [one.notices for one in (first, third, fourth)] == [[], [], []]


@pytest.mark.field("P2")
def test_the_line_below_an_answer_says_when_the_model_is_another(
    chat: Conversation, service: Service
) -> None:
    for model in ("kimi-k2.6", "kimi-k2.5", "kimi-k2.5"):
        chat.ask("Hi", model)

    assert [footer(turn)[0] for turn in chat.turns] == [
        "kimi-k2.6",
        "kimi-k2.5 (before: kimi-k2.6)",
        "kimi-k2.5",
    ]


@pytest.mark.field("P2")
def test_without_the_key_of_its_model_a_conversation_asks_nobody_else(
    chat: Conversation, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBCHAT_MODEL", "glm-5.3")
    chat.ask("Hi", "kimi-k2.6")
    monkeypatch.delenv("KIMI_API_KEY")

    with pytest.raises(MissingKey, match="KIMI_API_KEY"):
        chat.ask("And?")
    assert len(service.requests) == len(chat.turns) == 1


@pytest.mark.field("P2")
@pytest.mark.parametrize("later", ["", '[aliases]\n"corp:gpt-4.1" = "glm-5.3"\n'])
def test_without_the_row_of_its_provider_a_conversation_asks_nobody_else(
    chat: Conversation, service: Service, settings: Callable[[str], object], later: str
) -> None:
    settings(
        '[[providers]]\ntype = "corp"\nname = "Corp"\nkey_needed = false\n'
        f'base_url = "{service.url}/v1"\n'
    )
    chat.ask("Hi", "corp:gpt-4.1")
    settings(later)

    with pytest.raises(UnknownModel, match=r"'gpt-4.1' of 'corp'.* Name a model: %%chat MODEL"):
        chat.ask("And?")
    assert len(service.requests) == len(chat.turns) == 1


@pytest.mark.field("P2")
def test_a_conversation_that_was_asked_at_an_address_of_its_own_goes_nowhere_else(
    chat: Conversation, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Service() as mine:
        mine.always(answer(*said("Mine.")))
        chat.ask("My secret", "openai:gemma", base_url=f"{mine.url}/v1")
        with pytest.raises(BadSettings, match=rf"came from {mine.url}/v1, an address.* Give it"):
            chat.ask("And?")
        chat.ask("And?", base_url=f"{mine.url}/v1")
        chat.export(tmp_path / "talk.ipynb")
        monkeypatch.setenv("OPENAI_BASE_URL", f"{mine.url}/v1")
        chat.ask("And now?")  # it leads there by itself

        assert models(mine) == ["gemma"] * 3
    assert service.requests == []
    assert "# %%chat MODEL" in (tmp_path / "talk.ipynb").read_text()


@pytest.mark.field("P2")
def test_a_resumed_conversation_keeps_its_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(tmp_path / "history.sqlite")
    talk.runtime.source.provider = "azure"
    talk.chat.ask("Hi", "gpt-4.1")
    again = talk.resume(tmp_path / "history.sqlite")
    monkeypatch.setenv("NBCHAT_MODEL", "glm-5.3")

    assert runtime.current().choose_model(again.chat) == (
        "azure:gpt-4.1",
        "the model of the last answer",
    )
    talk.close()
    again.close()
