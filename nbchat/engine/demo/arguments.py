"""Arguments for a tool: made from its schema, and from the numbers and the words of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbchat.engine.demo.instance import instance_of
from nbchat.engine.demo.reading import is_taken, is_within
from nbchat.wire.shapes import items, mapping

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w)")
_QUOTED = re.compile(r"\"([^\"\n]+)\"|'([^'\n]+)'(?!\w)|`([^`\n]+)`")
_BEHIND = re.compile(  # "the price of apples", "the weather in New York"
    r"\b(?:of|for|in|to|at|with|from|on)\s+(?:the\s+|my\s+|a\s+|an\s+)?"
    r"((?:[A-Z][\w-]*\s?)+|\w[\w-]*)"
)
_LIST = re.compile(r"\b(?:of|for|in|with|from)\s+(\w+(?:(?:,\s*|\s+and\s+|,\s+and\s+)\w+)+)")


def arguments_for(parameters: Mapping[str, Any], question: str, tool: str = "") -> dict[str, Any]:
    """Arguments that the schema takes, with as much of the question as fits.

    >>> number = {"type": "number"}
    >>> numbers = {"properties": {"a": number, "b": number}, "required": ["a", "b"]}
    >>> arguments_for({"type": "object", **numbers}, "Add 2 and 3.5")
    {'a': 2, 'b': 3.5}
    """
    usual = mapping(instance_of(parameters))
    words = _Words(question, tool)
    made = {}
    for name, schema in mapping(parameters.get("properties")).items():
        is_needed = name in items(parameters.get("required"))
        value = words.value(name, _of_choice(mapping(schema)), is_needed)
        if value is None and is_needed:
            value = usual.get(name)
        if value is not None:
            made[name] = value
    return made


def _of_choice(schema: dict[str, Any]) -> dict[str, Any]:
    """The first of a choice that says something: `int | None` is an `int`."""
    for name in ("anyOf", "oneOf"):
        for choice in map(mapping, items(schema.get(name))):
            if choice.get("type") != "null":
                return {**choice, **{key: one for key, one in schema.items() if key != name}}
    return schema


class _Words:
    """The words of a question. Each is given away once."""

    def __init__(self, question: str, tool: str) -> None:
        self._text = re.sub(rf"`?\b{re.escape(tool)}\b`?", " ", question) if tool else question
        self._numbers = [_number(one) for one in _NUMBER.findall(_QUOTED.sub(" ", self._text))]
        self._quoted = ["".join(groups) for groups in _QUOTED.findall(self._text)]
        self._behind = [one.strip() for one in _BEHIND.findall(self._text)]
        self._listed = [
            re.split(r",\s*and\s+|,\s*|\s+and\s+", one) for one in _LIST.findall(question)
        ]

    def value(self, name: str, schema: Mapping[str, Any], is_needed: bool) -> Any:
        """What the question gives a field; None where that is nothing."""
        if choices := items(schema.get("enum")):
            return self._choice(choices)
        match schema.get("type"):
            case "integer" | "number":
                return self._take_number(schema)
            case "string":
                return self._take_text(name, schema, is_needed)
            case "array":
                return self._take_several(mapping(schema.get("items")))
        return None

    def _choice(self, choices: list[Any]) -> Any:
        said = [
            one for one in choices if re.search(rf"\b{re.escape(str(one))}\b", self._text, re.I)
        ]
        return said[0] if said else None

    def _take_number(self, schema: Mapping[str, Any]) -> float | None:
        for at, number in enumerate(self._numbers):
            if is_within(number, schema):
                return self._numbers.pop(at)
        return None

    def _take_text(self, name: str, schema: Mapping[str, Any], is_needed: bool) -> str | None:
        named = re.search(rf"\b{re.escape(name)}\s+(?:is\s+|=\s*)?([\w.-]+)", self._text, re.I)
        if named and _is_taken(named[1], schema):
            return named[1]
        for found in (self._quoted, self._behind if is_needed else []):
            for at, text in enumerate(found):
                if _is_taken(text, schema):
                    return found.pop(at)
        return None

    def _take_several(self, kind: Mapping[str, Any]) -> list[Any] | None:
        if kind.get("type") in ("integer", "number"):
            fitting = [one for one in self._numbers if is_within(one, kind)]
            self._numbers = [one for one in self._numbers if one not in fitting]
            return fitting or None
        if kind.get("type") != "string" or "enum" in kind:
            return None
        texts, self._quoted = self._quoted, []
        if not texts and self._listed:
            texts = self._listed.pop(0)
        return texts or None


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _is_taken(text: str, schema: Mapping[str, Any]) -> bool:
    """Whether a schema takes the text, where it says nothing of how that is written."""
    return "format" not in schema and is_taken(text, schema)
