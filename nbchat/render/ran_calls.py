"""Calls as they ran: code that a person has edited, and a plan as its steps.

What the model is told of an edit stands at the beginning of the result, and no tool can begin a
result with these words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbchat.languages.live import said
from nbchat.messages import CAME_OF_IT, EDITED, PROPOSE_PLAN, THE_PLAN_WAS

if TYPE_CHECKING:
    from nbchat.messages import ToolCall, ToolResult

CODE = "code"  # the argument that is Python, by its name
MOST_STEPS = 50  # of a plan that are shown

_BEGIN = f"{EDITED}\n\n"
_END = f"\n\n{CAME_OF_IT}\n\n"


def as_it_ran(call: ToolCall, result: ToolResult) -> tuple[ToolCall, ToolResult]:
    """The call with the code that a person made of it, and the result without a word of that.

    Of a plan the result is without its steps, which are the call.
    """
    if plan_steps(call):
        return call, _without_steps(result)
    if not is_edited(result):
        return call, result
    indented = _words(result).partition(_END)[0].removeprefix(_BEGIN)
    code = "\n".join(line.removeprefix("    ") for line in indented.split("\n"))
    ran = replace(call, arguments={**(call.arguments or {}), CODE: code})
    return ran, without_edit(result)


def is_edited(result: ToolResult) -> bool:
    """Whether something else has run than was asked for."""
    words = _words(result)
    return words.startswith(_BEGIN) and _END in words


def without_edit(result: ToolResult) -> ToolResult:
    """What came of it, without the words that something else has run."""
    return _with_words(result, _words(result).partition(_END)[2]) if is_edited(result) else result


def plan_steps(call: ToolCall) -> list[Mapping[str, Any]]:
    """The steps of a plan, as the model wrote them; none of another call."""
    steps = (call.arguments or {}).get("steps") if call.name == PROPOSE_PLAN else None
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        return []
    return [*islice(steps, MOST_STEPS)]


def purpose(step: Mapping[str, Any]) -> str:
    """What a step is for, on one line."""
    return " ".join(str(step.get("purpose") or "").split()) or said("no purpose is told")


def numbered_code(steps: list[Mapping[str, Any]]) -> str:
    """The code of each step, its number and what it is for in a comment above."""
    return "\n\n".join(
        "\n".join([f"# {number}. {purpose(step)} ({_tool(step)})", *_lines(step.get("arguments"))])
        for number, step in enumerate(steps, 1)
    )


def _tool(step: Mapping[str, Any]) -> str:
    return " ".join(str(step.get("tool") or "").split())


def _lines(arguments: Any) -> Iterator[str]:
    if not isinstance(arguments, Mapping):
        return
    for name, value in arguments.items():
        yield str(value) if name == CODE else f"{name} = {value!r}"


def _without_steps(result: ToolResult) -> ToolResult:
    if not result.error:
        return _with_words(result, "")
    return _with_words(result, _words(result).partition(f"\n\n{THE_PLAN_WAS}\n\n")[0])


def _words(result: ToolResult) -> str:
    """The text that a result begins with."""
    parts = [result.content] if isinstance(result.content, str) else [*result.content][:1]
    return parts[0] if parts and isinstance(parts[0], str) else ""


def _with_words(result: ToolResult, words: str) -> ToolResult:
    if isinstance(result.content, str):
        return replace(result, content=words)
    return replace(result, content=[words, *[*result.content][1:]])
