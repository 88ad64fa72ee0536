"""The JSON values in an answer, whatever stands around them: prose, fences, a second value.

What is cut or broken gives no value, and neither does anything inside it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from nbchat import known_keys
from nbchat.known_keys import Mask
from nbchat.values.marks import end_of_brackets

# What can be followed by JSON, or by the end of what is cut; in prose it mostly is not.
_OPENING = re.compile(r"""\[(?=\s*(?:["{\[\]\d-]|true|false|null|\Z))|\{(?=\s*(?:["}]|\Z))""")
_FENCED = re.compile(r"```\w*\n(.*)\n```", re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)  # a line break inside a string is meant as one


@dataclass(slots=True, frozen=True)
class Found:
    """A whole JSON value."""

    value: Any
    length: int  # of its text


@dataclass(slots=True)
class JsonIn:
    """What JSON a text holds."""

    values: list[Found] = field(default_factory=list)  # in the order they stand there
    is_broken: bool = False  # whether there is something that begins as JSON, and is none


def json_in(text: str) -> JsonIn:
    """All whole JSON values of a text.

    Of single words and numbers only what is the whole text, or all that is fenced.

    >>> [found.value for found in json_in('Sure: [1, {"a": 2}] or {"b": 3}!').values]
    [[1, {'a': 2}], {'b': 3}]
    >>> json_in('{"a": [{"b": 1}]')                     # cut
    JsonIn(values=[], is_broken=True)
    """
    text = text.strip()
    mask = known_keys.current()
    alone = _single_word(text, mask)
    if alone is not None:
        return JsonIn([alone])
    found = JsonIn()
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        start = opening.start()
        try:
            value, at = _DECODER.raw_decode(text, start)
            found.values.append(Found(mask.hide_in(value), at - start))
        except (ValueError, RecursionError):
            found.is_broken = True
            end = end_of_brackets(text, start)
            if end is None:  # all that follows stands inside what is cut
                break
            at = end
    return found


def decoded(text: str, mask: Mask) -> Any:
    """The value that a text is, without keys that were escaped in it.

    Raises ValueError or RecursionError.
    """
    return mask.hide_in(_DECODER.decode(text))


def _single_word(text: str, mask: Mask) -> Found | None:
    fenced = _FENCED.fullmatch(text)
    word = fenced[1].strip() if fenced else text
    if word[:1] in ("[", "{"):
        return None
    try:
        return Found(decoded(word, mask), len(word))
    except (ValueError, RecursionError):
        return None
