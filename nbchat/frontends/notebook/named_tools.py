"""The tools that are named on a line: ready ones, and functions of the notebook.

A ready tool goes before a variable of the same name: what asks a person first is never mistaken
for what does not.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from nbchat.errors import BadOption
from nbchat.messages import Tool
from nbchat.tools import READY, ready_tool
from nbchat.wording import nearest, shorten

FIRST, LAST = ", ".join([*READY][:-1]), [*READY][-1]
LONGEST_SHOWN = 60  # characters of what was typed that are repeated


def named_tools(names: str, variables: Mapping[str, Any]) -> list[Any]:
    """What `look,run,f` names, in that order and each once. Raises BadOption for any other name."""
    found: list[Any] = []
    for name in names.replace(",", " ").split():
        for one in _named(name, variables):
            if not any(one is other for other in found):
                found.append(one)
    return found


def _named(name: str, variables: Mapping[str, Any]) -> Sequence[Any]:
    if name in READY:
        return [ready_tool(name)]
    value = _value(name, variables)
    tools = [*value] if isinstance(value, list | tuple) else [value]
    for one in tools:
        if not can_be_tool(one):
            raise BadOption(
                f"{_shown(name)} in --tools is of type {type(one).__name__}, and a tool is a "
                f"function. Name a function of this notebook, or {FIRST} or {LAST}."
            )
    return tools


def _value(name: str, variables: Mapping[str, Any]) -> Any:
    """The variable of that name; behind dots what is in a module."""
    first, *rest = name.split(".")
    if first not in variables:
        raise _no_such_tool(name, variables)
    value = variables[first]
    for part in rest:
        if not isinstance(value, ModuleType):
            raise BadOption(
                f"{_shown(name)} in --tools: only functions of modules are named with a dot. "
                f"Give it a name of its own first: f = {shorten(name, LONGEST_SHOWN)}"
            )
        if not hasattr(value, part):
            raise BadOption(
                f"{_shown(name)} in --tools: the module {value.__name__} has no {_shown(part)}."
            )
        value = getattr(value, part)
    return value


def _no_such_tool(name: str, variables: Mapping[str, Any]) -> BadOption:
    known = [*READY, *functions(variables)]
    near = nearest(name, known)
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    said = f"there is no tool or function {_shown(name)} here."
    return BadOption(
        f"{said}{guess}\n"
        f"{FIRST} and {LAST} are always there; %chat tools lists the functions of this notebook."
    )


def _shown(name: str) -> str:
    return repr(shorten(name, LONGEST_SHOWN))


def can_be_tool(value: object) -> bool:
    """Whether it is a tool, or a function that can be one."""
    return isinstance(value, Tool) or inspect.isroutine(value)


def functions(variables: Mapping[str, Any]) -> Iterator[str]:
    """The variables that can be named: functions and tools that were made here or imported."""
    for name, value in variables.items():
        is_own = not name.startswith("_") and name not in READY
        if is_own and can_be_tool(value):
            yield name
