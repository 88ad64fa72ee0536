"""About how many tokens a text is, as people are told it."""

from __future__ import annotations

import re

from nbchat.wording import plural

CHARACTERS = 4.0  # of a token, by ordinary tokenisers, in English and code
CHARACTERS_CJK = 1.5  # of a token in Chinese, Japanese and Korean

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def estimate(text: str) -> int:
    """About how many tokens a text is.

    >>> estimate("four words of English"), estimate("天空是蓝色的")
    (6, 4)
    """
    wide = len(_CJK.findall(text))
    return round((len(text) - wide) / CHARACTERS + wide / CHARACTERS_CJK + 0.49)


def told(text: str) -> str:
    """The same for a label: `~1,230 tokens`."""
    return f"~{plural(estimate(text), 'token')}"
