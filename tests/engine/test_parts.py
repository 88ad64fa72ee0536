"""The parts of an answer stay apart: a blank line where a new one begins, in every format."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat import Text, Thought

from ..fakes.provider import Service
from .answering import DONE, block, claude, completed, delta, gemini, read, responses

pytestmark = pytest.mark.field("E7")

READ, CHECKING = "**Reading**\n\nI read it.", "**Checking**\n\nI check it."
FIRST, SECOND = "I will look it up.", "# Result"


def summary(number: int, text: str, **members: Any) -> list[dict[str, Any]]:
    """The pieces of one part of a reasoning summary."""
    where = {"output_index": 0, "item_id": "rs", "summary_index": number, **members}
    pieces = [text[:5], text[5:]]
    return [responses("reasoning_summary_text.delta", **where, delta=piece) for piece in pieces]


def message(index: int, text: str, content: int = 0) -> list[dict[str, Any]]:
    """The pieces of one text of a message."""
    where = {"output_index": index, "item_id": f"m{index}", "content_index": content}
    pieces = [text[:5], text[5:]]
    return [responses("output_text.delta", **where, delta=piece) for piece in pieces]


def texts(*words: str) -> list[dict[str, Any]]:
    return [{"type": "output_text", "text": text} for text in words]


def text(*words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": each} for each in words]


def cohere(index: int, **content: str) -> list[dict[str, Any]]:
    kind = next(iter(content))
    start = {"type": "content-start", "index": index}
    start["delta"] = {"message": {"content": {"type": kind, kind: ""}}}
    more = {"type": "content-delta", "index": index, "delta": {"message": {"content": content}}}
    return [start, more, {"type": "content-end", "index": index}]


def converse(index: int, *deltas: Any) -> list[Any]:
    pieces = [("contentBlockDelta", {"contentBlockIndex": index, "delta": d}) for d in deltas]
    return [*pieces, ("contentBlockStop", {"contentBlockIndex": index})]


def thinking(*words: str) -> list[Any]:
    return [{"reasoningContent": {"text": each}} for each in words]


COHERE_END = {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}
CONVERSE_END = [
    ("messageStop", {"stopReason": "end_turn"}),
    ("metadata", {"usage": {"inputTokens": 9}}),
]
SEARCH = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
STOP = delta("stop")
# By name: the format, its stream, and the texts that stand apart in it.
TEXTS: dict[str, tuple[str, list[Any], list[str]]] = {
    "messages": (
        "openai-responses",
        [*message(0, FIRST), *message(1, SECOND), completed()],
        [FIRST, SECOND],
    ),
    "texts of a message": (
        "openai-responses",
        [*message(0, FIRST), *message(0, SECOND, content=1), completed()],
        [FIRST, SECOND],
    ),
    "messages that come whole": (
        "openai-responses",
        [
            responses("output_item.done", item={"type": "message", "content": texts(FIRST)}),
            responses("output_item.done", item={"type": "message", "content": texts(SECOND)}),
            completed(),
        ],
        [FIRST, SECOND],
    ),
    "messages in the last event alone": (
        "openai-responses",
        [
            completed(
                {"type": "message", "content": texts(FIRST, SECOND)},
                {"type": "message", "content": texts("Then.")},
            )
        ],
        [FIRST, SECOND, "Then."],
    ),
    "a refusal behind words": (
        "openai-responses",
        [
            *message(0, FIRST),
            responses("refusal.delta", output_index=0, content_index=1, delta="No."),
            completed(),
        ],
        [FIRST, "No."],
    ),
    "blocks of Claude's": (
        "anthropic-messages",
        claude(*block(0, *text(FIRST)), *block(1, *text(SECOND))),
        [FIRST, SECOND],
    ),
    "blocks of Claude's around a search": (
        "anthropic-messages",
        claude(*block(0, *text(FIRST)), *block(1, SEARCH), *block(2, *text(SECOND))),
        [FIRST, SECOND],
    ),
    "one sentence of Claude's that gives its sources": (
        "anthropic-messages",
        claude(
            *block(0, *text("It is ")),
            *block(1, {"type": "text", "text": "sunny", "citations": []}),
            *block(2, *text(" in May.")),
        ),
        ["It is sunny in May."],
    ),
    "blocks of Converse": (
        "bedrock-converse",
        [*converse(0, {"text": FIRST}), *converse(1, {"text": SECOND}), *CONVERSE_END],
        [FIRST, SECOND],
    ),
    "one sentence of Converse that gives its sources": (
        "bedrock-converse",
        [
            *converse(0, {"text": "It is "}, {"citation": {"title": "May"}}),
            *converse(1, {"text": "sunny."}),
            *CONVERSE_END,
        ],
        ["It is sunny."],
    ),
    "blocks of Cohere's": (
        "cohere",
        [*cohere(0, text=FIRST), *cohere(1, text=SECOND), COHERE_END],
        [FIRST, SECOND],
    ),
    "parts of Gemini's": (
        "gemini",
        [gemini({"text": FIRST}, {"text": SECOND}, finish="STOP")],
        [FIRST, SECOND],
    ),
    "pieces of Gemini's": (
        "gemini",
        [gemini({"text": "It is "}), gemini({"text": "sunny."}, finish="STOP")],
        ["It is sunny."],
    ),
    "a list of parts": (
        "openai-chat",
        [delta(content=text(FIRST, SECOND)), STOP, DONE],
        [FIRST, SECOND],
    ),
    "lists of one piece": (
        "openai-chat",
        [delta(content=text("It is ")), delta(content=text("sunny.")), STOP, DONE],
        ["It is sunny."],
    ),
    "a reference in a sentence": (
        "openai-chat",
        [
            delta(
                content=[
                    *text("It is sunny"),
                    {"type": "reference", "reference_ids": [1]},
                    *text(" in May."),
                ]
            ),
            STOP,
            DONE,
        ],
        ["It is sunny in May."],
    ),
    "a refusal behind words, in a chat": (
        "openai-chat",
        [delta(content=FIRST), delta(refusal="N"), delta(refusal="o."), STOP, DONE],
        [FIRST, "No."],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
async def test_texts_stand_apart(service: Service, name: str) -> None:
    wire, values, parts = TEXTS[name]

    answer, events = await read(service, wire, *values)

    assert [part.text for part in answer.parts if isinstance(part, Text)] == parts
    assert answer.text == "\n\n".join(parts)
    assert "".join(event.spaced for event in events if isinstance(event, Text)) == answer.text


def details(*pieces: tuple[int, str]) -> dict[str, Any]:
    made = [{"type": "reasoning.summary", "index": n, "summary": words} for n, words in pieces]
    return delta(reasoning_details=made, reasoning="".join(words for _, words in pieces))


def whole_reasoning(**members: Any) -> dict[str, Any]:
    parts = [{"type": "summary_text", "text": words} for words in (READ, CHECKING)]
    return {"type": "reasoning", "summary": parts, **members}


THOUGHTS: dict[str, tuple[str, list[Any]]] = {
    "summaries": ("openai-responses", [*summary(0, READ), *summary(1, CHECKING), completed()]),
    "summaries of two items": (
        "openai-responses",
        [
            *summary(0, READ),
            *summary(0, CHECKING, output_index=1, item_id="rs2"),
            completed(),
        ],
    ),
    "summaries that come whole": (
        "openai-responses",
        [responses("output_item.done", item=whole_reasoning()), completed()],
    ),
    "summaries done, without pieces": (
        "openai-responses",
        [
            responses("reasoning_summary_text.done", output_index=0, summary_index=0, text=READ),
            responses(
                "reasoning_summary_text.done", output_index=0, summary_index=1, text=CHECKING
            ),
            completed(),
        ],
    ),
    "reasoning texts": (
        "openai-responses",
        [
            responses("reasoning_text.delta", output_index=0, content_index=0, delta=READ),
            responses("reasoning_text.delta", output_index=0, content_index=1, delta=CHECKING),
            completed(),
        ],
    ),
    "details in pieces": (
        "openai-chat",
        [
            details((0, READ[:5])),
            details((0, READ[5:])),
            details((1, CHECKING[:5])),
            details((1, CHECKING[5:])),
            delta("stop", content="Hi"),
            DONE,
        ],
    ),
    "details at once": ("openai-chat", [details((0, READ), (1, CHECKING)), STOP, DONE]),
    "thinking in a list": (
        "openai-chat",
        [
            delta(
                content=[
                    {"type": "thinking", "thinking": text(READ)},
                    {"type": "thinking", "thinking": text(CHECKING)},
                ]
            ),
            STOP,
            DONE,
        ],
    ),
    "blocks that LiteLLM passes on": (
        "openai-chat",
        [
            *(
                delta(thinking_blocks=[piece], reasoning_content=piece["thinking"])
                for piece in (
                    {"type": "thinking", "thinking": READ[:5]},
                    {"type": "thinking", "thinking": READ[5:], "signature": "s"},
                    {"type": "thinking", "thinking": CHECKING, "signature": "t"},
                )
            ),
            delta("stop", content="Hi"),
            DONE,
        ],
    ),
    "blocks of Claude's": (
        "anthropic-messages",
        claude(
            *block(0, {"type": "thinking", "thinking": READ, "signature": "s"}),
            *block(1, {"type": "thinking", "thinking": CHECKING, "signature": "t"}),
        ),
    ),
    "blocks of Converse": (
        "bedrock-converse",
        [*converse(0, *thinking(READ)), *converse(1, *thinking(CHECKING)), *CONVERSE_END],
    ),
    "blocks of Cohere's": (
        "cohere",
        [*cohere(0, thinking=READ), *cohere(1, thinking=CHECKING), COHERE_END],
    ),
    "sections of Gemini's": (
        "gemini",
        [
            gemini({"text": READ, "thought": True}),
            gemini({"text": CHECKING, "thought": True}),
            gemini({"text": "Hi"}, finish="STOP"),
        ],
    ),
}


@pytest.mark.parametrize("name", THOUGHTS)
async def test_thoughts_stand_apart(service: Service, name: str) -> None:
    wire, values = THOUGHTS[name]

    answer, events = await read(service, wire, *values)

    assert [part.text for part in answer.parts if isinstance(part, Thought) and part.text] == [
        READ,
        CHECKING,
    ]
    assert answer.thought == f"{READ}\n\n{CHECKING}"
    assert "".join(e.spaced for e in events if isinstance(e, Thought)) == answer.thought


WHOLE: dict[str, tuple[str, Any]] = {
    "a chat's content": (
        "openai-chat",
        {"choices": [{"message": {"content": text(FIRST, SECOND)}, "finish_reason": "stop"}]},
    ),
    "a response's output": (
        "openai-responses",
        {
            "status": "completed",
            "output": [
                {"type": "message", "content": texts(FIRST)},
                {"type": "message", "content": texts(SECOND)},
            ],
        },
    ),
    "Claude's content": (
        "anthropic-messages",
        {"content": text(FIRST, SECOND), "stop_reason": "end_turn"},
    ),
    "Gemini's parts": ("gemini", gemini({"text": FIRST}, {"text": SECOND}, finish="STOP")),
    "Cohere's content": (
        "cohere",
        {"message": {"content": text(FIRST, SECOND)}, "finish_reason": "COMPLETE"},
    ),
    "Converse's content": (
        "bedrock-converse",
        {
            "output": {"message": {"content": [{"text": FIRST}, {"text": SECOND}]}},
            "stopReason": "end_turn",
        },
    ),
}


@pytest.mark.parametrize("name", WHOLE)
async def test_texts_of_a_whole_body_stand_apart(service: Service, name: str) -> None:
    wire, body = WHOLE[name]

    answer, _ = await read(service, wire, whole=body)

    assert answer.text == f"{FIRST}\n\n{SECOND}"


async def test_what_stood_apart_goes_back_apart(service: Service) -> None:
    """Where a format has one text for the words between which nothing goes back."""
    answer, _ = await read(
        service, "openai-responses", *message(0, FIRST), *message(1, SECOND), completed()
    )

    for wire in ("openai-responses", "anthropic-messages", "gemini", "bedrock-converse"):
        await read(service, wire, *_ends(wire), messages=[answer.message, "And?"])
        assert f"{FIRST}\\n\\n{SECOND}" in service.requests[-1].body.decode()


def _ends(wire: str) -> list[Any]:
    ends: dict[str, list[Any]] = {
        "openai-responses": [*message(0, "Hi"), completed()],
        "anthropic-messages": claude(*block(0, *text("Hi"))),
        "gemini": [gemini({"text": "Hi"}, finish="STOP")],
        "bedrock-converse": [*converse(0, {"text": "Hi"}), *CONVERSE_END],
    }
    return ends[wire]
