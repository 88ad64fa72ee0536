"""Hosts of the openai-chat format, by hand from facts/providers.md: what each wants differently.

`path` is where the request arrives. The other fields are what a body holds besides the
format's own: `asked` where nothing is said about thinking, `on`, `off` and `high` for it,
`tuned` for 64 tokens at temperature 0.5, `back` on an answer that goes back, `call` on one
that called a tool, `tools` beside tools. `bare`: without an empty content; `has_tools`: where they can be called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import Answers, openai_chat
from .asking import KEY

Fields = Mapping[str, Any]
COUNT = {"stream_options": {"include_usage": True}}
DISABLED = {"thinking": {"type": "disabled"}}
ENABLED = {"thinking": {"type": "enabled"}}
KEEP = {"thinking": {"type": "enabled", "keep": "all"}}
UNCLEARED = {"thinking": {"type": "enabled", "clear_thinking": False}}
LOW, MEDIUM, HIGH, NONE = ({"reasoning_effort": word} for word in ("low", "medium", "high", "none"))
WARM = {"max_tokens": 64, "temperature": 0.5}
COLD = {"max_tokens": 64}  # the temperature is fixed
COMPLETION = {"max_completion_tokens": 64, "temperature": 0.5}
THOUGHT = {"reasoning_content": "hm"}
DETAILS = {
    "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "c2ln", "index": 0}]
}
TEMPLATE = {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}
NO_TEMPLATE = {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}


@dataclass(frozen=True)
class Row:
    model: str
    path: str
    variable: str
    on: Fields = field(default_factory=dict)
    off: Fields = field(default_factory=dict)
    high: Fields = field(default_factory=dict)
    asked: Fields = field(default_factory=dict)
    always: Fields = field(default_factory=lambda: COUNT)
    tuned: Fields = field(default_factory=lambda: WARM)
    back: Fields = field(default_factory=dict)
    call: Fields = field(default_factory=dict)
    tools: Fields = field(default_factory=dict)
    bare: bool = False
    has_tools: bool = True
    auth: Fields = field(default_factory=lambda: {"authorization": f"Bearer {KEY}"})
    wire: str | None = None
    answers: Answers = field(default_factory=openai_chat)


def thinks(on: Fields, off: Fields, high: Fields | None = None) -> dict[str, Fields]:
    return {"on": on, "off": off, "high": on if high is None else high}


BACK = {"back": THOUGHT, "call": THOUGHT}
EFFORT = thinks(MEDIUM, LOW, HIGH)  # cannot be off
EFFORT_OR_NONE = thinks(MEDIUM, NONE, HIGH)
REASONING = {"answers": openai_chat("reasoning")}
KIMI = {
    "path": "/v1",
    "variable": "KIMI_API_KEY",
    "bare": True,
    "tuned": {"max_completion_tokens": 64},
}
GLM = {"path": "/api/paas/v4", "variable": "GLM_API_KEY", "tools": {"tool_stream": True}, **BACK}
QWEN_ON, QWEN_OFF = {"enable_thinking": True}, {"enable_thinking": False}
QWEN = {"path": "/compatible-mode/v1", "variable": "DASHSCOPE_API_KEY"}
PRESERVE = {**QWEN_ON, "preserve_thinking": True}
DETAILED = {"back": DETAILS, "call": DETAILS, "answers": openai_chat("reasoning", details=True)}
ROUTED = {
    "path": "/api/v1",
    "variable": "OPENROUTER_API_KEY",
    **DETAILED,
    **thinks(
        {"reasoning": {"enabled": True}},
        {"reasoning": {"enabled": False}},
        {"reasoning": {"effort": "high"}},
    ),
}
TOGETHER = {"path": "/v1", "variable": "TOGETHER_API_KEY", **REASONING}
SPARKS = thinks(ENABLED, DISABLED)


ROWS = [
    # --- Kimi: every kimi-* fixes the temperature; k3 takes efforts alone; k2.7-code refuses "disabled"
    Row("kimi:kimi-k2.6", **KIMI, **thinks(KEEP, DISABLED), **BACK),
    Row("kimi:kimi-k3.1-pro", **KIMI, **thinks({}, LOW, HIGH), **BACK),
    Row("kimi:kimi-k2.7-code", **KIMI, **thinks(ENABLED, {}), **BACK),
    Row("kimi:kimi-k2-thinking", **KIMI, call=THOUGHT),
    Row("kimi:moonshot-v1-8k", **{**KIMI, "tuned": COMPLETION}),
    # --- GLM: max_tokens; from 5.3 on it always thinks
    Row("glm:glm-5.3-flash", **GLM, **thinks(UNCLEARED, UNCLEARED | LOW, UNCLEARED | HIGH)),
    Row("glm:glm-5.2", **GLM, **thinks(UNCLEARED, DISABLED, UNCLEARED | HIGH)),
    Row("glm:glm-4.7", **GLM, **thinks(UNCLEARED, DISABLED)),
    Row("glm:glm-4", **GLM),
    # --- OpenAI and Azure, where chat completions are asked for
    Row("openai:gpt-4.1", "/v1", "OPENAI_API_KEY", tuned=COMPLETION),
    Row("openai:gpt-5.4", "/v1", "OPENAI_API_KEY", tuned=COMPLETION, wire="openai-chat", **EFFORT_OR_NONE),
    Row("azure:gpt-4.1", "/openai/v1", "AZURE_OPENAI_API_KEY", tuned=COMPLETION, auth={"api-key": KEY}),
    Row("azure:gpt-4.1", "/openai/v1", "AZURE_OPENAI_AD_TOKEN", tuned=COMPLETION),
    # --- China
    Row("ernie:ernie-5.1", "/v2", "QIANFAN_API_KEY"),
    Row("hunyuan:hy3", "/v1", "TENCENT_TOKENHUB_API_KEY", **thinks(ENABLED, DISABLED, ENABLED | HIGH)),
    Row("deepseek:deepseek-flash", "", "DEEPSEEK_API_KEY", **thinks(ENABLED, DISABLED, ENABLED | HIGH), **BACK),
    Row("qwen:qwen-plus", **QWEN, **thinks(QWEN_ON, QWEN_OFF, QWEN_ON | {"thinking_budget": 16384})),
    Row("qwen:qwen3.7-plus", **QWEN, **thinks(PRESERVE, QWEN_OFF, PRESERVE | {"thinking_budget": 16384}), **BACK),
    Row("qwen:qwen3.8-max", **QWEN, **thinks(PRESERVE, QWEN_OFF, PRESERVE | HIGH), **BACK),
    Row("doubao:doubao-seed-2-1-pro-260915", "/api/v3", "ARK_API_KEY", **thinks(ENABLED, DISABLED, ENABLED | HIGH)),
    Row("doubao:ep-20261101-abcde", "/api/v3", "ARK_API_KEY", **thinks(ENABLED, DISABLED, ENABLED | HIGH)),
    Row("minimax:MiniMax-M3", "/v1", "MINIMAX_API_KEY", always=COUNT | {"reasoning_split": True}, tuned=COMPLETION,
        **thinks({"thinking": {"type": "adaptive"}}, DISABLED), back=DETAILS, call=DETAILS,
        answers=openai_chat("reasoning_content", details=True)),
    Row("minimax:MiniMax-M3.1-Flash", "/v1", "MINIMAX_API_KEY", always=COUNT | {"reasoning_split": True},
        tuned=COMPLETION, **EFFORT, call=THOUGHT),
    Row("siliconflow:zai-org/GLM-5.2", "/v1", "SILICONFLOW_API_KEY",
        **thinks(QWEN_ON, QWEN_OFF, QWEN_ON | {"thinking_budget": 16384}), call=THOUGHT),
    Row("stepfun:step-3.7-flash", "/v1", "STEPFUN_API_KEY", **EFFORT, **REASONING),
    Row("baichuan:Baichuan-M3", "/v1", "BAICHUAN_API_KEY"),
    Row("yi:yi-lightning", "/v1", "YI_API_KEY"),
    Row("spark:spark-x", "/x2", "SPARK_API_KEY", **SPARKS),
    Row("spark:x1", "/v2", "SPARK_API_KEY", **SPARKS),
    Row("spark:4.0Ultra", "/v1", "SPARK_API_KEY"),
    # --- elsewhere
    Row("mistral:mistral-medium-latest", "/v1", "MISTRAL_API_KEY", always={}, **thinks(HIGH, NONE, HIGH),
        answers=openai_chat(call_id="aBcD3fGh1")),
    Row("xai:grok-4.3", "/v1", "XAI_API_KEY", wire="openai-chat", **EFFORT_OR_NONE),
    Row("groq:openai/gpt-oss-120b", "/openai/v1", "GROQ_API_KEY", tuned=COMPLETION, **EFFORT, **REASONING, call={"reasoning": "hm"}),
    Row("groq:qwen/qwen3.8-27b", "/openai/v1", "GROQ_API_KEY", tuned=COMPLETION, asked={"reasoning_format": "parsed"},
        **thinks({"reasoning_format": "parsed"} | MEDIUM, NONE, {"reasoning_format": "parsed"} | HIGH), **REASONING, call={"reasoning": "hm"}),
    Row("openrouter:moonshotai/kimi-k3.1-pro", **ROUTED),
    Row("openrouter:anthropic/claude-opus-5.5", **ROUTED, always=COUNT | {"cache_control": {"type": "ephemeral"}}),
    Row("together:zai-org/GLM-5.3", **TOGETHER, **thinks({"reasoning": {"enabled": True}},
        {"reasoning": {"enabled": True}} | LOW, {"reasoning": {"enabled": True}} | HIGH), call={"reasoning": "hm"}),
    Row("together:openai/gpt-oss-120b", **TOGETHER, **EFFORT, call={"reasoning": "hm"}),
    Row("together:some/other", **TOGETHER, **thinks({"reasoning": {"enabled": True}}, {"reasoning": {"enabled": False}},
        {"reasoning": {"enabled": True}} | HIGH)),
    Row("fireworks:accounts/fireworks/models/glm-5p3", "/inference/v1", "FIREWORKS_API_KEY", **EFFORT, call=THOUGHT),
    Row("fireworks:accounts/fireworks/models/qwen9", "/inference/v1", "FIREWORKS_API_KEY", **EFFORT_OR_NONE),
    Row("cerebras:gpt-oss-120b", "/v1", "CEREBRAS_API_KEY", tuned=COMPLETION, **EFFORT, **REASONING, call={"reasoning": "hm"}),
    Row("cerebras:qwen-3.8-27b", "/v1", "CEREBRAS_API_KEY", tuned=COMPLETION, **EFFORT_OR_NONE, **REASONING, call={"reasoning": "hm"}),
    Row("perplexity:sonar-pro", "", "PERPLEXITY_API_KEY", always={}, has_tools=False),
    Row("nvidia:nvidia/nemotron-3-ultra-550b-a55b", "/v1", "NVIDIA_API_KEY", **thinks(TEMPLATE, NO_TEMPLATE), call=THOUGHT),
    Row("huggingface:moonshotai/Kimi-K2-Thinking", "/v1", "HF_TOKEN", **REASONING, call={"reasoning": "hm"}),
    Row("huggingface:zai-org/GLM-5.3:fastest", "/v1", "HF_TOKEN", **EFFORT, **REASONING, call={"reasoning": "hm"}),
    # --- this machine
    Row("lmstudio:any", "/v1", "LMSTUDIO_API_KEY"),
    Row("llamacpp:any", "/v1", "LLAMACPP_API_KEY", **thinks(TEMPLATE, NO_TEMPLATE | NONE, TEMPLATE | HIGH)),
    Row("vllm:any", "/v1", "VLLM_API_KEY", **thinks(TEMPLATE, NO_TEMPLATE), **REASONING),
    Row("localai:any", "/v1", "LOCALAI_API_KEY"),
    Row("sglang:any", "/v1", "SGLANG_API_KEY", **thinks(TEMPLATE, NO_TEMPLATE)),
    # --- the openai-chat route of those that have a format of their own
    Row("gemini:gemini-3.7-flash", "/v1beta/openai", "GEMINI_API_KEY", wire="openai-chat", **thinks({}, LOW, HIGH)),
    Row("cohere:command-a-03-2025", "/compatibility/v1", "COHERE_API_KEY", wire="openai-chat"),
    Row("bedrock:moonshot.kimi-k2-thinking", "/openai/v1", "AWS_BEARER_TOKEN_BEDROCK", wire="openai-chat", call=THOUGHT),
    Row("ollama:qwen3", "/v1", "OLLAMA_API_KEY", wire="openai-chat", call=THOUGHT),
]  # fmt: skip
