"""The exact request to Ollama, on this machine and in its cloud."""

from __future__ import annotations

from typing import Any

import pytest

from ...fakes.provider import Service
from .answers import ollama
from .asking import KEY, PARAMETERS, PNG64, Asker, moved

ASKED = {"role": "user", "content": "Hi"}
CALL = {
    "id": "call_1",
    "function": {"name": "add", "arguments": {"a": 1}},
}  # an object, not a string
TOOL = {
    "type": "function",
    "function": {"name": "add", "description": "Add two numbers", "parameters": PARAMETERS},
}

# model, what `think` is when on, off and high; gpt-oss takes levels alone
ROWS = [
    ("ollama:qwen3", True, False, "high"),
    ("ollama:llama9:8b", True, False, "high"),
    ("ollama:gpt-oss:20b", "medium", "low", "high"),
    ("ollama:gpt-oss:120b-cloud", "medium", "low", "high"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
async def test_the_exact_request(
    row: Any, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, on, off, high = row
    moved(monkeypatch, "ollama", service.url)
    asker = Asker(service, model, ollama())

    def body(*messages: Any, **fields: Any) -> dict[str, Any]:
        name = model.removeprefix("ollama:")
        return {"model": name, "stream": True, **fields, "messages": list(messages or [ASKED])}

    brief = {"role": "system", "content": "Be brief."}
    hello, more = {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "And?"}
    question = {"role": "user", "content": "1 + 1?"}
    called = {"role": "assistant", "content": "", "thinking": "hm", "tool_calls": [CALL]}
    told = {"role": "tool", "content": "2", "tool_name": "add", "tool_call_id": "call_1"}
    assert await asker.cases() == {
        "a plain question": body(),
        "with limits": body(brief, ASKED, options={"temperature": 0.5, "num_predict": 64}),
        "thinking on": body(think=on),
        "thinking off": body(think=off),
        "thinking high": body(think=high),
        "an image": body({"role": "user", "content": "What is this?", "images": [PNG64]}),
        "a second turn": body(ASKED, hello, more),
        "a tool's result": body(question, called, told, tools=[TOOL]),
    }
    assert asker.posted("/api/chat", {})


async def test_the_key_is_for_the_cloud(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "OLLAMA_HOST", service.url.removeprefix("http://")
    )  # without a scheme, as Ollama has it
    monkeypatch.setenv("OLLAMA_API_KEY", KEY)
    asker = Asker(service, "ollama:qwen3", ollama())

    answer = await asker.ask()

    assert asker.headers == {"authorization": f"Bearer {KEY}"}
    assert (answer.text, answer.thought, answer.usage.input, answer.usage.output) == (
        "Hello",
        "hm",
        9,
        5,
    )
