"""Values that go out again with a later question: what has not changed is named, not sent again.

A turn keeps all that was asked with it; only what is sent is shorter. How an earlier question
reads depends on nothing but the questions that are sent before it, so it reads the same in each
request, and a provider has it in its cache.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nbchat.context import tokens
from nbchat.context.shown import block_name
from nbchat.messages import File, Image, Part
from nbchat.turns import Turn

AS_ABOVE = "as above"
CHANGED = "changed"

_FORM = r"[{{@]{}(?::(\w+)|(?!\w))"


@dataclass(slots=True, frozen=True)
class _Sent:
    """A value as it was sent last, and what it was asked for as: `20` of `{df:20}`."""

    text: str
    forms: frozenset[str]
    data: str


@dataclass(slots=True)
class SentValues:
    """What the questions of one request have sent so far.

    `reads_images` is whether the model sees earlier images at all.
    """

    reads_images: bool = True
    _texts: dict[str, _Sent] = field(default_factory=dict)  # by the name of the value
    _attached: list[Image | File] = field(default_factory=list)
    _told: dict[str, str] = field(default_factory=dict)  # of the last question, by name

    def parts_of(self, turn: Turn) -> list[Part]:
        """The parts of a question as they are sent behind the others."""
        self._told = {}
        parts: list[Part] = []
        for part in turn.question.parts:
            if not isinstance(part, str):
                parts.append(self._attach(part))
            elif name := block_name(part.lstrip("\n")) if parts else "":
                parts.append(self._value(name, part, turn))
            else:
                parts.append(part)
        return parts

    def labels(self, inserted: Sequence[str]) -> tuple[str, ...]:
        """What is said of the values of the last question, as they were sent."""
        return tuple(map(self._label, inserted))

    def _value(self, name: str, text: str, turn: Turn) -> str:
        text = text.lstrip("\n")
        forms = re.findall(_FORM.format(re.escape(name)), turn.as_typed)
        sent = _Sent(text, frozenset(forms), turn.data)
        before = self._texts.get(name)
        self._texts[name] = sent
        if before and before.text == text:
            self._told[name] = AS_ABOVE
            # Of a large table a cell may have changed that is not among what was shown.
            return f"\n\n`{name}`: as shown above."
        # What is asked for in another form looks different, and may be the same.
        if before and (before.forms, before.data) == (sent.forms, sent.data):
            self._told[name] = f"{CHANGED}, {tokens.told(text)}"
            return f"\n\n`{name}` has {CHANGED} since it was sent above.\n{text}"
        self._told[name] = tokens.told(text)
        return f"\n\n{text}"

    def _attach(self, part: Image | File) -> Part:
        is_image = isinstance(part, Image)
        if part in self._attached and (self.reads_images or not is_image):
            number = self._attached.index(part) + 1
            kind = "image" if is_image else "file"
            return f"\n\n[The same {kind} as attachment {number} above.]"
        self._attached.append(part)
        return part

    def _label(self, label: str) -> str:
        name, _, facts = label.removesuffix(")").partition(" (")
        told = self._told.get(name)
        if told is None:
            return label
        facts = facts.removeprefix(f"{CHANGED}, ")  # of a question that is asked again
        if told == AS_ABOVE or facts in ("", AS_ABOVE):
            return f"{name} ({told})"
        return f"{name} ({CHANGED}, {facts})" if told.startswith(CHANGED) else f"{name} ({facts})"
