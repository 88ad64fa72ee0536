"""An answer that comes as what a tool is called with is words like any other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

import nbchat
from nbchat import runtime
from nbchat.catalog.rows import Quirks
from nbchat.events import Event, Partial, Stop
from nbchat.messages import Message, Text, ToolCall
from nbchat.wire.answer_tool import ANSWER, holds_by_tool
from nbchat.wire.contract import load_dialect

from ..engine.providers.answers import events
from ..fakes.provider import Service
from .format_contract import ADD, CALL, CITY, ask

WIRES = pytest.mark.parametrize("wire", ["anthropic-messages", "bedrock-converse"])
BY_TOOL = Quirks(schema_mode="tool")
TOWNS = '{"towns": ["Lisbon", "Faro"]}'
PIECES = [TOWNS[at : at + 6] for at in range(0, len(TOWNS), 6)]


def blocks_of(wire: str, *, pieces: Iterable[str], name: str = ANSWER, at: int = 0) -> list[Any]:
    """The values of a stream, with their names, in which a tool is called with these pieces."""
    if wire == "bedrock-converse":
        start = {"toolUse": {"toolUseId": f"t{at}", "name": name}}
        deltas = [{"delta": {"toolUse": {"input": piece}}} for piece in pieces]
        return [
            ("contentBlockStart", {"contentBlockIndex": at, "start": start}),
            *(("contentBlockDelta", {"contentBlockIndex": at, **delta}) for delta in deltas),
            ("contentBlockStop", {"contentBlockIndex": at}),
        ]
    block = {"type": "tool_use", "id": f"toolu_{at}", "name": name, "input": {}}
    given = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    made = [
        {"type": "content_block_start", "index": at, "content_block": block},
        *({"type": "content_block_delta", "index": at, "delta": delta} for delta in given),
        {"type": "content_block_stop", "index": at},
    ]
    return [(value["type"], value) for value in made]


def end_of(wire: str, word: str) -> list[Any]:
    if wire == "bedrock-converse":
        usage = {"inputTokens": 9, "outputTokens": 5}
        return [("messageStop", {"stopReason": word}), ("metadata", {"usage": usage})]
    delta = {"type": "message_delta", "delta": {"stop_reason": word}, "usage": {"output_tokens": 5}}
    return [("message_delta", delta), ("message_stop", {"type": "message_stop"})]


def heard(wire: str, values: Iterable[Any]) -> list[Event]:
    reader = load_dialect(wire).Reader()
    made = [event for name, value in values for event in reader.read(value, name)]
    return [*made, *reader.finish()]


def words_in(made: Iterable[Event]) -> str:
    return "".join(event.text for event in made if isinstance(event, Text))


@WIRES
def test_what_the_tool_is_called_with_is_the_answer_s_words_as_they_come(wire: str) -> None:
    made = heard(wire, [*blocks_of(wire, pieces=PIECES), *end_of(wire, "tool_use")])

    assert [event.text for event in made if isinstance(event, Text)] == PIECES
    assert not [event for event in made if isinstance(event, ToolCall)]
    assert made[-1] == Stop("end", "tool_use")


@WIRES
@pytest.mark.parametrize("whole", [TOWNS, json.loads(TOWNS)], ids=["text", "object"])
def test_an_answer_that_comes_whole_is_the_same_words(wire: str, whole: Any) -> None:
    if wire == "bedrock-converse":
        used = {"toolUse": {"toolUseId": "t1", "name": ANSWER, "input": whole}}
        body: dict[str, Any] = {
            "output": {"message": {"content": [used]}},
            "stopReason": "tool_use",
        }
    else:
        block = {"type": "tool_use", "id": "toolu_1", "name": ANSWER, "input": whole}
        body = {"type": "message", "content": [block], "stop_reason": "tool_use"}
    reader = load_dialect(wire).Reader()
    made = [*reader.read_whole(body), *reader.finish()]

    assert json.loads(words_in(made)) == json.loads(TOWNS)
    assert made[-1] == Stop("end", "tool_use")


@WIRES
@pytest.mark.parametrize("pieces", [[], [""], ["{}"]], ids=["none", "blank", "one"])
def test_an_answer_without_any_field_is_one(wire: str, pieces: list[str]) -> None:
    """A dict of what was counted, say, where there was nothing to count."""
    made = heard(wire, [*blocks_of(wire, pieces=pieces), *end_of(wire, "tool_use")])

    assert words_in(made) == "{}"


@WIRES
def test_another_tool_beside_it_is_still_called(wire: str) -> None:
    called = blocks_of(wire, pieces=['{"a": 1}'], name="add", at=1)
    made = heard(wire, [*blocks_of(wire, pieces=PIECES), *called, *end_of(wire, "tool_use")])

    (call,) = [event for event in made if isinstance(event, ToolCall)]
    assert (call.name, call.arguments) == ("add", {"a": 1})
    assert words_in(made) == TOWNS
    assert made[-1] == Stop("tool_calls", "tool_use")


@WIRES
def test_an_answer_that_is_cut_by_the_limit_is_cut(wire: str) -> None:
    made = heard(wire, [*blocks_of(wire, pieces=PIECES[:2]), *end_of(wire, "max_tokens")])

    assert made[-1] == Stop("length", "max_tokens")
    assert words_in(made) == "".join(PIECES[:2])


@WIRES
def test_without_an_end_it_is_broken(wire: str) -> None:
    made = heard(wire, blocks_of(wire, pieces=PIECES[:2])[:-1])

    assert isinstance(made[-1], Stop)
    assert made[-1].reason == "broken"


@WIRES
@pytest.mark.parametrize(
    ("options", "choice"),
    [
        ({}, ANSWER),
        ({"tool_choice": "none"}, ANSWER),
        ({"tools": (ADD,)}, "any"),
        ({"tools": (ADD,), "tool_choice": "auto"}, "any"),
        ({"tools": (ADD,), "tool_choice": "none"}, ANSWER),
        ({"tools": (ADD,), "tool_choice": "add"}, "add"),
    ],
    ids=str,
)
def test_the_tool_must_be_called_where_no_other_is(
    wire: str, options: dict[str, Any], choice: str
) -> None:
    call = load_dialect(wire).render(ask(schema=CITY, quirks=BY_TOOL, **options))

    assert holds_by_tool(call.body)
    assert chosen(call.body) == choice
    assert call.notices == []


def chosen(body: dict[str, Any]) -> str:
    """The tool that must be called, or "any"."""
    choice = body.get("tool_choice") or body["toolConfig"]["toolChoice"]
    named = choice.get("name") or choice.get("tool", {}).get("name")
    return named or "any"


@WIRES
def test_tools_that_were_called_before_are_declared_beside_it(wire: str) -> None:
    turns = (
        Message("user", "1 + 1?"),
        Message("assistant", tool_calls=[CALL]),
        Message("tool", "2", tool_call_id=CALL.id, name="add"),
    )
    call = load_dialect(wire).render(ask(*turns, schema=CITY, quirks=BY_TOOL))

    assert chosen(call.body) == ANSWER
    assert '"add"' in json.dumps(call.body["messages"])
    assert json.dumps(call.body).count('"name": "add"') == 2  # its call, and its declaration


def test_a_model_that_thinks_is_asked_in_words() -> None:
    thinking = Quirks(schema_mode="tool", body={"thinking": {"type": "adaptive"}})
    call = load_dialect("anthropic-messages").render(ask(schema=CITY, quirks=thinking))

    assert not holds_by_tool(call.body)
    assert "matching this JSON schema" in call.body["system"][0]["text"]
    (notice,) = call.notices
    assert notice == (
        "a-model cannot be held to this schema while it thinks; it was sent as an instruction."
    )


@pytest.fixture(autouse=True, scope="module")
def _engine() -> Any:
    yield
    runtime.close()


@pytest.fixture
def claude(service: Service) -> dict[str, Any]:
    start = {"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 9}}}
    wire = "anthropic-messages"
    values = [*blocks_of(wire, pieces=PIECES), *end_of(wire, "tool_use")]
    service.answers(events(start, *(value for _, value in values), named=True))
    return {"base_url": service.url, "api_key": "a-key-of-the-test", "schema": dict[str, list[str]]}


async def test_it_is_a_value_that_grows_and_a_turn_in_words(
    claude: dict[str, Any], service: Service
) -> None:
    """A dict of any names has no place at Claude: there it would stay empty."""
    stream = nbchat.stream("anthropic:claude-haiku-4-5", "Which towns?", **claude)
    made = [event async for event in stream]

    assert stream.result.value == {"towns": ["Lisbon", "Faro"]}
    assert stream.result.message.text == TOWNS
    assert not stream.result.tool_calls
    assert stream.result.usage.output == 5
    assert any(isinstance(event, Partial) for event in made)
    (request,) = service.requests
    assert request.json["tool_choice"] == {"type": "tool", "name": ANSWER}
