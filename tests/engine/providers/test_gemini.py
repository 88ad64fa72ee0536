"""The exact request to Gemini.

The Gemini API, Vertex AI with a token, and its express mode with a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ...fakes.provider import Service
from .answers import gemini
from .asking import KEY, PARAMETERS, PNG64, Asker, moved

SEEN = {"includeThoughts": True}
KEYED = {"x-goog-api-key": KEY}
TOKEN = {"authorization": f"Bearer {KEY}"}
NOTHING: dict[str, Any] = {}
PROJECT = "/v1/projects/p/locations/global/publishers/google"
WARM, COLD = {"maxOutputTokens": 64, "temperature": 0.5}, {"maxOutputTokens": 64}


def level(word: str) -> dict[str, Any]:
    return {**SEEN, "thinkingLevel": word}


def budget(tokens: int) -> dict[str, Any]:
    return {**SEEN, "thinkingBudget": tokens}


@dataclass(frozen=True)
class Row:
    """`on`, `off`, `high` and `asked` (nothing said) are the thinkingConfig."""

    model: str
    path: str
    variable: str
    on: Mapping[str, Any]
    off: Mapping[str, Any]
    high: Mapping[str, Any]
    asked: Mapping[str, Any]
    tuned: Mapping[str, Any]
    auth: Mapping[str, str]


LEVELS = (SEEN, level("LOW"), level("HIGH"), SEEN)
MINIMAL = (SEEN, level("MINIMAL"), level("HIGH"), SEEN)

ROWS = [
    # from 3 on levels, never off; MINIMAL on some; 2.5 budgets, where 0 is off and -1 as it likes
    Row("gemini:gemini-3.7-flash", "/v1beta", "GEMINI_API_KEY", *LEVELS, WARM, KEYED),
    Row("gemini:gemini-3.8-flash", "/v1beta", "GEMINI_API_KEY", *LEVELS, COLD, KEYED),
    Row("gemini:gemini-4-argon", "/v1beta", "GOOGLE_API_KEY", *LEVELS, WARM, KEYED),
    Row("gemini:gemini-3.6-flash", "/v1beta", "GEMINI_API_KEY", *MINIMAL, WARM, KEYED),
    Row("gemini:gemini-2.5-pro", "/v1beta", "GEMINI_API_KEY", budget(-1), budget(128), budget(24576), SEEN,
        WARM, KEYED),
    Row("gemini:gemini-2.5-flash", "/v1beta", "GEMINI_API_KEY", budget(-1), {"thinkingBudget": 0}, budget(16384), SEEN,
        WARM, KEYED),
    Row("gemini:gemma-4-27b-it", "/v1beta", "GEMINI_API_KEY", NOTHING, NOTHING, NOTHING, NOTHING, WARM, KEYED),
    Row("vertex:gemini-3.8-flash", PROJECT, "GOOGLE_ACCESS_TOKEN", *LEVELS, COLD, TOKEN),
    Row("vertex-express:gemini-3.8-flash", "/v1/publishers/google", "VERTEX_API_KEY", *LEVELS, COLD, KEYED),
]  # fmt: skip


def user(*parts: Any) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


def model(*parts: Any) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def body(
    thinking: Mapping[str, Any], *contents: Any, config: Mapping[str, Any] = NOTHING, **fields: Any
) -> Any:
    whole = {**config, **({"thinkingConfig": dict(thinking)} if thinking else {})}
    first = {"generationConfig": whole} if whole else {}
    return {**first, **fields, "contents": list(contents or [user({"text": "Hi"})])}


def expected(row: Row) -> dict[str, Any]:
    picture = {"inlineData": {"mimeType": "image/png", "data": PNG64}}
    declared = {"name": "add", "description": "Add two numbers", "parametersJsonSchema": PARAMETERS}
    hello = model({"text": "Hello", "thoughtSignature": "c2ln"})  # a signature stays on its part
    call = model(
        {"functionCall": {"id": "x1", "name": "add", "args": {"a": 1}}, "thoughtSignature": "c2ln"}
    )
    told = user({"functionResponse": {"id": "x1", "name": "add", "response": {"output": "2"}}})
    brief = {"parts": [{"text": "Be brief."}]}
    return {
        "a plain question": body(row.asked),
        "with limits": body(row.asked, config=row.tuned, systemInstruction=brief),
        "thinking on": body(row.on),
        "thinking off": body(row.off),
        "thinking high": body(row.high),
        "an image": body(row.asked, user({"text": "What is this?"}, picture)),
        "a second turn": body(row.asked, user({"text": "Hi"}), hello, user({"text": "And?"})),
        "a tool's result": body(
            row.asked,
            user({"text": "1 + 1?"}),
            call,
            told,
            tools=[{"functionDeclarations": [declared]}],
        ),
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.model}-{row.variable}")
async def test_the_exact_request(
    row: Row, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _, name = row.model.partition(":")
    moved(monkeypatch, kind, service.url + row.path, row.variable)
    asker = Asker(service, row.model, gemini())

    assert await asker.cases() == expected(row)
    assert asker.posted(f"{row.path}/models/{name}:streamGenerateContent?alt=sse", row.auth)
