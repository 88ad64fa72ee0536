"""A JSON schema that somebody wrote: whether it can be used here, and with an object around it.

It may come from a file of anyone: nothing that it names is fetched, and one that would never end,
or that asks for what is not checked here, is refused before anything is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias
from urllib.parse import unquote

from nbchat.errors import BadOption
from nbchat.values.json_formats import MOST_PATTERNS, pattern
from nbchat.values.json_keywords import ALONE, TYPES, is_number
from nbchat.wording import did_you_mean, shorten, written_out

Node: TypeAlias = Any

_ONE = (  # keywords behind which a schema stands
    *("additionalItems", "additionalProperties", "contains", "else", "if", "not"),
    *("propertyNames", "then"),
)
_SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
_BY_NAME = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_NOT_CHECKED = ("$dynamicRef", "$recursiveRef", "unevaluatedItems", "unevaluatedProperties")
_SHARED = ("$defs", "definitions")  # stay at the root, whatever is put around the rest
_WHOLE_NUMBERS = (
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minContains", "maxContains"),
)
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_KNOWN = {
    "$ref",
    "enum",
    "const",
    "items",
    "required",
    "dependencies",
    "description",
    "title",
    "default",
} | {
    *_ONE,
    *_SEVERAL,
    *_BY_NAME,
    *ALONE,
}


def usable(schema: Mapping[Any, Any]) -> tuple[dict[str, Any], dict[str, Node]]:
    """A copy of a schema in plain dicts, and what each `$ref` in it points to. Raises BadOption."""
    try:
        root: dict[str, Any] = json.loads(json.dumps(schema, allow_nan=False, default=dict))
        nodes = list(_nodes(root, ""))
    except (TypeError, ValueError, RecursionError):
        raise BadOption(
            "a JSON schema holds what JSON has: dicts, lists, texts, numbers."
        ) from None
    if root and not root.keys() & _KNOWN:
        raise BadOption(
            "this dict is no JSON schema: nothing in it is a keyword of one. "
            'For fields by their names write schema="name, age int".'
        )
    return root, _targets(root, nodes)


def _targets(root: dict[str, Any], nodes: list[tuple[str, Node]]) -> dict[str, Node]:
    """Check each schema, and find what its references point to."""
    targets: dict[str, Node] = {}
    _refuse_many_patterns(nodes)
    met = {id(node) for _, node in nodes}
    for path, node in nodes:  # to which is added where a reference points to anything else
        _check(path, node)
        reference = node.get("$ref") if isinstance(node, dict) else None
        if reference is None or reference in targets:
            continue
        target = targets[reference] = _target(path, reference, root, nodes)
        if id(target) not in met:
            found = list(_nodes(target, reference))
            met |= {id(inner) for _, inner in found}
            nodes += found
    _refuse_endless(nodes, targets)
    return targets


# --- whether it is one ---------------------------------------------------------------------------


def _nodes(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Each schema inside a schema, and where it stands."""
    yield path, node
    for inner_path, inner in _parts(node):
        yield from _nodes(inner, f"{path}/{inner_path}")


def _parts(node: Node, keywords: tuple[str, ...] = ()) -> Iterator[tuple[str, Node]]:
    """The schemas that stand behind the keywords of one; where some are named, behind these."""
    if not isinstance(node, dict):
        return
    for keyword, value in node.items():
        if keywords and keyword not in keywords:
            continue
        if keyword in _ONE or (keyword == "items" and not isinstance(value, list)):
            yield keyword, value
        elif keyword in _SEVERAL or keyword == "items":
            if not isinstance(value, list):
                raise BadOption(f"{keyword} of a JSON schema is followed by a list.")
            yield from ((f"{keyword}/{at}", inner) for at, inner in enumerate(value))
        elif keyword in _BY_NAME or keyword == "dependencies":
            if not isinstance(value, dict):
                raise BadOption(f"{keyword} of a JSON schema is followed by a dict.")
            for name, inner in value.items():
                if keyword != "dependencies" or not isinstance(inner, list):
                    yield f"{keyword}/{name}", inner


