"""What the tests of several wire formats share: random conversations, random JSON, and the vendors' types as judges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from types import UnionType
from typing import Any, Literal, Required, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from nbchat.messages import File, Image, KeptBy, Message, ToolCall
from nbchat.wire import Ask, Call
from nbchat.wire.problem import ProviderProblem

BASE = "http://localhost:1"
PNG = Image(b"\x89PNG", "image/png")
PDF = File(b"%PDF-1.4", "application/pdf", "a.pdf")


def ask(*messages: Message, **fields: Any) -> Ask:
    """An Ask with `messages`, or with one short question."""
    return Ask(**{"model": "a-model", "base_url": BASE, **fields, "messages": messages or (Message("user", "Hi"),)})


def heard(reader: Any, *values: Any) -> list[Any]:
    """All events of a stream of JSON values; an item that is a pair is an event's name and its value."""
    events: list[Any] = []
    for value in values:
        name, inner = value if isinstance(value, tuple) else ("", value)
        events += reader.read(inner, name)
    return events + list(reader.finish())


# --- requests whose beginnings repeat ------------------------------------------------------

TEXT = st.text('ab c{}[]"\\é☃\n', max_size=8)
PARTS = st.one_of(TEXT, st.lists(st.one_of(TEXT, st.just(PNG), st.just(PDF)), max_size=3))


@st.composite
def conversations(draw: st.DrawFn, kept_blocks: Sequence[dict[str, Any]] = ({"type": "thinking"},)) -> list[Message]:
    """Questions, answers and tool results, as a conversation grows; it ends with something to answer."""
    messages = [Message("user", draw(PARTS))]
    for turn in range(draw(st.integers(1, 4))):
        calls = tuple(
            ToolCall(f"call_{turn}_{n}", "f", {"n": n}, f'{{"n":{n}}}') for n in range(draw(st.integers(0, 2)))
        )
        rows = [{"text": draw(st.integers(0, 4)), "calls": 0, "block": draw(st.sampled_from(kept_blocks))}]
        kept = KeptBy("p", "w", rows) if draw(st.booleans()) else None
        messages.append(Message("assistant", draw(TEXT), tool_calls=calls, kept=kept))
        messages += [Message("tool", draw(PARTS), tool_call_id=call.id, name="f") for call in calls]
        if not calls or draw(st.booleans()):
            messages.append(Message("user", draw(TEXT.filter(str.strip))))
    return messages


def growing(question: Ask, messages: Sequence[Message]) -> Iterator[Ask]:
    """The asks of a growing conversation: one before each answer, and the last."""
    for at, message in enumerate([*messages[1:], Message("assistant")], 1):
        if message.role == "assistant" and messages[at - 1].role != "assistant":
            yield replace(question, messages=tuple(messages[:at]))


def assert_prefix_repeats(before: Call, after: Call) -> None:
    """The bytes up to the last message are sent again as they were."""
    *_, (name, content) = before.body.items()
    assert name in ("messages", "input")
    stem = Call(before.url, {**before.body, name: content[:-1]}).encoded().removesuffix(b"]}")
    assert after.encoded().startswith(stem)


# --- answers that make no sense ------------------------------------------------------------


def nonsense(names: str, words: str) -> st.SearchStrategy[Any]:
    """JSON values made of a format's own member names and words, in the wrong places."""
    members, known = st.sampled_from(names.split()), st.sampled_from(words.split())
    leaves = st.one_of(st.none(), st.booleans(), st.integers(-2, 9), st.floats(), st.text(max_size=3), known)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=6),
        max_leaves=25,
    )


def survives(reader: Any, values: Sequence[tuple[str, Any]], *, whole: bool) -> None:
    """Whatever comes, a reader raises nothing but ProviderProblem, and stops exactly once, at the end."""
    with suppress(ProviderProblem):
        for name, value in values:
            list(reader.read_whole(value) if whole else reader.read(value, name))
    events = reader.finish()
    assert [type(event).__name__ for event in events].count("Stop") == 1
    assert type(events[-1]).__name__ == "Stop"
    json.dumps([event.data for event in events if type(event).__name__ == "Kept"])


# --- the vendors' own types ----------------------------------------------------------------


def mismatches(value: Any, hint: Any, path: str = "body") -> list[str]:
    """Where a JSON value departs from a TypedDict; unknown members are departures too."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return []
    if origin in (Union, UnionType):
        return min((mismatches(value, part, path) for part in inner), key=len)
    if origin is Literal:
        return [] if value in inner else [f"{path}: {value!r} is none of {inner}"]
    if origin is Required:
        return mismatches(value, inner[0], path)
    if hasattr(hint, "__total__"):
        return _members(value, hint, path)
    if origin is dict:
        return [] if isinstance(value, dict) else [f"{path}: {value!r} is no object"]
    if origin is not None:  # List, Iterable, the vendors' SequenceNotStr
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [line for at, item in enumerate(value) for line in mismatches(item, inner[0], f"{path}[{at}]")]
    wanted = (int, float) if hint is float else hint
    return [] if isinstance(value, wanted) else [f"{path}: {value!r} is no {hint}"]


def _members(value: Any, hint: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no object"]
    hints = _hints(hint)
    wrong = [f"{path}.{name}: unknown" for name in value.keys() - hints.keys()]
    for name, inner in hints.items():
        if name in value:
            wrong += mismatches(value[name], inner, f"{path}.{name}")
        elif get_origin(inner) is Required:
            wrong.append(f"{path}.{name}: missing")
    return wrong


@cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint, include_extras=True)
