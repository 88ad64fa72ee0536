"""An instance of a JSON schema: something in every field, from the question where that fits.

The same question always gets the same one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.engine.demo.matching import text_for
from nbchat.engine.demo.reading import Reading
from nbchat.wire.shapes import items, mapping, string

DEEPEST = 6  # levels, behind which nothing is said that need not be
ENDLESS = 40  # levels
MOST_VALUES = 5000
LONGEST = 10_000  # characters of a text
MOST_ITEMS = 100
USUAL_ITEMS = 2
MERGED = ("properties", "$defs", "definitions", "patternProperties")  # of all parts of an allOf

# What is written where a schema says no more than a text, by words in the name of its field.
TEXTS = {
    "email": ("ada@example.com",),
    "url": ("https://example.com/",),
    "city": ("Paris", "Rome", "Lima"),
    "country": ("France", "Italy", "Peru"),
    "currency": ("EUR",),
    "language": ("English",),
    "date": ("2026-11-29",),
    "name": ("Ada", "Grace", "Alan"),
}
FORMATS = {
    "date": "2026-11-29",
    "date-time": "2026-11-29T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1DT2H",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "ipv4network": "192.0.2.0/24",
    "ipv6network": "2001:db8::/32",
    "ipvanyaddress": "192.0.2.1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/demo",
    "iri-reference": "/demo",
    "uri-template": "/demo/{name}",
    "uuid": "0b5a2a1e-4c1d-4f3b-9a53-3c6f4a2d1e90",
    "uuid4": "0b5a2a1e-4c1d-4f3b-9a53-3c6f4a2d1e90",
    "json-pointer": "/demo",
    "relative-json-pointer": "0",
    "regex": "^demo$",
    "byte": "ZGVtbw==",
    "base64": "ZGVtbw==",
    "binary": "demo",
    "path": "demo.txt",
    "file-path": "demo.txt",
    "directory-path": ".",
    "json-string": "{}",
}


def instance_of(schema: Any, question: str = "") -> Any:
    """A value that the schema takes, as far as a script can tell.

    >>> instance_of({"type": "object", "properties": {"name": {"type": "string"}}})
    {'name': 'Ada'}
    >>> mood = {"enum": ["positive", "negative"]}
    >>> instance_of({"properties": {"mood": mood}}, "Sort this: The soup was cold.")
    {'mood': 'negative'}
    """
    try:
        return _Maker(schema, Reading(question)).value(schema, "", 0)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return None  # no schema at all, or with numbers beyond all bounds


class _Maker:
    """Makes values of the parts of one schema."""

    def __init__(self, root: Any, reading: Reading) -> None:
        self._root = root
        self._reading = reading  # of the part of the question that is told of now
        self._left = MOST_VALUES

    def value(self, schema: Any, name: str, depth: int, number: int = 0) -> Any:
        """The value for a part; `name` is its field's, `number` tells items of a list apart."""
        self._left -= 1
        if depth > ENDLESS or self._left < 0:  # it has no end, or none that anybody would wait for
            return None
        whole = self._resolved(schema, depth)
        if "const" in whole:
            return whole["const"]
        if choices := whole.get("enum"):
            return self._reading.label(choices) if self._reading else choices[number % len(choices)]
        kind = _kind_of(whole)
        if kind == "object":
            return self._object(whole, depth, number)
        if kind == "array":
            return self._array(whole, name, depth)
        if kind == "null":
            return None
        if kind == "boolean":
            return self._reading.truth(name) if self._reading else number % 2 == 0
        if kind in ("integer", "number"):
            told = self._reading.number({**whole, "type": kind})
            if told is None and self._reading:
                told = self._reading.score(name, {**whole, "type": kind})
            return _number(whole, kind == "integer", number) if told is None else told
        return self._reading.text(name, whole) or _text(whole, name, number)

    # --- what stands for another ---------------------------------------------------------------

    def _resolved(self, schema: Any, depth: int) -> Mapping[str, Any]:
        """The schema with what it refers to, and with one of each choice, put in."""
        whole = dict(mapping(schema))
        for _ in range(MOST_ITEMS):  # a reference may lead in a circle
            if "$ref" in whole:
                whole = _merged(self._target(string(whole.pop("$ref"))), whole)
            elif "allOf" in whole:
                for part in items(whole.pop("allOf")):
                    whole = _merged(whole, self._resolved(part, depth))
            elif choice := next((n for n in ("anyOf", "oneOf") if items(whole.get(n))), ""):
                chosen = self._choice(items(whole.pop(choice)), depth)
                whole.pop("discriminator", None)
                whole = _merged(whole, mapping(chosen))
            else:
                break
        return whole

    def _target(self, reference: str) -> Mapping[str, Any]:
        """What a reference inside the schema leads to; nothing for one that leads elsewhere."""
        place = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(place, list) and key.isdigit() and int(key) < len(place):
                place = place[int(key)]
            else:
                place = mapping(place).get(key)
        return mapping(place) if reference.startswith("#") else {}

    def _choice(self, choices: Sequence[Any], depth: int) -> Any:
        """The first that says something; the shortest way out where it is deep already."""
        if depth < DEEPEST:
            said = [choice for choice in choices if mapping(choice).get("type") != "null"]
            return (said or choices)[0]
        return min(choices, key=lambda choice: _size(self._resolved(choice, depth + 1), depth))

    # --- what holds others ---------------------------------------------------------------------

    def _object(self, schema: Mapping[str, Any], depth: int, number: int) -> dict[str, Any]:
        fields = mapping(schema.get("properties"))
        required = [string(name) for name in items(schema.get("required"))]
        names = [name for name in fields if name in required or depth < DEEPEST]
        made = {name: self.value(fields[name], name, depth + 1, number) for name in names}
        made |= {name: self.value(True, name, depth + 1) for name in required if name not in made}
        return made | self._further(schema, made, depth)

    def _further(
        self, schema: Mapping[str, Any], made: Mapping[str, Any], depth: int
    ) -> dict[str, Any]:
        """Members that have no field of their own, where the schema is about these."""
        rules = dict(mapping(schema.get("patternProperties")))
        others = schema.get("additionalProperties", schema.get("unevaluatedProperties"))
        if isinstance(others, dict):
            rules.setdefault("", others)
        least = _whole(schema.get("minProperties"), 0)
        wanted = 0 if depth >= DEEPEST else len(rules)
        if not rules and least > len(made):
            rules[""] = True
        count = min(max(wanted, least - len(made)), MOST_ITEMS) if rules else 0
        found: dict[str, Any] = {}
        patterns = list(rules)
        for number in range(count):
            pattern = patterns[min(number, len(patterns) - 1)]
            key = self._key(schema, pattern, number)
            found[key] = self.value(rules[pattern], key, depth + 1, number)
        return found

    def _key(self, schema: Mapping[str, Any], pattern: str, number: int) -> str:
        names = {**mapping(schema.get("propertyNames")), "type": "string"}
        if pattern:
            names["pattern"] = pattern
        return str(self.value(names, "", DEEPEST, number))

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        first = items(schema.get("prefixItems"))
        rest = schema.get("items")
        if isinstance(rest, list):  # as drafts before 2020 have it
            first, rest = rest, schema.get("additionalItems")
        least = _whole(schema.get("minItems"), 0)
        usual = 0 if depth >= DEEPEST or (first and not isinstance(rest, dict)) else USUAL_ITEMS
        most = min(_whole(schema.get("maxItems"), MOST_ITEMS), MOST_ITEMS)
        parts = [] if first or depth >= DEEPEST else self._parts(rest)
        count = min(max(least, len(parts) or usual, len(first)), most)
        if rest is False:
            count = min(count, len(first))
        kinds = [*first, *[rest] * count][:count]
        singular = name.removesuffix("s")
        made = []
        whole = self._reading
        for at, kind in enumerate(kinds):
            self._reading = parts[at] if at < len(parts) else whole
            made.append(self.value(kind, singular, depth + 1, at))
        self._reading = whole
        if schema.get("uniqueItems"):
            made = [one for at, one in enumerate(made) if one not in made[:at]]
        if "contains" in schema and len(made) < most:
            made.append(self.value(schema["contains"], singular, depth + 1))
        return made

    def _parts(self, kind: Any) -> list[Reading]:
        """What each item of a list is told of: things in a row, or the words of the question."""
        whole = self._resolved(kind, 0)
        is_text = _kind_of(whole) == "string" and "enum" not in whole and "const" not in whole
        told = self._reading.parts(of_values=is_text)
        return told or [self._reading] * self._reading.wanted()


