"""How the models of the table are held to a schema, each in the way of its vendor."""

from __future__ import annotations

import pytest

from nbchat.catalog.catalog import shipped

CATALOG = shipped()


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("anthropic:claude-3-opus-20240229", "tool"),
        ("anthropic:claude-3-7-sonnet-20250219", "tool"),
        ("anthropic:claude-opus-4-1-20250805", "tool"),
        ("anthropic:claude-sonnet-4-20250514", "tool"),
        ("anthropic:claude-sonnet-4-5", "json_schema"),
        ("anthropic:claude-opus-4-5-20251101", "json_schema"),
        ("anthropic:claude-opus-5-5", "json_schema"),
        ("bedrock:us.anthropic.claude-sonnet-4-20250514-v1:0", "tool"),
        ("bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0", "json_schema"),
        ("bedrock:amazon.nova-2-lite-v1:0", "tool"),
        ("bedrock:us.amazon.nova-pro-v1:0", "tool"),
        ("bedrock:us.meta.llama3-3-70b-instruct-v1:0", "none"),
        ("bedrock:moonshot.kimi-k2-thinking", "json_schema"),
        ("minimax:MiniMax-M3", "none"),
    ],
)
def test_a_model_is_held_in_its_vendor_s_way(name: str, mode: str) -> None:
    assert CATALOG.quirks(CATALOG.find(name).model).schema_mode == mode


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("gemini:gemini-2.5-flash", False),
        ("vertex:gemini-2.5-pro", False),
        ("gemini:gemini-3.7-flash", True),
        ("groq:openai/gpt-oss-120b", False),
        ("openai:gpt-6.1-sol", True),
    ],
)
def test_some_are_held_to_none_beside_tools(name: str, holds: bool) -> None:
    assert CATALOG.quirks(CATALOG.find(name).model).schema_beside_tools is holds


@pytest.mark.parametrize("kind", ["ollama", "llamacpp", "lmstudio", "localai", "vllm", "sglang"])
def test_a_local_model_does_not_see_the_schema_that_holds_it(kind: str) -> None:
    assert CATALOG.quirks(CATALOG.find(f"{kind}:any-model").model).schema_unseen


def test_what_speaks_anthropic_s_format_and_is_no_claude_is_told_in_words() -> None:
    deepseek = CATALOG.find("deepseek:deepseek-flash").model
    claude = CATALOG.find("openrouter:anthropic/claude-opus-5.5").model

    assert CATALOG.quirks(deepseek, "anthropic-messages").schema_mode == "none"
    assert CATALOG.quirks(claude, "anthropic-messages").schema_mode == "json_schema"
