"""A text that grows without end, of which the beginning and the end are kept."""

from __future__ import annotations

import re

from nbchat.context.terminal_text import rewritten, without_escapes

LONGEST = 8_000  # characters that are kept of one text
MOST_AT_ONCE = 4  # times as many are looked at of what comes at once

_LEFT_OUT = re.compile(r"\n… ([\d,]+) characters left out …\n")


class CutText:
    """Takes pieces of a text; of a line that is written again and again the newest counts.

    >>> text = CutText(longest=10)
    >>> text.add("0%\\r50%\\r"); text.add("100%\\n"); text.text
    '100%\\n'
    >>> text.add("abcdefghijkl"); text.text
    '100%\\n\\n… 7 characters left out …\\nhijkl'
    """

    __slots__ = ("_dropped", "_end", "_longest", "_start")

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._start = ""
        self._end = ""
        self._dropped = 0  # characters between them

    @property
    def size(self) -> int:
        """Characters that are kept."""
        return len(self._start) + len(self._end)

    def add(self, piece: str) -> None:
        most = MOST_AT_ONCE * self._longest
        if self._start and len(piece) > self._longest:  # of all before its end nothing is kept
            self._dropped += len(self._end) + len(piece) - self._longest
            self._end, piece = "", piece[-self._longest :]
        elif len(piece) > most:
            self._dropped += len(piece) - most
            piece = piece[: most // 2] + piece[-most // 2 :]
        self._end += piece
        if "\r" in self._end:
            self._end = rewritten(self._end)
        if self.size > 2 * self._longest:
            self._cut()

    def shrink(self, longest: int) -> None:
        """Keep no more than so many characters from now on."""
        self._longest = min(self._longest, longest)
        self._start, self._end = "", self._start + self._end
        self._cut()

    def _cut(self) -> None:
        if self.size <= self._longest:
            return
        half = self._longest // 2
        if not self._start:
            self._start, self._end = self._end[:half], self._end[half:]
        self._dropped += len(self._end) - half
        self._end = self._end[-half:]

    @property
    def text(self) -> str:
        """What is kept, with a word of what is not."""
        self._cut()
        start, end = without_escapes(self._start), without_escapes(self._end)
        if not self._dropped or not start:
            return start + end
        return start + _left_out(self._dropped) + end


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and its end, with a word of how much was between them.

    >>> cut(cut("a" * 1000 + "b" * 1000, 200), 100).splitlines()[1]
    '… 1,900 characters left out …'
    """
    if len(text) <= longest:
        return text
    half = longest // 2
    middle = text[half:-half]
    before = [match[1] for match in _LEFT_OUT.finditer(middle)]  # of what was cut already
    count = len(_LEFT_OUT.sub("", middle)) + sum(int(size.replace(",", "")) for size in before)
    return text[:half] + _left_out(count) + text[-half:]


def _left_out(count: int) -> str:
    return f"\n… {count:,} characters left out …\n"
