"""What a model does not take, and where a host departs from the format it speaks."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.catalog.rows import Quirks, ThinkingFields

CATALOG = shipped()


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        *(
            (f"{n}", True)
            for n in (
                "kimi-k3",
                "kimi-k2.6",
                "kimi-k2-turbo-preview",
                "gpt-5",
                "gpt-5.5",
                "gpt-5.6-sol",
            )
        ),
        *(
            (f"{n}", True)
            for n in ("gpt-6.2-sol", "o3", "o4-mini", "claude-opus-4-7", "claude-opus-4-8")
        ),
        *(
            (f"{n}", True)
            for n in ("claude-opus-5", "claude-sonnet-5", "claude-sonnet-5-5", "claude-haiku-5-5")
        ),
        *(
            (f"{n}", True)
            for n in ("claude-fable-5-2", "global.anthropic.claude-opus-5-5", "gemini-3.8-flash")
        ),
        *(
            (f"{n}", False)
            for n in ("moonshot-v1-8k", "gpt-5.2", "gpt-5.4", "gpt-5.4-mini", "gpt-4.1", "gpt-4")
        ),
        *(
            (f"{n}", False)
            for n in ("claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-5", "claude-haiku-4-5")
        ),
        *((f"{n}", False) for n in ("glm-5.3", "deepseek-flash", "gemini-3.7-flash", "demo")),
    ],
)
def test_which_models_refuse_a_temperature(name: str, refused: bool):
    assert ("temperature" in CATALOG.models[name].refuses) == refused


@pytest.mark.parametrize(
    ("name", "quirk", "value"),
    [
        ("kimi-k2-thinking", "reasoning_back", "tools"),
        ("kimi-k3", "reasoning_back", "always"),
        ("kimi-k3", "reasoning_filler", " "),
        ("moonshot-v1-8k", "reasoning_back", "never"),
        ("moonshot-v1-8k", "temperature_range", (0, 1)),
        ("kimi-k2.6", "cache", "prompt_cache_key"),
        ("kimi-k2.6", "empty_content", "omit"),
        ("glm-5.3", "temperature_range", (0.01, 0.99)),
        ("glm-5.3", "tools_body", {"tool_stream": True}),
        ("glm-5.3", "max_tokens_field", "max_tokens"),
        ("gpt-4", "max_tokens_field", "max_completion_tokens"),
        ("claude-sonnet-5-5", "cache", "cache_control"),
        ("deepseek-flash", "reasoning_back", "always"),
        ("deepseek-flash", "schema_mode", "json_object"),
        ("qwen3.7-plus", "reasoning_back", "always"),
        ("qwen-plus", "reasoning_back", "never"),
        ("MiniMax-M3", "body", {"reasoning_split": True}),
        ("mistral-large-4", "usage_option", False),
        ("mistral-large-4", "tool_id", "alnum9"),
        ("openai/gpt-oss-120b", "max_tokens_field", "max_completion_tokens"),
        ("anthropic/claude-opus-5.5", "cache", "cache_control"),
        ("moonshotai/kimi-k3.1-pro", "cache", ""),
        ("global.anthropic.claude-opus-5-5", "cache", "cache_control"),
        ("moonshot.kimi-k2-thinking", "cache", ""),
    ],
)
def test_where_a_host_departs_from_its_format(name: str, quirk: str, value: Any):
    assert getattr(CATALOG.quirks(CATALOG.models[name]), quirk) == value


def test_over_a_foreign_format_only_what_it_has_too_is_sent():
    """A body is written for the format of the row; an effort is known to all."""
    kimi, deepseek = CATALOG.models["kimi-k2.6"], CATALOG.models["deepseek-flash"]

    fields, notice = CATALOG.thinking_fields(kimi, False, "anthropic-messages")
    assert fields == ThinkingFields()
    assert "anthropic-messages is not known" in notice
    assert CATALOG.thinking_fields(deepseek, "high", "anthropic-messages")[0] == ThinkingFields(
        effort="high"
    )
    assert (
        CATALOG.thinking_fields(CATALOG.models["gpt-5.4"], None, "openai-chat")[0]
        == ThinkingFields()
    )
    assert CATALOG.quirks(kimi, "anthropic-messages") == Quirks(schema_mode="none")
    assert (
        CATALOG.quirks(CATALOG.models["gpt-5.4"], "openai-chat").max_tokens_field
        == "max_completion_tokens"
    )
