"""The items of an array as lists in lists, a line for each of the innermost."""

from __future__ import annotations

from typing import Any

from nbchat.context.tables.cells import item_text

SHORTEST = 3  # characters of an item with its comma


def nested_text(array: Any, most: int) -> str:
    """All of it in so many characters; empty where that is not possible.

    >>> import numpy
    >>> print(nested_text(numpy.array([[1, 2], [3, 4]]), 100))
    [[1, 2],
     [3, 4]]
    >>> nested_text(numpy.arange(5000), 100)
    ''
    """
    if array.size * SHORTEST > most + SHORTEST:
        return ""
    pieces: list[str] = []
    fits = _write(_items(array), array.ndim, 1, pieces, [most])
    return "".join(pieces) if fits else ""


def _items(array: Any) -> Any:
    """The items as Python has them, and numbers with no more digits than they were written with."""
    kind = array.dtype.kind
    if kind in "mM":
        return array.astype(str).tolist()
    items = array.tolist()
    if kind == "f" and array.dtype.itemsize < 8:
        return _shortened(items, array)
    return items


def _shortened(items: Any, array: Any) -> Any:
    """In 32 bits 0.1 is 0.10000000149011612, which nobody has written."""
    if not isinstance(items, list):
        return None if items is None else float(str(array[()]))
    return [_shortened(item, part) for item, part in zip(items, array, strict=True)]


def _write(items: Any, depth: int, indent: int, pieces: list[str], left: list[int]) -> bool:
    """Write the items into `pieces`, as long as there is room `left`; whether there was."""
    if not depth:
        return _put(item_text(items, left[0] + 1), pieces, left)
    fits = _put("[", pieces, left)
    comma = ", " if depth == 1 else ",\n" + " " * indent
    for at, item in enumerate(items):
        if at:
            fits = _put(comma, pieces, left)
        fits = fits and _write(item, depth - 1, indent + 1, pieces, left)
        if not fits:
            return False
    return _put("]", pieces, left)


def _put(text: str, pieces: list[str], left: list[int]) -> bool:
    pieces.append(text)
    left[0] -= len(text)
    return left[0] >= 0
