"""Random conversations that grow, and what must hold of the requests they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from nbchat.messages import AnswerPart, Message, Text, Thought, ToolCall
from nbchat.provider_state import ProviderState
from nbchat.wire.contract import HttpRequest, ModelRequest

from .format_contract import PDF, PNG, Format

TEXT = st.text('ab c{}[]"\\é☃\n', max_size=8)


@st.composite
def conversations(draw: st.DrawFn, wire: Format) -> list[Message]:
    """Questions, answers and tool results, as a conversation grows.

    It ends with something to answer.
    """
    files = [] if wire.refused == PDF else [st.just(PDF)]
    parts = st.one_of(TEXT, st.lists(st.one_of(TEXT, st.just(PNG), *files), max_size=3))
    messages = [Message("user", draw(parts))]
    for turn in range(draw(st.integers(1, 4))):
        calls = tuple(
            ToolCall(f"call_{turn}_{n}", "f", {"n": n}, f'{{"n":{n}}}')
            for n in range(draw(st.integers(0, 2)))
        )
        data = draw(wire.kept) if draw(st.booleans()) else None
        text, at = draw(TEXT), draw(st.integers(0, 8))
        said = list(parts_with(data, text[:at], text[at:], calls)) if data else []
        asked = tuple(part for part in said if isinstance(part, ToolCall)) or calls
        messages.append(Message("assistant", text, tool_calls=asked, answer_parts=said))
        messages += [Message("tool", draw(parts), tool_call_id=call.id, name="f") for call in calls]
        if not calls or draw(st.booleans()):
            messages.append(Message("user", draw(TEXT.filter(str.strip))))
    return messages


def parts_with(
    data: Any, before: str, after: str, calls: Sequence[ToolCall]
) -> Iterator[AnswerPart]:
    """The parts of an answer whose provider wants `data` back with one of them."""
    state = ProviderState("p", "w", data)
    is_phase = data.get("type") == "message"
    if before:
        yield Text(before)
    if not is_phase and "tool_plan" not in data:
        yield Thought("", state)
    if after:
        yield Text(after, state if is_phase else None)
    for nth, call in enumerate(calls):
        yield replace(call, state=state) if "tool_plan" in data and nth == 0 else call


def growing(question: ModelRequest, messages: Sequence[Message]) -> Iterator[ModelRequest]:
    """The asks of a growing conversation: one before each answer, and the last."""
    for at, message in enumerate([*messages[1:], Message("assistant")], 1):
        if message.role == "assistant" and messages[at - 1].role != "assistant":
            yield replace(question, messages=tuple(messages[:at]))


def assert_repeated(before: HttpRequest, after: HttpRequest) -> None:
    """The bytes of one request are sent again in the next.

    All of them, or those before the cache point, which moves on.
    """
    body = before.encoded().rstrip(b"]}")
    point = body.rfind(b',{"cachePoint"')

    assert after.encoded().startswith(body if point < 0 else body[:point])
