"""What `<sub>` and `<sup>` lower and raise, in letters of its own: `H₂O`, `10⁻⁹`.

For where nothing can be lowered. It works on markdown-it's tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nbchat.render.maths.alphabets import ABOVE, BELOW

if TYPE_CHECKING:
    from markdown_it.token import Token

_LETTERS = {"sub": (BELOW, "_"), "sup": (ABOVE, "^")}


def script_in_letters(tag: str, words: str) -> str:
    """The words in small letters; where Unicode lacks one, behind `_` or `^`, as TeX has it.

    >>> script_in_letters("sub", "2"), script_in_letters("sup", "n/2")
    ('₂', '^(n/2)')
    """
    letters, mark = _LETTERS[tag]
    if all(word in letters for word in words):
        return "".join(letters[word] for word in words)
    return f"{mark}{words}" if len(words) == 1 else f"{mark}({words})"


def scripts_in_letters(children: Sequence[Token]) -> Iterator[Token]:
    """The tokens without those of `sub` and `sup`, where these have words alone in them."""
    from markdown_it.token import Token

    number = 0
    while number < len(children):
        if words := script_words(children, number):
            small = script_in_letters(children[number].tag, words)
            yield Token("text", "", 0, content=small, level=children[number].level)
            number += 3
            continue
        token = children[number]
        number += 1
        if token.type in ("sub_open", "sup_open"):
            yield Token("text", "", 0, content=f"{_LETTERS[token.tag][1]}(", level=token.level)
        elif token.type in ("sub_close", "sup_close"):
            yield Token("text", "", 0, content=")", level=token.level)
        else:
            yield token


def script_words(children: Sequence[Token], number: int) -> str:
    """The words in the `sub` or `sup` that opens there; "" if it is none, or has more in it."""
    if children[number].type not in ("sub_open", "sup_open"):
        return ""
    words, closing = children[number + 1], children[number + 2]
    is_simple = words.type == "text" and closing.type == f"{children[number].tag}_close"
    return words.content if is_simple else ""
