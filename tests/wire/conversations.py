"""Random conversations that grow, and what must hold of the requests they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from nbchat.messages import KeptBy, Message, ToolCall
from nbchat.wire.contract import HttpRequest, ModelRequest

from .formats import PDF, PNG, Format

TEXT = st.text('ab c{}[]"\\é☃\n', max_size=8)


@st.composite
def conversations(draw: st.DrawFn, wire: Format) -> list[Message]:
    """Questions, answers and tool results, as a conversation grows; it ends with something to answer."""
    files = [] if wire.refused == PDF else [st.just(PDF)]
    parts = st.one_of(TEXT, st.lists(st.one_of(TEXT, st.just(PNG), *files), max_size=3))
    messages = [Message("user", draw(parts))]
    for turn in range(draw(st.integers(1, 4))):
        calls = tuple(
            ToolCall(f"call_{turn}_{n}", "f", {"n": n}, f'{{"n":{n}}}')
            for n in range(draw(st.integers(0, 2)))
        )
        kept = KeptBy("p", "w", draw(wire.kept)) if draw(st.booleans()) else None
        messages.append(Message("assistant", draw(TEXT), tool_calls=calls, kept=kept))
        messages += [Message("tool", draw(parts), tool_call_id=call.id, name="f") for call in calls]
        if not calls or draw(st.booleans()):
            messages.append(Message("user", draw(TEXT.filter(str.strip))))
    return messages


def places(*blocks: Any) -> st.SearchStrategy[Any]:
    """What `turns.Places` keeps of an answer with one of these blocks in it."""
    row = st.fixed_dictionaries(
        {"text": st.integers(0, 4), "calls": st.just(0), "block": st.sampled_from(blocks)}
    )
    return st.lists(row, min_size=1, max_size=1)


def growing(question: ModelRequest, messages: Sequence[Message]) -> Iterator[ModelRequest]:
    """The asks of a growing conversation: one before each answer, and the last."""
    for at, message in enumerate([*messages[1:], Message("assistant")], 1):
        if message.role == "assistant" and messages[at - 1].role != "assistant":
            yield replace(question, messages=tuple(messages[:at]))


def assert_repeated(before: HttpRequest, after: HttpRequest) -> None:
    """The bytes of one request are sent again in the next, up to their end, or to the cache point that moves on."""
    body = before.encoded().rstrip(b"]}")
    point = body.rfind(b',{"cachePoint"')

    assert after.encoded().startswith(body if point < 0 else body[:point])
