"""What a request says of the question, the tools and the acts since; calls that come in pieces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

import nbchat
from nbchat.attachments import Image
from nbchat.engine.demo.acts import FROM_RESULT, read_situation
from nbchat.engine.demo.service import Demo
from nbchat.messages import Message, Tool, ToolCall
from nbchat.wire.tool_results import files_behind_results

from ...pictures import png

RUN = Tool(
    "run",
    "Run Python",
    {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
)


def after_a_run(*content: Any, name: str = "run") -> list[Message]:
    """A question, a call, and its result."""
    call = ToolCall("call_1", name, {"code": "df.plot()"}, '{"code": "df.plot()"}')
    return [
        Message("user", "Run `df.plot()`"),
        Message("assistant", "", tool_calls=[call]),
        Message("tool", [*content], tool_call_id="call_1", name=name),
    ]


def test_the_size_of_a_figure_is_told() -> None:
    answer = nbchat.ask("demo", after_a_run(Image(png(640, 48))), tools=[RUN])

    assert answer.text.startswith("`run` gave a figure of 640 × 48 pixels. ")
    assert "cannot look" in answer.text
    assert answer.tool_calls == []


def test_each_figure_is_told_with_its_size() -> None:
    answer = nbchat.ask("demo", after_a_run("3", Image(png(4, 5)), Image(png(6, 7))), tools=[RUN])

    assert "2 figures, of 4 × 5 pixels and 6 × 7 pixels" in answer.text


def test_a_message_with_pictures_begins_as_it_is_read() -> None:
    (behind,) = files_behind_results(after_a_run(Image(png()))).values()

    assert behind.text.startswith(FROM_RESULT)


def test_a_question_behind_a_result_is_a_question() -> None:
    messages = [*after_a_run("3"), Message("user", "Hello")]

    assert nbchat.ask("demo", messages, tools=[RUN]).text.startswith("Hello! I am **demo**")


async def stream(messages: Sequence[dict[str, Any]], *tools: str) -> list[dict[str, Any]]:
    """The choices that the demo streams."""
    offers = [{"type": "function", "function": {"name": name}} for name in tools]
    body = json.dumps({"messages": messages, "tools": offers}).encode()
    pieces = [piece async for piece in Demo(pace=0)(body)]
    events = [json.loads(piece.removeprefix(b"data: ")) for piece in pieces[:-1]]
    return [choice for event in events for choice in event["choices"]]


async def test_a_call_streams_in_pieces_and_ends_as_one() -> None:
    code = "print('a line that is longer than a piece')"

    choices = await stream([{"role": "user", "content": f"Run `{code}`"}], "run")

    calls = [call for one in choices for call in one["delta"].get("tool_calls", [])]
    assert calls[0]["function"] == {"name": "run", "arguments": ""}
    assert len(calls) > 3
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {"code": code}
    assert choices[-1]["finish_reason"] == "tool_calls"


async def test_no_two_calls_of_a_conversation_have_one_id() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Use f"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "1"},
        {"role": "assistant", "content": "1"},
        {"role": "user", "content": "Use f and g"},
    ]

    choices = await stream(messages, "f", "g")

    calls = [call for one in choices for call in one["delta"].get("tool_calls", [])]
    assert [call["id"] for call in calls if "id" in call] == ["call_2", "call_3"]


@pytest.mark.parametrize(
    "request_body",
    [
        {"tools": [None, {}, {"function": []}], "messages": None},
        {"messages": [{"role": "assistant", "tool_calls": [{}, None]}, {"role": "tool"}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": "{"}}]}]},
        {"messages": [{"role": "tool", "content": "x"}, {"role": "user", "content": FROM_RESULT}]},
    ],
    ids=["tools", "calls", "arguments", "results"],
)
def test_what_is_no_request_costs_no_failure(request_body: dict[str, Any]) -> None:
    assert read_situation(request_body).acts == []
