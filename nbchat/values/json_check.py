"""A value against a JSON schema: what is wrong with it, and where.

Of 2020-12 and of draft 7, all but what a schema is refused for before (`json_schema`). Nothing is
fetched, and no schema makes it run for long: what is known of a place is not looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from nbchat.values.json_formats import pattern
from nbchat.values.json_keywords import ALONE, enum_message, frozen
from nbchat.values.problems import MOST_KEPT, Problem, Steps, message_text, path_text

Node: TypeAlias = Any  # a schema, or a part of one: a dict, or True or False

OLD_DIALECTS = ("draft-03", "draft-04", "draft-06", "draft-07")


class JsonCheck:
    """Checks values against one schema, which is known to be usable."""

    def __init__(self, root: Mapping[str, Any], targets: Mapping[str, Node]) -> None:
        """`targets` is what each `$ref` of the schema points to."""
        self._root = root
        self._targets = targets
        dialect = str(root.get("$schema", ""))
        # There a `$ref` stood for the whole, whatever was beside it.
        self._is_old = any(name in dialect for name in OLD_DIALECTS)

    def problems(self, value: Any, node: Node = None) -> list[Problem]:
        """What is wrong with a value; `node` is a part of the schema, where it is of that alone."""
        return _Looking(self._targets, self._is_old).at(
            self._root if node is None else node, value, ()
        )


class _Looking:
    """One look at one value."""

    def __init__(self, targets: Mapping[str, Node], is_old: bool) -> None:
        self._targets = targets
        self._is_old = is_old
        self._allowed: dict[int, set[Any]] = {}  # of each enum, by where it stands
        self._known: dict[tuple[int, Steps], list[Problem]] = {}  # by schema and place

    def at(self, node: Node, value: Any, steps: Steps) -> list[Problem]:
        known = self._known.get((id(node), steps))
        if known is None:
            known = self._known[id(node), steps] = _distinct(self._look(node, value, steps))
        return known

    def fits(self, node: Node, value: Any, steps: Steps) -> bool:
        return not self.at(node, value, steps)

    def _look(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if node is True:
            return
        if node is False:
            yield _problem(steps, "Nothing is allowed here", value)
            return
        if "$ref" in node:
            yield from self.at(self._targets[node["$ref"]], value, steps)
            if self._is_old:
                return
        for keyword, wanted in node.items():
            check = ALONE.get(keyword)
            message = check(wanted, value) if check else ""
            if message:
                yield _problem(steps, message, value)
        for keyword, look in _WITH_PARTS.items():
            if keyword in node:
                yield from look(self, node, value, steps)

    def enum(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        yield from self._one_of_these(node["enum"], value, steps)

    def const(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        yield from self._one_of_these([node["const"]], value, steps, key=id(node))

    def _one_of_these(
        self, wanted: list[Any], value: Any, steps: Steps, key: int = 0
    ) -> Iterator[Problem]:
        """`key` is of what stays as long as this look, where the list does not."""
        allowed = self._allowed.get(key or id(wanted))
        if allowed is None:
            allowed = self._allowed[key or id(wanted)] = set(map(frozen, wanted))
        if frozen(value) not in allowed:
            yield _problem(steps, enum_message(wanted), value)

    # --- several schemas for one value ----------------------------------------------------------

    def all_of(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        for part in node["allOf"]:
            yield from self.at(part, value, steps)

    def any_of(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if not any(self.fits(part, value, steps) for part in node["anyOf"]):
            yield from self._nearest(node["anyOf"], value, steps)

    def one_of(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        fitting = sum(self.fits(part, value, steps) for part in node["oneOf"])
        if fitting == 0:
            yield from self._nearest(node["oneOf"], value, steps)
        elif fitting > 1:
            words = f"Input should fit one of the possible schemas, and fits {fitting}"
            yield _problem(steps, words, value)

    def _nearest(self, parts: list[Node], value: Any, steps: Steps) -> list[Problem]:
        """What is wrong by the schema that was most likely meant: the one of the same type."""
        tried = [self.at(part, value, steps) for part in parts]
        here = path_text(steps)

        def is_of_another_kind(problems: list[Problem]) -> bool:
            return any(problem.path == here for problem in problems)

        return min(tried, key=lambda problems: (is_of_another_kind(problems), len(problems)))

    def not_(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if self.fits(node["not"], value, steps):
            yield _problem(steps, "Input should not be this", value)

    def if_(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        branch = "then" if self.fits(node["if"], value, steps) else "else"
        yield from self.at(node.get(branch, True), value, steps)

    # --- members --------------------------------------------------------------------------------

    def properties(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if not isinstance(value, dict):
            return
        for name, part in node["properties"].items():
            if name in value:
                yield from self.at(part, value[name], (*steps, name))

    def pattern_properties(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        for name, inner in _members(value):
            for text, part in node["patternProperties"].items():
                if pattern(text)(name):
                    yield from self.at(part, inner, (*steps, name))

    def additional_properties(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        named = node.get("properties", {})
        patterns = [pattern(text) for text in node.get("patternProperties", {})]
        for name, inner in _members(value):
            if name in named or any(has(name) for has in patterns):
                continue
            if node["additionalProperties"] is False:
                yield _problem((*steps, name), "Extra inputs are not permitted", inner)
            else:
                yield from self.at(node["additionalProperties"], inner, (*steps, name))

    def property_names(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        for name, _ in _members(value):
            # The name is looked at in a place of its own, which is not the member's.
            for problem in self.at(node["propertyNames"], name, (*steps, name, "its name")):
                yield _problem((*steps, name), "Its name: " + problem.message, name)

    def required(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if isinstance(value, dict):
            yield from _missing(node["required"], value, steps)

    def dependent_required(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        for name, needed in node["dependentRequired"].items():
            if isinstance(value, dict) and name in value:
                yield from _missing(needed, value, steps)

    def dependent_schemas(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        for name, part in node["dependentSchemas"].items():
            if isinstance(value, dict) and name in value:
                yield from self.at(part, value, steps)

    def dependencies(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        for name, needed in node["dependencies"].items():
            if not isinstance(value, dict) or name not in value:
                continue
            if isinstance(needed, list):
                yield from _missing(needed, value, steps)
            else:
                yield from self.at(needed, value, steps)

    # --- items ----------------------------------------------------------------------------------

    def items(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if isinstance(node["items"], list):  # each for its place, as before 2020-12
            yield from self._in_places(node["items"], value, steps)
        else:
            first = len(node.get("prefixItems", ()))
            yield from self._behind(first, node["items"], value, steps)

    def prefix_items(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        yield from self._in_places(node["prefixItems"], value, steps)

    def additional_items(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if isinstance(node.get("items"), list):
            first = len(node["items"])
            yield from self._behind(first, node["additionalItems"], value, steps)

    def _in_places(self, parts: list[Node], value: Any, steps: Steps) -> Iterator[Problem]:
        if isinstance(value, list):
            for at, (part, inner) in enumerate(zip(parts, value, strict=False)):
                yield from self.at(part, inner, (*steps, at))

    def _behind(self, first: int, part: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if isinstance(value, list):
            for at, inner in enumerate(value[first:], first):
                yield from self.at(part, inner, (*steps, at))

    def contains(self, node: Node, value: Any, steps: Steps) -> Iterator[Problem]:
        if not isinstance(value, list):
            return
        count = sum(
            self.fits(node["contains"], inner, (*steps, at)) for at, inner in enumerate(value)
        )
        least, most = node.get("minContains", 1), node.get("maxContains", len(value))
        if not least <= count <= most:
            yield _problem(steps, f"Input has {count} of the items that it should contain", value)


_Look: TypeAlias = Callable[[_Looking, Node, Any, Steps], Iterator[Problem]]
_WITH_PARTS: Mapping[str, _Look] = {
    "enum": _Looking.enum,
    "const": _Looking.const,
    "allOf": _Looking.all_of,
    "anyOf": _Looking.any_of,
    "oneOf": _Looking.one_of,
    "not": _Looking.not_,
    "if": _Looking.if_,
    "required": _Looking.required,
    "properties": _Looking.properties,
    "patternProperties": _Looking.pattern_properties,
    "additionalProperties": _Looking.additional_properties,
    "propertyNames": _Looking.property_names,
    "dependentRequired": _Looking.dependent_required,
    "dependentSchemas": _Looking.dependent_schemas,
    "dependencies": _Looking.dependencies,
    "prefixItems": _Looking.prefix_items,
    "items": _Looking.items,
    "additionalItems": _Looking.additional_items,
    "contains": _Looking.contains,
}


def _distinct(found: Iterator[Problem]) -> list[Problem]:
    """Each problem once: several parts of a schema may find the same, and so on without end."""
    problems: dict[tuple[str, str], Problem] = {}
    for problem in found:
        problems.setdefault((problem.path, problem.message), problem)
        if len(problems) >= MOST_KEPT:
            break
    return list(problems.values())


def _members(value: Any) -> list[tuple[str, Any]]:
    return [*value.items()] if isinstance(value, dict) else []


def _missing(names: list[str], value: dict[str, Any], steps: Steps) -> Iterator[Problem]:
    for name in names:
        if name not in value:
            yield _problem((*steps, name), "Field required", value)


def _problem(steps: Steps, message: str, value: Any) -> Problem:
    return Problem(path_text(steps), message_text(message), value)
