"""What a model wants back with the result of a tool, wherever it is served."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

import nbchat
from nbchat import Answer, Image, Message
from nbchat.messages import File, ToolCall

from ...fakes.provider import Service
from .answers import _chunk, anthropic_messages, bedrock_converse, cohere, events, openai_chat
from .asking import ADD, KEY

QUESTION = Message("user", "1 + 1?")
HOSTS = [
    "qwen",
    "siliconflow",
    "nvidia",
    "together",
    "fireworks",
    "groq",
    "vllm",
    "sglang",
    "llamacpp",
    "lmstudio",
    "huggingface",
    "azure",
    "openrouter",
    "openai",
    "localai",
    "cerebras",
    "kimi",
    "deepseek",
]
THINKS = [
    "moonshotai/Kimi-K2-Thinking",
    "accounts/fireworks/models/kimi-k2p5",
    "deepseek-ai/DeepSeek-V3.2",
    "openai/gpt-oss-120b",
    "gpt-oss:20b",
    "MiniMaxAI/MiniMax-M2",
    "minimax/minimax-m2.5",
    "zai-org/GLM-4.6",
    "z-ai/glm4.7",
    "accounts/fireworks/models/glm-5p3",
    "Qwen/Qwen3-32B",
    "qwen3:8b",
]
DOES_NOT = [
    "gpt-4.1",
    "mistral-large-2512",
    "meta-llama/Llama-3.3-70B-Instruct",
    "Qwen/Qwen3-235B-A22B-Instruct-2507",
    "moonshotai/kimi-k2-instruct-0905",
    "glm-4-flash",
]


async def asked(
    service: Service, model: str, messages: Sequence[Message], reply: bytes, **options: Any
) -> Answer:
    service.answers(reply, headers={"content-type": "text/event-stream"})
    given = {"base_url": f"{service.url}/v1", "wire": "openai-chat", "api_key": KEY, "tools": [ADD]}
    return await nbchat.stream(model, messages, **{**given, **options}).answer()


async def second(
    service: Service, model: str, call: bytes, *then: Message, **options: Any
) -> dict[str, Any]:
    """The body of the request that brings a tool's result, and what was asked after it."""
    first = await asked(service, model, [QUESTION], call, **options)
    (called,) = first.tool_calls
    told = Message("tool", "2", tool_call_id=called.id, name="add")
    await asked(service, model, [QUESTION, first.message, told, *then], PLAIN, **options)
    body: dict[str, Any] = service.requests[-1].json
    return body


PLAIN = openai_chat().plain
CALLS = {"index": 0, "id": "call_1", "type": "function"}
CALLED = {"name": "add", "arguments": '{"a":1}'}


@pytest.mark.field("E4")
@pytest.mark.parametrize("host", HOSTS)
async def test_thinking_goes_back_with_its_calls_under_the_name_it_came(
    host: str, service: Service
) -> None:
    for number, model in enumerate(THINKS):
        field = ("reasoning_content", "reasoning", "reasoning_text")[number % 3]

        body = await second(service, f"{host}:{model}", openai_chat(field).call)

        said = body["messages"][1]
        thought = {name: said[name] for name in said if name.startswith("reasoning")}
        assert thought == {field: "hm"}, model


@pytest.mark.field("E4")
@pytest.mark.parametrize("host", [*HOSTS, "mistral"])
async def test_thinking_does_not_go_to_a_model_that_would_refuse_it(
    host: str, service: Service
) -> None:
    always = {"kimi", "deepseek", "openrouter"}  # want it for all their models
    models = THINKS if host == "mistral" else [] if host in always else DOES_NOT
    for model in models:
        body = await second(service, f"{host}:{model}", openai_chat("reasoning").call)

        assert not [name for name in body["messages"][1] if "reasoning" in name], model


@pytest.mark.field("E4")
async def test_after_the_next_question_only_those_get_it_that_want_all_of_it(
    service: Service,
) -> None:
    answered, more = Message("assistant", "2", "so"), Message("user", "And?")
    sent = {}
    for model in ("openai/gpt-oss-120b", "Qwen/Qwen3-32B", "deepseek-v3.2", "kimi-k2-thinking"):
        call = openai_chat("reasoning").call
        body = await second(service, f"vllm:{model}", call, answered, more)
        sent[model] = [m.get("reasoning") for m in body["messages"] if m["role"] == "assistant"]

    assert sent == {
        "openai/gpt-oss-120b": [None, None],
        "Qwen/Qwen3-32B": [None, None],
        "deepseek-v3.2": ["hm", None],
        "kimi-k2-thinking": ["hm", None],
    }


