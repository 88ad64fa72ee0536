"""Thinking of which only the end is marked: shown as text while it came, thought in the end."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat import Text, Thought
from nbchat.events import WasThought

from ..fakes.provider import Service
from .answering import DONE, delta, read

pytestmark = pytest.mark.field("E6")

THOUGHT, SAID = "check: 340+68 = 408", "408"
SUM = f"{THOUGHT}</think>{SAID}"


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def chat(pieces: list[str], finish: str = "stop") -> list[Any]:
    return [*(delta(content=piece) for piece in pieces), delta(finish), DONE]


def ollama(pieces: list[str]) -> list[Any]:
    lines = [{"message": {"content": piece}, "done": False} for piece in pieces]
    return [*lines, {"message": {"content": ""}, "done": True, "done_reason": "stop"}]


@pytest.mark.parametrize("size", [1, 3, 8, 100])
@pytest.mark.parametrize("wire", ["openai-chat", "ollama"])
async def test_what_came_before_the_end_of_thinking_is_thought(
    service: Service, wire: str, size: int
) -> None:
    values = chat if wire == "openai-chat" else ollama

    answer, events = await read(service, wire, *values(cut(SUM, size)))

    assert (answer.thought, answer.text) == (THOUGHT, SAID)
    assert answer.parts == [Thought(THOUGHT), Text(SAID)]
    assert answer.message.thought == THOUGHT
    assert not any(isinstance(event, WasThought) for event in events)
    delivered = "".join(event.text for event in events if isinstance(event, Text))
    assert "</think>" not in delivered
    before = delivered.removesuffix(SAID)
    shown = "".join(event.spaced for event in events if isinstance(event, Text))
    assert shown == (f"{before}\n\n{SAID}" if before else SAID)
    assert delivered.endswith(SAID)


@pytest.mark.parametrize("content", [SUM, [{"type": "text", "text": SUM}]])
async def test_a_whole_body_is_sorted_before_anybody_sees_it(
    service: Service, content: Any
) -> None:
    of_chat, events = await read(
        service,
        "openai-chat",
        whole={"choices": [{"message": {"content": content}, "finish_reason": "stop"}]},
    )
    line = {"message": {"content": SUM}, "done": True, "done_reason": "stop"}
    of_ollama, _ = await read(service, "ollama", whole=line)

    assert (of_chat.thought, of_chat.text) == (of_ollama.thought, of_ollama.text) == (THOUGHT, SAID)
    assert "".join(event.text for event in events if isinstance(event, Text)) == SAID


@pytest.mark.parametrize(
    "text",
    [
        "A block begins with <think> and ends with </think>.",
        "Write `</think>` at the end.",
        'The tag "</think>" ends it.',
        "```\n</think>\n```\n",
        "1 </ 2 and </thinking> too",
    ],
)
async def test_where_tags_are_spoken_of_they_are_text(service: Service, text: str) -> None:
    for size in (1, 5, 200):
        answer, _ = await read(service, "openai-chat", *chat(cut(text, size)))
        assert (answer.thought, answer.text) == ("", text)


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ('say "hi"</think>"408"', 'say "hi"', '"408"'),
        ("use `x`</think>`x` it is", "use `x`", "`x` it is"),
        ("\n</think>\n\n408", "", "408"),
        ("not `</think>` yet</think>408", "not `</think>` yet", "408"),
    ],
)
async def test_quotes_that_end_before_the_tag_are_no_example(
    service: Service, text: str, thought: str, said: str
) -> None:
    for size in (1, 7, 200):
        answer, _ = await read(service, "openai-chat", *chat(cut(text, size)))
        assert (answer.thought, answer.text) == (thought, said)


async def test_where_thinking_has_its_own_field_tags_are_text(service: Service) -> None:
    first, last = delta(reasoning_content="hm"), delta("stop", content="so </think> it is")
    line = {"message": {"thinking": "hm", "content": "so </think> it is"}, "done": True}

    of_chat, _ = await read(service, "openai-chat", first, last, DONE)
    of_ollama, _ = await read(service, "ollama", {**line, "done_reason": "stop"})

    assert (of_chat.thought, of_chat.text) == ("hm", "so </think> it is")
    assert (of_ollama.thought, of_ollama.text) == ("hm", "so </think> it is")


async def test_only_the_first_end_is_one(service: Service) -> None:
    answer, _ = await read(service, "openai-chat", *chat([f"{SUM} or </think>"]))

    assert (answer.thought, answer.text) == (THOUGHT, "408 or </think>")


async def test_thinking_with_nothing_behind_its_end_is_no_answer(service: Service) -> None:
    answer, _ = await read(service, "openai-chat", *chat([THOUGHT, "</think>", "\n"]))

    assert (answer.thought, answer.text) == (THOUGHT, "")
    assert answer.notices == ["m thought, and gave no answer."]


async def test_calls_behind_the_end_of_thinking_stay(service: Service) -> None:
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    values = [delta(content=SUM), delta(tool_calls=[call]), delta("tool_calls"), DONE]

    answer, _ = await read(service, "openai-chat", *values)

    assert (answer.thought, answer.text) == (THOUGHT, SAID)
    assert [call.name for call in answer.tool_calls] == ["f"]
