"""What the vendors refuse of a conversation with tools, wire format by wire format.

`refusal` reads the body of a request as a vendor does, and says why it would answer 400: with
their own words where they are known. Order, pairs, alphabets, emptiness, alternation, and tools
that must be declared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

NAME = r"[a-zA-Z0-9_-]{1,64}"
GEMINI_NAME = r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}"
Block = Mapping[str, Any]


def refusal(wire: str, body: Block) -> str:
    """Why the vendor of that format refuses the body; empty where it takes it."""
    return next(RULES[wire](body), "")


def _name(name: Any, allowed: str = NAME) -> Iterator[str]:
    if not isinstance(name, str) or not re.fullmatch(allowed, name):
        yield f"name: string does not match pattern {allowed}: {name!r}"


def _declared(names: Sequence[Any], body: Block, allowed: str = NAME) -> Iterator[str]:
    if "tools" in body and not names:
        yield "tools: [] is too short"
    if len({*names}) < len(names):
        yield "tools: tool names must be unique"
    for name in names:
        yield from _name(name, allowed)
    if "tool_choice" in body and not names:
        yield "tool_choice is only allowed when tools are specified"


def _object(text: Any) -> Iterator[str]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        value = None
    if not isinstance(value, dict):
        yield f"arguments: not the JSON of an object: {text!r}"


def _alternate(roles: Sequence[str]) -> Iterator[str]:
    if not roles or roles[0] != "user":
        yield "first message must use the user role"
    if any(one == other for one, other in pairwise(roles)):
        yield "roles must alternate"


# --- messages of chat completions, Cohere and Ollama -------------------------------------------


def _chat(body: Block, *, longest_id: int = 40) -> Iterator[str]:
    declared = [tool["function"]["name"] for tool in body.get("tools", ())]
    yield from _declared(declared, body)
    waiting: list[str] = []
    for message in body["messages"]:
        role = message["role"]
        if role == "tool":
            if message.get("tool_call_id") not in waiting:
                yield "messages with role 'tool' must be a response to a preceding 'tool_calls'"
            waiting.remove(message["tool_call_id"])
            if not isinstance(message["content"], str):
                yield "a tool message is text"
            continue
        if waiting:
            yield f"tool_call_ids did not have response messages: {waiting}"
        waiting = [call.get("id") for call in message.get("tool_calls", ())]
        if role == "assistant" and not message.get("content") and not waiting:
            yield "message with role 'assistant' must not be empty"
        if "tool_calls" in message and not waiting:
            yield "tool_calls: [] is too short"
        if len({*waiting}) < len(waiting):
            yield "duplicate ids of tool calls"
        for call in message.get("tool_calls", ()):
            yield from _chat_call(call, longest_id)
    if waiting:
        yield f"tool_call_ids did not have response messages: {waiting}"


def _chat_call(call: Block, longest_id: int) -> Iterator[str]:
    if not 0 < len(call["id"]) <= longest_id:
        yield f"id: string too long, or empty: {call['id']!r}"
    if call.get("type") != "function":
        yield "tool_calls: no type"
    yield from _name(call["function"]["name"])
    yield from _object(call["function"]["arguments"])


def _cohere(body: Block) -> Iterator[str]:
    yield from _chat(body, longest_id=1000)
    if "required" in str(body.get("tool_choice", "")):
        yield "tool_choice is REQUIRED or NONE"


def _ollama(body: Block) -> Iterator[str]:
    yield from _declared([tool["function"]["name"] for tool in body.get("tools", ())], body)
    waiting: list[str] = []
    for message in body["messages"]:
        if not isinstance(message["content"], str):
            yield "json: cannot unmarshal into Go struct field content of type string"
        if not all(isinstance(image, str) for image in message.get("images", ())):
            yield "images are base64"
        if message["role"] == "tool":
            if message.get("tool_name") not in waiting:
                yield f"no call of {message.get('tool_name')!r} is answered there"
            waiting.remove(message["tool_name"])
            continue
        if waiting:
            yield f"calls without a result: {waiting}"
        waiting = []
        for call in message.get("tool_calls", ()):
            waiting.append(call["function"]["name"])
            yield from _name(call["function"]["name"])
            if not isinstance(call["function"]["arguments"], dict):
                yield "json: cannot unmarshal string into field arguments of type object"
    if waiting:
        yield f"calls without a result: {waiting}"


# --- Responses ---------------------------------------------------------------------------------


def _responses(body: Block) -> Iterator[str]:
    yield from _declared([tool["name"] for tool in body.get("tools", ())], body)
    items: list[Any] = body["input"]
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    if len({*calls}) < len(calls):
        yield "duplicate call_id"
    results = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    for missing in {*calls} - {*results}:
        yield f"No tool output found for function call {missing}."
    for alone in {*results} - {*calls}:
        yield f"No tool call found for function call output with call_id {alone}."
    for item, following in pairwise([*items, {}]):
        match item.get("type"):
            case "function_call":
                if not 0 < len(item["call_id"]) <= 64:
                    yield f"call_id: string too long, or empty: {item['call_id']!r}"
                yield from _name(item["name"])
                yield from _object(item["arguments"])
            case "reasoning" if following.get("type") not in (
                "function_call",
                "message",
                "reasoning",
            ):
                yield "item of type 'reasoning' was provided without its required following item"
            case "function_call_output":
                for part in item["output"] if isinstance(item["output"], list) else ():
                    if part["type"] not in ("input_text", "input_image", "input_file"):
                        yield f"output: {part['type']}"


# --- Anthropic and Bedrock -----------------------------------------------------------------------


def _pairs(turns: Sequence[tuple[str, list[Any]]], used: str, told: str, key: str) -> Iterator[str]:
    """Results stand first in the message right behind their calls, one for each."""
    seen: set[str] = set()
    waiting: list[str] = []
    for role, blocks in turns:
        kinds = [next(iter({used, told} & {*block, block.get("type")}), "") for block in blocks]
        ids = [
            block.get(key) or block.get("id") or block[kind].get("toolUseId")
            for block, kind in zip(blocks, kinds, strict=True)
            if kind
        ]
        if role == "user":
            if sorted(ids) != sorted(waiting):
                yield f"tool_use ids {waiting} and tool_result ids {ids} do not match"
            if told in kinds and any(kind for kind, _ in [*groupby(kinds)][1:]):
                yield "tool_result blocks must come first"
            waiting = []
        else:
            waiting = ids
            if {*ids} & seen or len({*ids}) < len(ids):
                yield "tool_use ids must be unique"
            seen |= {*ids}
    if waiting:
        yield f"tool_use ids without tool_result blocks: {waiting}"


def _anthropic(body: Block) -> Iterator[str]:
    messages = body["messages"]
    turns = [(message["role"], message["content"]) for message in messages]
    blocks = [block for _, content in turns for block in content]
    inner = [part for b in blocks if b["type"] == "tool_result" for part in b["content"]]
    yield from _alternate([role for role, _ in turns])
    yield from _declared([tool["name"] for tool in body.get("tools", ())], body)
    yield from _pairs(turns, "tool_use", "tool_result", "tool_use_id")
    if not all(content for _, content in turns):
        yield "all messages must have non-empty content"
    if any(not block["text"].strip() for block in [*blocks, *inner] if block["type"] == "text"):
        yield "text content blocks must contain non-whitespace text"
    for role, content in turns:
        if role == "assistant" and content[-1]["type"] in ("thinking", "redacted_thinking"):
            yield "The final block in an assistant message cannot be `thinking`."
    for block in blocks:
        yield from _anthropic_block(block)
    if any(block["type"].startswith("tool_") for block in blocks) and not body.get("tools"):
        yield "Requests which include `tool_use` or `tool_result` blocks must define tools"
    if body.get("thinking", {}).get("type") == "enabled":
        yield from _begins_with_thinking(turns)
    if turns[-1][0] != "user":
        yield "This model does not support assistant message prefill."


def _begins_with_thinking(turns: Sequence[tuple[str, list[Any]]]) -> Iterator[str]:
    """The message whose calls are answered last, where thinking is on."""
    said = [content for role, content in turns if role == "assistant"]
    goes_on = bool(said) and turns[-1][1][0]["type"] == "tool_result"
    if goes_on and not said[-1][0]["type"].endswith("thinking"):
        yield "a final `assistant` message must start with a thinking block"


def _anthropic_block(block: Block) -> Iterator[str]:
    match block["type"]:
        case "tool_use":
            yield from _name(block["name"])
            yield from [] if re.fullmatch(r"[a-zA-Z0-9_-]+", block["id"]) else ["tool_use.id"]
            yield from [] if isinstance(block["input"], dict) else ["input: an object"]
        case "tool_result":
            if block.get("is_error") and not block["content"]:
                yield "content cannot be empty if `is_error` is true"
        case "thinking":
            if not block.get("signature"):
                yield "thinking.signature: Field required"


def _bedrock(body: Block) -> Iterator[str]:
    turns = [(message["role"], message["content"]) for message in body["messages"]]
    blocks = [block for _, content in turns for block in content]
    results = [block["toolResult"] for block in blocks if "toolResult" in block]
    tools = body.get("toolConfig", {}).get("tools", [])
    names = [tool["toolSpec"]["name"] for tool in tools if "toolSpec" in tool]
    yield from _alternate([role for role, _ in turns])
    yield from _declared(names, {"tools": tools} if "toolConfig" in body else {})
    yield from _pairs(turns, "toolUse", "toolResult", "none")
    if not all(content for _, content in turns) or not all(one["content"] for one in results):
        yield "content is empty"
    said = [*blocks, *(part for one in results for part in one["content"])]
    if any("text" in block and not block["text"].strip() for block in said):
        yield "The text field in the ContentBlock object is blank."
    for block in blocks:
        if used := block.get("toolUse"):
            yield from _name(used["name"])
            yield from [] if re.fullmatch(r"[a-zA-Z0-9_.:-]{1,64}", used["toolUseId"]) else ["id"]
            yield from [] if isinstance(used["input"], dict) else ["input: an object"]
    if not names and any({"toolUse", "toolResult"} & {*block} for block in blocks):
        yield "The toolConfig field must be defined when using toolUse and toolResult blocks."


# --- Gemini --------------------------------------------------------------------------------------


def _gemini(body: Block) -> Iterator[str]:
    contents = body["contents"]
    tools = [one for tool in body.get("tools", ()) for one in tool.get("functionDeclarations", ())]
    yield from _declared([tool["name"] for tool in tools], {}, GEMINI_NAME)
    if contents[0]["role"] != "user" or {one["role"] for one in contents} > {"user", "model"}:
        yield "Please use a valid role: user, model."
    for content, following in pairwise([*contents, {"parts": []}]):
        parts = content["parts"]
        calls = [part["functionCall"] for part in parts if "functionCall" in part]
        results = [part.get("functionResponse", {}) for part in following["parts"]]
        if not parts:
            yield "contents.parts must not be empty"
        if any(part.get("text") == "" and "thoughtSignature" not in part for part in parts):
            yield "Unable to submit request because it must have a text parameter"
        for call in calls:
            yield from _name(call["name"], GEMINI_NAME)
            yield from [] if isinstance(call["args"], dict) else ["args: an object"]
        if calls:
            asked = [(call.get("id"), call["name"]) for call in calls]
            if asked != [(one.get("id"), one.get("name")) for one in results]:
                yield "the number of function response parts is not that of the function call parts"
            if not next(p for p in parts if "functionCall" in p).get("thoughtSignature"):
                yield "Function call is missing a thought_signature in functionCall parts."
        if not calls and any(results):
            yield "function response turn comes immediately after a function call turn"
        if any(not isinstance(one["response"], dict) for one in results if one):
            yield "response: a Struct"


RULES: dict[str, Callable[[Block], Iterator[str]]] = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "anthropic-messages": _anthropic,
    "bedrock-converse": _bedrock,
    "gemini": _gemini,
    "ollama": _ollama,
    "cohere": _cohere,
}
