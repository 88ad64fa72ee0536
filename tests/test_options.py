"""What may be asked, and how: the same options at every door, and numbers of any kind that Python knows.

How each wrong call is refused is read in `tests/test_errors.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

import nbchat
from nbchat.errors import BadSettings
from nbchat.messages import Message
from nbchat.options import Options, as_messages

OPTIONS = [
    "system",
    "temperature",
    "max_tokens",
    "thinking",
    "tools",
    "schema",
    "base_url",
    "wire",
    "api_key",
    "timeout",
]
DOORS = {
    nbchat.ask: ["model", "messages"],
    nbchat.stream: ["model", "messages"],
    nbchat.Conversation.ask: ["self", "question", "model", "fresh"],
    nbchat.Conversation.stream: ["self", "question", "model", "fresh"],
}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__qualname__)
def test_every_door_shows_its_options(door: Callable[..., Any]) -> None:
    """`inspect.signature` is what Shift-Tab and Tab look at."""
    shown = signature(door).parameters

    assert list(shown) == [*DOORS[door], *OPTIONS]
    assert all(shown[name].kind is Parameter.KEYWORD_ONLY for name in OPTIONS)
    assert all(shown[name].default is None for name in OPTIONS)
    assert door.__doc__


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("max_tokens", np.int64(5), 5),
        ("max_tokens", 5.0, 5),
        ("temperature", np.float32(0.5), 0.5),
        ("temperature", 1, 1),
        ("timeout", np.int32(3), 3.0),
    ],
)
def test_a_number_may_come_from_a_table(name: str, given: Any, meant: float) -> None:
    found = getattr(Options.of({name: given}), name)

    assert found == meant
    assert type(found) in (int, float)


@pytest.mark.parametrize("name", ["temperature", "max_tokens", "timeout"])
@pytest.mark.parametrize(
    "value", [True, "1", 10**400, float("inf"), float("nan"), [], object(), 1j]
)
def test_what_is_no_number_in_the_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadSettings, match=f"{name} should be a"):
        Options.of({name: value})


def test_messages_may_come_from_any_iterable() -> None:
    assert as_messages(Message("user", text) for text in "ab") == [
        Message("user", "a"),
        Message("user", "b"),
    ]
    assert as_messages((Message("tool", "", tool_call_id="c"),)) == [
        Message("tool", "", tool_call_id="c")
    ]


def test_a_schema_may_be_a_model_that_has_one() -> None:
    class Sky(BaseModel):
        blue: bool

    class Odd(BaseModel):
        call: Callable[[], None]

    assert Options.of({"schema": Sky}).schema == Sky.model_json_schema()
    with pytest.raises(BadSettings, match="Odd has no JSON schema: Cannot generate a JsonSchema"):
        Options.of({"schema": Odd})


def test_a_tool_may_be_a_dict_of_either_shape() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "number"}}}
    add = {"name": "add", "description": "Add", "parameters": schema}
    made = Options.of(
        {"tools": [add, {"type": "function", "function": add}, nbchat.Tool("add", "Add", schema)]}
    ).tools

    assert set(map(repr, made)) == {repr(nbchat.Tool("add", "Add", schema))}


async def test_what_an_option_holds_is_looked_at_when_the_first_event_is_asked_for() -> None:
    stream = nbchat.stream("demo", "Hi", temperature=9)

    with pytest.raises(BadSettings):
        await anext(stream)


def test_a_stream_that_is_only_looked_at_says_how_it_is_read() -> None:
    assert repr(nbchat.stream("demo", "Hi")).startswith("<Stream of demo: read it with `async for")
    assert repr(nbchat.chat("looked at").stream("Hi")).startswith(
        "<Stream: read it with `async for"
    )
