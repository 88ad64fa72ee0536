"""Each option of a question as each wire format says it, or the notice that it has not."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.messages import Message, Tool, ToolCall
from nbchat.wire.contract import load_dialect, merge_into
from nbchat.wire.formats import FORMATS

from ..format_contract import ADD, ask

SUB = Tool("sub")
CALLED = (
    Message("user", "1 + 1?"),
    Message("assistant", "", tool_calls=[ToolCall("call_1", "add", {"a": 1}, '{"a":1}')]),
    Message("tool", "2", tool_call_id="call_1", name="add"),
)


def said(wire: str, *messages: Message, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """What the options add to a body, and the notices."""
    render = load_dialect(wire).render
    tools = options.get("tools", ())
    plain, call = render(ask(*messages, tools=tools)).body, render(ask(*messages, **options))
    return {name: v for name, v in call.body.items() if v != plain.get(name)}, call.notices


# What stands in the body for these values, by format and option. What is not here has no place.
VALUES: dict[str, Any] = {"top_p": 0.5, "seed": 7, "stop": ("END", "\n\n")}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("openai-chat", "top_p"): {"top_p": 0.5},
    ("openai-chat", "seed"): {"seed": 7},
    ("openai-chat", "stop"): {"stop": ["END", "\n\n"]},
    ("openai-responses", "top_p"): {"top_p": 0.5},
    ("anthropic-messages", "top_p"): {"top_p": 0.5},
    ("anthropic-messages", "stop"): {"stop_sequences": ["END", "\n\n"]},
    ("gemini", "top_p"): {"generationConfig": {"topP": 0.5}},
    ("gemini", "seed"): {"generationConfig": {"seed": 7}},
    ("gemini", "stop"): {"generationConfig": {"stopSequences": ["END", "\n\n"]}},
    ("ollama", "top_p"): {"options": {"top_p": 0.5}},
    ("ollama", "seed"): {"options": {"seed": 7}},
    ("ollama", "stop"): {"options": {"stop": ["END", "\n\n"]}},
    ("bedrock-converse", "top_p"): {"inferenceConfig": {"topP": 0.5}},
    ("bedrock-converse", "stop"): {"inferenceConfig": {"stopSequences": ["END", "\n\n"]}},
    ("cohere", "top_p"): {"p": 0.5},
    ("cohere", "seed"): {"seed": 7},
    ("cohere", "stop"): {"stop_sequences": ["END", "\n\n"]},
}


@pytest.mark.parametrize("wire", FORMATS)
@pytest.mark.parametrize("name", VALUES)
def test_an_option_has_its_place_or_a_notice(wire: str, name: str) -> None:
    body, notices = said(wire, **{name: VALUES[name]})

    assert body == BODIES.get((wire, name), {})
    missing = [f"{wire} has no {name}; it was left out."]
    assert notices == ([] if (wire, name) in BODIES else missing)


@pytest.mark.parametrize("wire", FORMATS)
def test_an_option_of_tomorrow_is_not_lost_in_silence(wire: str) -> None:
    assert said(wire, parameters={"luck": 1}) == ({}, [f"{wire} has no luck; it was left out."])


def test_a_host_may_have_another_word() -> None:
    quirks = Quirks(seed_field="random_seed", max_tokens_field="max_completion_tokens")

    body, notices = said("openai-chat", seed=7, max_tokens=9, quirks=quirks)

    assert (body, notices) == ({"random_seed": 7, "max_completion_tokens": 9}, [])


# --- tools ---------------------------------------------------------------------------------------

CHOICES: dict[tuple[str, str], dict[str, Any]] = {
    ("openai-chat", "auto"): {"tool_choice": "auto"},
    ("openai-chat", "none"): {"tool_choice": "none"},
    ("openai-chat", "required"): {"tool_choice": "required"},
    ("openai-chat", "add"): {"tool_choice": {"type": "function", "function": {"name": "add"}}},
    ("openai-responses", "auto"): {"tool_choice": "auto"},
    ("openai-responses", "none"): {"tool_choice": "none"},
    ("openai-responses", "required"): {"tool_choice": "required"},
    ("openai-responses", "add"): {"tool_choice": {"type": "function", "name": "add"}},
    ("anthropic-messages", "auto"): {"tool_choice": {"type": "auto"}},
    ("anthropic-messages", "none"): {"tool_choice": {"type": "none"}},
    ("anthropic-messages", "required"): {"tool_choice": {"type": "any"}},
    ("anthropic-messages", "add"): {"tool_choice": {"type": "tool", "name": "add"}},
    ("gemini", "auto"): {"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}},
    ("gemini", "none"): {"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}},
    ("gemini", "required"): {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
    ("gemini", "add"): {
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["add"]}}
    },
    ("ollama", "auto"): {},  # there is no such member: what holds anyway, or no tools at all
    ("ollama", "none"): {},
    ("cohere", "auto"): {},
    ("cohere", "none"): {"tool_choice": "NONE"},
    ("cohere", "required"): {"tool_choice": "REQUIRED"},
}
NO_CHOICE = ["ollama has no tool_choice; it was left out."]


@pytest.mark.parametrize(("wire", "choice"), CHOICES)
def test_a_choice_among_tools(wire: str, choice: str) -> None:
    assert said(wire, tools=(ADD, SUB), tool_choice=choice) == (CHOICES[wire, choice], [])


@pytest.mark.parametrize("choice", ["required", "add"])
def test_ollama_cannot_be_made_to_call(choice: str) -> None:
    assert said("ollama", tools=(ADD, SUB), tool_choice=choice) == ({}, NO_CHOICE)


def test_ollama_calls_no_tool_that_it_is_not_told_of() -> None:
    assert "tools" not in load_dialect("ollama").render(ask(tools=(ADD,), tool_choice="none")).body


def test_cohere_is_offered_the_one_tool_that_it_has_to_call() -> None:
    body = load_dialect("cohere").render(ask(tools=(SUB, ADD), tool_choice="add")).body

    assert body["tool_choice"] == "REQUIRED"
    assert [tool["function"]["name"] for tool in body["tools"]] == ["add"]


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [("auto", {"auto": {}}), ("required", {"any": {}}), ("add", {"tool": {"name": "add"}})],
)
def test_bedrock_has_the_choice_beside_the_tools(choice: str, chosen: dict[str, Any]) -> None:
    body, notices = said("bedrock-converse", tools=(ADD, SUB), tool_choice=choice)

    assert body["toolConfig"]["toolChoice"] == chosen
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["add", "sub"]
    assert notices == []


def test_bedrock_has_no_word_for_no_tool() -> None:
    """Tools are left out then, but for those of earlier calls: it refuses the calls without."""
    render = load_dialect("bedrock-converse").render

    alone = render(ask(tools=(SUB,), tool_choice="none"))
    after = render(ask(*CALLED, tools=(ADD, SUB), tool_choice="none"))

    assert "toolConfig" not in alone.body
    assert alone.notices == []
    assert [tool["toolSpec"]["name"] for tool in after.body["toolConfig"]["tools"]] == ["add"]
    assert "toolChoice" not in after.body["toolConfig"]
    assert after.notices == [
        "bedrock-converse wants the tools of earlier calls declared, "
        "so the model may call one in spite of tool_choice."
    ]


# --- Claude --------------------------------------------------------------------------------------

CLAUDES = [("anthropic-messages", "claude-opus-4-5"), ("bedrock-converse", "us.anthropic.claude-x")]
NO_THOUGHT, THOUGHT = ThinkingFields(), ThinkingFields(budget=1024)


@pytest.mark.parametrize(("wire", "model"), CLAUDES)
@pytest.mark.parametrize(
    ("thinking", "given", "kept", "notices"),
    [
        (NO_THOUGHT, {"top_p": 0.5}, {"top_p": 0.5}, []),
        (
            NO_THOUGHT,
            {"temperature": 0.5, "top_p": 0.5},
            {"temperature": 0.5},
            ["takes temperature or top_p, not both; top_p was left out."],
        ),
        (THOUGHT, {"top_p": 0.95}, {"top_p": 0.95}, []),
        (
            THOUGHT,
            {"top_p": 0.9},
            {},
            ["takes a top_p from 0.95 to 1 while it thinks; it was left out."],
        ),
        (
            THOUGHT,
            {"temperature": 0.5, "top_p": 0.99},
            {"top_p": 0.99},
            ["takes no temperature while it thinks; it was left out."],
        ),
        (
            NO_THOUGHT,
            {"stop": ("END", "\n")},
            {"stop": ["END"]},
            ["takes no stop of white space alone; it was left out."],
        ),
        (
            NO_THOUGHT,
            {"stop": (" ",)},
            {},
            ["takes no stop of white space alone; it was left out."],
        ),
    ],
)
def test_what_claude_does_not_take_together(
    wire: str, model: str, thinking: ThinkingFields, given: Any, kept: Any, notices: list[str]
) -> None:
    call = load_dialect(wire).render(ask(model=model, thinking=thinking, **given))

    body = call.body.get("inferenceConfig", {}) if wire == "bedrock-converse" else call.body
    names = {"topP": "top_p", "stopSequences": "stop", "stop_sequences": "stop"}
    found = {names.get(name, name): value for name, value in body.items()}
    assert {n: found[n] for n in ("temperature", "top_p", "stop") if n in found} == kept
    assert call.notices == [f"{model} {notice}" for notice in notices]


@pytest.mark.parametrize(("wire", "model"), CLAUDES)
@pytest.mark.parametrize("choice", ["required", "add"])
def test_claude_is_not_forced_to_call_while_it_thinks(wire: str, model: str, choice: str) -> None:
    asked = {"model": model, "tools": (ADD,), "tool_choice": choice}

    call = load_dialect(wire).render(ask(**asked, thinking=THOUGHT))

    assert "hoice" not in str(call.body)
    assert call.notices == [
        f"{model} cannot be made to call a tool while it thinks; tool_choice was left out."
    ]


def test_other_models_of_the_same_formats_take_more() -> None:
    given = {"temperature": 0.5, "top_p": 0.5, "stop": ("\n",)}

    assert said("anthropic-messages", **given)[1] == said("bedrock-converse", **given)[1] == []


# --- extra ---------------------------------------------------------------------------------------


def test_merging_leaves_what_was_merged_into_alone() -> None:
    """A schema inside a body is the user's own."""
    schema = {"properties": {"a": 1}}

    made = merge_into({"schema": schema}, {"schema": {"properties": {"b": 2}}})

    assert made == {"schema": {"properties": {"a": 1, "b": 2}}}
    assert schema == {"properties": {"a": 1}}
