"""A short answer in every wire format.

One that thinks and says Hello, one that thinks and calls `add`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import pack
from typing import Any
from zlib import crc32


@dataclass(frozen=True)
class Answers:
    """The answers of one family: a plain one that thinks first, and one that calls `add`."""

    plain: bytes
    call: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def events(*values: Any, named: bool = False, done: bool = False) -> bytes:
    """Server-sent events of these JSON values.

    `named` after their type, as Anthropic and OpenAI Responses do.
    """
    frames = [
        (f"event: {value['type']}\n" if named else "")
        + f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
        for value in values
    ]
    return "".join([*frames, "data: [DONE]\n\n" if done else ""]).encode()


# --- openai-chat ---------------------------------------------------------------------------------


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


COUNTED = {
    "choices": [],
    "usage": {
        "prompt_tokens": 9,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 4},
    },
}


def openai_chat(
    reasoning: str = "reasoning_content", details: bool = False, call_id: str = "call_1"
) -> Answers:
    """Thinking comes in the field that the host uses.

    `details` as OpenRouter and MiniMax send it.
    """
    thought: dict[str, Any] = {reasoning: "hm"}
    if details:
        thought["reasoning_details"] = [
            {"type": "reasoning.text", "text": "hm", "signature": "c2ln", "index": 0}
        ]
    called = {
        "index": 0,
        "id": call_id,
        "type": "function",
        "function": {"name": "add", "arguments": '{"a":'},
    }
    rest = {"index": 0, "function": {"arguments": "1}"}}
    return Answers(
        events(
            _chunk(thought), _chunk({"content": "Hello"}), _chunk({}, "stop"), COUNTED, done=True
        ),
        events(
            _chunk(thought),
            _chunk({"tool_calls": [called]}),
            _chunk({"tool_calls": [rest]}),
            _chunk({}, "tool_calls"),
            COUNTED,
            done=True,
        ),
    )


# --- openai-responses ----------------------------------------------------------------------------

REASONING = {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}],
             "encrypted_content": "ZW5j"}  # fmt: skip


def _responses(kind: str, item: Mapping[str, Any], *deltas: dict[str, Any]) -> bytes:
    usage = {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 5}
    return events(
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**REASONING, "summary": []},
        },
        {
            "type": "response.reasoning_summary_text.delta",
            "output_index": 0,
            "summary_index": 0,
            "delta": "hm",
        },
        {"type": "response.output_item.done", "output_index": 0, "item": REASONING},
        {"type": "response.output_item.added", "output_index": 1, "item": item},
        *({"type": f"response.{kind}.delta", "output_index": 1, **delta} for delta in deltas),
        {
            "type": "response.completed",
            "response": {"status": "completed", "output": [], "usage": usage},
        },
        named=True,
    )


def openai_responses() -> Answers:
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "add",
        "arguments": "",
    }
    return Answers(
        _responses(
            "output_text",
            {"type": "message", "content": []},
            {"content_index": 0, "delta": "Hello"},
        ),
        _responses("function_call_arguments", call, {"delta": '{"a":'}, {"delta": "1}"}),
    )


# --- anthropic-messages --------------------------------------------------------------------------


def _messages(block: Mapping[str, Any], delta: Mapping[str, Any], stop: str) -> bytes:
    usage = {
        "input_tokens": 5,
        "cache_read_input_tokens": 4,
        "cache_creation_input_tokens": 0,
        "output_tokens": 1,
    }
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    return events(
        {
            "type": "message_start",
            "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": usage},
        },
        {"type": "content_block_start", "index": 0, "content_block": thinking},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "thinking_delta", "thinking": "hm"},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "signature_delta", "signature": "c2ln"},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "ping"},
        {"type": "content_block_start", "index": 1, "content_block": block},
        {"type": "content_block_delta", "index": 1, "delta": delta},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
        named=True,
    )


def anthropic_messages() -> Answers:
    call = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}}
    return Answers(
        _messages(
            {"type": "text", "text": ""}, {"type": "text_delta", "text": "Hello"}, "end_turn"
        ),
        _messages(call, {"type": "input_json_delta", "partial_json": '{"a":1}'}, "tool_use"),
    )


# --- gemini --------------------------------------------------------------------------------------


def _candidate(*parts: Mapping[str, Any], finish: str = "") -> dict[str, Any]:
    chosen: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    return {
        "candidates": [chosen | ({"finishReason": finish} if finish else {})],
        "responseId": "r1",
    }


def gemini() -> Answers:
    usage = {
        "promptTokenCount": 9,
        "cachedContentTokenCount": 4,
        "candidatesTokenCount": 3,
        "thoughtsTokenCount": 2,
    }
    ended = _candidate(finish="STOP") | {"usageMetadata": usage}
    thought = _candidate({"text": "hm", "thought": True})
    call = {
        "functionCall": {"id": "x1", "name": "add", "args": {"a": 1}},
        "thoughtSignature": "c2ln",
    }
    return Answers(
        events(thought, _candidate({"text": "Hello", "thoughtSignature": "c2ln"}), ended),
        events(thought, _candidate(call), ended),
    )


# --- ollama --------------------------------------------------------------------------------------


def _lines(*messages: Mapping[str, Any]) -> bytes:
    said = [
        {"model": "m", "message": {"role": "assistant", "content": "", **m}, "done": False}
        for m in messages
    ]
    ended = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop",
             "prompt_eval_count": 9, "eval_count": 5}  # fmt: skip
    return b"".join(json.dumps(line).encode() + b"\n" for line in (*said, ended))


def ollama() -> Answers:
    call = {"id": "call_1", "function": {"index": 0, "name": "add", "arguments": {"a": 1}}}
    return Answers(
        _lines({"thinking": "hm"}, {"content": "Hello"}),
        _lines({"thinking": "hm"}, {"tool_calls": [call]}),
        {"content-type": "application/x-ndjson"},
    )


# --- cohere --------------------------------------------------------------------------------------


def _v2(*named: tuple[str, Mapping[str, Any]], finish: str) -> bytes:
    usage = {"tokens": {"input_tokens": 9, "output_tokens": 5}, "cached_tokens": 4}
    return events(
        {"type": "message-start", "id": "m1", "delta": {"message": {"role": "assistant"}}},
        *({"type": kind, "index": 0, "delta": {"message": message}} for kind, message in named),
        {"type": "message-end", "delta": {"finish_reason": finish, "usage": usage}},
        named=True,
    )


def cohere() -> Answers:
    thinking = ("content-delta", {"content": {"thinking": "hm"}})
    call = {"id": "add_1", "type": "function", "function": {"name": "add", "arguments": '{"a":'}}
    return Answers(
        _v2(thinking, ("content-delta", {"content": {"text": "Hello"}}), finish="COMPLETE"),
        _v2(
            ("tool-plan-delta", {"tool_plan": "I add."}),
            ("tool-call-start", {"tool_calls": call}),
            ("tool-call-delta", {"tool_calls": {"function": {"arguments": "1}"}}}),
            finish="TOOL_CALL",
        ),
    )


# --- bedrock-converse ----------------------------------------------------------------------------


def frame(name: str, payload: Mapping[str, Any]) -> bytes:
    """One message of an AWS event stream."""
    fields = {":message-type": "event", ":event-type": name, ":content-type": "application/json"}
    headers = b"".join(
        pack(">B", len(key)) + key.encode() + b"\x07" + pack(">H", len(value)) + value.encode()
        for key, value in fields.items()
    )
    data = json.dumps(payload).encode()
    prelude = pack(">II", 16 + len(headers) + len(data), len(headers))
    message = prelude + pack(">I", crc32(prelude)) + headers + data
    return message + pack(">I", crc32(message))


def _converse(block: Mapping[str, Any], reason: str) -> bytes:
    usage = {
        "inputTokens": 5,
        "outputTokens": 5,
        "cacheReadInputTokens": 4,
        "cacheWriteInputTokens": 0,
    }
    start = (
        [frame("contentBlockStart", {"contentBlockIndex": 1, "start": block["start"]})]
        if "start" in block
        else []
    )
    thinking = ({"text": "hm"}, {"signature": "c2ln"})
    return b"".join(
        [
            frame("messageStart", {"role": "assistant"}),
            *(
                frame(
                    "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": t}}
                )
                for t in thinking
            ),
            frame("contentBlockStop", {"contentBlockIndex": 0}),
            *start,
            frame("contentBlockDelta", {"contentBlockIndex": 1, "delta": block["delta"]}),
            frame("contentBlockStop", {"contentBlockIndex": 1}),
            frame("messageStop", {"stopReason": reason}),
            frame("metadata", {"usage": usage, "metrics": {"latencyMs": 1}}),
        ]
    )


def bedrock_converse() -> Answers:
    start = {"toolUse": {"toolUseId": "tooluse_1", "name": "add"}}
    return Answers(
        _converse({"delta": {"text": "Hello"}}, "end_turn"),
        _converse({"start": start, "delta": {"toolUse": {"input": '{"a":1}'}}}, "tool_use"),
        {"content-type": "application/vnd.amazon.eventstream"},
    )
