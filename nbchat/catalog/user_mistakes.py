"""What is wrong with a row that a user wrote, in words.

What looks like a key is not repeated in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from nbchat.catalog.rows import (
    ModelProfile,
    Price,
    Quirks,
    Search,
    ThinkingFields,
    ThinkingTable,
)
from nbchat.wording import did_you_mean

_KEYLIKE = re.compile(
    r"""(?ix)
    ^(sk|pk|gsk|hf|xai|nvapi|ghp|bce)[-_] | ^aiza  # how providers' keys begin
    | bearer | key | token | secret | passw
    | [@?]                                         # of an address with a password or a query
    | [a-z0-9]{24}                                 # longer than a word that a person types
    """
)

LONGEST_VALUE = 60  # characters of a text that is repeated

NESTED = {
    to_camel(name): name
    for row in (ThinkingFields, ModelProfile, Price, Quirks, Search, ThinkingTable)
    for name in row.model_fields
}
# What the field should be, by the beginning of pydantic's type of error.
DESCRIPTIONS = (
    ("int_", "an integer"),
    ("float_", "a number"),
    ("finite", "a finite number"),
    ("bool_", "true or false"),
    ("string_", "text"),
    ("tuple_", "a list"),
    ("dict_", "a table"),
    ("model_", "a table"),
    ("greater_than_equal", "0 or more"),
    ("greater_than", "above 0"),
)


def wrong_value(errors: list[ErrorDetails], fields: Mapping[str, str]) -> str:
    """The first of pydantic's errors as a sentence about the field as it was written."""
    # `thinking` is a name or a table, and pydantic says what is wrong for each: take the table's.
    of_tables = [error for error in errors if "str" not in error["loc"]]
    error = (of_tables or errors)[0]
    top, *inner = (str(part) for part in error["loc"] if part not in ("str", "ThinkingTable"))
    path = ".".join((_spelling(top, fields), *inner))
    if error["type"] == "extra_forbidden":
        return unknown_field(path, NESTED)
    if error["type"] == "value_error":
        return f"{path!r} {error['ctx']['error']}, got {safe_value(error['input'])}"
    if error["type"] == "literal_error":
        return f"{path!r} should be {error['ctx']['expected']}, got {safe_value(error['input'])}"
    return f"{path!r} should be {_description(error['type'])}, got {safe_value(error['input'])}"


def _spelling(name: str, fields: Mapping[str, str]) -> str:
    """A field's name as the user wrote it."""
    for field, spelling in fields.items():
        if name in (field, to_camel(field)):
            return spelling
    return name


def _description(kind: str) -> str:
    for beginning, description in DESCRIPTIONS:
        if kind.startswith(beginning):
            return description
    return "something else"


def unknown_field(spelling: Any, known: Mapping[str, str]) -> str:
    """What is wrong with a field that no row has; it is not repeated where it may be a key."""
    text = str(spelling)
    if re.search(r"(?i)(api.?key|^key|token|secret|password)$", text):
        advice = "Keys stay out of files: name their variable in 'envKey' or 'envKeys'"
        return f"{spelling!r} is not a field. {advice}"
    is_word = re.fullmatch(r"[A-Za-z_.]{1,40}", text)
    name = repr(spelling) if is_word else safe_value(spelling)
    unknown = f"{name} is not a field here."
    return f"{unknown}{did_you_mean(text.rpartition('.')[2], known)}"


def safe_value(value: Any) -> str:
    """A value for a message, unless it is long or might be a key.

    >>> safe_value("big"), safe_value("sk-1234"), safe_value([1])
    ("'big'", 'text that is not shown', 'a list')
    """
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int() | float():
            is_short = abs(value) < 1e15 or value != value  # the second is so of nan alone
            return repr(value) if is_short else "a very large number"
        case str():
            is_safe = len(value) <= LONGEST_VALUE and holds_no_key(value)
            return repr(value) if is_safe else "text that is not shown"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case date() | time():
            return "a date"
    return type(value).__name__


def holds_no_key(text: str) -> bool:
    """Whether a text cannot be a key, as far as one can see."""
    return not _KEYLIKE.search(text)
