"""Which characters of a model's text may travel on.

It knows code points only: nothing of Markdown, HTML or terminals.
"""

from __future__ import annotations

import re

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all of C0, DEL and C1 but \t and \n
_SURROGATE = re.compile("[\ud800-\udfff]")
# Overrides, embeddings and isolates reorder what is read; tag characters are not seen at all.
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
# Prose from right to left needs isolates and embeddings, and the flags of Wales and Scotland
# need tags.
_NEVER_IN_PROSE = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f)"
    "|[\u202d\u202e\U000e0000-\U000e007f]"
)
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
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
    """The text with reordering and invisible characters written out.

    >>> unmasked("user\u202enimda")
    'user\\\\u202enimda'
    """
    return _DECEIVING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def undisguised(prose: str) -> str:
    """The same for prose, where only overrides and tags outside of flags have no place."""
    return _NEVER_IN_PROSE.sub(lambda match: match[1] or unmasked(match[0]), prose)


def without_blank_lines(html: str) -> str:
    """The same HTML; in a Markdown file a blank line would end it, and begin Markdown.

    >>> without_blank_lines("<pre>a\\n\\n![b](c)</pre>")
    '<pre>a&#10;\\n![b](c)</pre>'
    """
    return _BLANK_LINE.sub("&#10;", html)


def word_count(text: str) -> int:
    """How many words; every Han character and kana counts as one, as in word processors."""
    return len(_HAN_OR_KANA.findall(text)) + len(_WORD.findall(_HAN_OR_KANA.sub(" ", text)))
