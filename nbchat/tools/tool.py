"""A Python function as a tool: what a model is told of it, and what it may be called with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, overload

from nbchat.errors import BadCall, BadOption
from nbchat.messages import Tool
from nbchat.option_values import as_flag, as_tools, as_whole, shown
from nbchat.tools.arguments import BadArguments as BadArguments
from nbchat.tools.function_tool import FunctionTool as FunctionTool
from nbchat.tools.functions import layers
from nbchat.wording import shorten
from nbchat.wrong_calls import tells_wrong_calls

if TYPE_CHECKING:
    from typing import Generic, ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

    class TypedTool(FunctionTool, Generic[P, R]):
        """As an editor and a type checker see a tool: it is called as its function is."""

        def __call__(self, *given: P.args, **named: P.kwargs) -> R: ...


LEAST_LONGEST, MOST_LONGEST = 500, 1_000_000  # characters that `longest` may be


@overload
def tool(
    function: Callable[P, R],
    *,
    approve: bool = False,
    longest: int | None = None,
    name: str | None = None,
) -> TypedTool[P, R]: ...
@overload
def tool(
    *, approve: bool = False, longest: int | None = None, name: str | None = None
) -> Callable[[Callable[P, R]], TypedTool[P, R]]: ...
@tells_wrong_calls
def tool(
    function: Callable[..., Any] | None = None,
    *,
    approve: bool = False,
    longest: int | None = None,
    name: str | None = None,
) -> Any:
    """Make a tool of a function; with `approve` a person is asked before each call.

    A model is told the text of the docstring, and of each parameter its type, its default and
    its words: those of the docstring, or of `Annotated[int, "how many"]`. What it gives is checked
    before anybody is asked, and arrives as the type says: a date, an Enum, a dataclass.
    `longest` is how many characters of a result it is told; of a longer one the middle is left out.

    >>> import nbchat
    >>> @nbchat.tool
    ... def add(a: int, b: int = 1) -> int:
    ...     "Add two numbers."
    ...     return a + b
    >>> add.name, add.description, add(1, 2)
    ('add', 'Add two numbers.', 3)
    >>> add.parameters["properties"]["b"], add.parameters["required"]
    ({'type': 'integer', 'default': 1}, ['a'])

    Used without it, in `tools=[add]`, a function is the same tool. So are a method of an object, a
    `functools.partial`, an object that can be called, and `nbchat.tool(lambda x: x, name="same")`.
    """
    asks = as_flag("approve", approve)
    most = longest
    if longest is not None:
        most = as_whole("longest", longest, LEAST_LONGEST, MOST_LONGEST)
    if name is not None and not isinstance(name, str):
        raise BadOption(f'the name of a tool is a text, such as name="add", not {shown(name)}.')

    def make(function: Any) -> FunctionTool:
        return _made(function, asks, most, name)

    return make if function is None else make(function)


def _made(function: Any, approve: bool, longest: int | None, name: str | None) -> FunctionTool:
    """Of a tool, or what holds one, the new one asks as often as that.

    >>> tool(max, name="largest")
    Traceback (most recent call last):
    nbchat.errors.BadOption: nothing says which arguments largest takes. \
Write a function around it, with def.
    """
    _check_function(function)
    inner = _tool_in(function)
    if inner is None:
        new = FunctionTool(_name_of(function) if name is None else name, function=function)
        return new.like(function, approve=approve, longest=longest)
    approve = approve or inner.approve
    if function is not inner:
        return inner.like(function, approve=approve, longest=longest, name=name)
    changes = {"longest": longest, "name": name}
    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    made: FunctionTool = replace(inner, approve=approve, **given)
    return made


def _check_function(function: Any) -> None:
    example = '@nbchat.tool above its def, or nbchat.tool(add, name="add")'
    if isinstance(function, type):
        raise BadCall(
            f"nbchat.tool makes a tool of a function, and {function.__name__} is a class. "
            "Write a function that makes one, or name a method of an object."
        )
    if isinstance(function, classmethod | staticmethod):
        raise BadCall("write @nbchat.tool below @classmethod or @staticmethod, right above def.")
    if isinstance(function, Tool) and not isinstance(function, FunctionTool):
        raise BadCall(f"{function.name} is a tool already, and has no function that could run.")
    if not callable(function):
        raise BadCall(f"nbchat.tool makes a tool of a function, not {shown(function)}: {example}.")


def _tool_in(function: Any) -> FunctionTool | None:
    """The tool itself, or the one that a method, a partial or a wrapper holds."""
    for one in layers(function):
        if isinstance(one, FunctionTool):
            return one
    return None


def _name_of(function: Any) -> str:
    """How a model calls it: a partial as its function, an object as its class."""
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


# --- those of a question -------------------------------------------------------------------------


def with_functions(tools: Any) -> Any:
    """The tools of a question, with functions made tools. Raises BadOption for what are none."""
    if callable(tools):
        raise BadOption("tools should be a list: tools=[f].")
    if tools is None:
        return None
    if isinstance(tools, str | Tool | Mapping) or not isinstance(tools, Iterable):
        return as_tools(tools)  # which says what they should be
    made = [one if _is_declared(one) else _of_question(one) for one in tools]
    return _different(made) if any(isinstance(one, FunctionTool) for one in made) else made


def _is_declared(one: Any) -> bool:
    """Whether its calls are for whoever asks."""
    return not callable(one) or (isinstance(one, Tool) and not isinstance(one, FunctionTool))


def _of_question(function: Any) -> FunctionTool:
    made = function if isinstance(function, FunctionTool) else tool(function)
    if made.needs_object:
        name = getattr(made, "__qualname__", made.name)
        raise BadOption(f"{name} is a method without its object. Give that of one: tools=[x.f].")
    return made


def _different(tools: Sequence[Any]) -> list[Any]:
    """Each once. Raises BadOption where two have one name: a model could not tell them apart."""
    kept: dict[str, Any] = {}
    for one, named in zip(tools, as_tools(tools), strict=True):
        before = kept.setdefault(named.name, one)
        is_again = isinstance(one, FunctionTool) and before == one
        if before is not one and not is_again:
            raise BadOption(
                f"two tools are called {shorten(named.name, 80)!r}. "
                'Give one of them another name: nbchat.tool(f, name="other").'
            )
    return [*kept.values()]
