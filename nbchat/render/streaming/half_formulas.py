"""Half a formula at the end of a text that arrives: whether to wait for the rest of it.

Where a formula may be on its way nothing is shown of it, so that no TeX is read that a moment
later is a formula. Prices and the names of variables begin as formulas do; they are words as
soon as prose follows. What has been shown as words is not taken back while it grows.
"""

from __future__ import annotations

import re

from nbchat.render.maths.find import CLOSERS, LONGEST_INLINE_FORMULA, formula_at, is_ascii_word

MOST_WORDS = 6  # of prose behind what speaks TeX: the end of that formula was forgotten

_SPEAKS_TEX = re.compile(r"[\\^_={]")
_NO_PROSE = re.compile(r"\\[A-Za-z]+|\{[^{}]*\}?")
_WORD = re.compile(r"[\u2e80-\uffef]|[^\W\d_\u2e80-\uffef]{2,}")
_LEADS_ON = re.compile(r"[-\u2013\u2014/+=<>:,&~]\Z")  # what a second price follows: $5-$10
_SHORT_WORDS = frozenset({"and", "or", "to", "for", "is", "of", "in", "per", "vs", "be"})


def held_from(words: str, start: int) -> int | None:
    """From where on the words wait for more, of what begins here at a `$` or a backslash."""
    if formula := formula_at(words, start):
        opener, tex, end = formula
        if opener == "$" and end == len(words) and _LEADS_ON.search(tex):
            return end - 1 if _is_text(tex, opener) else start
        return None
    return start if _may_become_formula(words, start) else None


def _may_become_formula(words: str, start: int) -> bool:
    rest = words[start:]
    before = words[start - 1 : start]
    opener = rest[:2] if rest[:2] in ("$$", *CLOSERS) else rest[:1]
    if opener == "\\":
        return rest == opener
    if opener[0] == "$" and (before in ("$", "\\") or (opener == "$" and is_ascii_word(before))):
        return False
    tex = rest[len(opener) :]
    closer = CLOSERS.get(opener, opener)
    if closer in tex.replace(r"\$", "") or len(tex) > LONGEST_INLINE_FORMULA:
        return False
    return not _is_text(tex, opener)


def _is_text(tex: str, opener: str) -> bool:
    """Whether this, of which the end has not come, is shown as it was typed."""
    if opener == "$" and (tex[:1].isspace() or "`" in tex):
        return True
    first = _SPEAKS_TEX.search(tex)
    if opener[0] == "$" and _is_prose(tex[: first.start()] if first else tex):
        return True
    return len(_WORD.findall(_NO_PROSE.sub(" ", tex))) >= MOST_WORDS


def _is_prose(words: str) -> bool:
    """Whether this, which has nothing in it that only formulas have, is no formula's beginning."""
    found = _WORD.findall(words)
    if words[:1].isdigit():  # a price
        return any(len(word) != 2 or word in _SHORT_WORDS for word in found)
    return len(found) > 1 or any(word in _SHORT_WORDS for word in found)
