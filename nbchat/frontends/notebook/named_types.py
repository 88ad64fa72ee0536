"""What `--as` asks for: a type of the notebook, by its name, or else fields as a short text.

A type is written as in Python, `Person`, `list[Person]`, `shop.Order | None`, and looked up:
nothing that is typed is run. Whatever else there is, is a short text, as `schema=` takes it.
"""

from __future__ import annotations

import ast
import builtins
import typing
from collections.abc import Iterator, Mapping
from types import GenericAlias, ModuleType, UnionType
from typing import Any

from nbchat.errors import BadOption
from nbchat.wording import nearest, shorten

LONGEST_SHOWN = 60  # characters of what was typed that are repeated
_BUILT_IN = ("str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "set", "frozenset")
_OF_TYPING = ("Any", "Optional", "Union", "Literal", "List", "Dict", "Tuple", "Set")
READY = {name: getattr(builtins, name) for name in _BUILT_IN} | {
    name: getattr(typing, name) for name in _OF_TYPING
}
_OF_A_SCHEMA = ("type", "properties", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "$defs")
_GENERIC = (GenericAlias, UnionType, type(typing.Optional[int]), type(typing.List[int]))  # noqa: UP006, UP045


class _Unknown(Exception):
    """No type has that name."""


def named_type(typed: str, variables: Mapping[str, Any]) -> Any:
    """What was typed, as `schema=` takes it. Raises BadOption for a type that is not there.

    >>> named_type("list[int]", {}), named_type("name, age int", {})
    (list[int], 'name, age int')
    """
    try:
        tree = ast.parse(typed, mode="eval").body
        return _looked_up(tree, variables, typed)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return typed
    except _Unknown as unknown:
        name = str(unknown)
    if name[:1].isupper() or "." in name:
        raise _no_such_type(name, typed, variables)
    return typed


def types(variables: Mapping[str, Any]) -> Iterator[str]:
    """The variables that can be named: classes with fields, other types, and JSON schemas."""
    for name, value in variables.items():
        if not name.startswith("_") and (_has_fields(value) or _is_schema(value)):
            yield name


def _looked_up(node: ast.expr, variables: Mapping[str, Any], typed: str) -> Any:
    """The type that an expression names. Raises _Unknown for anything else."""
    match node:
        case ast.Name(id=name):
            return _type_of_name(name, variables)
        case ast.Constant(value=None):
            return None
        case ast.Attribute():
            return _member(node, variables)
        case ast.Subscript(value=ast.Name() | ast.Attribute() as generic, slice=inner):
            return _of_generic(_looked_up(generic, variables, typed), inner, variables, typed)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _looked_up(left, variables, typed) | _looked_up(right, variables, typed)
    raise _Unknown


def _of_generic(generic: Any, inner: ast.expr, variables: Mapping[str, Any], typed: str) -> Any:
    items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if generic is typing.Literal:
        found = [_literal(item) for item in items]
    else:
        found = [_looked_up(item, variables, typed) for item in items]
    try:
        return generic[tuple(found) if isinstance(inner, ast.Tuple) else found[0]]
    except TypeError:
        raise BadOption(
            f"{_shown(typed)} in --as is no type: {_name_of(generic)} takes nothing in brackets, "
            "or something else."
        ) from None


def _literal(node: ast.expr) -> Any:
    value = ast.literal_eval(node)
    if not isinstance(value, str | int | None):
        raise _Unknown
    return value


def _type_of_name(name: str, variables: Mapping[str, Any]) -> Any:
    """The notebook's own goes before a ready one of the same name."""
    value = variables.get(name)
    if is_type(value) or _is_schema(value):
        return value
    if name in READY:
        return READY[name]
    raise _Unknown(name)


def _member(node: ast.Attribute, variables: Mapping[str, Any]) -> Any:
    """A type in a module, which is named with dots."""
    path = ast.unparse(node)
    first, *rest = path.split(".")
    value = variables.get(first)
    for name in rest:
        is_place = isinstance(value, ModuleType | type)
        value = vars(value).get(name) if is_place else None
    if not is_type(value):
        raise _Unknown(path)
    return value


def is_type(value: object) -> bool:
    """Whether it is a class, or made of classes: `list[Person]`, `Person | None`."""
    return isinstance(value, (type, *_GENERIC)) or _is_annotated(value)


def _is_annotated(value: object) -> bool:
    is_alias = type(value) is getattr(typing, "TypeAliasType", None)
    return is_alias or typing.get_origin(value) is typing.Annotated


def _is_schema(value: object) -> bool:
    return type(value) is dict and any(name in value for name in _OF_A_SCHEMA)


def _has_fields(value: object) -> bool:
    """Whether it is a type that somebody has made for values; any class would be too many."""
    if not isinstance(value, type):
        return is_type(value)
    names = ("model_fields", "__dataclass_fields__", "__total__", "__members__")
    return any(getattr(value, name, None) for name in names)


def _no_such_type(name: str, typed: str, variables: Mapping[str, Any]) -> BadOption:
    known = [*types(variables), *READY]
    near = nearest(name, known)
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    said = f"there is no type {_shown(name)} here."
    if name != typed:
        said = f"there is no type {_shown(name)} here, which {_shown(typed)} names."
    return BadOption(
        f"{said}{guess}\n"
        'Make the class in a cell above, or name the fields: --as "name, age int, tags list"'
    )


def _shown(text: str) -> str:
    return repr(shorten(text, LONGEST_SHOWN))


def _name_of(kind: Any) -> str:
    return shorten(str(getattr(kind, "__name__", kind)), LONGEST_SHOWN)
