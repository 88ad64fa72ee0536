"""A question as it goes out: the words, the values they name, and what else goes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbchat.context.excerpts import Excerpt
from nbchat.context.expand import ExpandedPrompt, expand
from nbchat.context.notebook import Notebook
from nbchat.messages import Image, Part
from nbchat.settings_values import Data
from nbchat.wording import plural


@dataclass(slots=True)
class Composed:
    """A question to send.

    In `content` the words come first and are a part of their own, so that they can be shown,
    edited and sent again without what goes along. `inserted` tells people what that is, and
    `data` is how much of the values was allowed.
    """

    content: str | list[Part]
    inserted: list[str]
    data: Data = "brief"


def compose(
    typed: str,
    notebook: Notebook,
    *,
    data: Data = "brief",
    raw: bool = False,
    names: Sequence[str] = (),
    excerpts: Sequence[Excerpt] = (),
    images: Sequence[Image] = (),
) -> Composed:
    """The question with the values that it names in braces, and those of `names`.

    Raises Interrupted where a value is asked for too long, and a person stops it.
    """
    variables = notebook.variables
    prompt = ExpandedPrompt(typed) if raw else expand(typed, variables, data=data, names=names)
    texts = [*prompt.blocks.values(), *(one.text for one in excerpts if one.text)]
    shown = [*(image for excerpt in excerpts for image in excerpt.images), *images]
    attached = [*prompt.attached, *(shown if data != "schema" else ())]
    parts: list[Part] = [prompt.text.strip("\n"), *(f"\n\n{text}" for text in texts), *attached]
    inserted = [*prompt.inserted, *(excerpt.label for excerpt in excerpts)]
    if shown and data == "schema":
        inserted.append(f'{plural(len(shown), "image")} not sent (data = "schema")')
    content = parts if len(parts) > 1 else prompt.text.strip("\n")
    return Composed(content, inserted, data)
