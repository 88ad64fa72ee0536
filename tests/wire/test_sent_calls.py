"""Names and ids of calls: whatever a model has made up, what goes back is taken."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbchat.catalog.rows import Quirks
from nbchat.messages import Image, Message, Text, Thought, ToolCall, ToolResult
from nbchat.part_lists import message_of, messages_of
from nbchat.provider_state import ProviderState
from nbchat.wire.contract import load_dialect
from nbchat.wire.formats import FORMATS
from nbchat.wire.sent_calls import plain_name, sent_calls

from ..fakes.strict import refusal
from .format_contract import ADD, PNG, ask

EVERY = pytest.mark.parametrize("wire", FORMATS)
QUESTION = Message("user", "1 + 1?")
MADE_UP = {
    "brackets": "run()",
    "a Greek letter": "rυn",
    "a zero-width space": "run\u200b",
    "right to left": "\u202enur",
    "nothing": "",
    "spaces alone": "   ",
    "300 letters": "x" * 300,
    "a dot": "functions.run",
    "a digit first": "1c_reload",
    "a dash first": "-run",
    "an underscore first": "_run",
    "a line": "run\nrm -rf",
    "another script": "运行",
    "a lone surrogate": "run\ud800",
    "a tag": "<|tool|>run",
}
AS_IT_IS = ("run", "get-weather", "a1_b", "x" * 64)


def called(name: str, call_id: str = "call_1") -> list[Message]:
    call = ToolCall(call_id, name, {"a": 1}, '{"a":1}')
    return messages_of([Thought("hm"), call, ToolResult(call_id, name, "2"), Text("Two.")])


def sent(wire: str, messages: list[Message], **fields: Any) -> dict[str, Any]:
    question = ask(*sent_calls([QUESTION, *messages, QUESTION], {"add"}), **fields)
    body: dict[str, Any] = json.loads(load_dialect(wire).render(question).encoded())
    return body


@pytest.mark.parametrize("name", MADE_UP.values(), ids=MADE_UP)
@EVERY
def test_a_name_that_a_model_has_made_up_goes_back_as_one_that_is_taken(
    wire: str, name: str
) -> None:
    body = sent(wire, called(name))

    assert refusal(wire, body) == ""
    assert json.dumps(body).count(plain_name(name)) >= 1


@pytest.mark.parametrize("name", AS_IT_IS)
def test_a_name_that_is_taken_stays(name: str) -> None:
    assert plain_name(name) == name


@given(st.sets(st.text(max_size=80), min_size=2, max_size=2))
def test_other_names_stay_others(names: set[str]) -> None:
    plain = {plain_name(name) for name in names}

    assert len(plain) == 2
    assert all(re.fullmatch("[a-zA-Z][a-zA-Z0-9_-]{0,63}", name) for name in plain)


def test_what_is_stored_keeps_the_models_own_name() -> None:
    messages = called("run()")

    asked, told, _ = sent_calls(messages, ())

    assert asked.tool_calls[0].name == told.name == "run_02fcae88"
    assert messages[0].tool_calls[0].name == messages[1].name == "run()"
    assert [part for part in asked.ordered_parts if isinstance(part, ToolCall)] == [
        *asked.tool_calls
    ]


def test_a_tool_of_the_question_keeps_its_name() -> None:
    asked, told, _ = sent_calls(called("my.tool"), {"my.tool"})

    assert asked.tool_calls[0].name == told.name == "my.tool"


@EVERY
def test_a_call_without_a_name_goes_along_only_with_its_result(wire: str) -> None:
    nothing = message_of([Text("4"), ToolCall("call_1", "", {})])
    answered = called("")

    assert "unnamed" not in json.dumps(sent(wire, [nothing]))
    assert refusal(wire, sent(wire, [nothing])) == ""
    assert json.dumps(sent(wire, answered)).count("unnamed_") >= 1
    assert refusal(wire, sent(wire, answered)) == ""


@EVERY
def test_ids_that_a_host_counts_anew_are_told_apart(wire: str) -> None:
    body = sent(wire, [*called("add"), QUESTION, *called("add"), QUESTION, *called("add")])

    assert refusal(wire, body) == ""
    assert {"call_1_2", "call_1_3"} <= {*re.findall(r"call_1\w*", json.dumps(body))}


def test_two_calls_of_one_id_have_each_their_result() -> None:
    calls = [ToolCall("c", "add", {"a": 1}), ToolCall("c", "sub", {"a": 2})]
    results = [ToolResult("c", "add", "1"), ToolResult("c", "sub", "2")]

    asked, *told = sent_calls(messages_of([*calls, *results]), ())

    assert [call.id for call in asked.tool_calls] == ["c", "c_2"]
    assert [(one.tool_call_id, one.name) for one in told] == [("c", "add"), ("c_2", "sub")]


@EVERY
def test_what_a_provider_wants_back_stays_with_a_call_whose_name_is_made_plain(wire: str) -> None:
    """Gemini's signature is on the very call."""
    state = ProviderState("p", wire, {"thoughtSignature": "c2ln"})
    call = ToolCall("call_1", "run()", {}, "{}", state)

    (asked,) = sent_calls([message_of([Thought("hm"), call])], ())

    (part,) = [part for part in asked.ordered_parts if isinstance(part, ToolCall)]
    assert part.state == state


UNFIT = {
    "a name": [
        Message("assistant", tool_calls=[ToolCall("c", "run()", {})]),
        Message("tool", "2", tool_call_id="c", name="run()"),
    ],
    "a result alone": [Message("tool", "2", tool_call_id="c", name="add")],
    "a call alone": [Message("assistant", tool_calls=[ToolCall("c", "add", {})])],
}


