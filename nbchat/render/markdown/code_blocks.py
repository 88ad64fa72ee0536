"""The code of an answer: the blocks that its page shows as code, in their order.

The page and this read the same tokens, so what is counted here is what a person sees. The
code is as it was written, its characters that nobody sees among it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from nbchat.render.characters import readable
from nbchat.render.markdown.code import language_of
from nbchat.render.markdown.parser import DEEPEST_NESTING, LONGEST_TEXT, parse_blocks
from nbchat.render.maths.mathml import mathml


@dataclass(slots=True, frozen=True)
class CodeBlock:
    """A block of code; one that is not whole has no end: the answer broke off in it."""

    language: str
    code: str
    is_whole: bool = True

    @property
    def first_line(self) -> str:
        """Its first line that says something."""
        return next((line.strip() for line in self.code.split("\n") if line.strip()), "")


def code_blocks(text: str) -> list[CodeBlock]:
    """The blocks of code in a Markdown text.

    >>> code_blocks("So:\\n```python\\nprint(1)\\n```")
    [CodeBlock(language='python', code='print(1)', is_whole=True)]
    """
    if len(text) > LONGEST_TEXT:  # it is shown as typed
        return []
    try:
        blocks = parse_blocks(readable(text), {})
    except Exception:  # whatever a hostile text does to the parser: it is shown as typed, too
        return []
    return [
        found
        for block in blocks
        if all(token.level < DEEPEST_NESTING - 1 for token in block.tokens)
        for found in _in_tokens(block.tokens)
    ]


def _in_tokens(tokens: list[Token]) -> Iterator[CodeBlock]:
    for token in tokens:
        code = token.content.removesuffix("\n")
        if token.type == "code_block":
            yield CodeBlock("", code)
        elif token.type == "fence":
            language = language_of(unescapeAll(token.info))
            if language == "math" and mathml(code.strip(), display=True):
                continue  # a formula
            yield CodeBlock(language, code, is_closed(token))


def is_closed(fence: Token) -> bool:
    """Whether the last line of a fence is there: the one that ends it."""
    first, end = fence.map or (0, 0)
    return fence.content[-1:] in ("", "\n") and fence.content.count("\n") + 2 == end - first
