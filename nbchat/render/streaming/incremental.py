"""A text that arrives in pieces, rendered once.

A block is settled when nothing that may follow can change it; it is rendered
then and never again. What is left is the tail, rendered when somebody looks.
It knows Markdown's blocks, and nothing of clocks, cells or widgets.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from nbchat.render.characters import readable

if TYPE_CHECKING:
    from nbchat.render.markdown.parser import Block

GROWTH = (
    1 / 8
)  # an open block is looked at again when it has grown by this part: linear work in all


class Incremental:
    """Markdown in, HTML out: `settled` blocks that stay, and a `tail` that changes.

    >>> page = Incremental()
    >>> page.feed("One.\\n\\nTwo **th")
    >>> page.settled, page.tail
    (['<p>One.</p>\\n'], '<p>Two <strong>th</strong></p>\\n')

    After `finish()`, `html` is what `to_html` makes of the whole text. Where the
    text defines something for other blocks (a reference, a footnote), `finish()`
    renders all of it once more and `replaced` tells that `settled` was exchanged;
    until then `settled` is only ever appended to.
    """

    def __init__(self) -> None:
        self.settled: list[str] = []
        self.replaced = False
        self._all: list[str] = []
        self._open: list[str] = []  # what is not settled
        self._size = self._open_size = 0
        self._next_look = 0.0
        self._held = ""  # half of a line end, or of a character
        self._tail: str | None = None
        self._env: dict[str, Any] = {"piece": True, "streams": True}
        self._needs_all = False

    def feed(self, text: str) -> None:
        """Take the next piece, however it was cut."""
        text = self._held + text
        self._held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" or text[-1:] == "\r" else ""
        self._take(readable(text[: len(text) - len(self._held)]))

    def finish(self) -> None:
        """Settle all that is left; nothing more will come."""
        from nbchat.render.markdown.parser import LONGEST_TEXT, html_blocks

        held, self._held = self._held, ""
        self._take(readable(held))
        self._needs_all |= self._size > LONGEST_TEXT
        if not self._needs_all:
            self._settle(self._rest())
        if self._needs_all:
            self.settled[:] = html_blocks("".join(self._all))
            self.replaced = True
        self._keep("")

    @property
    def tail(self) -> str:
        """HTML of what is not settled, with its open ends closed."""
        if self._tail is None:
            self._tail = _tail_html(self._rest(), self._env)
        return self._tail

    @property
    def html(self) -> str:
        return "".join(self.settled) + self.tail

    def _take(self, text: str) -> None:
        if not text:
            return
        self._all.append(text)
        self._open.append(text)
        self._size += len(text)
        self._open_size += len(text)
        self._tail = None
        if "\n" in text and self._open_size >= self._next_look:
            self._look()

    def _rest(self) -> str:
        if len(self._open) > 1:
            self._open = ["".join(self._open)]
        return self._open[0] if self._open else ""

    def _keep(self, rest: str) -> None:
        self._open = [rest]
        self._open_size = len(rest)
        self._next_look = len(rest) * (1 + GROWTH)
        self._tail = None

    def _look(self) -> None:
        """Settle the blocks that are closed, if there are any."""
        from nbchat.render.markdown.parser import LONGEST_TEXT, defines, outline

        rest = self._rest()
        complete = rest[: rest.rfind("\n") + 1]  # half a line could begin anything
        if self._size > LONGEST_TEXT:
            return
        defined: dict[str, Any] = {}
        try:
            found = outline(complete, defined)
        except Exception:  # hostile text; `finish` has the last word on it
            self._needs_all, self._next_look = True, inf
            return
        self._needs_all |= defines(defined)
        lines = complete.split("\n")
        end = _settled_lines(found, lines)
        if end:
            self._settle("\n".join(lines[:end]) + "\n")
        self._keep("\n".join(lines[end:]) + rest[len(complete) :])

    def _settle(self, text: str) -> None:
        from nbchat.render.markdown.parser import as_typed, block_html, blocks, defines

        lines = text.split("\n")
        try:
            self._add([block_html(block, lines, self._env) for block in blocks(text, self._env)])
        except Exception:  # hostile text; `finish` has the last word on it
            self._needs_all = True
            self._add([as_typed(text)])
        self._needs_all |= defines(self._env)

    def _add(self, blocks: list[str]) -> None:
        self.settled += blocks


def _settled_lines(found: list[Block], lines: list[str]) -> int:
    """How many lines belong to blocks that nothing can change any more."""
    end = 0
    for block in found:
        if block is found[-1] and not _is_closed(block, lines):
            return block.first
        if _may_become_reference(block, lines):
            return block.first
        end = block.end
    return end


def _is_closed(block: Block, lines: list[str]) -> bool:
    match block.kind:
        case "heading_open" | "hr":
            return True
        case "fence":
            return not _is_open_fence(block)
        case "formula_block_open":
            return bool(block.tokens[1].info) or _blank_after(block, lines)
        case "paragraph_open" | "table_open" | "blockquote_open":
            return _blank_after(block, lines)
        case _:
            return False


def _may_become_reference(block: Block, lines: list[str]) -> bool:
    """A heading like `[a` over `===` is none if `]: address` follows before the next blank line."""
    if block.kind != "heading_open" or not lines[block.first].lstrip().startswith("["):
        return False
    return all(line.strip(" \t") for line in lines[block.first : -1])


def _blank_after(block: Block, lines: list[str]) -> bool:
    return block.end < len(lines) - 1 and not lines[block.end].strip(" \t")


def _is_open_fence(block: Block) -> bool:
    """Whether the block ends in a fence without its closing line."""
    for token in reversed(block.tokens):
        if token.nesting >= 0:
            begin, end = token.map or (0, 0)
            lines = token.content.count("\n") + (token.content[-1:] not in ("", "\n"))
            return token.type == "fence" and lines + 2 > end - begin
    return False


def _tail_html(text: str, env: dict[str, Any]) -> str:
    if not text.strip():
        return ""
    from nbchat.render.markdown.parser import LONGEST_TAIL, as_typed, block_html, blocks
    from nbchat.render.streaming.half_markdown import complete_markdown

    if len(text) > LONGEST_TAIL:
        return as_typed(text)
    try:
        text = complete_markdown(text)
        lines = text.split("\n")
        # A copy, because half a definition must not be remembered.
        env = {
            "piece": True,
            "streams": True,
            "unfinished": True,
            "references": dict(env.get("references", {})),
        }
        found = blocks(text, env)
        if found and _is_open_fence(found[-1]):
            env["open_fence"] = next(
                token for token in reversed(found[-1].tokens) if token.nesting >= 0
            )
        return "".join(block_html(block, lines, env) for block in found)
    except Exception:  # half a hostile text; it will be looked at again when it is whole
        return as_typed(text)
