"""Which characters of a model's text may travel on.

It knows code points only: nothing of Markdown, HTML or terminals.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from nbchat.invisible import (
    INVISIBLE,
    RIGHT_TO_LEFT,
    TURN,
    UNSEEN_END,
    in_a_name,
    in_emoji,
    in_prose,
)

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all of C0, DEL and C1 but \t and \n
_SURROGATE = re.compile("[\ud800-\udfff]")
MOST_TURNS = 8  # marks of direction in a text that has no letters written from right to left
LONGEST_HELD = 100  # characters
_BLANK_LINE = re.compile(r"\n(?=[ \t]*\n)")

_HAN_OR_KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w(?:[\w'\u2019.,-]*\w)?")


def readable(text: str) -> str:
    """The text with `\\n` line ends, whole characters, and no control characters.

    Two halves of a surrogate pair become the character they were meant to be.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = CONTROLS.sub("", text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def unmasked(text: str) -> str:
    """The text with every character written out that nobody sees, and that may reorder: for code.

    >>> unmasked("user\u202enimda")
    'user\\\\u202enimda'
    """
    return text if text.isascii() else INVISIBLE.sub(_write_out, text)


def undisguised(prose: str) -> str:
    """The same for prose, where what emoji, scripts and directions need has its place."""
    if prose.isascii() or not INVISIBLE.search(prose):
        return prose
    if not RIGHT_TO_LEFT.search(prose) and len(TURN.findall(prose)) > MOST_TURNS:
        return undisguised_name(prose)
    return in_prose().sub(_write_out_the_rest, prose)


def undisguised_name(words: str) -> str:
    """The same for words that say who or where, such as a link's: nothing may turn them around."""
    if words.isascii() or not INVISIBLE.search(words):
        return words
    return in_a_name().sub(_write_out_the_rest, words)


def without_emoji_marks(text: str) -> str:
    """The text without what joins and colours emoji, which few terminals know.

    >>> without_emoji_marks("\u26a0\ufe0f Careful")
    '\u26a0 Careful'
    """
    if text.isascii() or not INVISIBLE.search(text):
        return text
    return in_emoji().sub("", text)


def _write_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def _write_out_the_rest(match: re.Match[str]) -> str:
    return match[1] or _write_out(match)


class InPieces:
    """Writes out a text that arrives in pieces as `write_out` would the whole.

    >>> words = InPieces(undisguised)
    >>> words.feed("do\u200b"), words.feed("ne \u26a0"), words.feed("\ufe0f"), words.finish()
    ('do', '\\\\u200bne \u26a0', '', '\ufe0f')
    """

    def __init__(self, write_out: Callable[[str], str]) -> None:
        self._write_out = write_out
        self._before = ""  # the last character that was seen
        self._held = ""  # what nobody sees belongs to what comes next, or to nothing

    def feed(self, text: str) -> str:
        """Take the next piece; what can be shown now."""
        text = self._held + text
        end = UNSEEN_END.search(text, max(0, len(text) - LONGEST_HELD))
        shown = text[: end.start()] if end else text
        self._held = text[len(shown) :]
        return self._show(shown)

    def finish(self) -> str:
        """What was held back; nothing more will come."""
        held, self._held = self._held, ""
        return self._show(held)

    def _show(self, text: str) -> str:
        if not text:
            return ""
        before = self._before
        self._before = text[-1]
        return self._write_out(before + text)[len(self._write_out(before)) :]


def without_blank_lines(html: str) -> str:
    """The same HTML; in a Markdown file a blank line would end it, and begin Markdown.

    >>> without_blank_lines("<pre>a\\n\\n![b](c)</pre>")
    '<pre>a&#10;\\n![b](c)</pre>'
    """
    return _BLANK_LINE.sub("&#10;", html)


def word_count(text: str) -> int:
    """How many words; every Han character and kana counts as one, as in word processors."""
    return len(_HAN_OR_KANA.findall(text)) + len(_WORD.findall(_HAN_OR_KANA.sub(" ", text)))
