"""What goes along with a question of the panel: variables, excerpts of the notebook, images.

A name is looked up and nothing else, as in a `%%chat` cell; what is sent is what
`context.question` composes there, and the page shows it before and after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbchat.context.excerpts import Excerpt
from nbchat.context.forms import Form
from nbchat.context.notebook import Notebook
from nbchat.context.question import Composed, compose
from nbchat.context.shown import block
from nbchat.context.values import is_data, label, show
from nbchat.languages import translated
from nbchat.messages import Image
from nbchat.settings_values import Data

LONGEST_SHOWN = 2_000  # characters of a value that are shown at first

_AT = re.compile(r"(?<![\w@.])@([^\W\d]\w*)(:(?:all|schema|[1-9]\d{0,6})\b)?")


def content(
    typed: str,
    notebook: Notebook,
    *,
    data: Data = "brief",
    names: Sequence[str] = (),
    excerpts: Sequence[Excerpt] = (),
    images: Sequence[Image] = (),
) -> Composed:
    """The question to send, and what goes along with it, for people.

    `@df` in the words has a variable go along, `@df:20` so much of it; the @ is left out.
    """
    variables = notebook.variables
    mentioned: list[str] = []

    def mention(match: re.Match[str]) -> str:
        name, form = match[1], match[2]
        if not has(variables, name):
            return match[0]
        if form:  # in braces, as it is asked for in a cell
            return f"{{{name}{form}}}"
        mentioned.append(name)
        return name

    words = _AT.sub(mention, typed)
    wanted = [name for name in dict.fromkeys([*names, *mentioned]) if has(variables, name)]
    some = [excerpt for excerpt in excerpts if excerpt.text or excerpt.images]
    composed = compose(words, notebook, data=data, names=wanted, excerpts=some, images=images)
    # The labels of what is sent stay the last, in the order of the texts.
    place = len(composed.inserted) - len(some)
    composed.inserted[place:place] = [one.label for one in excerpts if one not in some]
    return composed


def variable(variables: Mapping[str, Any], name: str, data: Data = "brief") -> tuple[str, str]:
    """What is sent of a variable, and its label: `df (150 × 5, ~620 tokens)`."""
    if not has(variables, name):
        return "", f"there is no {name}"
    shown = show(name, variables[name], Form(), data)
    text = block(name, shown) if shown.text else ""
    return text, label(name, shown)


def beginning(text: str) -> str:
    """What is shown of a text at first, and how much that is where it is not all.

    >>> beginning("x" * 2_001)[1_999:]
    'x\\n… (the first 2,000 of 2,001 characters)'
    """
    size = len(text)
    if size <= LONGEST_SHOWN:
        return text
    left = translated(f"… (the first {LONGEST_SHOWN:,} of {size:,} characters)")
    return f"{text[:LONGEST_SHOWN]}\n{left}"


def has(variables: Mapping[str, Any], name: str) -> bool:
    """Whether a variable of that name can be attached."""
    return name in variables and is_data(variables[name])
