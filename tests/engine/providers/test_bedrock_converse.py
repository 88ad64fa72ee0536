"""The exact request to Bedrock's Converse, whose answer is a binary event stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from ...fakes.provider import Service
from .answers import bedrock_converse
from .asking import KEY, PARAMETERS, PNG64, Asker, moved

POINT = {"cachePoint": {"type": "default"}}
NOTHING: dict[str, Any] = {}
WARM, COLD = {"maxTokens": 64, "temperature": 0.5}, {"maxTokens": 64}


def more(**fields: Any) -> dict[str, Any]:
    return {"additionalModelRequestFields": fields}


ADAPTIVE = more(thinking={"type": "adaptive", "display": "summarized"})


def claude(word: str) -> dict[str, Any]:
    return more(
        thinking={"type": "adaptive", "display": "summarized"}, output_config={"effort": word}
    )


def budget(tokens: int) -> dict[str, Any]:
    limit = (
        8192 if tokens < 8192 else 8192 + tokens
    )  # maxTokens counts the thinking, and must be larger
    return more(thinking={"type": "enabled", "budget_tokens": tokens}) | {
        "inferenceConfig": {"maxTokens": limit}
    }


def nova(word: str) -> dict[str, Any]:
    return more(reasoningConfig={"type": "enabled", "maxReasoningEffort": word})


@dataclass(frozen=True)
class Row:
    model: str
    on: Mapping[str, Any] = field(default_factory=dict)
    off: Mapping[str, Any] = field(default_factory=dict)
    high: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    tuned: Mapping[str, Any] = field(default_factory=lambda: WARM)
    cached: bool = True


ROWS = [
    Row(
        "global.anthropic.claude-opus-5-5", ADAPTIVE, claude("low"), claude("high"), ADAPTIVE, COLD
    ),
    Row(
        "us.anthropic.claude-opus-4-7",
        ADAPTIVE,
        more(thinking={"type": "disabled"}),
        claude("high"),
        tuned=COLD,
    ),
    Row(
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        budget(8192),
        more(thinking={"type": "disabled"}),
        budget(16384),
    ),
    Row(
        "amazon.nova-2-lite-v1:0",
        nova("medium"),
        more(reasoningConfig={"type": "disabled"}),
        nova("high"),
    ),
    Row("amazon.nova-micro-v1:0"),
    Row("moonshot.kimi-k2-thinking", cached=False),
    Row("meta.llama9", cached=False),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.model)
async def test_the_exact_request(
    row: Row, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, "bedrock", service.url, "AWS_BEARER_TOKEN_BEDROCK")
    asker = Asker(service, f"bedrock:{row.model}", bedrock_converse())
    point = [POINT] if row.cached else []

    def user(*content: Any) -> dict[str, Any]:
        return {"role": "user", "content": list(content)}

    def body(*messages: Any, **fields: Any) -> dict[str, Any]:
        """The cache mark is at the end of the last message."""
        *before, last = messages or [user({"text": "Hi"})]
        return {**fields, "messages": [*before, user(*last["content"], *point)]}

    def answer(*content: Any) -> dict[str, Any]:
        thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}}
        return {"role": "assistant", "content": [thought, *content]}

    picture = {"image": {"format": "png", "source": {"bytes": PNG64}}}
    called = {"toolUse": {"toolUseId": "tooluse_1", "name": "add", "input": {"a": 1}}}
    told = {"toolResult": {"toolUseId": "tooluse_1", "content": [{"text": "2"}]}}
    spec = {"name": "add", "description": "Add two numbers", "inputSchema": {"json": PARAMETERS}}
    tools = {"tools": [{"toolSpec": spec}]}
    hello = {"text": "Hello"}
    assert await asker.cases() == {
        "a plain question": body(**row.asked),
        "with limits": body(
            **row.asked, inferenceConfig=row.tuned, system=[{"text": "Be brief."}, *point]
        ),
        "thinking on": body(**row.on),
        "thinking off": body(**row.off),
        "thinking high": body(**row.high),
        "an image": body(user({"text": "What is this?"}, picture), **row.asked),
        "a second turn": body(
            user({"text": "Hi"}), answer(hello), user({"text": "And?"}), **row.asked
        ),
        "a tool's result": body(
            user({"text": "1 + 1?"}), answer(called), user(told), **row.asked, toolConfig=tools
        ),
    }
    assert asker.posted(
        f"/model/{quote(row.model, safe='')}/converse-stream", {"authorization": f"Bearer {KEY}"}
    )
