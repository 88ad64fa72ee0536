"""A text that arrives in pieces, rendered once.

Blocks are rendered when they have settled, and never again. What is left is the
tail, rendered when somebody looks. Clocks, cells and widgets are not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat.render.streaming.blocks import SourceBlocks, open_fence

if TYPE_CHECKING:
    from nbchat.render.markdown.elements import RenderState


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
        self._source = SourceBlocks()
        self._renderer = BlockRenderer()
        self._tail: str | None = None

    def feed(self, text: str) -> None:
        """Take the next piece, however it was cut."""
        self._tail = None
        for source in self._source.feed(text):
            self.settled += self._renderer.settled_html(source)

    def finish(self) -> None:
        """Settle all that is left; nothing more will come."""
        from nbchat.render.markdown.parser import html_blocks

        self._tail = None
        *sources, last = self._source.finish() or [""]
        for source in sources:
            if not self._needs_whole():
                self.settled += self._renderer.settled_html(source)
        if not self._needs_whole():
            self.settled += self._renderer.settled_html(last, goes_on=False)
        if self._needs_whole():
            self.settled[:] = html_blocks(self._source.text)
            self.replaced = True

    def _needs_whole(self) -> bool:
        return self._source.needs_whole or self._renderer.needs_whole

    @property
    def tail(self) -> str:
        """HTML of what is not settled, with its open ends closed."""
        if self._tail is None:
            self._tail = self._renderer.tail_html(self._source.open)
        return self._tail

    @property
    def html(self) -> str:
        return "".join(self.settled) + self.tail


class BlockRenderer:
    """HTML of a text whose blocks come one after the other; remembers what they define."""

    def __init__(self) -> None:
        self.needs_whole = False  # what has been rendered may look different in the whole text
        self._env: RenderState = {"piece": True, "streams": True}

    def settled_html(
        self, source: str, *, unfinished: bool = False, goes_on: bool = True
    ) -> list[str]:
        """HTML of some whole blocks, one string for each.

        `unfinished` means that the last was cut, and has details without their end. The text
        `goes_on` behind them, or ends.
        """
        from nbchat.render.markdown.parser import as_typed, block_html, defines, parse_blocks

        lines = source.split("\n")
        self._env["unfinished"] = unfinished
        self._env["goes_on"] = goes_on
        try:
            html = [
                block_html(block, lines, self._env) for block in parse_blocks(source, self._env)
            ]
        except Exception:  # hostile text; whoever renders the whole text has the last word on it
            self.needs_whole = True
            html = [as_typed(source)]
        self.needs_whole |= defines(self._env)
        return html

    def tail_html(self, source: str) -> str:
        """HTML of the blocks after those, which are still open: their ends are guessed."""
        if not source.strip():
            return ""
        from nbchat.render.markdown.parser import LONGEST_TAIL, as_typed
        from nbchat.render.streaming.half_markdown import complete_markdown

        if len(source) > LONGEST_TAIL:
            return as_typed(source)
        try:
            source = complete_markdown(source)
            return self._unfinished_html(source)
        except Exception:  # half a hostile text; it will be looked at again when it is whole
            return as_typed(source)

    def _unfinished_html(self, source: str) -> str:
        from nbchat.render.markdown.parser import block_html, parse_blocks

        lines = source.split("\n")
        # A copy, because half a definition must not be remembered.
        references = dict(self._env.get("references", {}))
        env = {"piece": True, "streams": True, "unfinished": True, "references": references}
        blocks = parse_blocks(source, env)
        if blocks:
            env["open_fence"] = open_fence(blocks[-1])
        return "".join(block_html(block, lines, env) for block in blocks)
