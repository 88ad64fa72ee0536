"""What a value of an answer should be, or the empty one of its kind.

A host that sends a number where the format has an object must not break a stream;
the readers ask for the shape they need and go on. Asked for `dict` and not for
`Mapping`: that costs six times as much, several times for every piece of an answer.
"""

from __future__ import annotations

from typing import Any

MOST_TOKENS = 10**9  # of one request; a larger count is nonsense, and would spoil every sum
MOST_MONEY = 10**5  # of one request, in US dollars


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one.

    >>> mapping({"a": 1}), mapping(None)
    ({'a': 1}, {})
    """
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one.

    >>> items([1]), items("no list")
    ([1], [])
    """
    return value if isinstance(value, list) else []


def string(value: Any) -> str:
    """The value if it is a text, else an empty one.

    >>> string("a"), string(1)
    ('a', '')
    """
    return value if isinstance(value, str) else ""


def amount(value: Any) -> float | None:
    """An amount of money for one request; anything but a number that may be one is None.

    >>> amount(0.5), amount(3), amount(-1), amount("0.5"), amount(float("nan")), amount(1e300)
    (0.5, 3.0, None, None, None, None)
    """
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= MOST_MONEY else None


def count(value: Any) -> int | None:
    """A token count as it stands in a usage object; anything but a number that may be one is None.

    >>> count(9), count(9.0), count(-1), count("9"), count(1e300)
    (9, 9, None, None, None)
    """
    if (
        isinstance(value, float) and value.is_integer()
    ):  # gateways whose language has no other numbers
        value = int(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= MOST_TOKENS else None
