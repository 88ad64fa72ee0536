"""What the class of a value says, found without asking the value anything.

A notebook's object may answer to any name, act when it is looked at, or never answer. So what
it can do is looked up where Python looks up its own protocols: on the class, past whatever
the object or its class has for attributes that are missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import (
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from nbchat.wording import shorten, written_out

LONGEST_NAME = 80  # characters of the name of a class

_bases: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_members: Callable[[type], dict[str, Any]] = type.__dict__["__dict__"].__get__
_flags: Callable[[type], int] = type.__dict__["__flags__"].__get__
_module: Callable[[type], Any] = type.__dict__["__module__"].__get__
_name: Callable[[type], str] = type.__dict__["__name__"].__get__
_loaded: Callable[[Any], dict[str, Any]] = vars(ModuleType)["__dict__"].__get__

_MADE_AT_RUN_TIME = 1 << 9  # a flag of classes
_METHODS = (FunctionType, MethodDescriptorType, WrapperDescriptorType)


def class_name(value: object) -> str:
    """The name of its class, which may be any text, as a word of one line.

    >>> class_name(3), class_name(type("a\\n`b`", (), {})())
    ('int', "a\\\\n'b'")
    """
    return name_of_class(type(value))


def name_of_class(kind: type) -> str:
    """The same, of the class itself."""
    name = _name(kind)
    if name.isidentifier() and len(name) <= LONGEST_NAME:
        return name
    return shorten(written_out(name).replace("`", "'"), LONGEST_NAME)


def is_a(value: object, *kinds: type) -> bool:
    """Like `isinstance`, which also asks the value what it would like to be.

    >>> from unittest.mock import Mock
    >>> isinstance(Mock(spec=list), list), is_a(Mock(spec=list), list)
    (True, False)
    """
    return any(base is kind for base in _bases(type(value)) for kind in kinds)


def is_exactly(value: object, *kinds: type) -> bool:
    """Whether it is of one of these classes, and of none that is made of them.

    >>> is_exactly(True, int, str), is_exactly(1, int, str)
    (False, True)
    """
    return any(type(value) is kind for kind in kinds)  # `in` asks its class whether it is equal


def is_from(value: object, module: str, *names: str) -> bool:
    """Whether it is of a class of a library, which is not imported for that.

    >>> from decimal import Decimal
    >>> is_from(Decimal(1), "decimal", "Decimal"), is_from(1, "not_imported", "Decimal")
    (True, False)
    """
    kinds = [loaded(module, name) for name in names]
    return is_a(value, *(kind for kind in kinds if is_a(kind, type)))


def loaded(module: str, name: str) -> Any:
    """What a library has by that name, if it is loaded; None for what it has not, or lacks.

    >>> loaded("decimal", "ROUND_UP"), loaded("not_imported", "Decimal")
    ('ROUND_UP', None)
    """
    library = sys.modules.get(module)
    return _loaded(library).get(name) if is_a(library, ModuleType) else None


def method(value: object, name: str) -> Callable[..., Any] | None:
    """The method of that name, where its class defines one; nothing else is a method.

    >>> method(3, "_repr_png_") is None
    True
    """
    found = member_of(value, name)
    return found.__get__(value) if type(found) is FunctionType else None


def of_class(value: object, name: str) -> Any:
    """The method or property of a class that is known to have one, whatever the instance holds.

    >>> import pandas
    >>> frame = pandas.DataFrame({"shape": [1, 2, 3]})
    >>> object.__setattr__(frame, "head", None)
    >>> of_class(frame, "shape"), of_class(frame, "head")(2).index.size
    ((3, 1), 2)
    """
    return member_of(value, name).__get__(value)


def of_type(kind: type, name: str, value: object) -> Any:
    """A member of a class of Python's own, whatever a class made of it says.

    >>> of_type(BaseException, "args", ValueError("no"))
    ('no',)
    """
    return _members(kind)[name].__get__(value)


def stored(value: object) -> dict[str, Any]:
    """What an instance holds, by name, without asking it.

    >>> class Point:
    ...     __slots__ = ("x", "__dict__")
    >>> point = Point()
    >>> point.x, point.y = 1, 2
    >>> stored(point)
    {'x': 1, 'y': 2}
    """
    held: dict[str, Any] = {}
    for base in reversed(_bases(type(value))):
        for name, member in _members(base).items():
            if type(member) is MemberDescriptorType and not is_built_in(base):
                _read_slot(held, value, name, member)
    return held | attributes(value)


def _read_slot(held: dict[str, Any], value: object, name: str, member: Any) -> None:
    try:
        held[name] = member.__get__(value)
    except AttributeError:  # nothing is in it yet
        return


def attributes(value: object) -> dict[str, Any]:
    """What `vars` gives, of an instance that has it; whatever its class says."""
    for base in _bases(type(value)):
        member: Any = _members(base).get("__dict__")
        if is_exactly(member, GetSetDescriptorType, MemberDescriptorType):
            inside = member.__get__(value)
            return inside if type(inside) is dict else {}
    return {}


def is_built_in(kind: type) -> bool:
    """Whether a class is a part of Python or of a library in C, and no statement made it."""
    return not _flags(kind) & _MADE_AT_RUN_TIME


def has_method(value: object, name: str) -> bool:
    """Whether its class has a method of that name, written in Python or in C."""
    return is_exactly(member_of(value, name), *_METHODS)


def defines(value: object, name: str) -> type | None:
    """The class that defines a method of that name for it, but for `object`; None for no class.

    >>> defines(True, "__repr__"), defines(object(), "__repr__")
    (<class 'bool'>, None)
    """
    for base in _bases(type(value)):
        if base is not object and name in _members(base):
            return base
    return None


def members_of(kind: type) -> dict[str, Any]:
    """What a class itself holds, by name."""
    return _members(kind)


def bases_of(kind: type) -> tuple[type, ...]:
    """A class and those that it is made of, in the order in which Python looks for a name."""
    return _bases(kind)


def module_name(kind: type) -> str:
    """The module that a class says it is of; empty where it says nothing that is a text."""
    named = _module(kind) if is_built_in(kind) else _members(kind).get("__module__")
    return named if type(named) is str else ""


def field_of_c(value: object, name: str) -> Any:
    """A member that is read in C, which cannot act; None where its class has none."""
    found = member_of(value, name)
    return found.__get__(value) if isinstance(found, GetSetDescriptorType) else None


def member_of(value: object, name: str) -> Any:
    """What its class has by that name, as it was put there; None for nothing."""
    for base in _bases(type(value)):
        if name in _members(base):
            return _members(base)[name]
    return None
