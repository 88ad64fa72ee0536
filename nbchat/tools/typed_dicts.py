"""`typing.TypedDict` for pydantic, which before Python 3.12 knows only typing_extensions'."""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

IS_NEEDED = sys.version_info < (3, 12)


def accepted(hint: Any) -> Any:
    """The same type, with each TypedDict in it as pydantic takes it.

    One that holds itself stays, and pydantic says what to do.
    """
    return _accepted(hint, ()) if IS_NEEDED else hint


def _accepted(hint: Any, inside: tuple[Any, ...]) -> Any:
    if is_typeddict(hint):
        is_old = type(hint).__module__ == "typing"
        return _made_anew(hint, inside) if is_old and hint not in inside else hint
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is None or origin is Literal:
        return hint
    if origin is Annotated:
        inner = _accepted(hint.__origin__, inside)
        return hint if inner is hint.__origin__ else Annotated[inner, *hint.__metadata__]
    made = tuple(_accepted(one, inside) for one in arguments)
    if all(one is other for one, other in zip(made, arguments, strict=True)):
        return hint
    return reduce(or_, made) if origin in (Union, UnionType) else origin[made]


def _made_anew(old: Any, inside: tuple[Any, ...]) -> Any:
    import typing_extensions

    make: Any = typing_extensions.TypedDict
    fields = {}
    for name, hint in get_type_hints(old, include_extras=True).items():
        needed: Any = Required if name in old.__required_keys__ else NotRequired
        if get_origin(hint) in (Required, NotRequired):  # where annotations are texts, the keys
            needed, (hint,) = get_origin(hint), get_args(hint)  # do not know of it
        fields[name] = needed[_accepted(hint, (*inside, old))]
    made = make(old.__name__, fields)
    made.__doc__, made.__module__ = old.__doc__, old.__module__
    return made
