"""The exact request to Cohere's own format."""

from __future__ import annotations

from typing import Any

import pytest

from ...fakes.provider import Service
from .answers import cohere
from .asking import KEY, PARAMETERS, PNG64, Asker, moved

ASKED = {"role": "user", "content": "Hi"}
TOOL = {
    "type": "function",
    "function": {"name": "add", "description": "Add two numbers", "parameters": PARAMETERS},
}
CALL = {"id": "add_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
ENABLED = {"thinking": {"type": "enabled"}}
HIGH = {"thinking": {"type": "enabled", "token_budget": 16384}}
DISABLED = {"thinking": {"type": "disabled"}}
NOTHING: dict[str, Any] = {}

ROWS = [
    ("command-a-plus-05-2026", "COHERE_API_KEY", ENABLED, DISABLED, HIGH),
    ("command-a-reasoning-08-2025", "CO_API_KEY", ENABLED, DISABLED, HIGH),
    ("command-a-03-2025", "COHERE_API_KEY", NOTHING, NOTHING, NOTHING),
]


@pytest.mark.parametrize("base", ["", "/v2"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
async def test_the_exact_request(
    row: Any, base: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, variable, on, off, high = row
    moved(monkeypatch, "cohere", service.url + base, variable)
    asker = Asker(service, f"cohere:{model}", cohere())

    def body(*messages: Any, **fields: Any) -> dict[str, Any]:
        return {"model": model, "stream": True, **fields, "messages": list(messages or [ASKED])}

    picture = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG64}"}},
    ]
    hello, more = {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "And?"}
    question = {"role": "user", "content": "1 + 1?"}
    called = {
        "role": "assistant",
        "tool_calls": [CALL],
        "tool_plan": "I add.",
    }  # the plan goes back with the calls
    told = {"role": "tool", "tool_call_id": "add_1", "content": "2"}
    brief = {"role": "system", "content": "Be brief."}
    assert await asker.cases() == {
        "a plain question": body(),
        "with limits": body(brief, ASKED, max_tokens=64, temperature=0.5),
        "thinking on": body(**on),
        "thinking off": body(**off),
        "thinking high": body(**high),
        "an image": body({"role": "user", "content": picture}),
        "a second turn": body(ASKED, hello, more),
        "a tool's result": body(question, called, told, tools=[TOOL]),
    }
    assert asker.posted("/v2/chat", {"authorization": f"Bearer {KEY}"})
