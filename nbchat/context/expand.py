"""Notebook variables inside a question: `{name}` becomes the value of that name.

A look-up of an identifier and nothing else: no attribute, index, call or format
is ever evaluated, a value is put in once and not scanned again. What is not the
name of a value stays as typed, so JSON, LaTeX and f-strings pass through; where
it looks like a slip of the pen, the line below the answer says so. A figure or a
picture goes along as an image.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbchat.context.forms import Form, parse_form
from nbchat.context.shown import block
from nbchat.context.values import is_data, label, show
from nbchat.messages import File, Image
from nbchat.settings_values import Data
from nbchat.wording import nearest

LEAST_LIKENESS = 0.75  # of a name to that of a variable (1: the same), to be taken for a slip of it

_NAME = re.compile(r"\{([^\W\d]\w*)(?::(\w+))?\}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(slots=True)
class ExpandedPrompt:
    """A question with its values: the short ones in place, the others in `blocks` by name.

    `inserted` says for people which values those are, and what stayed as typed.
    """

    text: str
    blocks: dict[str, str] = field(default_factory=dict)
    attached: list[Image | File] = field(default_factory=list)
    inserted: list[str] = field(default_factory=list)


def expand(
    body: str, variables: Mapping[str, Any], *, data: Data = "brief", names: Sequence[str] = ()
) -> ExpandedPrompt:
    """Put the values of `variables` into `body`, except inside code fences.

    Those of `names` go along, too.

    >>> expand("Sum {x} and {y}: {x.real}", {"x": 2}).text
    'Sum 2 and {y}: {x.real}'
    """
    values = _Values(variables, data)

    def expand_line(line: str) -> str:
        return _NAME.sub(values.put_in, line)

    text = "".join(_outside_fences(body, expand_line))
    for name in names:
        values.attach(name)
    return ExpandedPrompt(text, values.blocks, values.attached, list(values.labels.values()))


class _Values:
    """The variables that a question may name, and those that it has named so far."""

    def __init__(self, variables: Mapping[str, Any], data: Data) -> None:
        self._variables = variables
        self._kept_back = data
        self._data = {name: value for name, value in variables.items() if is_data(value)}
        self.labels: dict[str, str] = {}  # by name
        self.blocks: dict[str, str] = {}  # by name
        self.attached: list[Image | File] = []

    def attach(self, name: str) -> None:
        """Have a value go along, whatever it is."""
        if name in self._data and name not in self.labels:
            self._show(name, Form(), inline=False)

    def put_in(self, match: re.Match[str]) -> str:
        """What stands in the place of `{name}`."""
        name = match[1]
        form = parse_form(match[2]) if match[2] else Form()
        if name not in self._data or form is None:
            self._note_slip(name)
            return match[0]
        return self._show(name, form, inline=True)

    def _show(self, name: str, form: Form, *, inline: bool) -> str:
        shown = show(name, self._data[name], form, self._kept_back)
        self.labels[name] = label(name, shown, shown.text)
        self.attached += shown.attached
        if shown.is_inline and inline:
            return shown.text
        if shown.text:
            self.blocks[name] = block(name, shown)
        return name

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