# --- values of one kind ----------------------------------------------------------------------


def _kind_of(schema: Mapping[str, Any]) -> str:
    """The type, by what is said of it where it is not named."""
    said = schema.get("type")
    if isinstance(said, list):
        kinds = [kind for kind in said if kind != "null"]
        return string(kinds[0]) if kinds else "null"
    if isinstance(said, str):
        return said
    for kind, names in {
        "object": ("properties", "additionalProperties", "required", "patternProperties"),
        "array": ("items", "prefixItems", "minItems"),
        "number": ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"),
    }.items():
        if any(name in schema for name in names):
            return kind
    return "string"


def _number(schema: Mapping[str, Any], whole: bool, number: int) -> float:
    """The smallest that is allowed, or a number as good as any."""
    step = _real(schema.get("multipleOf")) or (1.0 if whole else 0.5)
    step = max(step, 1.0) if whole else step
    low = _real(schema.get("minimum"))
    above = _real(schema.get("exclusiveMinimum"))
    high = _real(schema.get("maximum"))
    below = _real(schema.get("exclusiveMaximum"))
    if above is not None and (low is None or above >= low):
        low = math.floor(above / step) * step + step
    if below is not None and (high is None or below <= high):
        high = math.ceil(below / step) * step - step
    if low is None:
        low = min(step, high) if high is not None else step
    value = math.ceil(low / step - 1e-9) * step + number * step
    if high is not None and value > high:
        value = math.floor(high / step + 1e-9) * step
        value = low if value < low else value
    is_whole = whole or (value == int(value) and step == int(step))
    return int(value) if is_whole else round(value, 9)


