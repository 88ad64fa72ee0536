"""What every wire format keeps to; what is special to one stands in the file of its own."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.errors import BadSettings
from nbchat.events import Stop
from nbchat.messages import Message, Text, ToolCall
from nbchat.wire.formats import FORMATS as NAMES
from nbchat.wire.problem import ProviderProblem

from ..conversations import assert_repeated, conversations, growing
from ..format_contract import ADD, BASE, CITY, CUT_OFF, NOTE, Format, ask, folded, heard

FORMATS: list[Format] = [
    import_module(f"tests.wire.formats.test_{name.replace('-', '_')}").FORMAT for name in NAMES
]
EVERY = pytest.mark.parametrize("wire", FORMATS, ids=lambda wire: wire.name)
STOPS = [
    pytest.param(wire, word, reason, id=f"{wire.name}-{word}")
    for wire in FORMATS
    for word, reason in wire.stops.items()
]
FAILS = [
    pytest.param(wire, *fail, id=f"{wire.name}-{nth}")
    for wire in FORMATS
    for nth, fail in enumerate(wire.fails)
]


@EVERY
def test_a_row_belongs_to_its_file(wire: Format) -> None:
    file = wire.name.replace("-", "_")

    assert wire.spoken.__name__ == f"nbchat.wire.formats.{file}"  # type: ignore[attr-defined]


# --- requests ------------------------------------------------------------------------------


@EVERY
def test_a_provider_may_have_its_own_path(wire: Format) -> None:
    assert wire.spoken.render(ask(path="/special")).url == f"{BASE}/special"


@EVERY
def test_what_rows_say_is_merged_and_the_conversation_comes_last(wire: Format) -> None:
    """In this order, so that what changes from turn to turn is at the end."""
    quirks = Quirks(body={"early": {"a": 1}}, tools_body={"late": True, "early": {"c": 3}})
    thinking = ThinkingFields(body={"early": {"b": 2}})
    body = wire.spoken.render(
        ask(system="Be brief.", tools=(ADD,), quirks=quirks, thinking=thinking)
    ).body

    assert body["early"] == {"a": 1, "b": 2, "c": 3}
    *_, late, conversation = body
    assert late == "late"
    assert conversation in ("messages", "input", "contents")


@EVERY
def test_a_row_is_not_changed_by_a_request(wire: Format) -> None:
    rows = {
        "quirks": Quirks(
            body={"early": {"a": 1}}, tools_body={"early": {"c": 3}}, cache="cache_control"
        ),
        "thinking": ThinkingFields(
            effort="low", budget=1024, body={"early": {"b": 2}, "reasoning": {"context": "auto"}}
        ),
        "schema": deepcopy(CITY),
        "tools": (deepcopy(ADD),),
    }
    before = deepcopy(rows)

    wire.spoken.render(ask(**rows, temperature=1))

    assert rows == before


@EVERY
def test_a_text_file_is_its_text(wire: Format) -> None:
    body = wire.spoken.render(ask(Message("user", ["Sum up:", NOTE]))).encoded()

    assert r"a.txt:\né".encode() in body
    assert NOTE.base64.encode() not in body


@pytest.mark.parametrize(
    "wire", [wire for wire in FORMATS if wire.refused], ids=lambda wire: wire.name
)
def test_a_document_without_a_place_is_refused_before_anything_is_sent(wire: Format) -> None:
    assert wire.refused

    with pytest.raises(BadSettings, match=f"takes no {wire.refused.media_type} files"):
        wire.spoken.render(ask(Message("user", [wire.refused])))


@EVERY
@pytest.mark.parametrize("mode", ["json_schema", "json_object", "none"])
def test_a_schema_is_sent_or_else_said_in_words(wire: Format, mode: Any) -> None:
    call = wire.spoken.render(ask(schema=CITY, system="Be brief.", quirks=Quirks(schema_mode=mode)))
    said = json.dumps("Be brief.\n\nAnswer with JSON alone")[1:-1] in json.dumps(call.body)

    assert said == (mode != "json_schema")
    assert (
        call.notices
        == ["a-model has no schema output here; the schema was sent as an instruction."] * said
    )
    assert (
        "$schema" in json.dumps(call.body)
    ) == said  # the address of its dialect is for readers alone


@EVERY
@given(data=st.data(), tools=st.sampled_from([(), (ADD,)]))
def test_a_longer_conversation_repeats_the_bytes_before_its_new_messages(
    wire: Format, data: Any, tools: Any
) -> None:
    question = ask(system="Be brief.", max_tokens=9, **{"tools": tools, **wire.asked})

    for before, after in pairwise(
        map(wire.spoken.render, growing(question, data.draw(conversations(wire))))
    ):
        assert_repeated(before, after)


# --- answers ---------------------------------------------------------------------------------


@EVERY
def test_a_stream_that_just_ends_is_broken(wire: Format) -> None:
    assert heard(wire.spoken.Reader(), wire.says) == [Text("Hi"), Stop("broken", CUT_OFF)]


@pytest.mark.parametrize(("wire", "word", "reason"), STOPS)
def test_a_stop_keeps_the_providers_word(wire: Format, word: str, reason: Any) -> None:
    *said, stop = heard(wire.spoken.Reader(), wire.says, wire.ends(word))

    assert said[0] == Text("Hi")
    assert stop == Stop(reason, word)


@EVERY
def test_an_end_marker_is_an_end_without_a_word(wire: Format) -> None:
    reader = wire.spoken.Reader()
    reader.ended = True

    assert heard(reader, wire.says)[-1] == Stop("end")


@EVERY
@pytest.mark.parametrize("word", ["natural", "none"])
def test_a_natural_end_after_calls_is_a_stop_for_tools(wire: Format, word: str) -> None:
    reader, natural = wire.spoken.Reader(), next(iter(wire.stops))
    reader.ended = word == "none"
    made, *_, stop = heard(
        reader, *wire.calls, *([wire.ends(natural)] if word == "natural" else [])
    )

    assert (made.id, made.name, made.arguments) == ("x", "f", {"a": 1})
    assert isinstance(made, ToolCall)
    assert stop == Stop("tool_calls", natural if word == "natural" else "")


@pytest.mark.parametrize(("wire", "value", "status"), FAILS)
def test_a_failure_inside_the_stream_is_raised(
    wire: Format, value: Any, status: int | None
) -> None:
    with pytest.raises(ProviderProblem, match="Overloaded") as raised:
        heard(wire.spoken.Reader(), wire.says, value)

    assert raised.value.status == status


@EVERY
def test_a_server_may_answer_with_one_body(wire: Format) -> None:
    reader = wire.spoken.Reader()
    answer = folded(wire.name, [*reader.read_whole(wire.whole), *reader.finish()])

    assert (answer.text, answer.thought, answer.usage.input, answer.usage.output) == (
        "Hi",
        "hm",
        9,
        5,
    )
    assert answer.stop == Stop("end", next(iter(wire.stops)))


@EVERY
@pytest.mark.parametrize("body", [{"status": "ok"}, {"id": "c"}, {}, []], ids=str)
def test_a_body_that_is_no_answer_is_broken_and_not_empty(wire: Format, body: Any) -> None:
    reader = wire.spoken.Reader()

    assert list(reader.read_whole(body)) == []
    (stop,) = reader.finish()
    assert isinstance(stop, Stop)
    assert stop.reason == "broken"
