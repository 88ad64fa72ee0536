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

from nbchat.catalog.rows import ModelProfile, Price, Quirks, ThinkingFields, ThinkingTable
from nbchat.wording import did_you_mean

_KEYLIKE = re.compile(
    r"(?i)^(sk|pk|gsk|hf|xai|nvapi|ghp|bce)[-_]|^aiza|bearer|key|token|secret|passw|[@?]|[a-z0-9]{24}"
)

NESTED = {
    to_camel(n): n
    for row in (ThinkingFields, ModelProfile, Price, Quirks, ThinkingTable)
    for n in row.model_fields
}
WANTED = (
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
    error = next(
        (e for e in errors if "str" not in e["loc"]), errors[0]
    )  # thinking: a name, or better a table
    top, *inner = (str(part) for part in error["loc"] if part not in ("str", "ThinkingTable"))
    written = next((w for name, w in fields.items() if top in (name, to_camel(name))), top)
    path = ".".join((written, *inner))
    if error["type"] == "extra_forbidden":
        return unknown_field(path, NESTED)
    if error["type"] == "value_error":
        return f"{path!r} {error['ctx']['error']}, got {safe_value(error['input'])}"
    if error["type"] == "literal_error":
        return f"{path!r} should be {error['ctx']['expected']}, got {safe_value(error['input'])}"
    wanted = next(
        (words for kind, words in WANTED if error["type"].startswith(kind)), "something else"
    )
    return f"{path!r} should be {wanted}, got {safe_value(error['input'])}"


def unknown_field(written: Any, known: Mapping[str, str]) -> str:
    if re.search(r"(?i)(api.?key|^key|token|secret|password)$", str(written)):
        return f"{written!r} is not a field. Keys stay out of files: name their variable in 'envKey' or 'envKeys'"
    said = repr(written) if re.fullmatch(r"[A-Za-z_.]{1,40}", str(written)) else safe_value(written)
    return f"{said} is not a field here.{did_you_mean(str(written).rpartition('.')[2], known)}"


def safe_value(value: Any) -> str:
    """A value for a message, unless it is long or might be a key.

    >>> safe_value("big"), safe_value("sk-1234"), safe_value([1])
    ("'big'", 'text that is not shown', 'a list')
    """
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int() | float():
            return repr(value) if abs(value) < 1e15 or value != value else "a very large number"
        case str():
            return (
                repr(value)
                if len(value) <= 60 and holds_no_key(value)
                else "text that is not shown"
            )
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
