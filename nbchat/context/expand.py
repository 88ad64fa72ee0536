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
from typing import Any

from nbchat.context.values import as_image, image_label, is_data, text_label, value_text
from nbchat.messages import Image, Part
from nbchat.wording import nearest

LEAST_LIKENESS = 0.75  # of a name to that of a variable (1: the same), to be taken for a slip of it

_NAME = re.compile(r"\{([^\W\d]\w*)\}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(slots=True)
class ExpandedPrompt:
    """A question with its values in place.

    `inserted` says for people which values those are, and what looks like a slip.
    """

    text: str
    inserted: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)

    @property
    def content(self) -> str | list[Part]:
        """For a message: the text, and after it the images that it names."""
        text = self.text.strip("\n")
        return [text, *self.images] if self.images else text


def expand(body: str, variables: Mapping[str, Any]) -> ExpandedPrompt:
    """Put the values of `variables` into `body`, except inside code fences.

    Raises BadAttachment for an image that is too large to be sent, and BadVariable for a
    value that has no text.

    >>> expand("Sum {x} and {y}: {{x}} {0} {x.real}", {"x": 2})
    ExpandedPrompt(text='Sum 2 and {y}: {2} {0} {x.real}', inserted=['x (1 B)'], images=[])
    """
    values = _Values(variables)

    def expand_line(line: str) -> str:
        return _NAME.sub(values.put_in, line)

    text = "".join(_outside_fences(body, expand_line))
    return ExpandedPrompt(text, list(values.labels.values()), list(values.images.values()))


class _Values:
    """The variables that a question may name, and those that it has named so far."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._data = {name: value for name, value in variables.items() if is_data(value)}
        self.labels: dict[str, str] = {}  # by name
        self.images: dict[str, Image] = {}  # by name

    def put_in(self, match: re.Match[str]) -> str:
        """What stands in the place of `{name}`."""
        name = match[1]
        if name not in self._data:
            self._note_slip(name)
            return match[0]
        if name not in self.images:
            self._look_for_image(name)
        if name in self.images:
            return f"{name} (image {[*self.images].index(name) + 1})"
        text, facts = value_text(name, self._data[name])
        self.labels[name] = text_label(name, text, facts)
        return text

    def _look_for_image(self, name: str) -> None:
        image = as_image(name, self._data[name])
        if image is not None:
            self.images[name] = image
            self.labels[name] = image_label(name, image)

    def _note_slip(self, name: str) -> None:
        alike = "" if name in self._variables else self._alike(name)
        if alike:
            self.labels[name] = f"{{{name}}} as typed (there is {alike})"

    def _alike(self, name: str) -> str:
        """A variable that was probably meant; names of one letter are LaTeX rather than slips."""
        if len(name) == 1:
            return ""
        known = [other for other in self._data if len(other) > 1 and not other.startswith("_")]
        return next(iter(nearest(name, known, LEAST_LIKENESS)), "")


def _outside_fences(body: str, change: Callable[[str], str]) -> list[str]:
    """The lines of a text, with those changed that are no code between fences."""
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
