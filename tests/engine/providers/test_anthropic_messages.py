"""The exact request to Anthropic, and to those who speak its format beside their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from ...fakes.provider import Service
from .answers import anthropic_messages
from .asking import KEY, PARAMETERS, PNG64, Asker, moved

VERSION = {"anthropic-version": "2023-06-01"}
CACHE = {"cache_control": {"type": "ephemeral"}}
ADAPTIVE = {"thinking": {"type": "adaptive", "display": "summarized"}}
DISABLED = {"thinking": {"type": "disabled"}}
NOTHING: dict[str, Any] = {}
COLD = {"max_tokens": 64}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def effort(word: str, thinking: Mapping[str, Any] = ADAPTIVE) -> dict[str, Any]:
    return {"output_config": {"effort": word}, **thinking}


def budget(tokens: int) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


@dataclass(frozen=True)
class Row:
    model: str
    path: str
    variable: str
    on: Mapping[str, Any]
    off: Mapping[str, Any]
    high: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=dict)
    tuned: Mapping[str, Any] = field(default_factory=lambda: COLD)
    most: int = 32_000  # max_tokens, which is required
    auth: Mapping[str, Any] = field(default_factory=lambda: {"x-api-key": KEY})
    cached: bool = True
    wire: str | None = None


CLAUDE = {"path": "", "variable": "ANTHROPIC_API_KEY"}
BEARER = {"authorization": f"Bearer {KEY}"}
FOREIGN = {"wire": "anthropic-messages", "auth": BEARER, "cached": False}
WARM = {"max_tokens": 64, "temperature": 0.5}
BETWEEN = effort("low", {"thinking": {"type": "between_tools"}})

ROWS = [
    # always adaptive; sonnet-5-5 has "between_tools" as its least
    Row("anthropic:claude-opus-5-5", **CLAUDE, on=ADAPTIVE, off=effort("low"), high=effort("high"), asked=ADAPTIVE),
    Row("anthropic:claude-fable-5-2", **CLAUDE, on=ADAPTIVE, off=effort("low"), high=effort("high"), asked=ADAPTIVE),
    Row("anthropic:claude-sonnet-5-5", **CLAUDE, on=ADAPTIVE, off=BETWEEN, high=effort("high"), asked=ADAPTIVE),
    # adaptive, and off on request; sonnet-5 thinks unless it is told not to
    Row("anthropic:claude-haiku-5-5", **CLAUDE, on=ADAPTIVE, off=DISABLED, high=effort("high")),
    Row("anthropic:claude-sonnet-5", **CLAUDE, on=ADAPTIVE, off=DISABLED, high=effort("high"), asked=ADAPTIVE),
    Row("anthropic:claude-opus-4-8", **CLAUDE, on=ADAPTIVE, off=DISABLED, high=effort("high")),
    Row("anthropic:claude-opus-4-6", **CLAUDE, on=ADAPTIVE, off=DISABLED, high=effort("high"), tuned=WARM),
    # a budget, below max_tokens
    Row("anthropic:claude-haiku-4-5", **CLAUDE, on=budget(8192), off=DISABLED, high=budget(16384), tuned=WARM),
    Row("anthropic:claude-3-opus-20240229", **CLAUDE, on=NOTHING, off=NOTHING, high=NOTHING, tuned=WARM, most=4096),
    Row("anthropic:claude-opus-5-5", "", "ANTHROPIC_AUTH_TOKEN", ADAPTIVE, effort("low"), effort("high"), ADAPTIVE,
        auth=BEARER),
    # the same protocol elsewhere: nothing of the other format's own, and no cache marks
    Row("kimi:kimi-k2.6", "/anthropic", "KIMI_API_KEY", NOTHING, NOTHING, NOTHING, **FOREIGN),
    Row("glm:glm-5.3", "/api/anthropic", "GLM_API_KEY", NOTHING, effort("low", NOTHING), effort("high", NOTHING),
        tuned=WARM, **FOREIGN),
    Row("deepseek:deepseek-flash", "/anthropic", "DEEPSEEK_API_KEY", NOTHING, NOTHING, effort("high", NOTHING),
        tuned=WARM, **FOREIGN),
    Row("minimax:MiniMax-M3", "/anthropic", "MINIMAX_API_KEY", NOTHING, NOTHING, NOTHING, tuned=WARM, **FOREIGN),
    Row("hunyuan:hy3", "", "TENCENT_TOKENHUB_API_KEY", NOTHING, NOTHING, effort("high", NOTHING),
        tuned=WARM, **FOREIGN),
    Row("openrouter:anthropic/claude-opus-5.5", "/api", "OPENROUTER_API_KEY", NOTHING, NOTHING, NOTHING,
        tuned=WARM, **FOREIGN),
    Row("ollama:qwen3", "", "OLLAMA_API_KEY", NOTHING, NOTHING, NOTHING, tuned=WARM, most=8192, **FOREIGN),
    Row("llamacpp:any", "", "LLAMACPP_API_KEY", NOTHING, effort("none", NOTHING), effort("high", NOTHING),
        tuned=WARM, most=8192, **FOREIGN),
]  # fmt: skip


def body(row: Row, *messages: Any, **fields: Any) -> dict[str, Any]:
    made = {"model": row.model.partition(":")[2], "max_tokens": row.most, "stream": True, **fields}
    asked = [{"role": "user", "content": [text("Hi")]}]
    return {**made, **(CACHE if row.cached else {}), "messages": list(messages or asked)}


def expected(row: Row) -> dict[str, dict[str, Any]]:
    cache = CACHE if row.cached else {}
    thought = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}  # unmodified, and first
    tool = {"name": "add", "description": "Add two numbers", "input_schema": PARAMETERS, **cache}
    call = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}}
    told = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [text("2")]}
    source = {"type": "base64", "media_type": "image/png", "data": PNG64}

    def user(*content: Any) -> dict[str, Any]:
        return {"role": "user", "content": list(content)}

    def answer(*content: Any) -> dict[str, Any]:
        return {"role": "assistant", "content": list(content)}

    return {
        "a plain question": body(row, **row.asked),
        "with limits": body(row, system=[text("Be brief.") | cache], **{**row.asked, **row.tuned}),
        "thinking on": body(row, **row.on),
        "thinking off": body(row, **row.off),
        "thinking high": body(row, **row.high),
        "an image": body(
            row, user(text("What is this?"), {"type": "image", "source": source}), **row.asked
        ),
        "a second turn": body(
            row, user(text("Hi")), answer(thought, text("Hello")), user(text("And?")), **row.asked
        ),
        "a tool's result": body(
            row, user(text("1 + 1?")), answer(thought, call), user(told), **row.asked, tools=[tool]
        ),
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.model}-{row.variable}")
async def test_the_exact_request(
    row: Row, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved(monkeypatch, row.model.partition(":")[0], service.url + row.path, row.variable)
    asker = Asker(service, row.model, anthropic_messages(), {"wire": row.wire})

    assert await asker.cases() == expected(row)
    assert asker.posted(f"{row.path}/v1/messages", {**VERSION, **row.auth})


async def test_a_budget_leaves_room_for_words(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """budget_tokens must be below max_tokens, which counts both."""
    moved(monkeypatch, "anthropic", service.url, "ANTHROPIC_API_KEY")

    sent = await Asker(service, "claude-haiku-4-5", anthropic_messages()).body(
        thinking="low", max_tokens=500
    )

    assert (sent["max_tokens"], sent["thinking"]["budget_tokens"]) == (2548, 2048)
