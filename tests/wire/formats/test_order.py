"""Thinking, words and calls that interleave keep their order: reader, store, request."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.messages import AnswerPart, Text, Thought, ToolCall
from nbchat.wire.contract import load_dialect

from ..format_contract import ask, folded, heard, stored


def claude(index: int, **block: Any) -> list[Any]:
    empty = {name: "" for name in ("text", "thinking", "signature") if name in block}
    kinds = {"text": "text_delta", "thinking": "thinking_delta", "signature": "signature_delta"}
    pieces = [
        {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": kinds[name], name: block[name]},
        }
        for name in empty
    ]
    return [
        {"type": "content_block_start", "index": index, "content_block": {**block, **empty}},
        *pieces,
        {"type": "content_block_stop", "index": index},
    ]


def converse(index: int, start: Any = None, *deltas: Any) -> list[Any]:
    at = {"contentBlockIndex": index}
    opened = [("contentBlockStart", {**at, "start": start})] if start else []
    pieces = [("contentBlockDelta", {**at, "delta": delta}) for delta in deltas]
    return [*opened, *pieces, ("contentBlockStop", at)]


def item(index: int, given: dict[str, Any], kind: str = "", delta: str = "") -> list[Any]:
    at = {"output_index": index}
    pieces = [{"type": f"response.{kind}.delta", **at, "delta": delta}] if kind else []
    return [
        {"type": "response.output_item.added", **at, "item": {"type": given["type"]}},
        *pieces,
        {"type": "response.output_item.done", **at, "item": given},
    ]


def gemini(*parts: Any) -> list[Any]:
    return [{"candidates": [{"content": {"parts": [part]}}]} for part in parts]


def cohere(index: int, **content: str) -> list[Any]:
    delta = {"message": {"content": content}}
    return [{"type": "content-delta", "index": index, "delta": delta}]


def chat(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


SIGNED = {"type": "thinking", "thinking": "hm", "signature": "czE="}
SIGNED_TOO = {"type": "thinking", "thinking": "so", "signature": "czI="}
REDACTED = {"type": "redacted_thinking", "data": "b3BhcXVl"}
USED = {"type": "tool_use", "id": "x", "name": "f", "input": {"a": 1}}
REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "hm"}],
    "encrypted_content": "ZW5j",
}
HIDDEN = {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "ZW5k"}
FUNCTION = {"type": "function_call", "call_id": "x", "name": "f", "arguments": '{"a": 1}'}
TOOL = {"id": "x", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
DETAILS = [{"type": "reasoning.encrypted", "index": 0, "data": "ZW5j"}]

HM_FIRST_SO_THEN_CALL = ["hm", "First.", "so", "Then.", "f"]

# By format: the values of a stream, the parts in short, the text, and what goes back.
TABLE: dict[str, tuple[list[Any], list[str], str, Any]] = {
    "anthropic-messages": (
        [
            *claude(0, **SIGNED),
            *claude(1, type="text", text="Fi"),
            *claude(2, type="text", text="rst.", citations=[]),
            *claude(3, **SIGNED_TOO),
            *claude(4, **REDACTED),
            *claude(5, type="text", text="Then."),
            *claude(6, **USED),
        ],
        ["hm", "First.", "so", "", "Then.", "f"],
        "First.\n\nThen.",
        [
            SIGNED,
            {"type": "text", "text": "First."},
            SIGNED_TOO,
            REDACTED,
            {"type": "text", "text": "Then."},
            USED,
        ],
    ),
    "bedrock-converse": (
        [
            *converse(
                0, None, *({"reasoningContent": r} for r in ({"text": "hm"}, {"signature": "czE="}))
            ),
            *converse(1, None, {"text": "Fir"}, {"text": "st."}),
            *converse(2, None, {"reasoningContent": {"redactedContent": "b3BhcXVl"}}),
            *converse(3, None, {"text": "Then."}),
            *converse(
                4, {"toolUse": {"toolUseId": "x", "name": "f"}}, {"toolUse": {"input": '{"a": 1}'}}
            ),
        ],
        ["hm", "First.", "", "Then.", "f"],
        "First.\n\nThen.",
        [
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "czE="}}},
            {"text": "First."},
            {"reasoningContent": {"redactedContent": "b3BhcXVl"}},
            {"text": "Then."},
            {"toolUse": {"toolUseId": "x", "name": "f", "input": {"a": 1}}},
        ],
    ),
    "openai-responses": (
        [
            *item(0, REASONING, "reasoning_summary_text", "hm"),
            *item(1, {"type": "message", "phase": "commentary"}, "output_text", "First."),
            *item(2, HIDDEN),
            *item(3, {"type": "message", "phase": "final_answer"}, "output_text", "Then."),
            *item(4, FUNCTION),
        ],
        ["hm", "First.", "", "Then.", "f"],
        "First.\n\nThen.",
        [
            REASONING,
            {"type": "message", "role": "assistant", "phase": "commentary", "content": "First."},
            HIDDEN,
            {"type": "message", "role": "assistant", "phase": "final_answer", "content": "Then."},
            FUNCTION,
        ],
    ),
    "gemini": (
        gemini(
            {"text": "hm", "thought": True},
            {"text": "Fir"},
            {"text": "st."},
            {"text": "so", "thought": True, "thoughtSignature": "czE="},
            {"text": "The"},
            {"text": "n.", "thoughtSignature": "czI="},
            {"functionCall": {"id": "x", "name": "f", "args": {"a": 1}}, "thoughtSignature": "cz"},
        ),
        ["hm", "First.", "so", "The", "n.", "f"],
        "First.\n\nThen.",
        [
            {"text": "First."},
            {"text": "so", "thought": True, "thoughtSignature": "czE="},
            {"text": "The"},
            {"text": "n.", "thoughtSignature": "czI="},
            {"functionCall": {"id": "x", "name": "f", "args": {"a": 1}}, "thoughtSignature": "cz"},
        ],
    ),
    "cohere": (
        [
            *cohere(0, thinking="hm"),
            *cohere(1, text="First."),
            *cohere(2, thinking="so"),
            *cohere(3, text="Then."),
            {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I call f."}}},
            {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": TOOL}}},
            {"type": "tool-call-end", "index": 0},
        ],
        HM_FIRST_SO_THEN_CALL,
        "First.\n\nThen.",
        {"content": "First.\n\nThen.", "tool_calls": [TOOL], "tool_plan": "I call f."},
    ),
    "openai-chat": (  # one buffer of each, which hosts interleave at random
        [
            chat(reasoning_details=DETAILS),
            chat(content="Fi"),
            chat(reasoning="h"),
            chat(content="rst."),
            chat(reasoning="m"),
            chat(tool_calls=[{"index": 0, **TOOL}]),
        ],
        ["hm", "First.", "f"],
        "First.",
        {"content": "First.", "tool_calls": [TOOL], "reasoning_details": DETAILS},
    ),
    "ollama": (
        [
            {"message": {"thinking": "h"}},
            {"message": {"content": "Fi"}},
            {"message": {"thinking": "m"}},
            {"message": {"content": "rst."}},
            {
                "message": {
                    "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": {"a": 1}}}]
                }
            },
        ],
        ["hm", "First.", "f"],
        "First.",
        {
            "content": "First.",
            "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": {"a": 1}}}],
        },
    ),
}


def in_short(parts: list[AnswerPart]) -> list[str]:
    return [part.name if isinstance(part, ToolCall) else part.text for part in parts]  # type: ignore[union-attr]


def kinds(parts: list[AnswerPart]) -> list[type]:
    return [type(part) for part in parts]


@pytest.mark.parametrize("wire", TABLE)
def test_parts_are_read_stored_and_sent_in_the_order_they_came(wire: str) -> None:
    values, short, text, back = TABLE[wire]
    answer = folded(wire, heard(load_dialect(wire).Reader(), *values))
    again = stored(answer)
    quirks, thinking = Quirks(reasoning_back="never"), ThinkingFields(effort="low")
    call = load_dialect(wire).render(ask(again.message, quirks=quirks, thinking=thinking))

    assert in_short(answer.parts) == short
    assert {"hm": Thought, "First.": Text, "f": ToolCall}.items() <= dict(
        zip(short, kinds(answer.parts), strict=True)
    ).items()
    assert again.parts == answer.parts
    assert (again.text, again.thought) == (answer.text, answer.thought)
    assert answer.text == text
    assert assistant(call.body) == back


def assistant(body: dict[str, Any]) -> Any:
    """What a request holds of the one answer in it."""
    if "input" in body:
        return body["input"]
    (message,) = body["messages"] if "messages" in body else body["contents"]
    if "parts" in message:
        return message["parts"]
    if isinstance(message.get("content"), list):
        return message["content"]
    return {name: value for name, value in message.items() if name != "role"}


@pytest.mark.parametrize("wire", TABLE)
def test_who_folds_the_public_events_reads_the_same(wire: str) -> None:
    """Words that begin anew say so on the event, for whoever shows them as they come."""
    events = heard(load_dialect(wire).Reader(), *TABLE[wire][0])
    answer = folded(wire, events)
    seen = "".join(event.spaced for event in events if isinstance(event, Text))
    thought = "".join(event.spaced for event in events if isinstance(event, Thought))

    assert (seen, thought) == (answer.text, answer.thought)
