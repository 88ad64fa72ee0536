"""What the class of a value says, found without asking the value anything.

A notebook's object may answer to any name, act when it is looked at, or never answer. So what
it can do is looked up where Python looks up its own protocols: on the class, past whatever
the object or its class has for attributes that are missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, GetSetDescriptorType, ModuleType
from typing import Any

from nbchat.errors import BadVariable, Interrupted
from nbchat.wording import safe_excerpt

_bases: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_members: Callable[[type], dict[str, Any]] = type.__dict__["__dict__"].__get__
_name: Callable[[type], str] = type.__dict__["__name__"].__get__
_loaded: Callable[[Any], dict[str, Any]] = vars(ModuleType)["__dict__"].__get__


def class_name(value: object) -> str:
    """The name of its class.

    >>> class_name(3)
    'int'
    """
    return _name(type(value))


def is_a(value: object, *kinds: type) -> bool:
    """Like `isinstance`, which also asks the value what it would like to be.

    >>> from unittest.mock import Mock
    >>> isinstance(Mock(spec=list), list), is_a(Mock(spec=list), list)
    (True, False)
    """
    return any(base is kind for base in _bases(type(value)) for kind in kinds)


def is_from(value: object, module: str, *names: str) -> bool:
    """Whether it is of a class of a library, which is not imported for that.

    >>> from decimal import Decimal
    >>> is_from(Decimal(1), "decimal", "Decimal"), is_from(1, "not_imported", "Decimal")
    (True, False)
    """
    library = sys.modules.get(module)
    if not is_a(library, ModuleType):
        return False
    kinds: list[Any] = [_loaded(library).get(name) for name in names]
    return is_a(value, *(kind for kind in kinds if is_a(kind, type)))


def method(value: object, name: str) -> Callable[..., Any] | None:
    """The method of that name, where its class defines one; nothing else is a method.

    >>> method(3, "_repr_png_") is None
    True
    """
    found = _member(value, name)
    return found.__get__(value) if isinstance(found, FunctionType) else None


def of_class(value: object, name: str) -> Any:
    """The method or property of a class that is known to have one, whatever the instance holds.

    >>> import pandas
    >>> frame = pandas.DataFrame({"shape": [1, 2, 3]})
    >>> object.__setattr__(frame, "head", None)
    >>> of_class(frame, "shape"), of_class(frame, "head")(2).index.size
    ((3, 1), 2)
    """
    return _member(value, name).__get__(value)


def field_of_c(value: object, name: str) -> Any:
    """A member that is read in C, which cannot act; None where its class has none."""
    found = _member(value, name)
    return found.__get__(value) if isinstance(found, GetSetDescriptorType) else None


def _member(value: object, name: str) -> Any:
    for base in _bases(type(value)):
        if name in _members(base):
            return _members(base)[name]
    return None


@contextmanager
def asking(name: str, what: str) -> Iterator[None]:
    """While a variable is asked for `what`: whatever it raises becomes one line."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"{name} was still working on {what}; nothing was sent.") from None
    except BaseException as error:
        raised = f"{what} raises {class_name(error)}{_words(error)}"
        raise BadVariable(f"{name} cannot be put into the question: {raised}.") from None


def _words(error: BaseException) -> str:
    """What an error says, without asking it: its class may have odd ideas of its own."""
    said = field_of_c(error, "args")
    if not is_a(said, tuple) or len(said) != 1 or type(said[0]) is not str or not said[0]:
        return ""
    return f": {safe_excerpt(said[0]).rstrip('.')}"
