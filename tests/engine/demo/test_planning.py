"""With a tool for plans the demo proposes steps, and then does exactly these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import TypedDict

import nbchat
from nbchat.messages import ToolCall
from nbchat.tools.plan import PROPOSE_PLAN
from nbchat.tools.tool import FunctionTool

from .acted import SALES, act, called, last_words, tools_of

QUESTION = "Show me what you can do with df"


class Step(TypedDict):
    purpose: str
    tool: str
    arguments: dict[str, Any]


def looking(tools: Sequence[FunctionTool]) -> list[FunctionTool]:
    """The same, where `look` is known only to look."""
    look, run = tools
    return [replace(look, reads_only=True), run]


def planner(answer: str, plans: list[list[Step]]) -> Any:
    """A tool that takes a plan, and answers so."""

    @nbchat.tool
    def propose_plan(steps: list[Step]) -> str:
        """Propose a plan."""
        plans.append(steps)
        return answer

    return propose_plan


async def test_it_plans_what_it_then_does_to_the_letter() -> None:
    plans: list[list[Step]] = []
    plan = planner("Approved.", plans)

    answer = await act(QUESTION, [*tools_of({"df": SALES}), plan], approve=lambda _: True)

    ((first, *more),) = plans
    assert first["tool"] == "run"
    assert first["purpose"] == "compare the mean cones of each stand"
    assert more
    look, proposed, *done = called(answer)
    assert (look[0], proposed[0]) == ("look", "propose_plan")
    assert done == [(step["tool"], step["arguments"]) for step in (first, *more)]
    assert f"Step 1 of {len(done)}: compare the mean" in answer.text
    assert "`run` gave 3 numbers" in last_words(answer)


async def test_by_a_plan_of_the_rounds_it_may_do_what_they_hide_until_then() -> None:
    asked = []

    def approve(call: ToolCall) -> bool:
        asked.append(call.name)
        return True

    answer = await act(QUESTION, looking(tools_of({"df": SALES})), approve=approve, plan=True)

    look, proposed, *done = called(answer)
    assert (look[0], proposed[0]) == ("look", PROPOSE_PLAN)
    assert len(done) > 1
    assert asked == [PROPOSE_PLAN]  # and of no step again
    assert "`run` gave 3 numbers" in last_words(answer)


async def test_a_plan_of_the_rounds_that_is_refused_is_left() -> None:
    tools = looking(tools_of({"df": SALES}))

    answer = await act(QUESTION, tools, approve=lambda _: "one step at a time", plan=True)

    assert [name for name, _ in called(answer)] == ["look", PROPOSE_PLAN]
    assert last_words(answer).endswith("was refused: one step at a time. It did not run.")


async def test_a_plan_that_is_refused_is_left() -> None:
    plan = planner("refused by the user: first ask me", [])

    answer = await act(QUESTION, [*tools_of({"df": SALES}), plan], approve=lambda _: True)

    assert [name for name, _ in called(answer)] == ["look", "propose_plan"]
    assert last_words(answer) == "`propose_plan` was refused: first ask me. It did not run."


async def test_a_step_that_fails_ends_the_plan() -> None:
    answers = iter(["the first is not for you"])
    plan = planner("Approved.", [])

    answer = await act(QUESTION, [*tools_of({"df": SALES}), plan], approve=lambda _: next(answers))

    assert [name for name, _ in called(answer)] == ["look", "propose_plan", "run"]
    assert "`run` was refused: the first is not for you." in last_words(answer)


async def test_a_function_of_ones_own_is_a_step() -> None:
    seen = []

    def double(n: int) -> int:
        """Twice as much."""
        seen.append(n)
        return n * 2

    answer = await act("Use double with 21.", [double, planner("Approved.", [])])

    assert seen == [21]
    assert "`double` gave `42`." in last_words(answer)
