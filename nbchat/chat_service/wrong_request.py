"""What is wrong with a request, field by field, without any of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from nbchat.errors import BadCall
from nbchat.signatures import meant_by

TEXT, LIST = "as text", "as list"  # ways to write a field begin so; errors do not name them

# JSON calls it an object, whatever Python makes of it.
_OBJECT_TYPES = ("dict_type", "model_type", "model_attributes_type")
_TAG_TYPES = ("union_tag_invalid", "union_tag_not_found")
MOST_MISTAKES = 5  # named in one message
LONGEST_NAME = 32  # characters of a field's name that is repeated


def wrong_fields(errors: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with a request, field by field, without any of its values.

    >>> message = "Input should be greater than 0"
    >>> wrong_fields([{"loc": ("maxTokens",), "msg": message, "type": "greater_than"}])
    'maxTokens: should be greater than 0'
    """
    mistakes = [_mistake(error) for error in errors[:MOST_MISTAKES]]
    more = len(errors) - len(mistakes)
    return "; ".join(mistakes) + (f"; and {more} more" if more else "")


def _mistake(error: Mapping[str, Any]) -> str:
    names = [str(name) for name in error["loc"] if not str(name).startswith("as ")]
    place = ".".join(names)
    if error["type"] == "extra_forbidden":
        name = names[-1]
        # A name that is no plain word may itself be something that was pasted by mistake.
        is_plain = len(name) <= LONGEST_NAME and name.replace("_", "").isalpha()
        return f"{place if is_plain else 'a field'}: there is no such field here"
    if error["type"] == "missing":
        return f"{place or 'the body'} is missing"
    if error["type"] in _TAG_TYPES:  # whose words repeat what was sent
        kinds = error["ctx"].get("expected_tags")
        return f"{place}: its type should be {kinds}" if kinds else f"{place}.type is missing"
    _, should, rule = error["msg"].partition("should ")
    if error["type"] in _OBJECT_TYPES:
        rule = "be an object"
    return f"{place or 'the body'}: {should}{rule or error['msg']}"


class BadRequest(BadCall, ValueError):
    """A request with wrong fields; a ValueError, as what pydantic raises is."""


def wrong_request(error: ValidationError, names: Sequence[str]) -> BadRequest:
    """The same as an error, with the name that was meant, and what to write."""
    errors = error.errors(include_input=False)
    words = f"the request is not valid: {wrong_fields(errors)}."
    at_the_top = [error for error in errors if len(error["loc"]) == 1]
    unknown = [str(e["loc"][0]) for e in at_the_top if e["type"] == "extra_forbidden"]
    if unknown:
        meant = meant_by(to_snake(unknown[0]), names)
        return BadRequest(f"{words}{meant}\nIt takes: {', '.join(names)}.")
    if any(error["type"] == "missing" for error in at_the_top):
        words += '\nWrite nbchat.ChatStreamRequest(model="demo", messages="Hello").'
    return BadRequest(words)
