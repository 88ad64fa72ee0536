"""What a value of an answer should be, or the empty one of its kind.

A host that sends a number where the format has an object must not break a stream;
the readers ask for the shape they need and go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """
    >>> mapping({"a": 1}), mapping(None)
    ({'a': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """
    >>> items([1]), items("no list")
    ([1], [])
    """
    return value if isinstance(value, list) else []


def string(value: Any) -> str:
    """
    >>> string("a"), string(1)
    ('a', '')
    """
    return value if isinstance(value, str) else ""
