"""Notebook variables inside a question: `{name}` becomes the value of that name.

A look-up of an identifier and nothing else: no attribute, index, call or format
is ever evaluated, a value is put in once and not scanned again. What is not the
name of a value stays as typed, so JSON, LaTeX and f-strings pass through; where
it looks like a slip of the pen, the line below the answer says so. A figure or a
picture goes along as an image.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from nbchat.context.pictures import picture
from nbchat.messages import Image, Part

LONGEST_VALUE = 50_000  # characters of one value
MOST_ROWS = 200  # of a table

_NAME = re.compile(r"\{([^\W\d]\w*)\}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_NOT_DATA = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)


@dataclass(slots=True)
class ExpandedPrompt:
    """A question with its values in place; `inserted` says for people which, and what looks like a slip."""

    text: str
    inserted: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)

    @property
    def content(self) -> str | list[Part]:
        """For a message: the text, and after it the images that it names."""
        text = self.text.strip("\n")
        return [text, *self.images] if self.images else text


def expand(body: str, names: Mapping[str, Any]) -> ExpandedPrompt:
    """Put the values of `names` into `body`, except inside code fences.

    >>> expand("Sum {x} and {y}: {{x}} {0} {x.real}", {"x": 2})
    Filled(text='Sum 2 and {y}: {2} {0} {x.real}', inserted=['x (1 B)'], images=[])
    """
    seen: dict[str, str] = {}
    images: dict[str, Image] = {}
    data = {name: value for name, value in names.items() if is_data(value)}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in data:
            if name not in names and (alike := _alike(name, data)):
                seen[name] = f"{{{name}}} as typed (there is {alike})"
            return match[0]
        if name not in images and (image := as_image(name, data[name])):
            images[name] = image
            seen[name] = image_label(name, image)
        if name in images:
            return f"{name} (image {[*images].index(name) + 1})"
        text, kind = value_text(data[name])
        seen[name] = f"{name} ({kind}{_size(text.encode('utf-8', 'replace'))})"
        return text

    text = "".join(_outside_fences(body, lambda line: _NAME.sub(value, line)))
    return ExpandedPrompt(text, list(seen.values()), list(images.values()))


def is_data(value: Any) -> bool:
    """Whether a value is something to ask about, and no module, function or class."""
    return not isinstance(value, _NOT_DATA)


def _alike(name: str, data: Mapping[str, Any]) -> str:
    """A variable that was probably meant; names of one letter are LaTeX rather than slips."""
    known = [other for other in data if len(other) > 1 and not other.startswith("_")]
    return next(iter(get_close_matches(name, known, 1, cutoff=0.75)), "") if len(name) > 1 else ""


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


def as_image(name: str, value: Any) -> Image | None:
    """The variable as an image, where it is one."""
    return None if _is_table(value) else picture(name, value)


def image_label(name: str, image: Image) -> str:
    """What to say of an image that is sent: `fig (image, 23.4 kB)`."""
    return f"{name} (image, {_size(image.data)})"


def value_text(value: Any) -> tuple[str, str]:
    """A value as text for a model, and what to say of it: a table as CSV, the rest as `str` has it.

    >>> value_text("a" * 50_001)[1]
    'first 50,000 characters, '
    """
    text, said = _table(value) if _is_table(value) else (str(value), [])
    if len(text) > LONGEST_VALUE:
        said.append(f"first {LONGEST_VALUE:,} characters")
        text = f"{text[:LONGEST_VALUE]}… (cut after {LONGEST_VALUE:,} of {len(text):,} characters)"
    return text, "".join(f"{words}, " for words in said)


def _is_table(value: Any) -> bool:
    """Whether it is a pandas or polars table, or a column of one; neither is imported for that."""
    return (
        hasattr(value, "shape")
        and hasattr(value, "head")
        and (hasattr(value, "to_csv") or hasattr(value, "write_csv"))
    )


def _table(frame: Any) -> tuple[str, list[str]]:
    said = [" × ".join(f"{size:,}" for size in frame.shape)]
    beginning = frame.head(MOST_ROWS)
    text: str = beginning.to_csv() if hasattr(frame, "to_csv") else beginning.write_csv()
    if frame.shape[0] > MOST_ROWS:
        said.append(f"first {MOST_ROWS} rows")
        text += f"… ({MOST_ROWS} of {frame.shape[0]:,} rows)\n"
    return text, said


def _size(data: bytes) -> str:
    size = len(data)
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"
