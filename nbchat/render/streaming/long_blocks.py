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

from nbchat.render.streaming.cuts import LONG_LINE, cut_block
from nbchat.render.streaming.incremental import Incremental
from nbchat.render.streaming.live_page import light

LONG = 1_000  # characters of an open block from which it is cut
LONGEST_OPEN = 5_000  # from which a block that cannot be cut is shown as typed
AGAIN = 1.5  # a block that cannot be cut is looked at again when it is so many times as long
FRAME = 500  # characters of HTML that any block may take
DEAR = 2  # characters of HTML for each of its text; a block that takes more counts as longer
OPEN_CHARACTERS = 200  # characters that stay open where a block is shown as typed

GOES_ON = "nbc-off"  # the class of a piece that has another below it

_FIRST_TAG = re.compile(
    r"(\s*(?:<li>\s*)?)<(p|h[1-6]|ul|ol|blockquote|fieldset|div|pre|table)((?: [^<>]*)?)>"
)
_CLASS = re.compile(r' class=(?:"([^"]*)"|([\w-]*))')


class LongBlocks(Incremental):
    """As Incremental, but a block that is open for long settles piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._next_cut: float = LONG
        self._dear = 1.0  # how much longer an open block counts as it is
        self._went_on: tuple[str, ...] = ()  # classes of what is open and goes on from a piece

    def feed(self, text: str) -> None:
        super().feed(text)
        size = self._open_size * self._dear
        if size < LONG:
            self._next_cut = LONG
        elif size >= self._next_cut:
            self._next_cut = size * AGAIN
            self._cut()

    @property
    def tail(self) -> str:
        tail = light(super().tail)
        self._dear = max(1.0, (len(tail) - FRAME) / (self._open_size or 1) / DEAR)
        return marked(tail, self._went_on)

    def _cut(self) -> None:
        text = self._rest()
        try:
            found = cut_block(text, self._went_on, line=int(LONG_LINE / self._dear))
        except Exception:  # hostile text; `finish` has the last word on it
            found = None
        if found:
            self._settle(found.done)
            self._go_on(found.rest, found.on)
        elif len(text) * self._dear >= LONGEST_OPEN and len(text) >= LONG and text.strip():
            from nbchat.render.markdown.parser import as_typed

            end = (
                text.rfind("\n", len(text) // 2, len(text) - OPEN_CHARACTERS) + 1
                or len(text) - OPEN_CHARACTERS
            )
            self._add([as_typed(text[:end])])
            self._go_on(text[end:], ())

    def _go_on(self, rest: str, on: tuple[str, ...]) -> None:
        self.settled[-1:] = [marked(block, [GOES_ON]) for block in self.settled[-1:]]
        self._needs_all = True
        self._went_on = on
        self._next_cut = LONG
        self._keep(rest)

    def _add(self, blocks: list[str]) -> None:
        made = [light(block) for block in blocks]
        if made and self._went_on:
            made[0] = marked(made[0], self._went_on)
            self._went_on = ()
        self._needs_all |= made != blocks
        super()._add(made)


def marked(html: str, names: Sequence[str]) -> str:
    """The HTML with one more class on its first element, another on the first in that, and so on.

    >>> marked("<p>one</p>", ["nbc-on"]), marked("<div class=nbc-wide>", ["nbc-off"])
    ('<p class="nbc-on">one</p>', '<div class="nbc-off nbc-wide">')
    >>> marked("<blockquote>\\n<p>one</p>", ["nbc-on", "nbc-on"])
    '<blockquote class="nbc-on">\\n<p class="nbc-on">one</p>'
    """
    end = 0
    for name in names:
        found = _FIRST_TAG.match(html, end)
        if not found:
            break
        before, tag, attributes = found.groups()
        old = _CLASS.search(attributes)
        classes = f"{name} {old[1] or old[2]}" if old else name
        start = html[:end] + f'{before}<{tag} class="{classes}"{_CLASS.sub("", attributes)}>'
        html, end = start + html[found.end() :], len(start)
    return html
