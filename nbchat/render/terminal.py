"""A model's words in a terminal: cleaned of what a terminal would obey, lightly styled.

Every escape sequence that leaves here was made here. It knows nothing of HTML
and, since words are printed once and for good, only styles that need no
looking ahead: headings, fences and the code between them.
"""

from __future__ import annotations

import re

from nbchat.render.characters import CONTROLS, unmasked

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_HALF = re.compile("[\ud800-\udfff]")

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_UNDECIDED = re.compile(r" {0,3}(?:#{0,6}|`{0,2}|~{0,2})")  # a line that may still become a heading or a fence
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def clean(text: str) -> str:
    """The text without control characters but tab and newline, and with nothing hidden in it.

    Every character is judged by itself, so a text may be cut anywhere.

    >>> clean("\\x1b]52;c;aGk=\\x07 user\\u202enimda")
    ']52;c;aGk= user\\\\u202enimda'
    """
    return _HALF.sub("\ufffd", unmasked(CONTROLS.sub("", text)))


class TerminalMarkdown:
    """Markdown as it streams into a terminal: bold headings, dim fences, words as they come.

    >>> page = TerminalMarkdown()
    >>> page.feed("# Tit") + page.feed("le\\n") + page.finish()
    '\\x1b[1m# Title\\x1b[0m\\n'
    """

    def __init__(self) -> None:
        self._line = ""  # of the line that is being typed: all while it is undecided, then what matters of it
        self._style: str | None = None  # None until the line has decided
        self._fence = ""

    def feed(self, text: str) -> str:
        """What to print now."""
        return "".join(map(self._take, _LINES.findall(clean(text))))

    def finish(self) -> str:
        """What was held back, and the end of all styles."""
        return self._take("\n")[:-1] if self._line or self._style else ""

    def _take(self, text: str) -> str:
        ended = text.endswith("\n")
        words = text.removesuffix("\n")
        out = ""
        if self._style is None:
            self._line += words
            if not ended and not self._fence and _UNDECIDED.fullmatch(self._line):
                return ""
            if not ended and self._fence and not self._line.strip(" " + self._fence[0]):
                return ""
            self._style = self._styled(self._line)
            words, self._line = self._line, ""
            out = self._style
        out += words
        if ended:
            out += (_PLAIN if self._style else "") + "\n"
            self._style, self._line = None, ""
        return out

    def _styled(self, line: str) -> str:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence[1].startswith(self._fence) and not line.strip(" " + self._fence[0]):
                self._fence = ""
            return _DIM
        if fence:
            self._fence = fence[1]
            return _DIM
        return _BOLD if _HEADING.match(line) else ""