@pytest.mark.field("E4")
async def test_thinking_that_came_between_tags_goes_back_between_tags(service: Service) -> None:
    call = events(
        _chunk({"content": "<think>hm</think>I add."}),
        _chunk({"tool_calls": [{**CALLS, "function": CALLED}]}),
        _chunk({}, "tool_calls"),
        done=True,
    )

    body = await second(service, "vllm:MiniMaxAI/MiniMax-M2", call)

    assert body["messages"][1]["content"] == "<think>\nhm\n</think>\n\nI add."
    assert "reasoning" not in body["messages"][1]


@pytest.mark.field("E4")
@pytest.mark.parametrize(
    "signed",
    [
        {"extra_content": {"google": {"thought_signature": "c2ln"}}},
        {"provider_specific_fields": {"thought_signature": "c2ln"}},
        {"thought_signature": "c2ln"},
        {"function": {"provider_specific_fields": {"thought_signature": "c2ln"}}},
    ],
)
async def test_a_signature_goes_back_with_its_call(service: Service, signed: Any) -> None:
    function = {**CALLED, **signed.get("function", {})}
    call = {**CALLS, **signed, "function": function}
    reply = events(_chunk({"tool_calls": [call]}), _chunk({}, "tool_calls"), done=True)

    body = await second(service, "openai:google/gemini-3-flash", reply)

    (sent,) = body["messages"][1]["tool_calls"]
    assert sent == {name: value for name, value in call.items() if name != "index"}


@pytest.mark.field("E4")
async def test_a_signature_that_comes_behind_its_call_goes_back_too(service: Service) -> None:
    late = {"index": 0, "extra_content": {"google": {"thought_signature": "c2ln"}}}
    reply = events(
        _chunk({"tool_calls": [{**CALLS, "function": CALLED}]}),
        _chunk({"tool_calls": [late]}),
        _chunk({}, "tool_calls"),
        done=True,
    )

    body = await second(service, "openai:google/gemini-3-flash", reply)

    assert body["messages"][1]["tool_calls"][0]["extra_content"] == late["extra_content"]


BLOCKS = [
    {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
    {"type": "redacted_thinking", "data": "b3BhcXVl"},
]


@pytest.mark.field("E4")
async def test_signed_blocks_of_a_gateway_go_back_whole(service: Service) -> None:
    pieces: list[dict[str, Any]] = [
        {"thinking_blocks": [{"type": "thinking", "thinking": "h"}], "reasoning_content": "h"},
        {"thinking_blocks": [{"type": "thinking", "thinking": "m", "signature": ""}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "c2ln"}]},
        {"thinking_blocks": [BLOCKS[1]]},
        {"tool_calls": [{**CALLS, "function": CALLED}]},
    ]
    reply = events(*map(_chunk, pieces), _chunk({}, "tool_calls"), done=True)

    body = await second(service, "openai:claude-sonnet-4-5", reply, thinking="high")

    assert body["messages"][1]["thinking_blocks"] == BLOCKS
    assert "reasoning_content" not in body["messages"][1]
    assert body["reasoning_effort"] == "high"


@pytest.mark.field("E4")
async def test_what_is_signed_goes_to_no_other_provider(service: Service) -> None:
    signed = {**CALLS, "extra_content": {"google": {"thought_signature": "c2ln"}}}
    delta = {"tool_calls": [{**signed, "function": CALLED}], "thinking_blocks": BLOCKS}
    reply = events(_chunk(delta), _chunk({}, "tool_calls"), done=True)
    first = await asked(service, "openai:gemini-3-pro", [QUESTION], reply)
    told = Message("tool", "2", tool_call_id="call_1", name="add")

    await asked(service, "together:some/model", [QUESTION, first.message, told], PLAIN)

    sent = json.dumps(service.requests[-1].json)
    assert not [word for word in ("c2ln", "b3BhcXVl") if word in sent]


# --- Claude, where no thinking is signed ---------------------------------------------------------

