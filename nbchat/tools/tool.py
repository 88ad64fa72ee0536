"""A Python function as a tool: what a model is told of it, and what it may be called with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, overload

from nbchat.errors import BadOption
from nbchat.messages import Tool

LONGEST_RESULT = 8_000  # characters of a result that the model is told


class BadArguments(Exception):
    """Arguments do not fit; the words are for the model."""


@dataclass(slots=True, frozen=True)
class FunctionTool(Tool):
    """A function that nbchat runs when a model asks for it. It can be called as before.

    With `approve` a person is asked each time. `longest` is how many characters of its result
    a model is told. `code` names the argument that is Python: it is drawn as such, and may be
    edited before it runs. One that `reads_only` may be called before a plan is agreed to.
    """

    function: Callable[..., Any] = lambda: None
    approve: bool = False
    longest: int = LONGEST_RESULT
    code: str = ""
    reads_only: bool = False

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self.function(*given, **named)

    @property
    def is_async(self) -> bool:
        """Whether it runs on the engine's loop."""
        return inspect.iscoroutinefunction(self.function)

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the function takes them. Raises BadArguments, in words for the model."""
        try:
            inspect.signature(self.function).bind(**arguments)
        except TypeError as error:
            raise BadArguments(str(error)) from None
        return dict(arguments)


@overload
def tool(function: Callable[..., Any]) -> FunctionTool: ...
@overload
def tool(
    *, approve: bool = False, longest: int = LONGEST_RESULT, name: str | None = None
) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    *,
    approve: bool = False,
    longest: int = LONGEST_RESULT,
    name: str | None = None,
) -> Any:
    """Make a tool of a function; with `approve` a person is asked before each call.

    >>> import nbchat
    >>> @nbchat.tool
    ... def add(a: int, b: int) -> int:
    ...     "Add two numbers."
    ...     return a + b
    >>> add.name, add.description, add(1, 2)
    ('add', 'Add two numbers.', 3)
    """

    def made(function: Callable[..., Any]) -> FunctionTool:
        described = inspect.getdoc(function) or ""
        return FunctionTool(
            name or function.__name__,
            described,
            function=function,
            approve=approve,
            longest=longest,
        )

    return made if function is None else made(function)


def with_functions(tools: Any) -> Any:
    """The tools of a question, with functions made tools; what else is wrong is told later."""
    if isinstance(tools, FunctionTool):
        raise BadOption("tools should be a list: tools=[f].")
    if tools is None or isinstance(tools, str | Tool | Mapping) or not isinstance(tools, Iterable):
        return tools
    return [one if isinstance(one, Tool) or not callable(one) else tool(one) for one in tools]
