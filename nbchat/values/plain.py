"""A value as JSON, to be stored: a model as a dict, a date as a text.

Read again it is what JSON has, since the type may be nowhere by then.
"""

from __future__ import annotations

from typing import Any


def json_of(value: Any) -> str:
    """The JSON of a value; empty where there is none, as of what holds itself.

    >>> from datetime import date
    >>> json_of({"day": date(2026, 8, 1)})
    '{"day":"2026-08-01"}'
    """
    from pydantic_core import PydanticSerializationError, to_json

    try:
        return to_json(value, inf_nan_mode="constants", serialize_unknown=True).decode()
    except (PydanticSerializationError, ValueError):
        return ""


def value_in(text: str) -> Any:
    """The value that was stored. Raises ValueError."""
    from pydantic_core import from_json

    return from_json(text)