BY_HAND = Message("assistant", tool_calls=[ToolCall("call_1", "add", {"a": 1}, '{"a":1}')])
TOLD = Message("tool", "2", tool_call_id="call_1", name="add")
HOSTS_OF_CLAUDE = [
    ("anthropic:claude-sonnet-4-5", {"wire": "anthropic-messages"}, "thinking"),
    ("anthropic:claude-opus-4-8", {"wire": "anthropic-messages"}, "thinking"),
    ("anthropic:claude-opus-5-5", {"wire": "anthropic-messages"}, "thinking"),
    ("bedrock:anthropic.claude-sonnet-4-5-v1:0", {"wire": "bedrock-converse"}, "thinking"),
    ("bedrock:global.anthropic.claude-opus-5-5", {"wire": "bedrock-converse"}, "thinking"),
    ("openrouter:anthropic/claude-opus-5.5", {}, "reasoning"),
    ("openai:claude-sonnet-4-5", {}, "reasoning_effort"),
]  # fmt: skip
REPLIES = {
    "anthropic-messages": anthropic_messages(),
    "bedrock-converse": bedrock_converse(),
    "openai-chat": openai_chat(),
}


@pytest.mark.field("E4")
@pytest.mark.parametrize(("model", "wire", "field"), HOSTS_OF_CLAUDE)
async def test_claude_is_asked_without_thinking_where_its_call_has_none(
    service: Service, model: str, wire: dict[str, str], field: str
) -> None:
    answers = REPLIES[wire.get("wire", "openai-chat")]
    options = {**wire, "thinking": "high", "base_url": service.url, "tools": [ADD], "api_key": KEY}

    async def sent(*messages: Message) -> tuple[bool, list[str]]:
        service.answers(answers.plain, headers=dict(answers.headers))
        answer = await nbchat.stream(model, messages, **options).answer()
        return f'"{field}":' in service.requests[-1].body.decode(), answer.notices

    thinks, notices = await sent(QUESTION, BY_HAND, TOLD)
    assert not thinks
    (notice,) = notices
    assert "asked without thinking this time" in notice

    assert await sent(QUESTION) == (True, [])
    assert await sent(QUESTION, BY_HAND, TOLD, Message("assistant", "2"), QUESTION) == (True, [])


@pytest.mark.field("E4")
async def test_claude_thinks_on_from_its_own_call_without_thinking(service: Service) -> None:
    """It decides itself when it thinks, where it is not given a budget."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}}
    whole = {"type": "message", "role": "assistant", "content": [call], "stop_reason": "tool_use"}
    options: Any = {"base_url": service.url, "api_key": KEY, "tools": [ADD], "thinking": "low"}
    service.answers(json.dumps(whole).encode(), headers={"content-type": "application/json"})
    first = await nbchat.stream("anthropic:claude-opus-4-8", "1 + 1?", **options).answer()
    told = Message("tool", "2", tool_call_id="toolu_1", name="add")
    service.answers(anthropic_messages().plain)

    again = [QUESTION, first.message, told]
    answer = await nbchat.stream("anthropic:claude-opus-4-8", again, **options).answer()

    assert service.requests[-1].json["thinking"]["type"] == "adaptive"
    assert answer.notices == []


# --- pictures in results -------------------------------------------------------------------------

PNG = Image(b"\x89PNG", "image/png")
SHOWN = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}
TWO = Message("assistant", tool_calls=[ToolCall("call_1", "draw", {}), ToolCall("call_2", "f", {})])


@pytest.mark.field("E4")
async def test_a_picture_in_a_result_stands_right_behind_the_results(service: Service) -> None:
    drawn = Message("tool", ["Drawn.", PNG], tool_call_id="call_1", name="draw")
    alone = Message("tool", [PNG], tool_call_id="call_2", name="f")
    note = Message("tool", [File(b"a note", "text/plain", "a.txt")], tool_call_id="call_2")
    bodies = {}
    for model, wire, reply in (
        ("openai:m", "openai-chat", PLAIN),
        ("cohere:command-a-03-2025", "cohere", cohere().plain),
    ):
        for name, results in (("two", [drawn, alone]), ("note", [drawn, note])):
            service.answers(reply)
            given: Any = {"wire": wire, "base_url": service.url, "api_key": KEY}
            await nbchat.stream(model, [QUESTION, TWO, *results, QUESTION], **given).answer()
            bodies[wire, name] = service.requests[-1].json["messages"][2:]

    for wire in ("openai-chat", "cohere"):
        first, second, pictures, asked_again = bodies[wire, "two"]
        assert (first["content"], asked_again["content"]) == ("Drawn.", "1 + 1?")
        assert second["content"] == "The result is in the next message."
        assert pictures == {
            "role": "user",
            "content": [
                {"type": "text", "text": "From the result of draw:"},
                SHOWN,
                {"type": "text", "text": "From the result of f:"},
                SHOWN,
            ],
        }
        assert bodies[wire, "note"][1]["content"] == "a.txt:\na note"


@pytest.mark.field("E4")
async def test_mistral_takes_a_picture_in_the_result_itself(service: Service) -> None:
    """It refuses a user's message behind a result."""
    drawn = Message("tool", ["Drawn.", PNG], tool_call_id="call_1", name="draw")

    await asked(service, "mistral:mistral-medium-latest", [QUESTION, TWO, drawn], PLAIN)

    assert service.requests[-1].json["messages"][2:] == [
        {
            "role": "tool",
            "tool_call_id": service.requests[-1].json["messages"][2]["tool_call_id"],
            "content": [{"type": "text", "text": "Drawn."}, SHOWN],
        }
    ]


