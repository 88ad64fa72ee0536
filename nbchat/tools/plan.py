"""Plan first: what a model means to run is agreed to as a list, before any of it runs.

Until then it may only look. Consent is to the calls of the list alone, each of them once and
exactly as it was shown; whatever else does more than look asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

from nbchat.messages import PROPOSE_PLAN, ToolCall
from nbchat.tools.tool import BadArguments, FunctionTool
from nbchat.wording import shorten

MOST_STEPS = 20
LONGEST_PURPOSE = 300  # characters
AGREED = "The user has agreed to this plan. Call the tools now, step by step, exactly as listed:"
NO_PLAN_YET = f"no plan is agreed to yet. Call {PROPOSE_PLAN} first, and wait for its result."

_DESCRIPTION = f"""\
Propose a plan to the user. Until the user has agreed to one, no tool can be called but those \
that only look, so call this alone, and first. Give one step for each later call, in their order: \
what it is for, the tool, and exactly the arguments that the tool is called with later. Code is \
written out whole: the agreement is to these calls as they stand here, and to no others. \
At most {MOST_STEPS} steps. The tools, with the JSON schema of their arguments:"""


@dataclass(slots=True, frozen=True)
class Step:
    """One line of a plan: what it is for, and exactly what would run."""

    purpose: str
    tool: str
    arguments: Mapping[str, Any]


@dataclass(slots=True)
class Plan:
    """The plan of one answer: none yet, or the steps that are left of the one agreed to."""

    tools: Sequence[FunctionTool]
    is_agreed: bool = False
    _left: list[Step] = field(default_factory=list)

    @property
    def offered(self) -> list[FunctionTool]:
        """What the model may call now."""
        if self.is_agreed:
            return [*self.tools]
        looking = [tool for tool in self.tools if tool.reads_only and not tool.approve]
        return [*looking, plan_tool(self.tools)]

    def is_proposal(self, call: ToolCall) -> bool:
        """Whether the call is a plan, for which it is not too late."""
        return call.name == PROPOSE_PLAN and not self.is_agreed

    def steps_of(self, arguments: Mapping[str, Any]) -> tuple[Step, ...]:
        """The steps that a model proposes, checked. Raises BadArguments, in words for the model."""
        steps = arguments.get("steps")
        if not isinstance(steps, list) or not steps:
            raise BadArguments("steps should be a list with at least one step.")
        if len(steps) > MOST_STEPS:
            raise BadArguments(f"there are {len(steps)} steps; at most {MOST_STEPS} are possible.")
        return tuple(self._step(number, step) for number, step in enumerate(steps, 1))

    def _step(self, number: int, step: Any) -> Step:
        if not isinstance(step, Mapping):
            raise BadArguments(f"step {number} should be an object with purpose, tool, arguments.")
        tool = next((one for one in self.tools if one.name == step.get("tool")), None)
        if tool is None:
            names = ", ".join(one.name for one in self.tools)
            raise BadArguments(f"step {number}: there is no such tool. There are: {names}.")
        arguments = step.get("arguments", {})
        if not isinstance(arguments, Mapping):
            raise BadArguments(f"step {number}: arguments should be an object.")
        try:
            checked = tool.checked(arguments)
        except BadArguments as error:
            raise BadArguments(f"step {number}: {error}") from None
        purpose = " ".join(str(step.get("purpose") or "").split())
        return Step(shorten(purpose, LONGEST_PURPOSE), tool.name, checked)

    def agree(self, steps: Sequence[Step]) -> None:
        """A person has agreed to these."""
        self.is_agreed = True
        self._left = [*steps]

    def take(self, tool: str, arguments: Mapping[str, Any]) -> bool:
        """Whether this call is one of those agreed to; each of them is taken once."""
        for place, step in enumerate(self._left):
            if step.tool == tool and _is_same(dict(step.arguments), dict(arguments)):
                del self._left[place]
                return True
        return False

    def told(self, steps: Sequence[Step]) -> str:
        """The steps as a numbered list, code indented below its step."""
        return "\n".join(f"{number}. {self._told(step)}" for number, step in enumerate(steps, 1))

    def _told(self, step: Step) -> str:
        code_name = next(tool.code for tool in self.tools if tool.name == step.tool)
        others = {name: value for name, value in step.arguments.items() if name != code_name}
        shown = json.dumps(others, ensure_ascii=False, default=repr) if others else ""
        line = f"{step.purpose or 'no purpose given'}: {step.tool} {shown}".rstrip()
        if code_name not in step.arguments:
            return line
        return f"{line}\n{indent(str(step.arguments[code_name]), '       ')}"


def plan_tool(tools: Sequence[FunctionTool]) -> FunctionTool:
    """The tool with which a model proposes calls of these."""
    schemas = [
        f"{tool.name}: {tool.description}\n{json.dumps(dict(tool.parameters), ensure_ascii=False)}"
        for tool in tools
    ]
    step = {
        "type": "object",
        "properties": {
            "purpose": {"type": "string", "description": "What the step is for, in one line"},
            "tool": {"type": "string", "enum": [tool.name for tool in tools]},
            "arguments": {
                "type": "object",
                "description": "Exactly what the tool is called with",
                "additionalProperties": True,
            },
        },
        "required": ["purpose", "tool", "arguments"],
    }
    steps = {"type": "array", "items": step}
    return FunctionTool(
        PROPOSE_PLAN,
        "\n\n".join([_DESCRIPTION, *schemas]),
        {"type": "object", "properties": {"steps": steps}, "required": ["steps"]},
        approve=True,
    )


def _is_same(one: Any, other: Any) -> bool:
    """Whether two arguments are the same, and would be shown so: True is not 1, nor -0.0 is 0.0."""
    if type(one) is not type(other):
        return False
    match one:
        case dict():
            return one.keys() == other.keys() and all(_is_same(one[k], other[k]) for k in one)
        case list() | tuple():
            pairs = zip(one, other, strict=False)
            return len(one) == len(other) and all(_is_same(a, b) for a, b in pairs)
        case _:
            return bool(one == other) and repr(one) == repr(other)
