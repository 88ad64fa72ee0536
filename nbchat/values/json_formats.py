"""Texts of a JSON schema: the formats that are checked, and patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from uuid import UUID

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _can(date.fromisoformat, text)


def _is_time(text: str) -> bool:
    if _TIME.fullmatch(text) is None:
        return False
    return _can(time.fromisoformat, _in_microseconds(text))


def _is_datetime(text: str) -> bool:
    between = text[10:11]
    if between not in ("T", "t", " ") or not _is_date(text[:10]):
        return False
    clock = text[11:]
    if _TIME.fullmatch(clock) is None:
        return False
    return _can(datetime.fromisoformat, f"{text[:10]}T{_in_microseconds(clock)}")


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None and _can(UUID, text)


def _in_microseconds(clock: str) -> str:
    """A time that Python reads: with no more than six digits behind the second's point."""
    return re.sub(r"(\.\d{6})\d+", r"\1", clock.upper())


def _can(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {  # any other says what is meant, and is not checked
    "date": _is_date,
    "time": _is_time,
    "date-time": _is_datetime,
    "uuid": _is_uuid,
}


MOST_PATTERNS = 500  # different ones of a schema; making one takes as long as many looks


@lru_cache(maxsize=2 * MOST_PATTERNS)
def pattern(text: str) -> Callable[[str], bool]:
    """Whether a text has the pattern somewhere in it, in a time that grows with its length alone.

    Python's own patterns may take hours for a text that was made for it. Raises ValueError.
    """
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=text, strict=True))
    except SchemaError:
        raise ValueError(f"{text!r} is no pattern that is known here") from None
    return validator.isinstance_python
