"""A call that cannot be made as it is written, told in our words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar

from nbchat.errors import BadCall, NbchatError
from nbchat.wording import did_you_mean, plural

P = ParamSpec("P")
T = TypeVar("T")

_IN_ORDER = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def tells_wrong_calls(call: Callable[P, T]) -> Callable[P, T]:
    """For a public function or `__init__`: arguments that it does not take are a BadCall.

    >>> import nbchat
    >>> nbchat.chat(nam="physics")
    Traceback (most recent call last):
    nbchat.errors.BadCall: chat() has no argument 'nam'. Did you mean 'name'?
    It takes: name.
    """

    @wraps(call)
    def checked(*given: P.args, **named: P.kwargs) -> T:
        try:
            return call(*given, **named)
        except TypeError as error:
            wrong = "" if isinstance(error, NbchatError) else what_is_wrong(call, given, named)
            if not wrong:
                raise
        raise BadCall(wrong)

    return checked


def with_told_calls(cls: type[T]) -> type[T]:
    """The same for what a dataclass is made of.

    Not for Text and Thought: one is made for every piece of a stream, at half the cost.
    """
    cls.__init__ = tells_wrong_calls(cls.__init__)  # type: ignore[method-assign]
    return cls


def what_is_wrong(
    call: Callable[..., object], given: Sequence[object], named: Mapping[str, Any]
) -> str:
    """What is wrong with the arguments of a call; empty where nothing is."""
    name, parameters = _name_of(call), list(signature(call).parameters.values())
    if parameters and parameters[0].name in ("self", "cls"):
        given, parameters = given[1:], parameters[1:]
    takes_any = {p.kind for p in parameters}
    parameters = [p for p in parameters if not p.name.startswith("_")]
    in_order = [p for p in parameters if p.kind in _IN_ORDER]
    names = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    takes = f"It takes: {', '.join(names)}." if names else "It takes no arguments."
    unknown = [] if Parameter.VAR_KEYWORD in takes_any else [n for n in named if n not in names]
    if unknown:
        wrong = f"{name}() has no argument {unknown[0]!r}."
        return f"{wrong}{did_you_mean(unknown[0], names)}\n{takes}"
    if len(given) > len(in_order) and Parameter.VAR_POSITIONAL not in takes_any:
        count = plural(len(given), "argument")
        return f"{name}() was called with {count} without a name, which is too many.\n{takes}"
    twice = [p.name for p in in_order[: len(given)] if p.name in named]
    if twice:
        return f"{name}() was given {twice[0]!r} twice: by its place, and by its name.\n{takes}"
    needed = [p.name for p in parameters if p.name in names and p.default is Parameter.empty]
    there = {*named, *(p.name for p in in_order[: len(given)])}
    missing = [repr(needed_one) for needed_one in needed if needed_one not in there]
    if missing:
        line = f"{name}({', '.join(needed)})"
        return f"{name}() was called without {' and '.join(missing)}. Write {line}.\n{takes}"
    return ""


def _name_of(call: Callable[..., object]) -> str:
    """What a person calls it: the class, for its `__init__`."""
    *_, owner, name = ["", *call.__qualname__.split(".")]
    return owner if name == "__init__" else name
