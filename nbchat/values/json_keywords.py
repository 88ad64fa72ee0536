"""What each keyword of a JSON schema asks of a value, where it looks at that value alone.

A check takes what stands behind the keyword and the value, and says what is wrong with it, or
nothing. What is no number has no minimum: each keyword asks something of its own types only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

from nbchat.values.json_formats import FORMATS, pattern
from nbchat.wording import plural

MOST_NAMED = 20  # values of an enum that a message names

Check: TypeAlias = Callable[[Any, Any], str]


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return is_number(value) and (isinstance(value, int) or value.is_integer())


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": is_number,
    "integer": _is_integer,
}
_NAMED = {
    **{"object": "an object", "array": "an array", "string": "a string", "boolean": "a boolean"},
    **{"null": "null", "number": "a number", "integer": "an integer"},
}


def frozen(value: Any) -> Any:
    """The value as something that can be compared: 1 and 1.0 are the same, 1 and true are not."""
    if isinstance(value, dict):
        return frozenset((name, frozen(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return ("list", *map(frozen, value))
    return (is_number(value), value)


def _type(wanted: Any, value: Any) -> str:
    words = [wanted] if isinstance(wanted, str) else wanted
    if any(TYPES[word](value) for word in words):
        return ""
    *others, last = [_NAMED[word] for word in words]
    if not others:
        return f"Input should be {last}"
    return f"Input should be {' or '.join(others)} or {last}"


def enum_message(wanted: list[Any]) -> str:
    """What is wrong with a value that is none of these."""
    names = [json.dumps(one, ensure_ascii=False) for one in wanted[:MOST_NAMED]]
    more = len(wanted) - len(names)
    if more:
        return f"Input should be {' or '.join(names)} or {more:,} more"
    return f"Input should be {' or '.join(names)}"


def _of_number(is_right: Callable[[Any, Any], bool], told: Callable[[Any], str]) -> Check:
    def check(wanted: Any, value: Any) -> str:
        if not is_number(value) or is_right(value, wanted):
            return ""
        return told(wanted)

    return check


def _is_multiple(value: Any, of: Any) -> bool:
    """By the decimal numbers that stand in the JSON: 0.3 is three times 0.1, as 1e300 is of no 3.

    Of the binary numbers that a computer makes of them, both would be wrong.
    """
    try:
        return Fraction(repr(value)) % Fraction(repr(of)) == 0
    except ValueError:  # infinity
        return False


def _of_size(kind: type, noun: str, *, is_least: bool) -> Check:
    def check(wanted: Any, value: Any) -> str:
        if not isinstance(value, kind):
            return ""
        size = len(value)  # type: ignore[arg-type]  # of a kind that has one
        is_right = size >= wanted if is_least else size <= wanted
        if is_right:
            return ""
        limit = plural(int(wanted), noun)
        if is_least:
            return f"Input should have at least {limit}, not {size:,}"
        return f"Input should have at most {limit}, not {size:,}"

    return check


def _pattern(wanted: Any, value: Any) -> str:
    if not isinstance(value, str) or pattern(wanted)(value):
        return ""
    return f"Input should match the pattern {wanted!r}"


def _format(wanted: Any, value: Any) -> str:
    is_right = FORMATS.get(wanted)
    if not isinstance(value, str) or is_right is None or is_right(value):
        return ""
    return f"Input should be a {wanted}"


def _unique(wanted: Any, value: Any) -> str:
    if not wanted or not isinstance(value, list):
        return ""
    return "" if len(set(map(frozen, value))) == len(value) else "Items should all be different"


ALONE: Mapping[str, Check] = {
    "type": _type,
    "minimum": _of_number(ge, lambda least: f"Input should be at least {least}"),
    "maximum": _of_number(le, lambda most: f"Input should be at most {most}"),
    "exclusiveMinimum": _of_number(gt, lambda limit: f"Input should be more than {limit}"),
    "exclusiveMaximum": _of_number(lt, lambda limit: f"Input should be less than {limit}"),
    "multipleOf": _of_number(_is_multiple, lambda of: f"Input should be a multiple of {of}"),
    "minLength": _of_size(str, "character", is_least=True),
    "maxLength": _of_size(str, "character", is_least=False),
    "minItems": _of_size(list, "item", is_least=True),
    "maxItems": _of_size(list, "item", is_least=False),
    "minProperties": _of_size(dict, "member", is_least=True),
    "maxProperties": _of_size(dict, "member", is_least=False),
    "pattern": _pattern,
    "format": _format,
    "uniqueItems": _unique,
}
