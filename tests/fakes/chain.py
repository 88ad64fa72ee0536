"""Answers of a chain in every wire format, in the shapes of the recorded ones.

Each thinks, says a few words, and calls tools; with what its provider wants back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ..engine.providers.answers import events, frame

Words = Sequence[str]  # the pieces in which they come
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
ENDINGS = {  # the words for an answer that is whole, one that calls, and one that is cut
    "openai-chat": ("stop", "tool_calls", "length"),
    "openai-responses": ("completed", "completed", "incomplete"),
    "anthropic-messages": ("end_turn", "tool_use", "max_tokens"),
    "bedrock-converse": ("end_turn", "tool_use", "max_tokens"),
    "gemini": ("STOP", "STOP", "MAX_TOKENS"),
    "ollama": ("stop", "stop", "length"),
    "cohere": ("COMPLETE", "TOOL_CALL", "MAX_TOKENS"),
}
PATHS = {"openai-responses": "/v1", "gemini": "/v1beta"}  # what a base URL ends in


def answer_in(
    wire: str,
    *,
    words: str | Sequence[str] = "",
    calls: Sequence[Asked] = (),
    thought: str = "hm",
    cut: bool = False,
) -> bytes:
    """The bytes of one answer, whole or one that calls; its words in one piece or several.

    One that is `cut` says that it ended at its limit.
    """
    pieces = [words] if isinstance(words, str) else words
    whole, called, at_limit = ENDINGS[wire]
    ending = at_limit if cut else called if calls else whole
    return ANSWERS[wire]([piece for piece in pieces if piece], calls, thought, ending)


def _chat(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    deltas: list[dict[str, Any]] = [{"reasoning_content": thought}] if thought else []
    deltas += [{"content": piece} for piece in words]
    for index, (call_id, name, arguments) in enumerate(calls):
        raw = json.dumps(arguments)
        function = {"name": name, "arguments": raw[:3]}
        begun = {"index": index, "id": call_id, "type": "function", "function": function}
        rest = {"index": index, "function": {"arguments": raw[3:]}}
        deltas += [{"tool_calls": [begun]}, {"tool_calls": [rest]}]
    chunks = [{"id": "c1", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    end = {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": ending}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
    return events(*chunks, end, usage, done=True)


def _responses(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    output: list[dict[str, Any]] = []
    if thought:
        summary = [{"type": "summary_text", "text": thought}]
        output.append(
            {"id": "rs_1", "type": "reasoning", "summary": summary, "encrypted_content": "ZW5j"}
        )
    if words:
        content = [{"type": "output_text", "text": "".join(words), "annotations": []}]
        output.append({"type": "message", "role": "assistant", "content": content})
    for number, (call_id, name, arguments) in enumerate(calls):
        said = {"name": name, "arguments": json.dumps(arguments)}
        output.append({"type": "function_call", "id": f"fc_{number}", "call_id": call_id, **said})
    usage = {"input_tokens": 9, "output_tokens": 5}
    response: dict[str, Any] = {"status": ending, "output": output, "usage": usage}
    if ending == "incomplete":
        response["incomplete_details"] = {"reason": "max_output_tokens"}
    middle: list[dict[str, Any]] = []
    for index, item in enumerate(output):
        place = {"output_index": index}
        begun = {**item, "content": []} if item["type"] == "message" else item
        middle.append({"type": "response.output_item.added", **place, "item": begun})
        if item["type"] == "message":
            piece = {"type": "response.output_text.delta", **place, "content_index": 0}
            middle += [{**piece, "delta": word} for word in words]
        middle.append({"type": "response.output_item.done", **place, "item": item})
    return events(
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}},
        *middle,
        {"type": f"response.{ending}", "response": response},
        named=True,
    )


def _anthropic(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if thought:
        deltas = [
            {"type": "thinking_delta", "thinking": thought},
            {"type": "signature_delta", "signature": "c2ln"},
        ]
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, deltas))
    if words:
        said = [{"type": "text_delta", "text": piece} for piece in words]
        blocks.append(({"type": "text", "text": ""}, said))
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
    return events(
        {"type": "message_start", "message": message},
        *middle,
        {"type": "message_delta", "delta": {"stop_reason": ending}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
        named=True,
    )


def _bedrock(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if thought:
        signed = [{"reasoningContent": piece} for piece in ({"text": thought}, {"signature": "c2"})]
        blocks.append(({}, signed))
    if words:
        blocks.append(({}, [{"text": piece} for piece in words]))
    for call_id, name, arguments in calls:
        start = {"toolUse": {"toolUseId": call_id, "name": name}}
        blocks.append((start, [{"toolUse": {"input": json.dumps(arguments)}}]))
    frames = [frame("messageStart", {"role": "assistant"})]
    for index, (start, deltas) in enumerate(blocks):
        place = {"contentBlockIndex": index}
        frames += [frame("contentBlockStart", {**place, "start": start})] if start else []
        frames += [frame("contentBlockDelta", {**place, "delta": delta}) for delta in deltas]
        frames.append(frame("contentBlockStop", place))
    frames.append(frame("messageStop", {"stopReason": ending}))
    return b"".join([*frames, frame("metadata", {"usage": {"inputTokens": 9, "outputTokens": 5}})])


def _gemini(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    parts: list[dict[str, Any]] = [{"text": thought, "thought": True}] if thought else []
    parts += [{"text": piece} for piece in words]
    for number, (call_id, name, arguments) in enumerate(calls):
        called = {"functionCall": {"id": call_id, "name": name, "args": arguments}}
        parts.append(called | ({} if number else {"thoughtSignature": "c2ln"}))
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 5}
    ended = {"finishReason": ending, "content": {"role": "model", "parts": []}}
    return events(
        *({"candidates": [{"content": {"role": "model", "parts": [part]}}]} for part in parts),
        {"candidates": [ended], "usageMetadata": usage},
    )


def _ollama(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    said: list[dict[str, Any]] = [{"thinking": thought}] if thought else []
    said += [{"content": piece} for piece in words]
    said += [
        {"tool_calls": [{"id": call_id, "function": {"name": name, "arguments": arguments}}]}
        for call_id, name, arguments in calls
    ]
    lines = [{"message": {"role": "assistant", "content": "", **one}} for one in said]
    ended = {"done": True, "done_reason": ending, "prompt_eval_count": 9, "eval_count": 5}
    return _lines([*lines, {"message": {"role": "assistant", "content": ""}, **ended}])


def _lines(values: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def _cohere(words: Words, calls: Sequence[Asked], thought: str, ending: str) -> bytes:
    middle: list[tuple[str, int, dict[str, Any]]] = []
    if thought:
        middle.append(("content-delta", 0, {"content": {"thinking": thought}}))
    if calls:
        middle.append(("tool-plan-delta", 0, {"tool_plan": "I add."}))
    middle += [("content-delta", 1, {"content": {"text": piece}}) for piece in words]
    for index, (call_id, name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"id": call_id, "type": "function", "function": function}
        middle.append(("tool-call-start", index, {"tool_calls": call}))
        middle.append(("tool-call-end", index, {}))
    usage = {"tokens": {"input_tokens": 9, "output_tokens": 5}}
    ended = {"finish_reason": ending, "usage": usage}
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
