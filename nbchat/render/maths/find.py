"""Finding formulas in Markdown: `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]` and bare environments.

Money is not a formula: "$5 and $6" stays text. Where a block of maths begins is
decided by its first line alone, and it ends at its closer or at a blank line. So a
text that is still arriving is never read in two ways. How a formula looks is not
known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

LONGEST_INLINE_FORMULA = 2_000  # characters an inline formula may span

_ENVIRONMENTS = (
    "align|alignat|aligned|equation|gather|gathered|multline|eqnarray|displaymath|cases"
    "|[pbvBV]?matrix"
)
_OPENER = re.compile(rf"\$\$|\\\[|\\begin\{{(?:{_ENVIRONMENTS})\*?\}}")
_SPEAKS_TEX = re.compile(r"[\\^_={]")
_WORDS = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{2,}")
_WORDS_OF_PROSE = frozenset({"and", "or", "the", "to", "for", "is", "of", "in", "per", "vs"})
_OPERATOR = re.compile(r"[\\^_=+*/<>{}|]|\d\s*-|-\s*\d")


def maths(md: MarkdownIt) -> None:
    """Teach a MarkdownIt to find formulas; the tokens are `formula` and `formula_block`."""
    md.inline.ruler.before("escape", "formula", _inline_rule)
    md.block.ruler.before(
        "fence",
        "formula_block",
        _block_rule,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )


def _inline_rule(state: StateInline, silent: bool) -> bool:
    formula = formula_at(state.src, state.pos)
    if formula is None:
        return False
    opener, tex, end = formula
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = tex
        token.markup = opener
    state.pos = end
    return True


def formula_at(source: str, start: int) -> tuple[str, str, int] | None:
    """`(opener, tex, end)` of the formula that begins here, if one does."""
    opener = source[start : start + 2]
    if opener in CLOSERS:
        return _between(source, opener, start)
    before = source[start - 1] if start else ""
    if source[start] != "$" or (before and before in "\\$"):
        return None
    if opener == "$$":
        return _between(source, opener, start)
    return None if is_ascii_word(before) else _after_dollar(source, start)


CLOSERS = {r"\(": r"\)", r"\[": r"\]"}


def _between(source: str, opener: str, start: int) -> tuple[str, str, int] | None:
    """A formula between two marks of two characters."""
    begin = start + len(opener)
    end = _find_closer(source, CLOSERS.get(opener, opener), begin)
    tex = source[begin:end].strip() if end > 0 else ""
    return (opener, tex, end + len(opener)) if _is_plausible(tex) else None


def _after_dollar(source: str, start: int) -> tuple[str, str, int] | None:
    """A formula between two dollars, unless they are two prices."""
    end = _find_closer(source, "$", start + 1)
    if end < 0:
        return None
    after = source[end + 1 : end + 2]
    if is_ascii_word(after) or after == "$":
        return None
    tex = source[start + 1 : end]
    if tex != tex.strip() or "`" in tex or not _is_plausible(tex):
        return None
    return "$", tex, end + 1


def _find_closer(source: str, closer: str, start: int) -> int:
    """Where the next unescaped closer is, or -1."""
    limit = start + LONGEST_INLINE_FORMULA
    position = source.find(closer, start, limit)
    while position > 0 and closer[0] == "$" and _is_escaped(source, position):
        position = source.find(closer, position + 1, limit)
    return position


def _is_escaped(source: str, position: int) -> bool:
    run = position
    while run and source[run - 1] == "\\":
        run -= 1
    return (position - run) % 2 == 1


def is_ascii_word(character: str) -> bool:
    """Whether this is a letter or a digit of ASCII, beside which a `$` is money."""
    return character.isascii() and character.isalnum()


def _is_plausible(tex: str) -> bool:
    """Whether this is maths rather than words, a price or escaped brackets."""
    if not any(map(str.isalnum, tex)):
        return False
    if _OPERATOR.search(tex):
        return True
    words = _WORDS.findall(tex)
    return len(words) < 2 and all(len(word) < 4 and word not in _WORDS_OF_PROSE for word in words)


def _block_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    line = _line(state, first)
    opener = _OPENER.match(line)
    if opener is None:
        return False
    closer = _closer(opener[0])
    rest = line[opener.end() :]
    end = rest.find(closer)
    if end >= 0:
        if rest[end + len(closer) :].strip() or not _is_plausible(rest[:end]):
            return False
        if not silent:
            _push_block(state, first, first + 1, opener[0], rest[:end], closer)
        return True
    if rest.strip() and not _SPEAKS_TEX.search(rest):
        return False
    if not silent:
        _read_lines(state, first, last, opener[0], rest)
    return True


def _read_lines(state: StateBlock, first: int, last: int, opener: str, rest: str) -> None:
    """Push a formula that goes on below its first line, of which `rest` is behind the opener."""
    closer = _closer(opener)
    lines = [rest]
    number = first + 1
    while number < last and not state.isEmpty(number) and state.sCount[number] >= state.blkIndent:
        line = _line(state, number)
        number += 1
        end = line.find(closer)
        if end >= 0:
            tex = "\n".join([*lines, line[:end]])
            after = line[end + len(closer) :]
            _push_block(state, first, number, opener, tex, closer, after=after)
            return
        lines.append(line)
    _push_block(state, first, number, opener, "\n".join(lines), "")


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _closer(opener: str) -> str:
    return {"$$": "$$", r"\[": r"\]"}.get(opener) or opener.replace("begin", "end")


def _push_block(
    state: StateBlock, first: int, end: int, opener: str, tex: str, closer: str, after: str = ""
) -> None:
    """One block: the formula, and the words that follow its closer on the same line.

    An empty `closer` means that there was none.
    """
    state.line = end
    token = state.push("formula_block_open", "div", 1)
    token.map = [first, end]
    token = state.push("formula_block", "math", 0)
    token.content = tex
    token.markup = opener
    token.info = closer
    if after.strip():
        state.push("paragraph_open", "p", 1)
        token = state.push("inline", "", 0)
        token.content = after.strip()
        token.map = [end - 1, end]
        token.children = []
        state.push("paragraph_close", "p", -1)
    state.push("formula_block_close", "div", -1)
