"""One chain of tools in all seven wire formats: the same parts, and every request is valid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import nbchat
from nbchat import Answer, Image, Text, Thought, ToolCall, ToolResult
from nbchat.conversation.conversation import Conversation
from nbchat.messages import AnswerPart
from nbchat.runtime import Runtime
from nbchat.wire.formats import FORMATS

from ..fakes.chain import answer_in
from ..fakes.provider import Service
from ..fakes.strict_host import StrictHost
from ..pictures import png

EVERY = pytest.mark.parametrize("wire", FORMATS)
ADD = ("call_add", "add", {"a": 1, "b": 2})
SUB = ("call_sub", "sub", {"a": 5, "b": 3})
LAST = ("call_last", "add", {"a": 3, "b": 2})
QUESTION = "1 + 2, 5 - 3, and both together?"


def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b


def sub(a: int, b: int) -> int:
    "Take one number from another."
    return a - b


@pytest.fixture
def chat() -> Iterator[Conversation]:
    opened = Runtime()
    yield opened.chat("chains")
    opened.close()


def chain_in(wire: str, last: str = "It is 5.") -> list[bytes]:
    """Three answers: parallel calls, one call, and words."""
    return [
        answer_in(wire, words="Let me see.", calls=[ADD, SUB]),
        answer_in(wire, calls=[LAST]),
        answer_in(wire, words=last),
    ]


def ask(chat: Conversation, host: StrictHost, question: str = QUESTION, **more: Any) -> Answer:
    given: dict[str, Any] = {"tools": [add, sub], "thinking": "low", **host.asked, **more}
    if host.wire in ("ollama", "cohere", "openai-chat"):
        given.pop("thinking")
    return chat.ask(question, host.model, **given)


def shape(part: AnswerPart) -> tuple[str, ...]:
    """What of a part is the same wherever it came from; thinking is told apart."""
    match part:
        case ToolCall(_, name, arguments):
            return "call", name, json.dumps(arguments)
        case ToolResult(_, name, content, error):
            return "result", name, str(content), str(error)
        case Text(text):
            return "text", text
        case Thought(text):
            return "thought", text
    return (type(part).__name__,)


def shapes(answer: Answer) -> list[tuple[str, ...]]:
    return [
        made
        for part in answer.parts
        if (made := shape(part)) not in (("thought", ""), ("text", ""))
    ]


CHAIN = [
    ("thought", "hm"),
    ("text", "Let me see."),
    ("call", "add", '{"a": 1, "b": 2}'),
    ("call", "sub", '{"a": 5, "b": 3}'),
    ("result", "add", "3", "False"),
    ("result", "sub", "2", "False"),
    ("thought", "hm"),
    ("call", "add", '{"a": 3, "b": 2}'),
    ("result", "add", "5", "False"),
    ("thought", "hm"),
    ("text", "It is 5."),
]


@EVERY
def test_a_chain_is_the_same_in_every_format(
    wire: str, service: Service, chat: Conversation
) -> None:
    host = StrictHost(service, wire)
    host.plays(*chain_in(wire))

    answer = ask(chat, host)

    assert host.refused == []
    assert shapes(answer) == CHAIN
    assert (answer.stop.reason, answer.usage.input, answer.usage.output) == ("end", 27, 15)


# What a provider wants back, by what must be in the request after the calls it came with.
STATES = {
    "openai-chat": '"reasoning_content": "hm"',
    "openai-responses": '"encrypted_content": "ZW5j"',
    "anthropic-messages": '"signature": "c2ln"',
    "bedrock-converse": '"signature": "c2"',
    "gemini": '"thoughtSignature": "c2ln"',
    "ollama": '"thinking": "hm"',
    "cohere": '"tool_plan": "I add."',
}


@EVERY
def test_what_a_provider_wants_back_goes_back_with_each_round(
    wire: str, service: Service, chat: Conversation
) -> None:
    host = StrictHost(service, wire)
    host.plays(*chain_in(wire))

    ask(chat, host)

    sent = [json.dumps(body).count(STATES[wire]) for body in host.bodies]
    assert sent == [0, 1, 2]


@EVERY
def test_later_questions_are_valid_whatever_became_of_the_chain(
    wire: str, service: Service, chat: Conversation
) -> None:
    """With tools, without, after undo, and after a tool that failed or was refused."""
    host = StrictHost(service, wire)

    def broken(a: int, b: int) -> int:
        raise ValueError("no such number")

    failing = nbchat.tool(name="add")(broken)
    asking = nbchat.tool(approve=True)(sub)
    host.plays(*chain_in(wire), *chain_in(wire, "No."), *chain_in(wire, "Refused."))
    ask(chat, host)
    failed = ask(chat, host, tools=[failing, sub])
    refused = ask(chat, host, tools=[add, asking], approve=lambda call: "not now")
    host.plays(answer_in(wire, words="Yes."), answer_in(wire, words="Yes."))
    ask(chat, host, "And now?")
    chat.undo()
    later = ask(chat, host, "And without tools?", tools=None)

    assert host.refused == []
    assert "no such number" in str(shapes(failed))
    assert "not now" in str(shapes(refused))
    assert later.text == "Yes."


@EVERY
def test_a_chain_that_was_stopped_in_a_tool_leaves_a_valid_history(
    wire: str, service: Service, chat: Conversation
) -> None:
    host = StrictHost(service, wire)
    host.plays(answer_in(wire, words="Let me see.", calls=[ADD, SUB]))

    def stopped(a: int, b: int) -> int:
        raise KeyboardInterrupt

    answer = ask(chat, host, tools=[nbchat.tool(name="add")(stopped), sub])
    host.plays(answer_in(wire, words="Yes."))
    later = ask(chat, host, "And now?")

    assert answer.stop.reason == "interrupted"
    assert host.refused == []
    assert later.text == "Yes."
    assert "interrupted by the user" in json.dumps(host.bodies[-1])


@EVERY
def test_a_chain_that_its_host_cut_off_leaves_a_valid_history(
    wire: str, service: Service, chat: Conversation
) -> None:
    host = StrictHost(service, wire)
    begun, _, _ = chain_in(wire)
    host.plays(begun, begun[: len(begun) // 2], answer_in(wire, words="Yes."))

    answer = ask(chat, host)
    later = ask(chat, host, "And now?")

    assert answer.stop.reason == "broken"
    assert host.refused == []
    assert later.text == "Yes."


HOSTILE = ("run()", "rυn", "run\u200b", "\u202enur", "x" * 300, "functions.add", "1add")


@EVERY
def test_names_that_a_model_makes_up_end_as_results_and_go_back(
    wire: str, service: Service, chat: Conversation
) -> None:
    host = StrictHost(service, wire)
    calls = [(f"call_{n}", name, {"a": 1, "b": 2}) for n, name in enumerate(HOSTILE)]
    host.plays(answer_in(wire, calls=calls), answer_in(wire, words="I see."))

    answer = ask(chat, host)

    assert host.refused == []
    assert [call.name for call in answer.tool_calls] == [*HOSTILE]
    results = [part for part in answer.parts if isinstance(part, ToolResult)]
    assert [result.error for result in results] == [True] * len(HOSTILE)
    assert all("no such tool" in str(result.content) for result in results)


@EVERY
def test_a_picture_that_a_tool_gives_reaches_the_model(
    wire: str, service: Service, chat: Conversation
) -> None:
    host = StrictHost(service, wire)
    host.plays(answer_in(wire, calls=[ADD, SUB]), answer_in(wire, words="Red."))
    picture = Image(png(), "image/png")

    def draw(a: int, b: int) -> Image:
        return picture

    drawing = nbchat.tool(name="add")(draw)
    ask(chat, host, tools=[drawing, sub])

    assert host.refused == []
    assert picture.base64 in json.dumps(host.bodies[-1])


@pytest.mark.parametrize("begun", FORMATS)
def test_a_conversation_that_goes_on_at_another_provider_is_valid_there(
    begun: str, service: Service, chat: Conversation
) -> None:
    """Nothing that the first one wants back reaches another."""
    host = StrictHost(service, begun)
    host.plays(*chain_in(begun))
    ask(chat, host)
    for wire in FORMATS:
        other = StrictHost(service, wire)
        other.plays(*chain_in(wire))
        ask(chat, other)
        without = StrictHost(service, wire)
        without.plays(answer_in(wire, words="Yes."))
        assert ask(chat, without, "And?", tools=None).text == "Yes."
        assert other.refused == without.refused == []
