"""Notebook variables inside a question: `{name}` becomes the value of that name.

A look-up of an identifier and nothing else: no attribute, index, call or format
is ever evaluated, a value is put in once and not scanned again. What is not the
name of a value stays as typed, so JSON, LaTeX and f-strings pass through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

LONGEST = 50_000  # characters of one value
ROWS = 200  # of a table

_NAME = re.compile(r"\{([^\W\d]\w*)\}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NOT_DATA = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)


@dataclass(slots=True)
class Filled:
    """A question with its values in place; `inserted` says which, for people."""

    text: str
    inserted: list[str]


def filled(body: str, names: Mapping[str, Any]) -> Filled:
    """Put the values of `names` into `body`, except inside code fences.

    >>> filled("Sum {x} and {y}: {{x}} {0} {x.real}", {"x": 2})
    Filled(text='Sum 2 and {y}: {2} {0} {x.real}', inserted=['x (1 B)'])
    """
    seen: dict[str, str] = {}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names or isinstance(names[name], _NOT_DATA):
            return match[0]
        text, kind = shown(names[name])
        seen[name] = f"{name} ({kind}{_size(text)})"
        return text

    text = "".join(_outside_fences(body, lambda line: _NAME.sub(value, line)))
    return Filled(text, list(seen.values()))


def _outside_fences(body: str, change: Callable[[str], str]) -> list[str]:
    lines, fence = [], ""
    for line in body.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line.strip().strip(mark[1][0])
            fence = "" if closes else fence
            lines.append(line)
        elif mark:
            fence = mark[1]
            lines.append(line)
        else:
            lines.append(change(line))
    return lines


def shown(value: Any) -> tuple[str, str]:
    """A value as text for a model, and its kind for people: a table as CSV, the rest as `str` has it."""
    if hasattr(value, "to_csv") and hasattr(value, "shape") and hasattr(value, "head"):
        return _table(value)
    text = value if isinstance(value, str) else str(value)
    return _cut(text), ""


def _table(frame: Any) -> tuple[str, str]:
    shape = " × ".join(map(str, frame.shape))
    text = frame.head(ROWS).to_csv()
    if frame.shape[0] > ROWS:
        text += f"… ({ROWS} of {frame.shape[0]} rows)\n"
    return _cut(text), f"{shape}, "


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… (cut after {LONGEST:,} of {len(text):,} characters)"


def _size(text: str) -> str:
    size = len(text.encode("utf-8", "replace"))
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"
