"""The exact request to every host of OpenAI's Responses.

OpenAI itself, Azure, xAI, and routes of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ...fakes.provider import Service
from .answers import REASONING, openai_responses
from .asking import KEY, PARAMETERS, PNG64, Asker, moved

ASKED = {"role": "user", "content": "Hi"}
INCLUDE = {"include": ["reasoning.encrypted_content"]}
TOOL = {
    "type": "function",
    "name": "add",
    "description": "Add two numbers",
    "parameters": PARAMETERS,
    "strict": False,
}
PICTURE = [
    {"type": "input_text", "text": "What is this?"},
    {"type": "input_image", "image_url": f"data:image/png;base64,{PNG64}", "detail": "auto"},
]


def effort(word: str) -> dict[str, Any]:
    """An effort, with a summary so that the thinking can be seen; "none" has none."""
    summary = {} if word == "none" else {"summary": "auto"}
    return {"reasoning": {"effort": word, **summary}, **INCLUDE}


@dataclass(frozen=True)
class Row:
    model: str
    path: str
    variable: str
    on: Mapping[str, Any]
    off: Mapping[str, Any]
    high: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=lambda: INCLUDE)
    tuned: Mapping[str, Any] = field(default_factory=lambda: {"max_output_tokens": 64})
    auth: Mapping[str, Any] = field(default_factory=lambda: {"authorization": f"Bearer {KEY}"})
    thinks: bool = True
    wire: str | None = None


WARM = {"max_output_tokens": 64, "temperature": 0.5}
MEDIUM, LOW, NONE, HIGH = map(effort, ("medium", "low", "none", "high"))
NOTHING: dict[str, Any] = {}

ROWS = [
    # 6.1-sol has no "none", 6.1-terra has; gpt-5 has "minimal"; 5.1 to 5.4 take a temperature
    Row("openai:gpt-6.1-sol", "/v1", "OPENAI_API_KEY", MEDIUM, LOW, HIGH),
    Row("openai:gpt-6.1-terra", "/v1", "OPENAI_API_KEY", MEDIUM, NONE, HIGH),
    Row("openai:gpt-5.4", "/v1", "OPENAI_API_KEY", MEDIUM, NONE, HIGH, tuned=WARM),
    Row("openai:gpt-5", "/v1", "OPENAI_API_KEY", MEDIUM, effort("minimal"), HIGH),
    Row("openai:o3", "/v1", "OPENAI_API_KEY", MEDIUM, LOW, HIGH),
    Row("openai:gpt-5-codex", "/v1", "OPENAI_API_KEY", MEDIUM, effort("minimal"), HIGH),
    Row("azure:gpt-6.1-sol", "/openai/v1", "AZURE_OPENAI_API_KEY", MEDIUM, LOW, HIGH, auth={"api-key": KEY}),
    Row("azure:gpt-6.1-sol", "/openai/v1", "AZURE_OPENAI_AD_TOKEN", MEDIUM, LOW, HIGH),
    Row("xai:grok-4.3", "/v1", "XAI_API_KEY", MEDIUM, NONE, HIGH, tuned=WARM),
    Row("xai:grok-4.7", "/v1", "XAI_API_KEY", MEDIUM, LOW, HIGH, tuned=WARM),
    Row("xai:grok-4.20-reasoning", "/v1", "XAI_API_KEY", NOTHING, INCLUDE, NOTHING, tuned=WARM),
    Row("xai:grok-4.20-non-reasoning", "/v1", "XAI_API_KEY", NOTHING, NOTHING, NOTHING, NOTHING, WARM, thinks=False),
    # routes of others, about whose models nothing is known there
    Row("openai:gpt-4.1", "/v1", "OPENAI_API_KEY", NOTHING, NOTHING, NOTHING, NOTHING, WARM,
        wire="openai-responses", thinks=False),
    Row("bedrock:openai.gpt-5.4", "/openai/v1", "AWS_BEARER_TOKEN_BEDROCK", NOTHING, NOTHING, NOTHING, NOTHING, WARM,
        wire="openai-responses", thinks=False),
    Row("perplexity:sonar-pro", "/v1", "PERPLEXITY_API_KEY", NOTHING, NOTHING, NOTHING, NOTHING, WARM,
        wire="openai-responses", thinks=False),
    Row("deepseek:deepseek-v4-pro", "", "DEEPSEEK_API_KEY", NOTHING, NOTHING, HIGH, NOTHING, WARM,
        wire="openai-responses", thinks=False),
]  # fmt: skip


def body(row: Row, *items: Any, **fields: Any) -> dict[str, Any]:
    model = row.model.partition(":")[2]
    return {
        "model": model,
        "stream": True,
        "store": False,
        **fields,
        "input": list(items or [ASKED]),
    }


def expected(row: Row) -> dict[str, dict[str, Any]]:
    back = [REASONING] if row.thinks else []  # encrypted, and before what followed it
    call = {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a":1}'}
    told = {"type": "function_call_output", "call_id": "call_1", "output": "2"}
    question = {"role": "user", "content": "1 + 1?"}
    hello, more = (
        {"type": "message", "role": "assistant", "content": "Hello"},
        {"role": "user", "content": "And?"},
    )
    return {
        "a plain question": body(row, **row.asked),
        "with limits": body(row, instructions="Be brief.", **row.asked, **row.tuned),
        "thinking on": body(row, **row.on),
        "thinking off": body(row, **row.off),
        "thinking high": body(row, **row.high),
        "an image": body(row, {"role": "user", "content": PICTURE}, **row.asked),
        "a second turn": body(row, ASKED, *back, hello, more, **row.asked),
        "a tool's result": body(row, question, *back, call, told, **row.asked, tools=[TOOL]),
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.model}-{row.variable}")
async def test_the_exact_request(
    row: Row, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, row.model.partition(":")[0], service.url + row.path, row.variable)
    asker = Asker(service, row.model, openai_responses(), {"wire": row.wire})

    assert await asker.cases() == expected(row)
    assert asker.posted(f"{row.path}/responses", row.auth)