def _text(schema: Mapping[str, Any], name: str, number: int) -> str:
    shown = string(schema.get("format"))
    least = min(_whole(schema.get("minLength"), 0), LONGEST)
    most = min(_whole(schema.get("maxLength"), LONGEST), LONGEST)
    if shown in FORMATS and "pattern" not in schema:
        return FORMATS[shown]
    if schema.get("contentEncoding") == "base64":
        return FORMATS["base64"]
    pattern = string(schema.get("pattern"))
    if pattern:
        return text_for(pattern, least, most, number)
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)
    named = [TEXTS[word.lower()] for word in reversed(words) if word.lower() in TEXTS]
    known = named[0] if named else (f"demo {name}".strip(),)
    text = known[number] if number < len(known) else f"{known[0]} {number + 1}"
    return text.ljust(least, ".")[: max(most, 0)]


# --- small things ----------------------------------------------------------------------------


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the second over the first; of fields and lists of names, what both have."""
    both = {**one, **other}
    for name in MERGED:
        if name in one and name in other:
            both[name] = {**mapping(one[name]), **mapping(other[name])}
    if "required" in one and "required" in other:
        both["required"] = list(dict.fromkeys([*items(one["required"]), *items(other["required"])]))
    return both


def _size(schema: Mapping[str, Any], depth: int) -> int:
    """How much has to be said for a schema, about."""
    kind = _kind_of(schema)
    if kind == "object":
        return 10 + len(items(schema.get("required")))
    return {"null": 0, "array": 2 + _whole(schema.get("minItems"), 0)}.get(kind, 1)


def _whole(value: Any, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else usual


def _real(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
