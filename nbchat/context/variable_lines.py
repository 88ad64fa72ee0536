"""A variable on one line: its type, its size, and what is in it; a value only where it is short.

    `df`: DataFrame, 3 × 2 (a int64, b str)
    `x`: ndarray, 3 × 4, float64
    `count`: int, 12
    `model`: Model (rate: float 0.5; weights: ndarray, 3 × 4, float64)

Everything is read by the class, and by that of the library where it is one of a library: what a
subclass of somebody's own would answer is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from nbchat.context.bounded import one_line
from nbchat.context.cell_code import BUILTINS
from nbchat.context.classes import (
    attributes,
    class_name,
    is_a,
    is_exactly,
    module_name,
    name_of_class,
)
from nbchat.context.key_texts import LONGEST_VALUE, NUMBERS, key_text
from nbchat.context.library_lines import said_of_library
from nbchat.context.or_else import or_else
from nbchat.context.taken_names import taken_by, taken_by_class
from nbchat.wording import plural

MOST_VARIABLES = 24  # that are told of one line
MOST_KEYS = 20  # of a dict that are named
MOST_ITEMS = 8  # of a list whose values are told
MOST_ATTRIBUTES = 12  # of an instance that are named
MOST_LOOKED_AT = 100  # items of a list whose types are told
LONGEST_LINE = 1200  # characters

# Of names like these no value is told.
_SECRET = re.compile(r"(?i)passw|secret|api_?key|credential|(^|_)token$")


def variable_lines(
    names: Iterable[str],
    variables: Mapping[str, Any],
    *,
    with_values: bool = True,
    origin: Callable[[str], str] = lambda name: "",
) -> list[str]:
    """A line for each of these names that has a value, and is no module or built-in.

    `origin` says of a name where its value is from.
    """
    lines = []
    for name in names:
        if name not in variables or name == "get_ipython":
            continue
        value = variables[name]
        if is_a(value, ModuleType, BuiltinFunctionType) and name not in BUILTINS:
            continue
        line = variable_line(name, value, with_values=with_values)
        is_plain = not is_a(value, FunctionType, type) and not _SECRET.search(name)
        lines.append(line + origin(name) if is_plain else line)
        if len(lines) == MOST_VARIABLES:
            break
    return lines


def variable_line(name: str, value: object, *, with_values: bool = True) -> str:
    """One line about a variable.

    >>> variable_line("xs", [1, 2, 3])
    '`xs`: list, 3 items, [1, 2, 3]'
    >>> variable_line("xs", [1, 2, 3], with_values=False)
    '`xs`: list, 3 items (int)'
    """
    tells = with_values and not _SECRET.search(name)
    said = or_else("", _said, value, tells)
    hides = " (the notebook's own: it hides the built-in of that name)" if name in BUILTINS else ""
    kind = _kind(value)
    line = f"`{name}`: {kind}{said}{hides}"
    return one_line(line.replace("\n", " "), LONGEST_LINE)


def _kind(value: object) -> str:
    """The name of its class; for a class, that it is one."""
    if is_a(value, type):
        kind: Any = value
        return f"class {name_of_class(kind)}"
    return one_line(class_name(value), LONGEST_VALUE)


def _said(value: Any, with_values: bool) -> str:
    if is_exactly(value, *NUMBERS):
        return f", {one_line(repr(value), LONGEST_VALUE)}" if with_values else ""
    if is_a(value, str, bytes, bytearray):
        return _of_text(value, with_values)
    if is_a(value, list, tuple, set, frozenset):
        return _of_items(value, with_values)
    if is_a(value, dict):
        return _of_dict(value, with_values)
    if is_a(value, FunctionType):
        return f" ({', '.join(taken_by(value))})"
    if is_a(value, type):
        taken = taken_by_class(value)
        return "" if taken is None else f" ({', '.join(taken)})"
    if type(value) is range:
        return f", {value!r}" if with_values else f", {plural(len(value), 'item')}"
    return said_of_library(value) or (_of_attributes(value) if with_values else "")


# --- what is in it -------------------------------------------------------------------------------


def _of_text(value: Any, with_values: bool) -> str:
    kind = next(kind for kind in (str, bytes, bytearray) if is_a(value, kind))
    size = kind.__len__(value)
    said = f", {plural(size, 'character' if kind is str else 'byte')}"
    if with_values and size <= LONGEST_VALUE:
        said += f", {kind.__repr__(value)}"
    return said


def _of_items(value: Any, with_values: bool) -> str:
    kind = next(kind for kind in (list, tuple, set, frozenset) if is_a(value, kind))
    size = kind.__len__(value)
    items = list(islice(kind.__iter__(value), MOST_LOOKED_AT))
    said = f", {plural(size, 'item')}"
    if with_values and type(value) is kind and size <= MOST_ITEMS and all(map(_is_short, items)):
        return f"{said}, {value!r}"
    types = list(dict.fromkeys(_item_type(item) for item in items))
    return f"{said} ({', '.join(types[:MOST_ITEMS])})" if types else said


def _is_short(item: object) -> bool:
    if type(item) is str:
        return len(item) <= LONGEST_VALUE // 4
    return is_exactly(item, *NUMBERS)


def _item_type(item: Any) -> str:
    """What an item is, with its length: rows of different lengths are a usual fault."""
    for kind in (list, tuple):
        if is_a(item, kind):
            return f"{class_name(item)} of {kind.__len__(item)}"
    return one_line(f"{class_name(item)}{said_of_library(item)}", LONGEST_VALUE)


def _of_dict(value: Any, with_values: bool) -> str:
    size = dict.__len__(value)
    said = f", {plural(size, 'key')}"
    if not with_values:
        return said
    pairs = islice(dict.items(value), MOST_KEYS)
    shown = [f"{key_text(key)}: {_item_type(item)}" for key, item in pairs]
    more = ", …" if size > len(shown) else ""
    return f"{said} ({', '.join(shown)}{more})" if shown else said


def _of_attributes(value: Any) -> str:
    """What an instance of a class of the notebook holds; numbers with their value."""
    if module_name(type(value)) != "__main__":
        return ""
    held = [(name, item) for name, item in attributes(value).items() if type(name) is str]
    held.sort(key=lambda pair: pair[0].startswith("_"))
    shown = [_attribute(name, item) for name, item in held[:MOST_ATTRIBUTES]]
    more = "; …" if len(held) > len(shown) else ""
    return f" ({'; '.join(shown)}{more})" if shown else ""


def _attribute(name: str, item: object) -> str:
    said = f"{one_line(name, LONGEST_VALUE)}: {_item_type(item)}"
    return f"{said} {one_line(repr(item), LONGEST_VALUE)}" if is_exactly(item, *NUMBERS) else said
