"""Emphasis in Chinese, Japanese, Korean, Thai and others that are written without spaces.

CommonMark asks whether a space or a letter stands beside the marks of emphasis. So
`**注意：**请看` would show its marks. Here a character of these scripts counts as both, as the
CommonMark CJK-friendly Amendments (github.com/tats-u/markdown-cjk-friendly) say it, also behind
a sign: `第1**“重点”**2章`. In a text with such characters quotes tell where emphasis begins and
ends. Everything else is read as before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it.common.utils import isPunctChar, isWhiteSpace
from markdown_it.rules_inline import emphasis, strikethrough

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.rules_inline.state_inline import Delimiter

    Rule = Callable[[StateInline, bool], bool]

# Hangul, Han, Kana, Bopomofo, Yi, Tangut, Khitan and Nushu with their punctuation, and the wide
# and narrow forms. No emoji, and no signs that other scripts use as often (₩, trigrams).
_CJK = (
    # Thai, Lao, Tibetan, Burmese, Khmer, Tai and Javanese, which have no spaces either.
    "\u0e01-\u0e3a\u0e40-\u0edf\u0f00-\u109f\u1780-\u17da\u17dc-\u17ff\u1950-\u19ff\u1a20-\u1aaf"
    "\ua980-\ua9ff\uaa60-\uaa7f"
    "\u1100-\u11ff\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uffee"
    "\U00016fe0-\U00018dff\U0001aff0-\U0001b2ff\U00020000-\U0003fffd"
)
# What changes the shape of the character before it.
_SHAPES = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\U000e0100-\U000e01ef"
_LONGEST_SHAPED = 5  # characters

_SIGN = "[^\\w\\s*_~`]"
_OPENING_QUOTES, _CLOSING_QUOTES = frozenset("“‘«‹"), frozenset("”’»›")

_BEGINS_WITH_CJK = re.compile(f"{_SIGN}?[{_CJK}]")
_ENDS_IN_CJK = re.compile(f"[{_CJK}][{_SHAPES}]*{_SIGN}?\\Z")
_ANY_CJK = re.compile(f"[{_CJK}]")
_MAY_EMPHASISE = re.compile("\\*|~~")


def emphasis_beside_cjk(md: MarkdownIt) -> None:
    """Make a MarkdownIt read marks of emphasis beside CJK characters as their writer meant."""
    for name, rule in (("emphasis", emphasis.tokenize), ("strikethrough", strikethrough.tokenize)):
        md.inline.ruler.at(name, _reading_cjk(rule))


def may_emphasise_beside_cjk(text: str) -> bool:
    return bool(_MAY_EMPHASISE.search(text) and _ANY_CJK.search(text))


def _reading_cjk(rule: Rule) -> Rule:
    def reading(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.delimiters)
        if not rule(state, silent):
            return False
        if not silent and not state.src.isascii():
            _allow_more(state, start, state.delimiters[count:])
        return True

    return reading


def _allow_more(state: StateInline, start: int, delimiters: Sequence[Delimiter]) -> None:
    """Let a run of marks also begin or end emphasis where only CommonMark forbids it.

    Its tokens remember where a space would tell the same to other programs.
    """
    before = state.src[max(0, start - _LONGEST_SHAPED) : start]
    after = state.src[state.pos : min(state.pos + 2, state.posMax)]
    left, right = _kind_of(before[-1:]), _kind_of(after[:1])
    may_begin, may_end = right != "space", left != "space"
    if not _ENDS_IN_CJK.search(before) and not _BEGINS_WITH_CJK.match(after):
        is_quoted = state.src[start] != "_" and _has_cjk(state.src)
        may_begin = is_quoted and after[:1] in _OPENING_QUOTES
        may_end = is_quoted and before[-1:] in _CLOSING_QUOTES
    if state.src[start] == "_" and may_begin and may_end:  # else `变量_name_的` would be emphasis
        may_begin, may_end = left == "sign", right == "sign"
    for delimiter in delimiters:
        places = state.tokens[delimiter.token].meta
        if may_begin and not delimiter.open:
            places["space_before"] = start
        if may_end and not delimiter.close:
            places["space_behind"] = state.pos
        delimiter.open |= may_begin
        delimiter.close |= may_end


@lru_cache(maxsize=8)
def _has_cjk(text: str) -> bool:
    return bool(_ANY_CJK.search(text))


def _kind_of(character: str) -> Literal["space", "sign", "letter"]:
    """What CommonMark tells apart; the ends of a text count as spaces."""
    if not character or isWhiteSpace(ord(character)):
        return "space"
    return "sign" if isPunctChar(character) else "letter"
