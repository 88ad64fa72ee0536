"""The names that a function or a class takes, as they stand in its definition."""

from __future__ import annotations

from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any

from nbchat.context.classes import bases_of, is_a, members_of


def taken_by(function: FunctionType) -> list[str]:
    """Those of a function.

    >>> def wrapper(a, *args, b=1, **options): ...
    >>> taken_by(wrapper)
    ['a', '*args', 'b', '**options']
    """
    code = FunctionType.__dict__["__code__"].__get__(function)
    count, many = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    taken, named = [*code.co_varnames[:count]], [*code.co_varnames[count:many]]
    if code.co_flags & CO_VARARGS:
        taken.append(f"*{code.co_varnames[many]}")
        many += 1
    elif named:
        taken.append("*")
    if code.co_flags & CO_VARKEYWORDS:
        named.append(f"**{code.co_varnames[many]}")
    return taken + named


def taken_by_class(kind: Any) -> list[str] | None:
    """Those that an instance is made with; None where that is not written in Python.

    >>> class Point:
    ...     def __init__(self, x, y): ...
    >>> taken_by_class(Point), taken_by_class(int)
    (['x', 'y'], None)
    """
    for base in bases_of(kind):
        made = members_of(base).get("__init__")
        if made is not None:
            return taken_by(made)[1:] if is_a(made, FunctionType) else None
    return None
