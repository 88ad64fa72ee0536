"""An address in the place of a model: what it says is what to type."""

from __future__ import annotations

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.catalog.typed_addresses import address_meant
from nbchat.errors import UnknownModel


@pytest.mark.field("C4")
@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("http://localhost:1234/v1", "%chat models --live lmstudio"),
        ("localhost:1234", "%chat models --live lmstudio"),
        ("127.0.0.1:11434", "%chat models --live ollama"),
        ("[::1]:11434", "%chat models --live ollama"),
        ("0.0.0.0:8000/v1", "%chat models --live vllm"),
        ("ollama:http://localhost:11434", "%chat models --live ollama"),
        ("https://api.moonshot.ai/v1", "%chat models kimi"),
        ("https://api.openai.com/v1/models", "%chat models openai"),
    ],
)
def test_the_address_of_a_provider_leads_to_its_models(typed: str, line: str) -> None:
    with pytest.raises(UnknownModel, match="is an address, and the name of a model") as raised:
        shipped().find(typed)

    assert "base_url= in Python" in str(raised.value)
    assert str(raised.value).splitlines()[1] == line


@pytest.mark.field("C4")
@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("http://localhost:9999/v1", "http://localhost:9999/v1"),
        ("localhost:9999", "http://localhost:9999/v1"),
        ("localhost", "http://localhost/v1"),
        ("https://llm.example.com", "https://llm.example.com/v1"),
        ("https://llm.example.com/v1?key=secret#x", "https://llm.example.com/v1"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("192.168.0.5:8000", "http://192.168.0.5:8000/v1"),
        ("gpu:8000/v1", "http://gpu:8000/v1"),
    ],
)
def test_another_address_leads_to_the_setting_for_it(typed: str, url: str) -> None:
    with pytest.raises(UnknownModel, match="is an address") as raised:
        shipped().find(typed)

    first, line = str(raised.value).splitlines()
    assert "vllm:ITS-MODEL" in first
    assert "nbchat.toml" in first
    assert "base_url=" in first
    assert line == f'import os; os.environ["VLLM_BASE_URL"] = "{url}"'
    assert "secret" not in str(raised.value)


def test_a_password_in_it_is_not_repeated() -> None:
    said = address_meant("https://me:secret@llm.example.com/v1", shipped())

    assert "llm.example.com" in said
    assert "secret" not in said
    assert said.endswith("\n%chat settings")


@pytest.mark.field("C4")
def test_names_of_models_are_no_addresses() -> None:
    names = [*shipped().models, *shipped().providers, "llama3:8b", "llama3:70", "llama.cpp", "o1.x"]
    names += ["hf.co/user/model:Q4", "moonshotai/kimi-k2.6", "ollama:llama3:70", "vllm:org/m.v1"]
    for name in names:
        assert address_meant(name, shipped()) == "", name
