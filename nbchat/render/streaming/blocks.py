"""The blocks of a Markdown text that arrives in pieces: Markdown in, Markdown out.

A block is settled when nothing that may follow can change it. It comes out once,
as its source; what is left is the open rest. How a block looks is not known here.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from nbchat.render.characters import readable

if TYPE_CHECKING:
    from markdown_it.token import Token

    from nbchat.render.markdown.parser import Block

# An open block is looked at again when it has grown by this part: linear work in all.
GROWTH_BEFORE_LOOK = 1 / 8


class SourceBlocks:
    """Takes a text piece by piece, and gives the Markdown of its blocks as they settle.

    >>> blocks = SourceBlocks()
    >>> blocks.feed("One.\\n\\nTwo **th"), blocks.open
    (['One.\\n'], '\\nTwo **th')
    >>> blocks.feed("ree**."), blocks.finish(), blocks.open
    ([], ['\\nTwo **three**.'], '')
    """

    def __init__(self) -> None:
        self.size = 0  # characters of the whole text
        self.open_size = 0  # characters that are not settled
        # Whether blocks can be understood only together: one defines something for others
        # (a reference, a footnote), or the parser gave up.
        self.needs_whole = False
        self._all: list[str] = []
        self._open: list[str] = []
        self._half = ""  # of a line end, or of a character
        self._next_look = 0.0  # characters of the open rest

    @property
    def text(self) -> str:
        """All that was fed, whether it has settled or not."""
        return "".join(self._all)

    @property
    def open(self) -> str:
        """Markdown of what is not settled."""
        if len(self._open) > 1:
            self._open = ["".join(self._open)]
        return self._open[0] if self._open else ""

    def feed(self, text: str) -> list[str]:
        """Take the next piece, however it was cut; the sources that settle with it.

        Each is of one block or of several.
        """
        text = self._half + text
        last = text[-1:]
        self._half = last if last == "\r" or "\ud800" <= last <= "\udbff" else ""
        return self._append(readable(text[: len(text) - len(self._half)]))

    def finish(self) -> list[str]:
        """The sources that are left; nothing more will come."""
        from nbchat.render.markdown.parser import LONGEST_TEXT

        half, self._half = self._half, ""
        sources = [*self._append(readable(half)), self.open]
        self.needs_whole |= self.size > LONGEST_TEXT
        self.go_on("")
        return [source for source in sources if source]

    def go_on(self, rest: str) -> None:
        """Have this Markdown in place of the open rest; what is fed next belongs to it."""
        self._open = [rest]
        self.open_size = len(rest)
        self._next_look = len(rest) * (1 + GROWTH_BEFORE_LOOK)

    def _append(self, text: str) -> list[str]:
        if not text:
            return []
        self._all.append(text)
        self._open.append(text)
        self.size += len(text)
        self.open_size += len(text)
        if "\n" in text and self.open_size >= self._next_look:
            return self._take_settled()
        return []

    def _take_settled(self) -> list[str]:
        """Take the blocks that are closed out of the open rest, if there are any."""
        from nbchat.render.markdown.parser import LONGEST_TEXT, defines, parse_outline

        if self.size > LONGEST_TEXT:
            return []
        rest = self.open
        complete = rest[: rest.rfind("\n") + 1]  # half a line could begin anything
        definitions: dict[str, Any] = {"unfinished": True}
        try:
            blocks = parse_outline(complete, definitions)
        except Exception:  # hostile text; whoever renders the whole text has the last word on it
            self.needs_whole, self._next_look = True, inf
            return []
        self.needs_whole |= defines(definitions)
        lines = complete.split("\n")
        end = _count_settled_lines(blocks, lines)
        self.go_on("\n".join(lines[end:]) + rest[len(complete) :])
        return ["\n".join(lines[:end]) + "\n"] if end else []


def open_fence(block: Block) -> Token | None:
    """The fence in which the block ends, if its closing line has not come."""
    for token in reversed(block.tokens):
        if token.nesting >= 0:
            return token if _lacks_closing_line(token) else None
    return None


def _lacks_closing_line(token: Token) -> bool:
    from nbchat.render.markdown.code_blocks import is_closed

    return token.type == "fence" and not is_closed(token)


def _count_settled_lines(blocks: list[Block], lines: list[str]) -> int:
    """How many lines belong to blocks that nothing can change any more."""
    end = 0
    for block in blocks:
        if block is blocks[-1] and not _is_closed(block, lines):
            return min(end, _first_of_open(blocks, lines))
        if _may_become_reference(block, lines):
            return block.first
        end = block.end
    return end


def _first_of_open(blocks: list[Block], lines: list[str]) -> int:
    """The first line that the last block may change.

    Details that never end are words of what stands right above them.
    """
    *before, last = blocks
    are_details = last.kind == "details_open" and last.first > 0
    if before and are_details and lines[last.first - 1].strip(" \t"):
        return before[-1].first
    return last.first


def _is_closed(block: Block, lines: list[str]) -> bool:
    match block.last.type:
        case "heading_open" | "hr":
            return True
        case "fence":
            return not open_fence(block)
        case "formula_block_open":
            return bool(block.tokens[-2].info) or _is_blank_after(block, lines)
        case "details_open":
            return not block.last.info
        case "paragraph_open" | "table_open" | "blockquote_open":
            return _is_blank_after(block, lines)
        case _:
            return False


def _may_become_reference(block: Block, lines: list[str]) -> bool:
    """A heading like `[a` over `===` is none if `]: address` follows before the next blank line."""
    if block.kind != "heading_open" or not lines[block.first].lstrip().startswith("["):
        return False
    return all(line.strip(" \t") for line in lines[block.first : -1])


def _is_blank_after(block: Block, lines: list[str]) -> bool:
    return block.end < len(lines) - 1 and not lines[block.end].strip(" \t")
