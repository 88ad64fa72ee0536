"""Notebook variables inside a question: `{name}` becomes the value of that name.

A look-up of a name and nothing else: no attribute, index, call or format is ever
evaluated, a value is put in once and not scanned again. A short value stands in the
sentence; of any other its name does, and the value below the question. Code and formulas
stay as they are typed, and so does what is not the name of a value; where it looks like a
wish, the line below the answer says so. A figure or a picture goes along as an image.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbchat.context.forms import Form, parse_form
from nbchat.context.names import NAME, NUMBERED, Names
from nbchat.context.shown import Shown, block
from nbchat.context.untouched import pieces
from nbchat.context.values import label, show
from nbchat.context.wishes import unfulfilled
from nbchat.messages import File, Image
from nbchat.settings_values import Data

PLACE = re.compile(rf"(?<!\{{)\{{({NUMBERED}|{NAME})(?::(\w+))?\}}")
_ORDER = ("schema", "brief", "rows", "all")  # what is asked for twice goes in the larger form


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
    """Put the values of `variables` into `body`, except into code and formulas.

    Those of `names` go along, too.

    >>> expand("Sum {x} and {y}: {x.real}", {"x": 2}).text
    'Sum 2 and {y}: {x.real}'
    """
    known = Names(variables)
    parts = list(pieces(body))
    values = _Values(known, data)
    for part in parts:
        if not part.stays:
            values.ask_for(part.text)
    values.show_all()
    text = "".join(part.text if part.stays else values.fill(part.text) for part in parts)
    for name in names:
        values.attach(name)
    inserted = [*values.labels.values(), *unfulfilled(parts, known)]
    return ExpandedPrompt(text, values.blocks, values.attached, inserted)


def named(match: re.Match[str], known: Names) -> tuple[str, Form] | None:
    """The name in braces and the form behind it; None where it is no name of a value."""
    form = parse_form(match[2]) if match[2] else Form()
    return (match[1], form) if form and match[1] in known else None


class _Values:
    """The values that a question names, each shown once."""

    def __init__(self, known: Names, data: Data) -> None:
        self._known = known
        self._data = data
        self._forms: dict[str, Form] = {}
        self._shown: dict[str, Shown] = {}
        self.labels: dict[str, str] = {}  # by name
        self.blocks: dict[str, str] = {}  # by name
        self.attached: list[Image | File] = []

    def ask_for(self, text: str) -> None:
        """Note the names in a text, each with the largest form that it is asked for in."""
        for match in PLACE.finditer(text):
            asked = named(match, self._known)
            if asked:
                name, form = asked
                self._forms[name] = max(self._forms.get(name, form), form, key=_size)

    def show_all(self) -> None:
        for name, form in self._forms.items():
            self._show(name, form, is_inline=True)

    def fill(self, text: str) -> str:
        """The text with the short values in the place of their names, and names for the others."""
        return PLACE.sub(self._in_place, text)

    def attach(self, name: str) -> None:
        """Have a value go along, whatever it is."""
        if name in self._known and name not in self._shown:
            self._show(name, Form(), is_inline=False)

    def _in_place(self, match: re.Match[str]) -> str:
        if named(match, self._known) is None:
            return match[0]
        shown = self._shown[match[1]]
        return shown.text if shown.is_inline else match[1]

    def _show(self, name: str, form: Form, *, is_inline: bool) -> None:
        (value,) = self._known.found(name)
        shown = show(name, value, form, self._data)
        self._shown[name] = shown
        self.labels[name] = label(name, shown)
        if self._data != "schema":
            self.attached += shown.attached
        if shown.text and not (shown.is_inline and is_inline):
            self.blocks[name] = block(name, shown)


def _size(form: Form) -> tuple[int, int]:
    return _ORDER.index(form.kind), form.rows
