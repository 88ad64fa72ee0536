"""An option as a field of a pydantic model: of requests over HTTP, of the panel's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nbchat.options import OPTIONS, THINKING_WORDS

if TYPE_CHECKING:
    ThinkingWord = str
else:
    ThinkingWord = Literal[("", *THINKING_WORDS)]  # the empty one leaves it to the provider


def option_field(name: str, **more: Any) -> Any:
    """The range and the help of an option, as the default of a field; `more` goes over them.

    >>> from pydantic import BaseModel
    >>> class Made(BaseModel):
    ...     temperature: float | None = option_field("temperature")
    >>> Made.model_json_schema()["properties"]["temperature"]["anyOf"][0]
    {'maximum': 2, 'minimum': 0, 'type': 'number'}
    """
    row = OPTIONS[name]
    facts: dict[str, Any] = {"default": None, "description": row.text}
    if row.kind in (int, float):
        facts |= {"ge": row.low, "le": row.high}
    if row.kind is float:
        facts["allow_inf_nan"] = False
    return Field(**facts | more)


def option_type(name: str) -> Any:
    """The type of an option in JSON: a number, a text, or one of its values; None is none given."""
    row = OPTIONS[name]
    return Literal[(*row.values, None)] if row.words else row.kind | None
