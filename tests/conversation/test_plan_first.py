"""Plan first: one consent to a list, and what is not on it asks as usual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import nbchat
from nbchat.conversation.permits import NO_CODE
from nbchat.errors import BadOption
from nbchat.events import Stop
from nbchat.messages import PROPOSE_PLAN, Text, ToolCall
from nbchat.tools.consent import Decision
from nbchat.tools.plan import AGREED, NO_PLAN_YET
from nbchat.tools.running import NOT_RUN, REFUSED

from ..trusted import write_trusted
from .tool_talk import CALLS, DONE, Person, ToolTalk, call, calls, results

ran: list[str] = []
YES, NO = Decision(True), Decision(False)


def run(code: str) -> str:
    """Run code."""
    ran.append(code)
    return f"ran {code}"


def look(what: str = "") -> str:
    """Look at something."""
    ran.append(f"look {what}")
    return f"saw {what}"


def save(path: str) -> str:
    """Save the result."""
    ran.append(f"save {path}")
    return "saved"


RUN = replace(nbchat.tool(approve=True)(run), code="code")
LOOK = replace(nbchat.tool(look), reads_only=True)
TOOLS = [LOOK, RUN]


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[ToolTalk]:
    ran.clear()
    talk = ToolTalk(tmp_path / "history.sqlite")
    yield talk
    talk.close()


def plan(*codes: str) -> ToolCall:
    steps = [{"purpose": f"step {c}", "tool": "run", "arguments": {"code": c}} for c in codes]
    return call(PROPOSE_PLAN, steps=steps)


def offered(talk: ToolTalk) -> list[list[str]]:
    return [[tool.name for tool in options["tools"]] for options in talk.script.options]


def test_what_is_on_the_list_runs_after_one_consent(talk: ToolTalk) -> None:
    person = Person(YES)
    turn = talk.turn(
        (Text("I look first."), call("look", what="df"), CALLS),
        calls(plan("x = 1", "y = 2")),
        calls(call("run", code="x = 1"), call("run", "call_2", code="y = 2")),
        DONE,
        tools=TOOLS,
        plan=True,
        person=person,
    )

    assert ran == ["look df", "x = 1", "y = 2"]
    (question,) = person.asked
    assert [(step.tool, step.arguments) for step in question.steps] == [
        ("run", {"code": "x = 1"}),
        ("run", {"code": "y = 2"}),
    ]
    assert not question.can_be_edited
    planning, acting = ["look", PROPOSE_PLAN], ["look", "run"]
    assert offered(talk) == [planning, planning, acting, acting]
    told = results(turn)[1]
    assert told.startswith(AGREED)
    assert "1. step x = 1: run\n       x = 1\n2. step y = 2: run\n       y = 2" in told


def test_what_is_not_on_the_list_asks(talk: ToolTalk) -> None:
    """Other code, and the same once more."""
    person = Person(YES, NO, NO)
    talk.turn(
        calls(plan("x = 1")),
        calls(call("run", code="x = 1 "), call("run", "call_2", code="x = 1")),
        calls(call("run", code="x = 1")),
        DONE,
        tools=TOOLS,
        plan=True,
        person=person,
    )

    assert ran == ["x = 1"]
    assert [question.code for question in person.asked] == ["", "x = 1 ", "x = 1"]


def test_a_function_that_never_asks_does_where_it_is_not_on_the_list(talk: ToolTalk) -> None:
    person = Person(YES, NO)
    talk.turn(
        calls(plan("x = 1")),
        calls(call("save", path="a.csv"), call("look", "call_2", what="df")),
        DONE,
        tools=[*TOOLS, save],
        plan=True,
        person=person,
    )

    assert ran == ["look df"]
    assert [question.tool.name for question in person.asked] == [PROPOSE_PLAN, "save"]


def test_without_a_plan_nothing_runs(talk: ToolTalk) -> None:
    turn = talk.turn(
        calls(call("run", code="x = 1")), DONE, tools=TOOLS, plan=True, person=Person()
    )

    assert ran == []
    assert results(turn) == [f"{NOT_RUN}: {NO_PLAN_YET}"]


def test_a_call_beside_its_plan_runs_when_that_is_agreed_to(talk: ToolTalk) -> None:
    first = call("run", "call_0", code="x = 1")
    turn = talk.turn(
        calls(first, plan("x = 1"), call("run", "call_2", code="x = 1")),
        DONE,
        tools=TOOLS,
        plan=True,
        person=Person(YES),
    )

    assert ran == ["x = 1"]
    assert results(turn)[0] == f"{NOT_RUN}: {NO_PLAN_YET}"


def test_a_refused_plan_may_be_followed_by_another(talk: ToolTalk) -> None:
    person = Person(Decision(False, "too much"), YES)
    turn = talk.turn(
        calls(plan("x = 1", "y = 2")),
        calls(plan("x = 1")),
        calls(call("run", code="x = 1")),
        DONE,
        tools=TOOLS,
        plan=True,
        person=person,
    )

    assert ran == ["x = 1"]
    refused, agreed, _ = results(turn)
    assert refused.startswith(f"{REFUSED}: too much")
    assert "2. step y = 2: run" in refused
    assert agreed.startswith(AGREED)


def test_a_plan_that_nobody_can_be_asked_about_is_refused(talk: ToolTalk) -> None:
    talk.turn(calls(plan("x = 1")), calls(call("run", code="x = 1")), DONE, tools=TOOLS, plan=True)

    assert ran == []


def test_a_plan_that_does_not_fit_asks_nobody(talk: ToolTalk) -> None:
    wrong = call(PROPOSE_PLAN, steps=[{"purpose": "?", "tool": "run", "arguments": {"cod": ""}}])
    person = Person()
    turn = talk.turn(calls(wrong), DONE, tools=TOOLS, plan=True, person=person)

    assert person.asked == []
    assert results(turn)[0].startswith(f"{NOT_RUN}: step 1:")


def test_a_program_is_asked_about_the_plan_too(talk: ToolTalk) -> None:
    asked: list[Any] = []

    def approve(called: ToolCall) -> bool:
        asked.append(called.name)
        return True

    talk.turn(
        calls(plan("x = 1")),
        calls(call("run", code="x = 1"), call("run", "call_2", code="z = 3")),
        DONE,
        tools=TOOLS,
        plan=True,
        approve=approve,
    )

    assert asked == [PROPOSE_PLAN, "run"]
    assert ran == ["x = 1", "z = 3"]


def test_without_being_asked_for_there_is_no_plan(talk: ToolTalk) -> None:
    turn = talk.turn(calls(plan("x = 1")), DONE, tools=TOOLS)

    assert results(turn) == [f"{NOT_RUN}: there is no such tool. There are: look, run."]
    assert turn.answer.stop == Stop("end")


@pytest.mark.parametrize("is_run", [True, False])
def test_a_tool_with_the_name_of_the_plan_is_refused(talk: ToolTalk, is_run: bool) -> None:
    """Its calls would be taken for plans."""
    tool = nbchat.tool(look, name=PROPOSE_PLAN) if is_run else nbchat.Tool(PROPOSE_PLAN, "x", {})
    with pytest.raises(BadOption, match="Give yours another name"):
        talk.turn(tools=[RUN, tool], plan=True)

    assert talk.script.sent == []


def test_a_plan_with_code_is_refused_where_no_value_may_leave(
    talk: ToolTalk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_trusted(tmp_path, 'data = "schema"\n')
    monkeypatch.chdir(tmp_path)
    person = Person()
    turn = talk.turn(calls(plan("df")), DONE, tools=TOOLS, plan=True, person=person)

    assert person.asked == []
    assert results(turn) == [NO_CODE]
