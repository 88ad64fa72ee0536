"""Which characters of a model's text may travel on.

It knows code points only: nothing of Markdown, HTML or terminals.
"""

from __future__ import annotations

import re

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all of C0, DEL and C1 but \t and \n
_SURROGATE = re.compile("[\ud800-\udfff]")
# Overrides, embeddings and isolates reorder what is read; tag characters are not seen at all.
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

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
    return _DECEIVING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def word_count(text: str) -> int:
    """How many words; every Han character and kana counts as one, as in word processors."""
    return len(_HAN_OR_KANA.findall(text)) + len(_WORD.findall(_HAN_OR_KANA.sub(" ", text)))
