"""What stands behind a callable: its function, its docstring, its signature and its names.

A method, a partial, a wrapper and an object that can be called each hold a function.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from nbchat.context.classes import member_of
from nbchat.errors import BadOption
from nbchat.tools.docstrings import read_docstring
from nbchat.wording import shorten

LONGEST_DESCRIPTION = 1024  # characters that OpenAI takes of a function's and a parameter's


def layers(function: Any) -> Iterator[Any]:
    """A callable, and what is inside it, and in that: methods, partials and wrappers hold one."""
    seen: list[Any] = []
    while function is not None and not any(function is one for one in seen):
        yield function
        seen.append(function)
        function = _inside(function)


def _inside(function: Any) -> Any:
    if isinstance(function, partial):
        return function.func
    if isinstance(function, MethodType):
        return function.__func__
    return inspect.getattr_static(function, "__wrapped__", None)


def plain_function(function: Any) -> Any:
    """What was written with `def`, behind all that holds it."""
    *_, last = layers(function)
    return last if isinstance(last, FunctionType) else _call_of(last) or last


def _call_of(value: object) -> FunctionType | None:
    """How an object is called, where its class says so in Python."""
    call = member_of(value, "__call__")
    return call if isinstance(call, FunctionType) else None


def docstring_of(function: Any) -> str:
    """The person's own docstring; never that of `functools.partial`."""
    if isinstance(function, partial):
        return docstring_of(function.func)
    is_object = _call_of(function) is not None and not hasattr(function, "__wrapped__")
    text = inspect.getdoc(_call_of(function)) if is_object else None
    return text or inspect.getdoc(function) or ""


def description_of(function: Any) -> str:
    """What a model is told that it is for: the docstring's text before the parameters."""
    return shorten(read_docstring(docstring_of(function)).text, LONGEST_DESCRIPTION)


def signature_of(function: Callable[..., Any], name: str) -> inspect.Signature:
    """Its signature. Raises BadOption where it has none."""
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):
        raise BadOption(
            f"nothing says which arguments {name} takes. Write a function around it, with def."
        ) from None


def is_method_without_object(function: Any) -> bool:
    """Whether it is a function of a class that still waits for its `self`."""
    if not isinstance(function, FunctionType):
        return False
    first = next(iter(inspect.signature(function).parameters), "")
    owner = function.__qualname__.rpartition(".")[0]
    return first in ("self", "cls") and bool(owner) and not owner.endswith("<locals>")


def is_given(function: Any, parameter: inspect.Parameter) -> bool:
    """Whether the person has given it in a partial: the model is not asked for it."""
    if not isinstance(function, partial):
        return False
    return parameter.name in function.keywords or is_given(function.func, parameter)


def local_names(plain: Any) -> dict[str, Any]:
    """What a function that was defined inside another can see of it, while that one runs."""
    names: dict[str, Any] = {}
    outer = getattr(plain, "__qualname__", "").rpartition(".<locals>.")[0]
    frame = sys._getframe() if outer else None
    while frame is not None:
        if frame.f_code.co_qualname == outer and frame.f_globals is plain.__globals__:
            names.update(frame.f_locals)
            break
        frame = frame.f_back
    code = getattr(plain, "__code__", None)
    cells = zip(code.co_freevars, plain.__closure__ or (), strict=False) if code else ()
    for variable, cell in cells:
        try:
            names.setdefault(variable, cell.cell_contents)
        except ValueError:  # not yet filled
            continue
    return names
