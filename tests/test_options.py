"""What may be asked, and how: the same options at every door, and numbers of any kind that
Python knows.

How each wrong call is refused is read in `tests/errors/test_errors.py`.
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
from nbchat.keys import Secret
from nbchat.messages import Message
from nbchat.option_values import shown
from nbchat.options import OPTIONS, Options
from nbchat.questions import as_messages

NAMES = [
    "system",
    "temperature",
    "top_p",
    "seed",
    "stop",
    "max_tokens",
    "thinking",
    "tools",
    "tool_choice",
    "approve",
    "rounds",
    "schema",
    "search",
    "extra",
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

    assert list(shown) == [*DOORS[door], *NAMES]
    assert all(shown[name].kind is Parameter.KEYWORD_ONLY for name in NAMES)
    assert all(shown[name].default is None for name in NAMES)
    assert door.__doc__
    assert [line.split()[0] for line in door.__doc__.splitlines()[-len(NAMES) :]] == NAMES


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("max_tokens", np.int64(5), 5),
        ("max_tokens", 5.0, 5),
        ("temperature", np.float32(0.5), 0.5),
        ("temperature", 1, 1),
        ("timeout", np.int32(3), 3.0),
        ("top_p", np.float64(0.25), 0.25),
        ("seed", np.int64(0), 0),
    ],
)
def test_a_number_may_come_from_a_table(name: str, given: Any, meant: float) -> None:
    found = getattr(Options.of({name: given}), name)

    assert found == meant
    assert type(found) in (int, float)


@pytest.mark.parametrize("name", ["temperature", "top_p", "seed", "max_tokens", "timeout"])
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


# --- what each is worth --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"top_p": "x"}, "top_p should be a number from 0 to 1, not 'x'."),
        ({"top_p": 1.1}, "top_p should be a number from 0 to 1, not 1.1."),
        ({"seed": -1}, "seed should be a whole number from 0 to 2,147,483,647, not -1."),
        ({"seed": 1.5}, "seed should be a whole number from 0 to 2,147,483,647, not 1.5."),
        ({"stop": ""}, "a list of up to 4 texts that are not empty, not ''."),
        ({"stop": ["a"] * 5}, "a list of up to 4 texts that are not empty, not list."),
        ({"stop": ["a", 1]}, "a list of up to 4 texts that are not empty, not list."),
        ({"stop": 3}, "stop should be a text, or a list of up to 4 texts"),
        ({"tool_choice": True}, "tool_choice should be a text (str), not bool."),
        ({"tool_choice": "required"}, 'tool_choice is "required", but there are no tools.'),
        ({"tool_choice": "add"}, "one of the tools, and there are none, not 'add'."),
        ({"tool_choice": "sub", "tools": [{"name": "add"}]}, "the tools (add), not 'sub'."),
        ({"extra": []}, "extra should be a dict of members for the request's body, not list."),
        ({"extra": {"a": float("nan")}}, "extra should hold what JSON has"),
        ({"extra": {"a": object()}}, "extra should hold what JSON has"),
        ({"search": "yes"}, "search should be True or False, not 'yes'."),
        ({"search": 1}, "search should be True or False, not 1."),
        ({"thinking": 1}, "thinking can be True, False, 'low', 'medium', 'high', 'max'; not 1."),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSettings) as raised:
        Options.of(given)

    assert said in str(raised.value)


def test_a_stop_is_a_text_or_up_to_four() -> None:
    assert Options.of({"stop": "END"}).stop == ("END",)
    assert Options.of({"stop": ("a", "b", "c", "d")}).stop == ("a", "b", "c", "d")
    assert Options.of({"stop": []}).parameters == Options.of({}).parameters == {}


def test_a_tool_may_be_chosen_by_its_name_whatever_shape_it_has() -> None:
    add = {"type": "function", "function": {"name": "add"}}

    assert Options.of({"tools": [add], "tool_choice": "add"}).tool_choice == "add"
    assert Options.of({"tool_choice": "none"}).tool_choice == "none"


@pytest.mark.parametrize(
    "extra",
    [
        {"api_key": "sk-canary-0123456789"},
        {"headers": {"Authorization": "Bearer sk-canary-0123456789"}},
        {"plugins": [{"id": "web", "x-api-key": "sk-canary-0123456789"}]},
        {"auth": {"client_secret": b"sk-canary-0123456789"}},
        {"apiKey": Secret("sk-canary-0123456789")},
    ],
)
def test_extra_takes_no_key_and_does_not_repeat_it(extra: dict[str, Any]) -> None:
    with pytest.raises(BadSettings, match="extra may not hold a key") as raised:
        Options.of({"extra": extra})

    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("depth", [20, 60, 5_000])
def test_a_key_is_found_however_deep_extra_holds_it(depth: int) -> None:
    extra: dict[str, Any] = {"api_key": "sk-canary-0123456789"}
    for level in range(depth):
        extra = {"inner": [extra]} if level % 2 else {"inner": extra}

    with pytest.raises(BadSettings, match="extra may not hold a key"):
        Options.of({"extra": extra})


def test_extra_that_holds_itself_is_refused() -> None:
    extra: dict[str, Any] = {"a": []}
    extra["a"].append(extra)

    with pytest.raises(BadSettings, match="extra should hold what JSON has"):
        Options.of({"extra": extra})


@pytest.mark.parametrize(
    ("value", "repeated"),
    [
        ("x" * 40, repr("x" * 40)),
        ("x" * 200, repr("x" * 39 + "…")),
        (-(10**38), "-1" + "0" * 38),  # 40 characters
        (-(10**39), "int"),
        (object(), "object"),
    ],
)
def test_an_error_repeats_a_value_in_few_characters(value: Any, repeated: str) -> None:
    assert shown(value) == repeated


def test_words_about_keys_may_stand_in_extra() -> None:
    schema = {"properties": {"password": {"type": "string"}, "api_key": {"type": "string"}}}
    extra = {"prompt_cache_key": "a", "max_tokens": 5, "response_format": schema}

    assert Options.of({"extra": extra}).extra == extra


def test_extra_is_a_copy() -> None:
    extra = {"provider": {"order": ["a"]}}
    made = Options.of({"extra": extra}).extra
    extra["provider"]["order"].append("b")

    assert made == {"provider": {"order": ["a"]}}


def test_a_request_over_http_brings_no_address_no_key_and_nothing_of_its_own() -> None:
    assert [name for name, row in OPTIONS.items() if not row.http] == [
        "approve",
        "rounds",
        "extra",
        "base_url",
        "wire",
        "api_key",
        "timeout",
    ]


async def test_what_an_option_holds_is_looked_at_when_the_first_event_is_asked_for() -> None:
    stream = nbchat.stream("demo", "Hi", temperature=9)

    with pytest.raises(BadSettings):
        await anext(stream)


def test_a_stream_that_is_only_looked_at_says_how_it_is_read() -> None:
    assert repr(nbchat.stream("demo", "Hi")).startswith("<Stream of demo: read it with `async for")
    assert repr(nbchat.chat("looked at").stream("Hi")).startswith(
        "<Stream: read it with `async for"
    )
