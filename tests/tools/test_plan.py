"""A plan: what a model may propose, and which calls it has been agreed to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import nbchat
from nbchat.tools.plan import MOST_STEPS, PROPOSE_PLAN, Plan, Step, plan_tool
from nbchat.tools.tool import BadArguments


def run(code: str) -> None:
    """Run code."""


RUN = replace(nbchat.tool(approve=True)(run), code="code")


@nbchat.tool
def drop(table: str, force: bool = False) -> None:
    """Drop a table."""


def look(what: str = "") -> None:
    """Look."""


LOOK = replace(nbchat.tool(look), reads_only=True)
TOOLS = [LOOK, RUN, drop]


def step(tool: Any = "drop", purpose: Any = "away with it", **arguments: Any) -> dict[str, Any]:
    return {"purpose": purpose, "tool": tool, "arguments": arguments}


def test_until_a_plan_is_agreed_to_a_model_may_look_and_propose() -> None:
    plan = Plan(TOOLS)
    assert [tool.name for tool in plan.offered] == ["look", PROPOSE_PLAN]

    plan.agree([])
    assert [tool.name for tool in plan.offered] == ["look", "run", "drop"]


def test_a_tool_that_asks_is_not_offered_before_it_though_it_reads() -> None:
    asking = replace(LOOK, approve=True)

    assert [tool.name for tool in Plan([asking]).offered] == [PROPOSE_PLAN]


def test_the_tool_tells_of_the_tools_that_are_not_offered_yet() -> None:
    proposing = plan_tool(TOOLS)

    assert "Drop a table." in proposing.description
    assert '"table"' in proposing.description or "drop" in proposing.description
    assert proposing.approve
    steps = proposing.parameters["properties"]["steps"]
    assert steps["items"]["properties"]["tool"]["enum"] == ["look", "run", "drop"]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "at least one step"),
        ("drop", "at least one step"),
        ([step()] * (MOST_STEPS + 1), f"at most {MOST_STEPS}"),
        ([step(table="t"), "drop"], "step 2 should be an object"),
        ([step("dr\u200bop", table="t")], "step 1: there is no such tool"),
        ([step(None)], "step 1: there is no such tool"),
        ([{"purpose": "x", "tool": "drop", "arguments": "t"}], "step 1: arguments should be"),
        ([step(tabel="t")], "step 1: "),
    ],
    ids=["none", "text", "many", "no-object", "invisible", "nameless", "no-arguments", "misfit"],
)
def test_steps_that_do_not_fit_are_told(steps: Any, words: str) -> None:
    with pytest.raises(BadArguments, match=words):
        Plan(TOOLS).steps_of({"steps": steps})


def test_each_step_is_consented_to_once_and_exactly() -> None:
    plan = Plan(TOOLS)
    steps = plan.steps_of({"steps": [step(table="t"), step(table="t"), step(table="u")]})
    plan.agree(steps)
    t = dict(steps[0].arguments)

    assert not plan.take("run", t)
    assert not plan.take("drop", {**t, "table": "T"})
    assert not plan.take("drop", {**t, "more": 1})
    assert plan.take("drop", t)
    assert plan.take("drop", t)
    assert not plan.take("drop", t)
    assert plan.take("drop", {**t, "table": "u"})


@pytest.mark.parametrize(
    ("agreed", "called"),
    [(1, True), (1, 1.0), ([1], [True]), ({"a": 0}, {"a": False}), ("a", "a\u200b"), ([], None)],
    ids=["truth", "float", "in-a-list", "in-an-object", "invisible", "empty"],
)
def test_what_is_only_equal_is_not_the_same(agreed: Any, called: Any) -> None:
    plan = Plan(TOOLS)
    plan.agree([Step("", "drop", {"x": agreed})])

    assert not plan.take("drop", {"x": called})
    assert plan.take("drop", {"x": agreed})


def test_the_list_is_numbered_and_code_stands_below_its_step() -> None:
    plan = Plan(TOOLS)
    fence = "```\nprint(1)"
    steps = [
        Step("  load", "run", {"code": f"x = 1\n{fence}"}),
        Step("", "drop", {"table": "t"}),
    ]

    assert plan.told(steps) == (
        "1.   load: run\n"
        "       x = 1\n       ```\n       print(1)\n"
        '2. no purpose given: drop {"table": "t"}'
    )


def test_a_purpose_is_one_short_line() -> None:
    (proposed,) = Plan(TOOLS).steps_of({"steps": [step(purpose="a\n2. b " * 100, table="t")]})

    assert "\n" not in proposed.purpose
    assert len(proposed.purpose) <= 300
