"""JSON as providers send it: with lone surrogates, and bytes that are no UTF-8."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json

# What a reader raises on a value of a shape that no provider should send.
SHAPE_ERRORS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


def value_of(data: bytes) -> Any:
    """The value; what the fast parser refuses is read by the tolerant one.

    Raises ValueError and RecursionError.

    >>> value_of(b'{"fast": true}'), value_of(b'"a half: \\\\ud83d"')
    ({'fast': True}, 'a half: \\ud83d')
    """
    try:
        return from_json(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "replace").removeprefix("\ufeff"))
