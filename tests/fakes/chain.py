"""Answers of a chain in every wire format, in the shapes of the recorded ones.

Each thinks, says a few words, and calls tools; with what its provider wants back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ..engine.providers.answers import events, frame

Asked = tuple[str, str, dict[str, Any]]  # the id, the name and the arguments of a call

TYPES = {"ollama": "application/x-ndjson", "bedrock-converse": "application/vnd.amazon.eventstream"}
MODELS = {  # one of each format, whose thinking is shown and goes back
    "openai-chat": "deepseek:deepseek-v4-flash",
    "openai-responses": "openai:gpt-6.1-sol",
    "anthropic-messages": "anthropic:claude-haiku-4-5",
    "bedrock-converse": "bedrock:global.anthropic.claude-haiku-4-5",
    "gemini": "gemini:gemini-3.7-flash",
    "ollama": "ollama:qwen3-vl:8b",
    "cohere": "cohere:command-a-plus-05-2026",
}
PATHS = {"openai-responses": "/v1", "gemini": "/v1beta"}  # what a base URL ends in


def answer_in(
    wire: str, *, words: str = "", calls: Sequence[Asked] = (), thought: str = "hm"
) -> bytes:
    """The bytes of one answer, whole or one that calls."""
    return ANSWERS[wire](words, calls, thought)


def _chat(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    deltas: list[dict[str, Any]] = [{"reasoning_content": thought}] if thought else []
    deltas += [{"content": words}] if words else []
    for index, (call_id, name, arguments) in enumerate(calls):
        raw = json.dumps(arguments)
        function = {"name": name, "arguments": raw[:3]}
        begun = {"index": index, "id": call_id, "type": "function", "function": function}
        rest = {"index": index, "function": {"arguments": raw[3:]}}
        deltas += [{"tool_calls": [begun]}, {"tool_calls": [rest]}]
    chunks = [{"id": "c1", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    reason = "tool_calls" if calls else "stop"
    end = {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
    return events(*chunks, end, usage, done=True)


def _responses(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    output: list[dict[str, Any]] = []
    if thought:
        summary = [{"type": "summary_text", "text": thought}]
        output.append(
            {"id": "rs_1", "type": "reasoning", "summary": summary, "encrypted_content": "ZW5j"}
        )
    if words:
        content = [{"type": "output_text", "text": words, "annotations": []}]
        output.append({"type": "message", "role": "assistant", "content": content})
    for number, (call_id, name, arguments) in enumerate(calls):
        said = {"name": name, "arguments": json.dumps(arguments)}
        output.append({"type": "function_call", "id": f"fc_{number}", "call_id": call_id, **said})
    usage = {"input_tokens": 9, "output_tokens": 5}
    return events(
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}},
        *(
            {"type": f"response.output_item.{kind}", "output_index": index, "item": item}
            for index, item in enumerate(output)
            for kind in ("added", "done")
        ),
        {
            "type": "response.completed",
            "response": {"status": "completed", "output": output, "usage": usage},
        },
        named=True,
    )


def _anthropic(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if thought:
        deltas = [
            {"type": "thinking_delta", "thinking": thought},
            {"type": "signature_delta", "signature": "c2ln"},
        ]
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, deltas))
    if words:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": words}]))
    for call_id, name, arguments in calls:
        delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
        blocks.append(({"type": "tool_use", "id": call_id, "name": name, "input": {}}, [delta]))
    message = {"id": "msg_1", "role": "assistant", "content": [], "usage": {"input_tokens": 9}}
    middle: list[dict[str, Any]] = []
    for index, (block, deltas) in enumerate(blocks):
        place = {"index": index}
        middle.append({"type": "content_block_start", **place, "content_block": block})
        middle += [{"type": "content_block_delta", **place, "delta": delta} for delta in deltas]
        middle.append({"type": "content_block_stop", **place})
    ended = {"stop_reason": "tool_use" if calls else "end_turn"}
    return events(
        {"type": "message_start", "message": message},
        *middle,
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
        named=True,
    )


def _bedrock(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if thought:
        signed = [{"reasoningContent": piece} for piece in ({"text": thought}, {"signature": "c2"})]
        blocks.append(({}, signed))
    if words:
        blocks.append(({}, [{"text": words}]))
    for call_id, name, arguments in calls:
        start = {"toolUse": {"toolUseId": call_id, "name": name}}
        blocks.append((start, [{"toolUse": {"input": json.dumps(arguments)}}]))
    frames = [frame("messageStart", {"role": "assistant"})]
    for index, (start, deltas) in enumerate(blocks):
        place = {"contentBlockIndex": index}
        frames += [frame("contentBlockStart", {**place, "start": start})] if start else []
        frames += [frame("contentBlockDelta", {**place, "delta": delta}) for delta in deltas]
        frames.append(frame("contentBlockStop", place))
    frames.append(frame("messageStop", {"stopReason": "tool_use" if calls else "end_turn"}))
    return b"".join([*frames, frame("metadata", {"usage": {"inputTokens": 9, "outputTokens": 5}})])


def _gemini(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    parts: list[dict[str, Any]] = [{"text": thought, "thought": True}] if thought else []
    parts += [{"text": words}] if words else []
    for number, (call_id, name, arguments) in enumerate(calls):
        called = {"functionCall": {"id": call_id, "name": name, "args": arguments}}
        parts.append(called | ({} if number else {"thoughtSignature": "c2ln"}))
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 5}
    ended = {"finishReason": "STOP", "content": {"role": "model", "parts": []}}
    return events(
        *({"candidates": [{"content": {"role": "model", "parts": [part]}}]} for part in parts),
        {"candidates": [ended], "usageMetadata": usage},
    )


def _ollama(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    said: list[dict[str, Any]] = [{"thinking": thought}] if thought else []
    said += [{"content": words}] if words else []
    said += [
        {"tool_calls": [{"id": call_id, "function": {"name": name, "arguments": arguments}}]}
        for call_id, name, arguments in calls
    ]
    lines = [{"message": {"role": "assistant", "content": "", **one}} for one in said]
    ended = {"done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 5}
    return _lines([*lines, {"message": {"role": "assistant", "content": ""}, **ended}])


def _lines(values: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def _cohere(words: str, calls: Sequence[Asked], thought: str) -> bytes:
    middle: list[tuple[str, int, dict[str, Any]]] = []
    if thought:
        middle.append(("content-delta", 0, {"content": {"thinking": thought}}))
    if calls:
        middle.append(("tool-plan-delta", 0, {"tool_plan": "I add."}))
    if words:
        middle.append(("content-delta", 1, {"content": {"text": words}}))
    for index, (call_id, name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"id": call_id, "type": "function", "function": function}
        middle.append(("tool-call-start", index, {"tool_calls": call}))
        middle.append(("tool-call-end", index, {}))
    usage = {"tokens": {"input_tokens": 9, "output_tokens": 5}}
    ended = {"finish_reason": "TOOL_CALL" if calls else "COMPLETE", "usage": usage}
    return events(
        {"type": "message-start", "id": "m1", "delta": {"message": {"role": "assistant"}}},
        *(
            {"type": kind, "index": index, "delta": {"message": message}}
            for kind, index, message in middle
        ),
        {"type": "message-end", "delta": ended},
        named=True,
    )


ANSWERS = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "anthropic-messages": _anthropic,
    "bedrock-converse": _bedrock,
    "gemini": _gemini,
    "ollama": _ollama,
    "cohere": _cohere,
}
