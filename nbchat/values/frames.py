"""A value as a table: a row for each of a list, a column for each field.

pandas or polars is imported here alone: what the notebook works with already, else what there is.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence, Set
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from nbchat.errors import BadSettings

LIBRARIES = ("pandas", "polars")
SINGLE = "value"  # the column of rows that have no fields
_CELLS = (str, int, float, bool, bytes, date, time, timedelta, Decimal, type(None))


def frame_of(value: Any) -> Any:
    """The table of a value, in pandas or polars.

    >>> frame_of([{"name": "Ada", "age": 36}, {"name": "Bob", "age": 41}])
      name  age
    0  Ada   36
    1  Bob   41
    """
    library = _library()
    rows = rows_of(value)
    if library.__name__ == "polars":
        return library.DataFrame(rows, infer_schema_length=None, strict=False)
    return library.DataFrame(rows)


def rows_of(value: Any) -> list[dict[str, Any]]:
    """A row for each of a list, else a single one, by the names of the columns."""
    value = _plain(value)
    rows = value if isinstance(value, list) else [value]
    return [row if isinstance(row, dict) else {SINGLE: row} for row in rows]


def _library() -> ModuleType:
    loaded = [name for name in LIBRARIES if name in sys.modules]
    there = loaded or [name for name in LIBRARIES if find_spec(name) is not None]
    if not there:
        raise BadSettings(
            "a table needs pandas or polars, and neither is installed.\n%pip install pandas"
        )
    return import_module(there[0])


def _plain(value: Any) -> Any:
    """What a cell of a table can hold: dicts and lists in the place of models and sets."""
    if getattr(type(value), "__pydantic_root_model__", False):
        return _plain(value.root)
    members = _members(value)
    if members is not None:
        return {name: _plain(inner) for name, inner in members.items()}
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, _CELLS):
        return value
    if isinstance(value, Sequence | Set):
        return [_plain(inner) for inner in value]
    return str(value)


def _members(value: Any) -> Mapping[str, Any] | None:
    """The members of what has such by their names; None of anything else."""
    if isinstance(value, Mapping):
        return {str(name): inner for name, inner in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: getattr(value, name) for name in names}
    if hasattr(type(value), "model_fields"):
        return dict(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    return None