def _check(path: str, node: Node) -> None:
    """Raise BadOption where a schema is none, or asks for what is not checked here."""
    if isinstance(node, bool):
        return
    if not isinstance(node, dict):
        raise _unusable(path, f"a schema is a dict, not {type(node).__name__}")
    for keyword, value in node.items():
        if keyword in _NOT_CHECKED:
            raise _unusable(path, f"{keyword} is not checked here")
        if keyword == "type":
            _check_type(path, value)
        wanted = _wanted(keyword, value)
        if wanted:
            raise BadOption(
                f"the JSON schema cannot be used: at {_place(path)}, {keyword} should be {wanted}."
            )
    for text in [node.get("pattern"), *node.get("patternProperties", ())]:
        if text is None:
            continue
        try:
            pattern(text)
        except ValueError as error:
            raise _unusable(path, str(error)) from None


def _refuse_many_patterns(nodes: list[tuple[str, Node]]) -> None:
    texts: set[Any] = set()
    for _, node in nodes:
        if isinstance(node, dict):
            own = [node.get("pattern"), *node.get("patternProperties", ())]
            texts |= {text for text in own if isinstance(text, str)}
    if len(texts) > MOST_PATTERNS:
        raise BadOption(
            f"the JSON schema cannot be used: it has {len(texts):,} different patterns, "
            f"and {MOST_PATTERNS:,} are possible."
        )


def _wanted(keyword: str, value: Any) -> str:
    """What should stand behind a keyword, where something else does."""
    for keywords, is_right, wanted in _BEHIND:
        if keyword in keywords and not is_right(value):
            return wanted
    return ""


def _check_type(path: str, value: Any) -> None:
    words = value if isinstance(value, list) else [value]
    unknown = [word for word in words if not isinstance(word, str) or word not in TYPES]
    if words and not unknown:
        return
    told = (
        f"the JSON schema cannot be used: at {_place(path)}, type should be one of "
        f"{', '.join(TYPES)}."
    )
    meant = did_you_mean(str(unknown[0]), TYPES) if unknown else ""
    raise BadOption(told + (meant and f"{meant}."))


