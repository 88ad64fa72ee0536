"""What goes along with a question besides its values: cells above, an error."""

from __future__ import annotations

from dataclasses import dataclass

from nbchat.messages import File, Image


@dataclass(slots=True, frozen=True)
class Excerpt:
    """A text that goes below the question, and `label`, which tells people what it is.

    `label` is a part of the line below the answer: `3 cells above (~2,140 tokens)`.
    """

    text: str
    label: str
    images: tuple[Image | File, ...] = ()
