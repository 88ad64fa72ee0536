"""A block that goes on and on, shown in pieces while it streams.

A table of a thousand rows is one block, and a page would be sent all of it at
every repaint. So it is cut, and the rest is Markdown again, with what it needs
to look like the same block (a fence, a heading row, a number). What cannot be
cut so is shown as typed, in pieces as well: whatever is open stays short.
Pieces are for looking at meanwhile; what is kept is rendered from the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbchat.render.streaming.blocks import SourceBlocks
from nbchat.render.streaming.cuts import LONG_LINE, Cut, cut_block
from nbchat.render.streaming.incremental import BlockRenderer
from nbchat.render.streaming.live_page import lighten

LONG_BLOCK = 1_000  # characters of an open block from which it is cut
LONGEST_OPEN = 5_000  # from which a block that cannot be cut is shown as typed
GROWTH_BEFORE_CUT = 1.5  # a block that cannot be cut is tried again when so many times as long
FREE_HTML = 500  # characters of HTML that any block may take, for its frame
USUAL_HTML = 2  # characters of HTML for each of its text; a block that takes more counts as longer
OPEN_CHARACTERS = 200  # characters that stay open where a block is shown as typed

GOES_ON = "nbc-off"  # the class of a piece that has another below it

_FIRST_TAG = re.compile(
    r"(\s*(?:<li>\s*)?)<(p|h[1-6]|ul|ol|blockquote|fieldset|div|pre|table|details)((?: [^<>]*)?)>"
)
_CLASS = re.compile(r' class=(?:"([^"]*)"|([\w-]*))')


class LongBlocks:
    """As Incremental, but a block that is open for long settles piece by piece.

    Until `finish()`, blocks are lighter than they will be: see `lighten`.
    """

    def __init__(self) -> None:
        self.settled: list[str] = []
        self.replaced = False
        self._source = SourceBlocks()
        self._renderer = BlockRenderer()
        self._tail: str | None = None
        self._next_cut: float = LONG_BLOCK
        self._weight = 1.0  # how much longer an open block counts as it is
        self._went_on: tuple[str, ...] = ()  # classes of what is open and goes on from a piece

    @property
    def open_size(self) -> int:
        """Characters of Markdown that are not settled."""
        return self._source.open_size

    def feed(self, text: str) -> None:
        """Take the next piece, however it was cut."""
        self._tail = None
        for source in self._source.feed(text):
            self._settle(self._renderer.settled_html(source))
        size = self.open_size * self._weight
        if size < LONG_BLOCK:
            self._next_cut = LONG_BLOCK
        elif size >= self._next_cut:
            self._next_cut = size * GROWTH_BEFORE_CUT
            self._shorten_open()

    def finish(self) -> None:
        """Settle all that is left, and render the whole text once more, without any cut."""
        from nbchat.render.markdown.parser import html_blocks

        self._tail = None
        self._went_on = ()
        self._source.finish()
        self.settled[:] = html_blocks(self._source.text)
        self.replaced = True

    @property
    def tail(self) -> str:
        """HTML of what is not settled, with its open ends closed."""
        if self._tail is None:
            html = lighten(self._renderer.tail_html(self._source.open))
            html_for_each = (len(html) - FREE_HTML) / (self.open_size or 1)
            self._weight = max(1.0, html_for_each / USUAL_HTML)
            self._tail = add_classes(html, self._went_on)
        return self._tail

    @property
    def html(self) -> str:
        return "".join(self.settled) + self.tail

    def _shorten_open(self) -> None:
        source = self._source.open
        if cut := self._cut(source):
            self._settle(self._renderer.settled_html(cut.done, unfinished=cut.is_unfinished))
            self._go_on(cut.rest, cut.classes)
            return
        is_long = len(source) * self._weight >= LONGEST_OPEN and len(source) >= LONG_BLOCK
        if is_long and source.strip():
            self._settle_as_typed(source)

    def _cut(self, source: str) -> Cut | None:
        try:
            return cut_block(source, self._went_on, line=int(LONG_LINE / self._weight))
        except Exception:  # hostile text; `finish` has the last word on it
            return None

    def _settle_as_typed(self, source: str) -> None:
        from nbchat.render.markdown.parser import as_typed

        end = len(source) - OPEN_CHARACTERS
        line_end = source.rfind("\n", len(source) // 2, end)
        if line_end >= 0:
            end = line_end + 1
        self._settle([as_typed(source[:end])])
        self._go_on(source[end:], ())

    def _go_on(self, rest: str, classes: tuple[str, ...]) -> None:
        if self.settled:
            self.settled[-1] = add_classes(self.settled[-1], [GOES_ON])
        self._went_on = classes
        self._next_cut = LONG_BLOCK
        self._source.go_on(rest)

    def _settle(self, blocks: list[str]) -> None:
        light = [lighten(block) for block in blocks]
        if light and self._went_on:
            light[0] = add_classes(light[0], self._went_on)
            self._went_on = ()
        self.settled += light


def add_classes(html: str, names: Sequence[str]) -> str:
    """The HTML with one more class on its first element, another on the first in that, and so on.

    >>> add_classes("<p>one</p>", ["nbc-on"]), add_classes("<div class=nbc-wide>", ["nbc-off"])
    ('<p class="nbc-on">one</p>', '<div class="nbc-off nbc-wide">')
    >>> add_classes("<blockquote>\\n<p>one</p>", ["nbc-on", "nbc-on"])
    '<blockquote class="nbc-on">\\n<p class="nbc-on">one</p>'
    """
    end = 0
    for name in names:
        match = _FIRST_TAG.match(html, end)
        if not match:
            break
        before, tag, attributes = match.groups()
        old = _CLASS.search(attributes)
        classes = f"{name} {old[1] or old[2]}" if old else name
        start = html[:end] + f'{before}<{tag} class="{classes}"{_CLASS.sub("", attributes)}>'
        html, end = start + html[match.end() :], len(start)
    return html
