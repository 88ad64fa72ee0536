"""Which calls may run: those that need no consent, and those that somebody has consented to.

A person is asked, or the function that a program gave in their place. Where nobody can be asked
the call is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbchat.messages import THE_PLAN_WAS, ToolCall
from nbchat.settings_values import Data
from nbchat.streams import Announce
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.tools.plan import AGREED, NO_PLAN_YET, Plan
from nbchat.tools.running import NOT_RUN, REFUSED, Job, Outcome
from nbchat.tools.tool import BadArguments, FunctionTool
from nbchat.tools.workplace import workplace

NOBODY = "refused: this tool needs a person's consent, and nobody can be asked here."
STOPPED = f"{NOT_RUN}: stopped by the user"
NO_CODE = f'{NOT_RUN}: data = "schema" is set, so no code is run: what it prints may be data.'
CUT_SHORT = f"{NOT_RUN}: the arguments are no JSON object. Call the tool again with whole ones."


@dataclass(slots=True)
class Permitted:
    """A call that may run, and whether a person has changed it."""

    job: Job
    is_edited: bool = False


@dataclass(slots=True)
class Permits:
    """Of one answer. What is allowed for its rest is allowed no longer."""

    tools: Mapping[str, FunctionTool]
    data: Data
    approve: Callable[[ToolCall], Any] | None = None
    announce: Announce | None = None
    plan: Plan | None = None
    _for_rest: set[str] = field(default_factory=set)

    def may_run_unasked(self, call: ToolCall) -> bool:
        """Whether it is a call of a tool that never asks; behind a plan, what is not on it does."""
        tool = self.tools.get(call.name)
        return tool is not None and not tool.approve and (self.plan is None or tool.reads_only)

    async def permit(self, call: ToolCall) -> Permitted | Outcome:
        """The call as it may run, or what the model is told in place of a result."""
        if call.arguments is None:
            return Outcome(CUT_SHORT, error=True)
        try:
            if self.plan is not None and self.plan.is_proposal(call):
                return await self._consider(call, self.plan)
            return await self._permit(call, call.arguments)
        except BadArguments as error:
            return Outcome(f"{NOT_RUN}: {error}", error=True)

    async def _permit(self, call: ToolCall, given: Mapping[str, Any]) -> Permitted | Outcome:
        tool = self.tools.get(call.name)
        if tool is None:
            names = ", ".join(self.tools)
            return Outcome(f"{NOT_RUN}: there is no such tool. There are: {names}.", error=True)
        if self.plan is not None and not any(one is tool for one in self.plan.offered):
            return Outcome(f"{NOT_RUN}: {NO_PLAN_YET}", error=True)
        if self._is_kept_from(tool.name):
            return Outcome(NO_CODE, error=True)
        arguments = tool.checked(given)
        if self._needs_none(tool, arguments):
            return Permitted(Job(call, tool, arguments, self.data))
        question = ConsentQuestion(call, tool, arguments, approve=self.approve)
        decision = await self._ask(question)
        if not decision.approved:
            return _refusal(decision)
        if decision.for_rest:
            self._for_rest.add(tool.name)
        if decision.arguments is None:
            return Permitted(Job(call, tool, arguments, self.data))
        edited = tool.checked(decision.arguments)
        return Permitted(Job(call, tool, edited, self.data), is_edited=True)

    def _is_kept_from(self, tool: str) -> bool:
        """Whether it would run code where no value may leave."""
        return self.data == "schema" and self.tools[tool].code != ""

    def _needs_none(self, tool: FunctionTool, arguments: Mapping[str, Any]) -> bool:
        """Whether nobody is asked. A step of the plan counts as called, whoever allowed it."""
        is_allowed = tool.name in self._for_rest
        if self.plan is None:
            return is_allowed or not tool.approve
        return self.plan.take(tool.name, arguments) or is_allowed or tool.reads_only

    async def _consider(self, call: ToolCall, plan: Plan) -> Outcome:
        """Have a plan agreed to. What is told of it lists its steps, in each case."""
        arguments = call.arguments or {}
        steps = plan.steps_of(arguments)
        if any(self._is_kept_from(step.tool) for step in steps):
            return Outcome(NO_CODE, error=True)
        tool = plan.offered[-1]
        decision = await self._ask(
            ConsentQuestion(call, tool, arguments, steps, approve=self.approve)
        )
        if decision.approved:
            plan.agree(steps)
            return Outcome(f"{AGREED}\n\n{plan.told(steps)}")
        refusal = _refusal(decision)
        refusal.content = f"{refusal.content}\n\n{THE_PLAN_WAS}\n\n{plan.told(steps)}"
        return refusal

    async def _ask(self, question: ConsentQuestion) -> Decision:
        """What is said to it, wherever it is asked."""
        if self.approve is None and self.announce is not None:
            self.announce(question)
        asking = asyncio.ensure_future(workplace().ask(question))
        answer = asyncio.ensure_future(question.wait())
        try:
            await asyncio.wait([asking, answer], return_when=asyncio.FIRST_COMPLETED)
            if not answer.done() and not question.is_taken:
                question.answer(Decision(False, NOBODY), by="")
            return await answer
        finally:
            question.answer(Decision(False, stopped=True), by="")
            asking.cancel()
            asking.add_done_callback(_forget)
            answer.cancel()


def _refusal(decision: Decision) -> Outcome:
    if decision.stopped:
        return Outcome(STOPPED, error=True, interrupted=True)
    if decision.reason == NOBODY:
        return Outcome(NOBODY, error=True)
    reason = f": {decision.reason}" if decision.reason else ""
    return Outcome(f"{REFUSED}{reason}", error=True)


def _forget(asking: asyncio.Future[None]) -> None:
    """Whoever could not be asked has not consented; nothing else comes of it."""
    if not asking.cancelled():
        asking.exception()
