"""A value as a model is shown it: its name, what it is, and a fence around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbchat.messages import File, Image

LONGEST_INLINE = 200  # characters of a value that stands in the sentence itself

_HEADING = re.compile(r"`([^`\n]+)`(?: \(([^\n]*)\))?:(?=\n|$)")


@dataclass(slots=True, frozen=True)
class Shown:
    """A value as it is sent; `refusal` says why nothing of it is.

    `kind` tells the model what the value is (`DataFrame, 3 rows × 2 columns`), `facts` tell
    people what was sent of it (`150 × 5`, `the first 20 rows`). Where `is_inline`, the text
    stands in the sentence, in the place of `{name}`; else below it, in a fence.
    """

    kind: str = ""
    text: str = ""
    fence: str = ""  # the language of the fence: "csv", "python", "markdown"
    facts: tuple[str, ...] = ()
    attached: tuple[Image | File, ...] = ()
    is_inline: bool = False
    refusal: str = ""


def block(name: str, shown: Shown) -> str:
    """The value below the question.

    >>> print(block("x", Shown("list, 3 items", "[1, 2, 3]", "python")))
    `x` (list, 3 items):
    ```python
    [1, 2, 3]
    ```
    """
    heading = f"`{name}` ({shown.kind}):" if shown.kind else f"`{name}`:"
    return f"{heading}\n{fenced(shown.text, shown.fence)}"


def block_name(text: str) -> str:
    """The name of the value that a block shows; empty for what is no block.

    >>> block_name("`x` (list, 3 items):\\n..."), block_name("Why?")
    ('x', '')
    """
    match = _HEADING.match(text)
    return match[1] if match else ""


def fenced(text: str, language: str = "") -> str:
    """The text in a fence that nothing in it closes."""
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