# --- no system role ------------------------------------------------------------------------------


@pytest.mark.field("E1")
@pytest.mark.parametrize(
    ("model", "wire"),
    [
        ("llamacpp:gemma3-270m", "openai-chat"),
        ("vllm:google/gemma-2-9b-it", "openai-chat"),
        ("lmstudio:gemma-3n-e4b", "openai-chat"),
        ("openrouter:google/gemma-3-27b-it:free", "openai-chat"),
        ("groq:gemma2-9b-it", "openai-chat"),
        ("nvidia:google/codegemma-7b", "openai-chat"),
        ("ollama:gemma3:4b", "ollama"),
        ("ollama:hf.co/unsloth/Gemma-3-4B-it-GGUF", "openai-chat"),
        ("gemini:gemma-3-27b-it", "gemini"),
        ("llamacpp:gemma3-270m", "anthropic-messages"),
        ("llamacpp:gemma3-270m", "openai-responses"),
        ("openai:o1-mini", "openai-responses"),
        ("azure-deployments:o1-mini", "openai-chat"),
        ("vllm:mistralai/Mistral-7B-Instruct-v0.2", "openai-chat"),
        ("qwen:qwen-mt-plus", "openai-chat"),
    ],
)
async def test_without_a_system_role_its_words_stand_before_the_first_question(
    service: Service, model: str, wire: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", service.url)
    service.answers(b"", status=400)  # what is sent matters alone
    messages = [QUESTION, Message("assistant", "2"), Message("user", ["And this?", PNG])]
    given: Any = {"wire": wire, "base_url": service.url, "api_key": KEY, "system": "Be brief."}

    with pytest.raises(nbchat.NbchatError):
        await nbchat.stream(model, messages, **given).answer()

    body = service.requests[-1].json
    sent = json.dumps(body)
    assert sent.count("Be brief.") == 1
    assert "Be brief.\\n\\n1 + 1?" in sent
    assert not {"system", "instructions", "systemInstruction"} & body.keys()
    assert '"role": "system"' not in sent


@pytest.mark.field("E1")
async def test_gemma_4_has_a_system_role(service: Service) -> None:
    await asked(service, "vllm:google/gemma-4-31b-it", [QUESTION], PLAIN, system="Be brief.")

    assert service.requests[-1].json["messages"][0] == {"role": "system", "content": "Be brief."}


@pytest.mark.field("E1")
async def test_a_schema_in_words_stands_before_the_first_question_too(service: Service) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    pictured = Message("user", [PNG, "What is this?"])

    await asked(service, "groq:gemma2-9b-it", [pictured], PLAIN, schema=schema, system="Be brief.")

    (message,) = service.requests[0].json["messages"]
    words = message["content"][0]["text"]
    assert words.startswith("Be brief.\n\nAnswer with JSON alone")
    assert [part["type"] for part in message["content"]] == ["text", "image_url", "text"]


# --- levels of thinking --------------------------------------------------------------------------


@pytest.mark.field("E10")
@pytest.mark.parametrize(
    "host",
    [
        "vllm",
        "sglang",
        "nvidia",
        "lmstudio",
        "llamacpp",
        "localai",
        "huggingface",
        "siliconflow",
        "qwen",
        "together",
        "fireworks",
        "groq",
        "cerebras",
        "azure",
        "openai",
        "deepseek",
    ],
)
async def test_gpt_oss_has_its_levels_everywhere(host: str, service: Service) -> None:
    for model in ("openai/gpt-oss-120b", "gpt-oss:20b", "unsloth/GPT-OSS-20b-GGUF"):
        sent = []
        for level in ("low", "medium", "high", False):
            answer = await asked(service, f"{host}:{model}", [QUESTION], PLAIN, thinking=level)
            body = service.requests[-1].json
            sent.append(body["reasoning_effort"])
            assert "chat_template_kwargs" not in body
            told = [notice for notice in answer.notices if "always thinks" not in notice]
            assert (told, bool(answer.notices)) == ([], not level), model
        assert sent == ["low", "medium", "high", "low"]
