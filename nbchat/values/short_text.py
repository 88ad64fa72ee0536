"""`"name, age int, tags list"`: what an answer is to hold, as a person types it.

    name                      a text
    age int                   of a type: int, float, bool, date, datetime, time, list, list[int]
    mood happy|sad|neutral    one of these
    born date?                or nothing, where the text does not say
    bio: two sentences        with words for the model; a type alone is one: age: int
    list[name, age int]       rows of these

Fields stand between commas, or one a line: then what is said of them may hold commas.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from nbchat.errors import BadOption
from nbchat.wording import did_you_mean, shorten, written_out

TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "date": date,
    "datetime": datetime,
    "time": time,
    "list": list[str],
}
MEANT = {"text": "str", "string": "str", "integer": "int", "number": "float", "boolean": "bool"}
EXAMPLE = 'Write schema="name, age int, tags list", say.'
TITLE = "Answer"

_LIST = re.compile(r"list\[(.*)\]", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w-]*")


def type_of_text(text: str) -> Any:
    """The type that a short text stands for; its values are dicts. Raises BadOption.

    >>> type_of_text("list[int]"), type_of_text("name, age int").__annotations__["age"]
    (list[int], <class 'int'>)
    """
    text = text.strip()
    as_list = _LIST.fullmatch(text)
    if as_list:
        inner = type_of_text(as_list[1])
        return list[inner]  # type: ignore[valid-type]  # it is one
    if MEANT.get(text, text) in TYPES:
        return TYPES[MEANT.get(text, text)]
    fields: dict[str, Any] = {}
    for line in _fields_of(text):
        name, kind = _field(line)
        if name in fields:
            raise BadOption(f"{name!r} is asked for twice. " + EXAMPLE)
        fields[name] = kind
    return _dict_with(fields)


def _dict_with(fields: dict[str, Any]) -> Any:
    from typing_extensions import TypedDict  # Python's own is not checked before 3.12

    return TypedDict(TITLE, fields)  # type: ignore[operator]  # names that are known now


def _fields_of(text: str) -> list[str]:
    between = "\n" if "\n" in text else ","
    fields = [line.strip().removesuffix(",").rstrip() for line in text.split(between)]
    fields = [line for line in fields if line]
    if not fields:
        raise BadOption("a schema asks for one field at least. " + EXAMPLE)
    return fields


def _field(line: str) -> tuple[str, Any]:
    """The name of a field, and its type with what is said of it."""
    head, _, said = line.partition(":")
    words = head.split()
    name = words[0] if words else ""
    if len(words) > 2 or not _NAME.fullmatch(name):
        shown = shorten(written_out(line), 40)
        raise BadOption(f"{shown!r} is no field: it is a name, and maybe a type. " + EXAMPLE)
    said = said.strip()
    if len(words) == 1 and _is_type(said):  # as Python has it
        return name, _type(said)
    kind = _type(words[1]) if len(words) > 1 else str
    if not said:
        return name, kind
    from pydantic import Field

    return name, Annotated[kind, Field(description=said)]


def _is_type(text: str) -> bool:
    """Whether a text is all of it a type, and so says nothing of a field."""
    as_list = _LIST.fullmatch(text)
    word = (as_list[1] if as_list else text).removesuffix("?")
    return bool(re.fullmatch(r"\w+(\|\w+)+", word)) or MEANT.get(word, word) in TYPES


def _type(word: str) -> Any:
    if word.endswith("?"):
        return _type(word[:-1]) | None
    if "|" in word:
        choices = [choice for choice in word.split("|") if choice]
        are_numbers = all(choice.isdecimal() for choice in choices)
        return Literal[tuple(map(int, choices) if are_numbers else choices)]
    as_list = _LIST.fullmatch(word)
    if as_list:
        inner = _type(as_list[1])
        return list[inner]  # type: ignore[valid-type]  # it is one
    known = MEANT.get(word, word)
    if known not in TYPES:
        meant = did_you_mean(word, TYPES)
        shown = shorten(written_out(word), 40)
        names = ", ".join(TYPES)
        told = f"{shown!r} is no type of a field." + meant
        raise BadOption(told + f" There are {names}, and a|b|c.")
    return TYPES[known]
