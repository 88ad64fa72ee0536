"""How a model is told to think, or that it cannot do just that."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.catalog.rows import Model, ThinkingFields
from nbchat.errors import BadSettings
from nbchat.options import LEVELS

CATALOG = shipped()
MODELS = list(CATALOG.models.values())

ADAPTIVE = {"thinking": {"type": "adaptive", "display": "summarized"}}
OFF = {"thinking": {"type": "disabled"}}
THOUGHTS = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}


@pytest.mark.parametrize(
    ("name", "asked", "effort", "budget", "body"),
    [
        ("kimi-k3.1-pro", None, None, None, {}),
        ("kimi-k3.1-pro", "max", "max", None, {}),
        ("kimi-k3", False, "low", None, {}),
        ("kimi-k3", "medium", "high", None, {}),
        ("kimi-k2.7-code", True, None, None, {"thinking": {"type": "enabled"}}),
        ("kimi-k2.6", True, None, None, {"thinking": {"type": "enabled", "keep": "all"}}),
        ("kimi-k2.6", False, None, None, OFF),
        ("kimi-k2.5", True, None, None, {"thinking": {"type": "enabled"}}),
        ("kimi-k2-thinking", True, None, None, {}),
        ("glm-4.7", True, None, None, {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("glm-4.7", False, None, None, OFF),
        ("glm-5.2", "max", "max", None, {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("glm-5.3", False, "low", None, {"thinking": {"type": "enabled", "clear_thinking": False}}),
        ("gpt-5", False, "minimal", None, {}),
        ("gpt-5.4", False, "none", None, {}),
        ("gpt-5.4", "max", "xhigh", None, {}),
        ("gpt-6-sol", "max", "max", None, {}),
        ("gpt-6.1-sol", False, "low", None, {}),
        ("gpt-6.1-sol", None, None, None, {"include": ["reasoning.encrypted_content"]}),
        ("o3", True, "medium", None, {}),
        ("claude-opus-5-5", None, None, None, ADAPTIVE),
        ("claude-opus-5-5", "high", "high", None, ADAPTIVE),
        ("claude-opus-5-5", False, "low", None, ADAPTIVE),
        ("claude-sonnet-5-5", False, "low", None, {"thinking": {"type": "between_tools"}}),
        ("claude-sonnet-5", None, None, None, ADAPTIVE),
        ("claude-sonnet-5", False, None, None, OFF),
        ("claude-opus-4-6", True, None, None, ADAPTIVE),
        ("claude-opus-4-6", None, None, None, {}),
        ("claude-haiku-4-5", "low", None, 2048, {}),
        ("claude-haiku-4-5", False, None, None, OFF),
        ("gemini-4-argon", "low", "low", None, THOUGHTS),
        ("gemini-4-argon", None, None, None, THOUGHTS),
        ("gemini-3.6-flash", False, "minimal", None, {}),
        ("gemini-2.5-pro", False, None, 128, {}),
        ("gemini-2.5-flash", False, None, 0, {}),
        ("gemini-2.5-flash", True, None, -1, THOUGHTS),
        ("ernie-x1.1", True, None, None, {}),
        ("hy3", False, None, None, OFF),
        ("hy3", "high", "high", None, {"thinking": {"type": "enabled"}}),
        ("deepseek-flash", "max", "max", None, {"thinking": {"type": "enabled"}}),
        ("deepseek-flash", False, None, None, OFF),
        ("qwen-plus", True, None, None, {"enable_thinking": True}),
        ("qwen-plus", False, None, None, {"enable_thinking": False}),
        ("qwen3.7-plus", "low", None, None,
         {"enable_thinking": True, "preserve_thinking": True, "thinking_budget": 2048}),
        ("qwen3.8-max", "high", "high", None, {"enable_thinking": True, "preserve_thinking": True}),
        ("doubao-seed-2-1-pro-260915", "medium", "medium", None, {"thinking": {"type": "enabled"}}),
        ("MiniMax-M3", True, None, None, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3.1-Flash", False, "low", None, {}),
        ("mistral-medium-latest", True, "high", None, {}),
        ("mistral-medium-latest", False, "none", None, {}),
        ("grok-4.3", False, "none", None, {}),
        ("grok-4.7", "max", "xhigh", None, {}),
        ("qwen/qwen3.8-27b", None, None, None, {"reasoning_format": "parsed"}),
        ("moonshotai/kimi-k3.1-pro", "low", None, None, {"reasoning": {"effort": "low"}}),
        ("moonshotai/kimi-k3.1-pro", False, None, None, {"reasoning": {"enabled": False}}),
        ("zai-org/GLM-5.2", True, None, None, {"enable_thinking": True}),
        ("step-3.7-flash", "high", "high", None, {}),
        ("spark-x", False, None, None, OFF),
        ("zai-org/GLM-5.3", False, "low", None, {"reasoning": {"enabled": True}}),
        ("accounts/fireworks/models/glm-5p3", "high", "high", None, {}),
        ("gpt-oss-120b", False, "low", None, {}),
        ("sonar-deep-research", False, "minimal", None, {}),
        ("command-a-plus-05-2026", "low", None, 2048, {"thinking": {"type": "enabled"}}),
        ("nvidia/nemotron-3-ultra-550b-a55b", True, None, None,
         {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}),
        ("global.anthropic.claude-opus-5-5", "high", None, None,
         {"additionalModelRequestFields": {**ADAPTIVE, "output_config": {"effort": "high"}}}),
        ("qwen3", True, None, None, {"think": True}),
        ("qwen3", "high", None, None, {"think": "high"}),
        ("gpt-oss:20b", False, None, None, {"think": "low"}),
        ("llamacpp:any", False, "none", None,
         {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
        ("vllm:any", True, None, None,
         {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}),
        ("demo", None, None, None, OFF),
        ("demo", True, None, None, {"thinking": {"type": "enabled"}}),
    ],
)  # fmt: skip
def test_what_is_sent_for_thinking(
    name: str, asked: Any, effort: str | None, budget: int | None, body: dict[str, Any]
):
    fields, _ = CATALOG.thinking_fields(CATALOG.find(name).model, asked)

    assert (fields.effort, fields.budget, fields.body) == (effort, budget, body)


@pytest.mark.parametrize(
    ("name", "asked", "notice"),
    [
        ("kimi-k2.6", True, ""),
        ("kimi-k2.6", "high", "kimi-k2.6 has no levels of thinking; 'high' was sent as on."),
        ("kimi-k3", "medium", "kimi-k3 thinks at low, high, max; 'high' was sent for 'medium'."),
        ("kimi-k3", False, "kimi-k3 always thinks; it was asked to think as little as it can."),
        ("kimi-k2-thinking", False, "kimi-k2-thinking always thinks; it cannot be asked not to."),
        ("gpt-4", True, "gpt-4 does not think; the question was sent without."),
        ("gpt-4", False, ""),
        (
            "lmstudio:any",
            True,
            "how any is told to think is not known here; nothing was sent for it.",
        ),
        ("lmstudio:any", None, ""),
    ],
)
def test_a_model_that_cannot_do_just_that_says_so(name: str, asked: Any, notice: str):
    assert CATALOG.thinking_fields(CATALOG.find(name).model, asked)[1] == notice


@pytest.mark.parametrize("asked", ["extreme", "", 1, 0.5, []])
def test_a_level_that_does_not_exist_is_refused(asked: Any):
    with pytest.raises(BadSettings, match="'low', 'medium', 'high', 'max'"):
        CATALOG.thinking_fields(CATALOG.models["kimi-k2.6"], asked)


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_every_way_to_ask_gives_fields(model: Model):
    for asked in (None, False, True, *LEVELS):
        fields, notice = CATALOG.thinking_fields(model, asked)

        assert isinstance(fields, ThinkingFields)
        assert asked is not None or not notice
