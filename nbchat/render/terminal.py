"""A model's words in a terminal: cleaned of what a terminal would obey, wrapped, lightly styled.

Every escape sequence that leaves here was made here. It knows nothing of HTML
and, since words are printed once and for good, only styles that need no
looking ahead: headings, fences and the code between them.
"""

from __future__ import annotations

import re
import unicodedata

from nbchat.render.characters import CONTROLS, unmasked

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_HALF = re.compile("[\ud800-\udfff]")
# What stays together in a line: words and spaces, but each wide character by itself.
_WORDS = re.compile(
    "[\u1100-\u115f\u2e80-\uffef\U0001f000-\U0003ffff]|[^\\s\u1100-\u115f\u2e80-\uffef\U0001f000-\U0003ffff]+|\\s+"
)

_NEVER_FIRST = frozenset("。，、；：？！）」』】》〉”’…")  # in a line, as CJK prose is set

BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
WIDEST = 100  # columns; longer lines of prose are hard to read
_UNDECIDED = re.compile(
    r" {0,3}(?:#{0,6}|`{0,2}|~{0,2})"
)  # a line that may still become a heading or a fence
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MARKERS = re.compile(r"(?:[ \t]*(?:>|[-*+](?= )|\d{1,3}[.)](?= )))*[ \t]*")


def clean(text: str) -> str:
    """The text without control characters but tab and newline, and with nothing hidden in it.

    Every character is judged by itself, so a text may be cut anywhere.

    >>> clean("\\x1b]52;c;aGk=\\x07 user\\u202enimda")
    ']52;c;aGk= user\\\\u202enimda'
    """
    return _HALF.sub("\ufffd", unmasked(CONTROLS.sub("", text)))


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


class Wrapped:
    """Prose as it streams into lines of `width` columns; lines go on below where their words began.

    >>> page = Wrapped(12)
    >>> page.feed("- one two th") + page.feed("ree\\n") + page.finish()
    '- one two\\n  three\\n'
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._word = ""  # which may still go on
        self._space = ""
        self._line = ""  # while it may still begin with a marker
        self._column = self._indent = 0
        self._kept = False  # this line is not to be wrapped: code, a row of a table

    def feed(self, text: str, *, kept: bool = False) -> str:
        """What to print now; `kept` text is printed as it is."""
        return "".join(self._take(line, kept) for line in _LINES.findall(text))

    def finish(self) -> str:
        return self._release()

    def _take(self, text: str, kept: bool) -> str:
        words = text.removesuffix("\n")
        out = self._release() + words if kept else "".join(map(self._place, _WORDS.findall(words)))
        if text.endswith("\n"):
            out += self._release() + "\n"
            self._column = self._indent = 0
            self._line = self._space = ""
        return out

    def _place(self, piece: str) -> str:
        if piece.isspace():
            out = self._release()
            self._space += piece
            return out
        if len(piece) == 1 and columns(piece) == 2:
            out = self._release()
            self._word = piece
            return out + self._release()
        self._word += piece
        return ""

    def _release(self) -> str:
        """The word that was held back, on this line or the next."""
        word, space = self._word, self._space
        if not word:
            return ""
        self._word = self._space = ""
        self._line += space + word
        if _MARKERS.fullmatch(f"{self._line} "):
            self._indent = min(columns(self._line) + 1, self.width // 2)
        wide = columns(space) + columns(word)
        fits = self._column + wide <= self.width or not self._column
        if fits or (word in _NEVER_FIRST and not space) or self._line.startswith("|"):
            self._column += wide
            return space + word
        self._column = self._indent + columns(word)
        return f"\n{' ' * self._indent}{word}"


class TerminalMarkdown:
    """Markdown as it streams into a terminal: bold headings, dim fences around code, words as they come.

    >>> page = TerminalMarkdown()
    >>> page.feed("# Tit") + page.feed("le\\n") + page.finish()
    '\\x1b[1m# Title\\x1b[0m\\n'
    """

    def __init__(self, width: int = WIDEST) -> None:
        self._wrapped = Wrapped(width)
        self._line = ""  # of the line that is being typed, while it is undecided
        self._style: str | None = None  # None until the line has decided
        self._fence = ""
        self._is_code = False  # this line, or what begins and ends it

    def feed(self, text: str) -> str:
        """What to print now."""
        return "".join(map(self._take, _LINES.findall(clean(text))))

    def finish(self) -> str:
        """What was held back, and the end of all styles."""
        if not self._line and self._style is None:
            return ""
        return self._take("\n")[:-1]

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
        out += self._wrapped.feed(words, kept=self._is_code)
        if ended:
            out += (
                self._wrapped.finish() + (PLAIN if self._style else "") + self._wrapped.feed("\n")
            )
            self._style, self._line = None, ""
        return out

    def _styled(self, line: str) -> str:
        fence = _FENCE.match(line)
        self._is_code = bool(self._fence or fence)
        if self._fence:
            if not (
                fence and fence[1].startswith(self._fence) and not line.strip(" " + self._fence[0])
            ):
                return ""
            self._fence = ""
            return DIM
        if fence:
            self._fence = fence[1]
            return DIM
        return BOLD if _HEADING.match(line) else ""
