"""What reads like a text: an Answer does while it grows, and is one when it has ended."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

from nbchat.errors import BadCall

P = ParamSpec("P")
T = TypeVar("T")


def as_text(value: Any) -> Any:
    """What takes a text can take: of an answer its text, also in a list; else the value itself."""
    if isinstance(value, TextLike | OneText):
        return str(value)
    if isinstance(value, list | tuple) and any(
        isinstance(item, TextLike | OneText) for item in value
    ):
        return [as_text(item) for item in value]
    return value


def _of_text(method: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[Any, P], T]:
    """The same method, of the text of whatever it is called on."""

    def call(self: Any, /, *given: P.args, **named: P.kwargs) -> T:
        return method(str(self), *map(as_text, given), **named)

    update_wrapper(call, method)
    return call


def _compared(
    compare: Callable[[Any, Any], Any], method: Callable[[str, str], bool]
) -> Callable[[Any, Any], bool]:
    """A comparison of the text; a column or an array compares each of its values with it."""

    def call(self: Any, other: Any, /) -> bool:
        if hasattr(type(other), "__array__") and not isinstance(other, str | TextLike):
            return compare(other, str(self))  # type: ignore[no-any-return]  # a bool for each
        return method(str(self), as_text(other))

    update_wrapper(call, method)
    return call


class OneText(str):
    """A `str` that is one value, and not a row of letters: a loop over it is refused.

    >>> sign = OneText("Mind the gap")
    >>> "gap" in sign, sign.split()[0]
    (True, 'Mind')
    >>> for letter in sign:
    ...     pass
    Traceback (most recent call last):
    nbchat.errors.BadCall: 'Answer' object is not iterable: it is one text.
    Write answer.splitlines() or answer.split(); where letters are wanted, str(answer).
    """

    __slots__ = ()

    def __iter__(self) -> NoReturn:
        raise BadCall(
            "'Answer' object is not iterable: it is one text.\n"
            "Write answer.splitlines() or answer.split(); where letters are wanted, str(answer)."
        )

    __reversed__ = __iter__


class TextLike:
    """The operators and methods of `str`, as they work on `str(self)`, for what still grows.

    It cannot be iterated over: a table would spread it into letters. It is no `str`: `json`,
    `re`, a file, a cell of a table, `isin` and `replace` of pandas look for one, and want
    `str(…)`. It equals that text, and has its hash, which changes while the text grows. A
    column or an array is compared with it as with that text, value by value.

    >>> class Sign(TextLike):
    ...     def __str__(self):
    ...         return "Mind the gap"
    >>> sign = Sign()
    >>> len(sign), "gap" in sign, sign[:4], sign.upper(), f"{sign:.>15}", "Sign: " + sign
    (12, True, 'Mind', 'MIND THE GAP', '...Mind the gap', 'Sign: Mind the gap')
    >>> sign == "Mind the gap", sign < "Z", sign in {"Mind the gap": 1}
    (True, True, True)
    """

    __slots__ = ()

    __iter__ = None
    __reversed__ = None
    # So that numpy and pandas leave `column + answer` and `column == answer` to what stands here.
    __array_ufunc__ = None
    __pandas_priority__ = 5000  # above all that pandas has itself

    __len__ = _of_text(str.__len__)
    __contains__ = _of_text(str.__contains__)
    __getitem__ = _of_text(str.__getitem__)
    __format__ = _of_text(str.__format__)
    __mod__ = _of_text(str.__mod__)
    __mul__ = _of_text(str.__mul__)
    __rmul__ = _of_text(str.__rmul__)
    __eq__ = _compared(operator.eq, str.__eq__)
    __ne__ = _compared(operator.ne, str.__ne__)
    __lt__ = _compared(operator.gt, str.__lt__)
    __le__ = _compared(operator.ge, str.__le__)
    __gt__ = _compared(operator.lt, str.__gt__)
    __ge__ = _compared(operator.le, str.__ge__)
    __hash__ = _of_text(str.__hash__)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The text as numpy's array of one value; numpy would look for letters in it otherwise."""
        import numpy

        return numpy.array(str(self), dtype=dtype or object)

    def __add__(self, after: str | TextLike) -> str:
        both: str = str(self) + as_text(after)
        return both

    def __radd__(self, before: str) -> str:
        return before + str(self)

    capitalize = _of_text(str.capitalize)
    casefold = _of_text(str.casefold)
    center = _of_text(str.center)
    count = _of_text(str.count)
    encode = _of_text(str.encode)
    endswith = _of_text(str.endswith)
    expandtabs = _of_text(str.expandtabs)
    find = _of_text(str.find)
    format_map = _of_text(str.format_map)
    index = _of_text(str.index)
    isalnum = _of_text(str.isalnum)
    isalpha = _of_text(str.isalpha)
    isascii = _of_text(str.isascii)
    isdecimal = _of_text(str.isdecimal)
    isdigit = _of_text(str.isdigit)
    isidentifier = _of_text(str.isidentifier)
    islower = _of_text(str.islower)
    isnumeric = _of_text(str.isnumeric)
    isprintable = _of_text(str.isprintable)
    isspace = _of_text(str.isspace)
    istitle = _of_text(str.istitle)
    isupper = _of_text(str.isupper)
    join = _of_text(str.join)
    ljust = _of_text(str.ljust)
    lower = _of_text(str.lower)
    lstrip = _of_text(str.lstrip)
    maketrans = staticmethod(str.maketrans)
    partition = _of_text(str.partition)
    removeprefix = _of_text(str.removeprefix)
    removesuffix = _of_text(str.removesuffix)
    replace = _of_text(str.replace)
    rfind = _of_text(str.rfind)
    rindex = _of_text(str.rindex)
    rjust = _of_text(str.rjust)
    rpartition = _of_text(str.rpartition)
    rsplit = _of_text(str.rsplit)
    rstrip = _of_text(str.rstrip)
    split = _of_text(str.split)
    splitlines = _of_text(str.splitlines)
    startswith = _of_text(str.startswith)
    strip = _of_text(str.strip)
    swapcase = _of_text(str.swapcase)
    title = _of_text(str.title)
    translate = _of_text(str.translate)
    upper = _of_text(str.upper)
    zfill = _of_text(str.zfill)

    def format(self, *values: object, **named: object) -> str:
        """The text with values in the place of its `{}`; see `str.format`."""
        return str(self).format(*values, **named)