@pytest.mark.parametrize("messages", UNFIT.values(), ids=UNFIT)
@EVERY
def test_a_strict_host_refuses_what_was_not_made_fit(wire: str, messages: list[Message]) -> None:
    """So that a test which passes says something."""
    body = load_dialect(wire).render(ask(QUESTION, *messages, QUESTION, tools=(ADD,))).body

    assert refusal(wire, body)


# --- results -------------------------------------------------------------------------------------


def told(content: Any, *, error: bool = False) -> list[Message]:
    call = ToolCall("call_1", "add", {"a": 1}, '{"a":1}')
    return messages_of([call, ToolResult("call_1", "add", content, error), Text("Two.")])


CONTENTS: dict[str, Any] = {
    "words": "2",
    "nothing": "",
    "spaces": " \n",
    "an empty list": [],
    "a picture alone": [PNG],
    "words and a picture": ["Drawn.", PNG, "And so on."],
    "two pictures": [PNG, Image(b"\x89PNG2", "image/png")],
}


@pytest.mark.parametrize("error", [False, True], ids=["", "an error"])
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@EVERY
def test_every_content_of_a_result_is_taken(wire: str, content: Any, error: bool) -> None:
    for quirks in (Quirks(), Quirks(files_in_results=wire == "gemini")):
        body = sent(wire, told(content, error=error), quirks=quirks)
        assert refusal(wire, body) == ""
        pictures = sum(isinstance(part, Image) for part in content)
        assert len(re.findall(r"iVBORw|iVBORzI|UE5H", json.dumps(body))) == pictures


@EVERY
def test_pictures_of_parallel_calls_stand_apart_from_the_results(wire: str) -> None:
    calls = [ToolCall(f"call_{n}", "draw", {"a": n}, "{}") for n in (1, 2)]
    results = [ToolResult(call.id, "draw", ["Drawn.", PNG]) for call in calls]

    body = sent(wire, messages_of([*calls, *results, Text("There.")]))

    assert refusal(wire, body) == ""
    assert json.dumps(body).count("iVBORw") == 2


def test_a_result_that_tells_an_error_is_marked_where_a_format_has_a_word_for_it() -> None:
    bodies = {wire: json.dumps(sent(wire, told("no", error=True))) for wire in FORMATS}
    claude = sent("bedrock-converse", told("no", error=True), model="anthropic.claude-opus-5-5")

    assert '"is_error": true' in bodies["anthropic-messages"]
    assert '"response": {"error": "no"}' in bodies["gemini"]
    assert '"status": "error"' in json.dumps(claude)
    assert '"status"' not in bodies["bedrock-converse"]  # for Llama and others refuse it
    assert all("error" not in json.dumps(sent(wire, told("no"))) for wire in FORMATS)


# --- tools that were called before ---------------------------------------------------------------


def declared(body: dict[str, Any]) -> list[str]:
    """The names of the tools that a body offers."""
    tools = body.get("tools") or body.get("toolConfig", {}).get("tools", [])
    return [(tool.get("toolSpec") or tool.get("function") or tool)["name"] for tool in tools]


@pytest.mark.parametrize(
    ("wire", "model"),
    [
        ("anthropic-messages", "a-model"),
        ("bedrock-converse", "a-model"),
        ("openai-chat", "anthropic/claude-opus-5.5"),
    ],
)
def test_a_question_without_tools_declares_those_that_were_called(wire: str, model: str) -> None:
    body = sent(wire, [*called("add"), QUESTION, *called("run()")], model=model)

    assert refusal(wire, body) == ""
    assert declared(body) == ["add", "run_02fcae88"]
    choice = {"anthropic-messages": {"type": "none"}, "openai-chat": "none"}
    assert body.get("tool_choice") == choice.get(wire)


@pytest.mark.parametrize("wire", sorted({*FORMATS} - {"anthropic-messages", "bedrock-converse"}))
def test_elsewhere_nothing_is_declared_that_was_not_given(wire: str) -> None:
    assert "tools" not in sent(wire, called("add"))


@EVERY
def test_the_tools_of_a_question_are_those_that_it_offers(wire: str) -> None:
    body = sent(wire, called("run()"), tools=(ADD,))

    assert refusal(wire, body) == ""
    assert "Add two numbers" in json.dumps(body)
    assert "tool_choice" not in body


# --- ids and order, host by host -----------------------------------------------------------------

VLLM = "chatcmpl-tool-0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(("tool_id", "most"), [("most40", 40), ("alnum9", 9), ("any", len(VLLM))])
def test_an_id_of_another_host_is_as_long_as_this_one_takes(tool_id: Any, most: int) -> None:
    body = sent("openai-chat", called("add", VLLM), quirks=Quirks(tool_id=tool_id))

    ids = {body["messages"][1]["tool_calls"][0]["id"], body["messages"][2]["tool_call_id"]}
    assert len(ids) == 1
    assert max(map(len, ids)) <= most


def test_mistral_is_shown_an_answer_between_results_and_what_follows_them() -> None:
    """ "Unexpected role 'user' after role 'tool'"."""
    calls = messages_of([ToolCall("call_1", "draw", {}, "{}"), ToolResult("call_1", "draw", [PNG])])

    plain = sent("openai-chat", calls)
    bridged = sent("openai-chat", calls, quirks=Quirks(answer_behind_results=True))

    assert [m["role"] for m in plain["messages"]] == ["user", "assistant", "tool", "user", "user"]
    assert [m["role"] for m in bridged["messages"]] == [
        *("user", "assistant", "tool", "assistant", "user", "user")
    ]
