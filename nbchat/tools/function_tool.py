"""A function with what a model is told of it: the tool that nbchat itself can run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import WRAPPER_ASSIGNMENTS, cached_property
from importlib import import_module
from types import FunctionType, MethodType
from typing import Any

from nbchat.context.classes import member_of
from nbchat.errors import BadOption
from nbchat.messages import Tool
from nbchat.tools.arguments import call, check
from nbchat.tools.functions import description_of, is_method_without_object
from nbchat.tools.schema import Parameters, parameters_of
from nbchat.wording import shorten

LONGEST_RESULT = 8_000  # characters of a result that the model is told

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")  # that every provider takes


@dataclass(frozen=True, repr=False)
class FunctionTool(Tool):
    """A function that nbchat runs when a model asks for it. It can be called as before.

    With `approve` a person is asked each time. `longest` is how many characters of its result
    a model is told. `code` names the argument that is Python: it is drawn as such, and may be
    edited before it runs. With `minds_data` its results are sent as they are: it shows no value
    itself where none may leave. One that `reads_only` may be called before a plan is agreed to.
    """

    function: Callable[..., Any] = lambda: None
    approve: bool = False
    longest: int = LONGEST_RESULT
    code: str = ""
    minds_data: bool = False
    reads_only: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadOption(_told_name(self.name))
        # As functools.wraps does: it reads as the function that it is made of.
        for name in WRAPPER_ASSIGNMENTS:
            if hasattr(self.function, name):
                vars(self)[name] = getattr(self.function, name)
        vars(self)["__wrapped__"] = self.function

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self.function(*given, **named)

    def __get__(self, instance: Any, owner: type | None = None) -> FunctionTool:
        """Made of a function in a class, it is the tool of one object, as a method is."""
        if instance is None or not isinstance(self.function, FunctionType):
            return self
        return self.like(MethodType(self.function, instance))

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        asks = ", approve=True" if self.approve else ""
        return f"<tool {self.name}{asks}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by its name where it stands under it, as functions are."""
        module, name = (str(vars(self).get(key)) for key in ("__module__", "__qualname__"))
        try:
            is_found = _find(module, name) is self
        except (ImportError, AttributeError):
            is_found = False
        if is_found:
            return _find, (module, name)
        return FunctionTool, tuple(getattr(self, one.name) for one in fields(self))

    def __copy__(self) -> FunctionTool:
        return self

    def __deepcopy__(self, memo: object) -> FunctionTool:
        return self

    def like(self, function: Callable[..., Any], **changes: Any) -> FunctionTool:
        """The same of another function, a method of an object, say, with its own description.

        What a method takes is told once it has an object.
        """
        given = {key: value for key, value in changes.items() if value is not None}
        described = description_of(function)
        made: FunctionTool = replace(self, function=function, description=described, **given)
        if made.needs_object:
            return made
        takes = made.takes
        made = replace(made, parameters=takes.schema)
        vars(made)["takes"] = takes
        return made

    @property
    def is_async(self) -> bool:
        """Whether it runs on the engine's loop."""
        called = [self.function, member_of(self.function, "__call__")]
        return any(
            inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one) for one in called
        )

    @property
    def needs_object(self) -> bool:
        """Whether it is a method that still waits for its object."""
        return is_method_without_object(self.function)

    @cached_property
    def takes(self) -> Parameters:
        """What it may be called with. Raises BadOption where a model cannot call it."""
        return parameters_of(self.function, self.name)

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the function takes them. Raises BadArguments, in words for the model.

        >>> import nbchat
        >>> @nbchat.tool
        ... def double(number: int) -> int:
        ...     return 2 * number
        >>> double.checked({"number": "4"})
        {'number': 4}
        """
        values = check(arguments, self.takes, self.name)
        if isinstance(values.get(self.code), str):
            # The lines that Python sees are those that a person is shown.
            values[self.code] = "\n".join(re.split(r"\r\n?|\n", values[self.code]))
        return values

    def called_with(self, arguments: Mapping[str, Any]) -> Any:
        """What it gives for arguments that have been checked."""
        return call(self.function, arguments, self.takes)


def _find(module: str, name: str) -> Any:
    found: Any = import_module(module)
    for step in name.split("."):
        found = getattr(found, step)
    return found


def _told_name(name: object) -> str:
    if name == "<lambda>":
        return (
            "a lambda has no name that a model could call. "
            'Give it one: nbchat.tool(lambda x: x, name="same"), or write it with def.'
        )
    return (
        f"{shorten(repr(name), 80)} is no name of a tool: providers take up to 64 of the letters "
        'a to z, digits, "_" and "-", and no digit or "-" first. Give another: name="add".'
    )
