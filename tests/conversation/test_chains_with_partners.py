"""Chains with servers that others have made: llmock, aimock and llama.cpp's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat import Answer, Message, Text, ToolCall, ToolResult

from ..fakes.llama_server import LlamaServer
from ..fakes.partners import Partner, aimock, llmock

KEY = "a-key-of-the-test"
QUESTION = "What is the weather in Paris?"

LLMOCK = {  # a model, its wire format, and where llmock plays its provider
    "OpenAI": ("openai:gpt-4.1", "openai-chat", "/v1"),
    "OpenAI, Responses": ("openai:gpt-4.1", "openai-responses", "/v1"),
    "Anthropic": ("anthropic:claude-haiku-4-5", "anthropic-messages", "/anthropic"),
    "Gemini": ("gemini:gemini-2.5-flash", "gemini", "/gemini/v1beta"),
    "Cohere": ("cohere:command-a-03-2025", "cohere", "/cohere"),
    "Mistral": ("mistral:mistral-medium-latest", "openai-chat", "/mistral/v1"),
}
AIMOCK = {
    **{name: LLMOCK[name] for name in ("OpenAI", "OpenAI, Responses")},
    "Anthropic": ("anthropic:claude-haiku-4-5", "anthropic-messages", ""),
    "Gemini": ("gemini:gemini-2.5-flash", "gemini", "/v1beta"),
    "Cohere": ("cohere:command-a-03-2025", "cohere", ""),
    "Ollama": ("ollama:qwen3", "ollama", ""),
    "Bedrock": ("bedrock:amazon.nova-2-lite-v1:0", "bedrock-converse", ""),
}


class Weather:
    """A tool that notes for which cities it was asked."""

    def __init__(self) -> None:
        self.cities: list[str] = []

    def get_weather(self, city: str) -> str:
        """Get the current weather for a city."""
        self.cities.append(city)
        return f"21 C in {city}"


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture(scope="module")
def partner() -> Iterator[Partner]:
    with llmock() as server:
        yield server


def ask(server: Partner, place: tuple[str, str, str], weather: Weather, **more: Any) -> Answer:
    model, wire, path = place
    given: dict[str, Any] = {"wire": wire, "base_url": server.url + path, "api_key": KEY, **more}
    return nbchat.ask(model, QUESTION, tools=[weather.get_weather], **given)


def kinds(answer: Answer) -> list[str]:
    return [type(part).__name__ for part in answer.parts]


@pytest.mark.parametrize("place", LLMOCK.values(), ids=LLMOCK)
def test_a_chain_with_llmock(
    place: tuple[str, str, str], partner: Partner, weather: Weather
) -> None:
    answer = ask(partner, place, weather)

    assert kinds(answer) == ["ToolCall", "ToolResult", "Text"]
    (call,) = answer.tool_calls
    assert weather.cities == [(call.arguments or {})["city"]]
    assert answer.stop.reason == "end"


@pytest.mark.parametrize("fault", ["malformed_arguments", "unknown_tool"])
@pytest.mark.parametrize("place", LLMOCK.values(), ids=LLMOCK)
def test_a_broken_call_of_llmock_ends_as_a_result_and_never_runs(
    place: tuple[str, str, str], fault: str, partner: Partner, weather: Weather
) -> None:
    partner.tell("/_llmock/scenario", {"behaviors": [{"type": "tool_fault", "kind": fault}]})

    answer = ask(partner, place, weather)

    assert weather.cities == []
    (result,) = [part for part in answer.parts if isinstance(part, ToolResult)]
    assert result.error
    assert str(result.content).startswith("not run")
    assert (kinds(answer)[-1], answer.stop.reason) == ("Text", "end")


# --- aimock --------------------------------------------------------------------------------------

CITIES = ("Paris", "Rome")
CALLS = [
    {"name": "get_weather", "arguments": json.dumps({"city": city}), "id": f"call_{city.lower()}"}
    for city in CITIES
]
FIXTURES = [
    {
        "match": {"userMessage": "weather", "hasToolResult": False},
        "response": {"toolCalls": CALLS},
    },
    {"match": {"hasToolResult": True}, "response": {"content": "It is 21 C in both."}},
]


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    file: Path = tmp_path_factory.mktemp("aimock") / "chain.json"
    file.write_text(json.dumps({"fixtures": FIXTURES}))
    with aimock(file) as server:
        yield server


@pytest.mark.parametrize("place", AIMOCK.values(), ids=AIMOCK)
def test_parallel_calls_with_aimock(
    place: tuple[str, str, str], player: Partner, weather: Weather
) -> None:
    answer = ask(player, place, weather)

    assert kinds(answer) == ["ToolCall", "ToolCall", "ToolResult", "ToolResult", "Text"]
    assert weather.cities == [*CITIES]
    assert (answer.text, answer.stop.reason) == ("It is 21 C in both.", "end")


# --- llama.cpp -----------------------------------------------------------------------------------

APIS = ("openai-chat", "openai-responses", "anthropic-messages")


@pytest.fixture(scope="module")
def llama() -> Iterator[LlamaServer]:
    with LlamaServer("--ctx-size", "4096", "--jinja") as server:
        yield server


@pytest.mark.parametrize("wire", APIS)
def test_llama_cpp_takes_a_chain_back_over_each_of_its_apis(
    llama: LlamaServer, weather: Weather, wire: str
) -> None:
    """The model is a base model, which calls nothing itself: the chain is one of another."""
    calls = [
        ToolCall("call_1", "get_weather", {"city": "Paris"}, '{"city": "Paris"}'),
        ToolCall("call_2", "run()", {}, "{}"),
    ]
    told = [
        ToolResult("call_1", "get_weather", "21 C in Paris"),
        ToolResult("call_2", "run()", "not run: there is no such tool.", error=True),
    ]
    before = Answer()
    before.parts = [*calls, *told, Text("It is 21 C.")]
    question = Message("user", QUESTION)
    messages = [question, *before.messages, Message("user", "And in Rome?")]
    given: dict[str, Any] = {"wire": wire, "base_url": f"{llama.url}/v1", "max_tokens": 8}

    answer = nbchat.ask("llamacpp:any", messages, tools=[weather.get_weather], **given)
    later = nbchat.ask("llamacpp:any", messages, **given)

    assert answer.stop.reason in ("length", "end", "tool_calls")
    assert answer.usage.output
    assert later.usage.output