def _is_whole(value: Any) -> bool:
    return is_number(value) and value >= 0 and value == int(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_BEHIND: tuple[tuple[tuple[str, ...], Callable[[Any], bool], str], ...] = (
    (("multipleOf",), lambda value: is_number(value) and value > 0, "a number above 0"),
    (_NUMBERS, is_number, "a number"),
    (_WHOLE_NUMBERS, _is_whole, "a whole number from 0"),
    (("required",), _are_texts, "a list of names"),
    (("enum",), lambda value: isinstance(value, list), "a list"),
    (("pattern", "format", "$ref"), lambda value: isinstance(value, str), "a text"),
    (
        ("dependentRequired",),
        lambda value: isinstance(value, dict) and all(map(_are_texts, value.values())),
        "a dict of lists of names",
    ),
)


def _unusable(path: str, why: str) -> BadOption:
    return BadOption(f"the JSON schema cannot be used: at {_place(path)}, {why.rstrip('.')}.")


def _place(path: str) -> str:
    return shorten(written_out(path), 80) or "its root"


# --- what its references point to ----------------------------------------------------------------


def _target(path: str, reference: str, root: Node, nodes: list[tuple[str, Node]]) -> Node:
    """What a `$ref` points to, which stands in the same schema. Raises BadOption."""
    address, _, pointer = reference.partition("#")
    shown = shorten(written_out(reference), 60)
    if address and address != root.get("$id"):
        raise _unusable(path, f"$ref {shown!r} points out of it, and nothing is fetched")
    if pointer and not pointer.startswith("/"):
        named = [node for _, node in nodes if isinstance(node, dict)]
        named = [node for node in named if node.get("$anchor") == pointer]
        if named:
            return named[0]
        raise _unusable(path, f"$ref {shown!r} points to nothing")
    target = root
    for step in pointer.split("/")[1:]:
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        try:
            target = target[int(name)] if isinstance(target, list) else target[name]
        except (LookupError, TypeError, ValueError):
            raise _unusable(path, f"$ref {shown!r} points to nothing") from None
    return target


def _refuse_endless(nodes: list[tuple[str, Node]], targets: Mapping[str, Node]) -> None:
    """Raise BadOption where a schema asks the same of the same value again and again."""
    asks: dict[int, list[int]] = {}
    for _, node in nodes:
        again = [id(inner) for _, inner in _parts(node, _SAME_VALUE)]
        if isinstance(node, dict) and "$ref" in node:
            again.append(id(targets[node["$ref"]]))
        asks[id(node)] = [other for other in again if other not in _BOOLEANS]
    try:
        TopologicalSorter(asks).prepare()
    except CycleError:
        raise BadOption("the JSON schema cannot be used: a $ref in it leads to itself.") from None


_BOOLEANS = (id(True), id(False))  # of which there is one each


# --- with an object around it --------------------------------------------------------------------


def with_object_around(schema: Mapping[str, Any], member: str) -> dict[str, Any]:
    """An object whose one member is what the schema asks for.

    >>> whole = with_object_around({"type": "array", "items": {"$ref": "#"}}, "items")
    >>> whole["properties"]["items"]["items"]
    {'$ref': '#/properties/items'}
    """
    shared = {name: schema[name] for name in _SHARED if name in schema}
    inner = {name: value for name, value in schema.items() if name not in (*_SHARED, "$schema")}
    around: dict[str, Any] = {
        "type": "object",
        "properties": {member: inner},
        "required": [member],
        "additionalProperties": False,
        **shared,
    }
    if "$schema" in schema:
        around["$schema"] = schema["$schema"]
    moved: dict[str, Any] = _moved(around, member)
    return moved


def _moved(node: Node, member: str, *, is_by_name: bool = False) -> Node:
    """The schema with its references as they are when it stands behind that member."""
    if isinstance(node, list):
        return [_moved(inner, member) for inner in node]
    if not isinstance(node, dict):
        return node
    moved = {}
    for name, value in node.items():
        if is_by_name:
            moved[name] = _moved(value, member)
        elif name == "$ref" and isinstance(value, str) and _stands_at_the_root(value):
            moved[name] = f"#/properties/{member}{value[1:]}"
        elif name in ("enum", "const", "default", "examples"):
            moved[name] = value
        else:
            moved[name] = _moved(value, member, is_by_name=name in _BY_NAME)
    return moved


def _stands_at_the_root(pointer: str) -> bool:
    """Whether what a reference points to is about to stand behind the member."""
    if pointer == "#":
        return True
    return pointer.startswith("#/") and pointer.split("/")[1] not in _SHARED


def with_object_at_root(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema where its root is an object, also through a `$ref`; None where it is none.

    >>> tree = {"type": "object", "properties": {"child": {"$ref": "#/$defs/Tree"}}}
    >>> with_object_at_root({"$ref": "#/$defs/Tree", "$defs": {"Tree": tree}})["type"]
    'object'
    """
    root = dict(schema)
    met: list[str] = []
    while isinstance(root.get("$ref"), str) and root["$ref"] not in met:
        reference = root.pop("$ref")
        met.append(reference)
        prefix, _, name = reference.rpartition("/")
        shared = schema.get(prefix.removeprefix("#/"), {})
        if prefix.removeprefix("#/") not in _SHARED or not isinstance(shared.get(name), dict):
            return None
        root = {**shared[name], **root}
    if "type" not in root and ("properties" in root or "required" in root):
        root = {"type": "object", **root}
    return root if root.get("type") == "object" else None
