"""A function call's arguments, put together from the pieces in which Vertex AI streams them.

Each piece says with a JSON path where it belongs (google-genai 3.4.0 `PartialArg`).
Only the steps that such paths are made of are understood: names and indexes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

DEEPEST = 32  # steps; a longer path is not followed

_STEP = re.compile(r"""\.?([^.\[\]$'"]+)|\[(\d{1,9})\]|\[(?:'([^']*)'|"([^"]*)")\]""")


def place_piece(arguments: Any, piece: Mapping[str, Any]) -> None:
    """Put one piece where its path says; a text goes on after what is there.

    >>> arguments = {}
    >>> for text in ("Par", "is"):
    ...     place_piece(arguments, {"jsonPath": "$.stops[0].city", "stringValue": text})
    >>> arguments
    {'stops': [{'city': 'Paris'}]}
    """
    path = piece.get("jsonPath")
    steps = steps_of(path) if isinstance(path, str) else []
    if not 0 < len(steps) <= DEEPEST:
        return
    node = arguments
    for step, after in pairwise(steps):
        inner = _at(node, step)
        if not isinstance(inner, dict | list):
            inner = [] if isinstance(after, int) else {}
            _put(node, step, inner)
        node = inner
    value, old = _value(piece), _at(node, steps[-1])
    _put(node, steps[-1], old + value if isinstance(old, str) and isinstance(value, str) else value)


def steps_of(path: str) -> list[int | str]:
    """The names and indexes of a path.

    >>> steps_of("$.a['b c'][2].d")
    ['a', 'b c', 2, 'd']
    """
    return [int(m[2]) if m[2] else m[1] or m[3] or m[4] or "" for m in _STEP.finditer(path)]


def _value(piece: Mapping[str, Any]) -> Any:
    return next(
        (piece[name] for name in ("stringValue", "numberValue", "boolValue") if name in piece), None
    )


def _at(node: Any, step: int | str) -> Any:
    if isinstance(node, list):
        return node[step] if isinstance(step, int) and step < len(node) else None
    return node.get(step) if isinstance(node, dict) else None


def _put(node: Any, step: int | str, value: Any) -> None:
    """Set a member, or the next element; an index beyond that is left out, not filled up to."""
    if isinstance(node, dict):
        node[str(step)] = value
    elif isinstance(node, list) and isinstance(step, int) and step <= len(node):
        node[step : step + 1] = [value]
