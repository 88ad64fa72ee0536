"""The vendors' own TypedDicts as judges of a request."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Any, Literal, Required, Union, get_args, get_origin, get_type_hints


def mismatches(value: Any, hint: Any, path: str = "body") -> list[str]:
    """Where a JSON value departs from a TypedDict; unknown members are departures too."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return []
    if origin in (Union, UnionType):
        return min((mismatches(value, part, path) for part in inner), key=len)
    if origin is Literal:
        return [] if value in inner else [f"{path}: {value!r} is none of {inner}"]
    if origin is Required:
        return mismatches(value, inner[0], path)
    if hasattr(hint, "__total__"):
        return _members(value, hint, path)
    if origin is dict:
        return [] if isinstance(value, dict) else [f"{path}: {value!r} is no object"]
    if origin is not None:  # List, Iterable, the vendors' SequenceNotStr
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [
            line
            for at, item in enumerate(value)
            for line in mismatches(item, inner[0], f"{path}[{at}]")
        ]
    wanted = (int, float) if hint is float else hint
    return [] if isinstance(value, wanted) else [f"{path}: {value!r} is no {hint}"]


def _members(value: Any, hint: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no object"]
    hints = _hints(hint)
    wrong = [f"{path}.{name}: unknown" for name in value.keys() - hints.keys()]
    for name, inner in hints.items():
        if name in value:
            wrong += mismatches(value[name], inner, f"{path}.{name}")
        elif get_origin(inner) is Required:
            wrong.append(f"{path}.{name}: missing")
    return wrong


@cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint, include_extras=True)
