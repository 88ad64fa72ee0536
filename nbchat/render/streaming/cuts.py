"""Where a block that goes on and on can be cut, and how it goes on: Markdown in, Markdown out.

Between rows, items and lines of code a reader hardly sees it. Where a block has
no such place, a line ends where none should: behind a sentence if there is one,
behind a word, in the last resort anywhere. What is inside of a quote or an item
is cut by itself. It is all for looking at meanwhile, so it may be wrong about
what hostile text means, but it must not be slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nbchat.render.inline_style import CENTRED, LEFT

if TYPE_CHECKING:
    from markdown_it.token import Token

    from nbchat.render.markdown.parser import Block

# Characters of a paragraph, a cell or a line of code from which it is cut: there the cut shows.
LONG_LINE = 3_000
KEPT_CHARACTERS = (
    200  # characters of it that stay open, since their emphasis or link may still begin
)
OPEN = 1.5  # times so long, what is open in it (emphasis, code, a link) is cut as well
CANDIDATES = 8  # places in a line that are tried, last first
DEEPEST = 6  # quotes and items in which is looked for a place
COLUMNS = 40  # of a table that is cut
RULED = 100  # characters of a cell that keep a column as wide as it was

WENT_ON = "nbc-on"  # the class of what goes on from a piece above it
INSIDE = "nbc-on nbc-in"  # the same of a list whose first item does

_BLANK = re.compile(r"\A(?:[ \t]*\n)+")
_QUOTE = re.compile(r" {0,3}> ?")
_NUMBER = re.compile(r"\d{1,9}")
_MARKER = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?! )|(?=\s|$))")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
_INDENT = re.compile(r"^[ \t]*\t", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
_SENTENCES = [  # where a line can end, best first
    re.compile(p) for p in (r"[.!?:]['\"”’)]*\s+|[。！？：]", r"[,;]\s+|[，、；]|\n", r"\s+", r".")
]
_WORDS = [re.compile(p) for p in (r"\s+", r".")]
_BEGINS_A_BLOCK = re.compile(r"[-+*=_#~`|:$!\[\\<>&\s]|\d{1,9}(?:[.)]|$)")


class Cut(NamedTuple):
    """A block in two."""

    done: str  # Markdown of what can be shown for good
    rest: str  # and of how it goes on
    on: tuple[str, ...] = (
        WENT_ON,
    )  # the classes of what goes on: a block, the first in it, and so on


def cut_block(
    text: str, on: tuple[str, ...] = (), *, line: int = LONG_LINE, depth: int = 0
) -> Cut | None:
    """The open block's Markdown in two; None where it cannot be cut. `on` is of the cut before,
    where there was one.

    >>> cut_block("1. one\\n2. two\\n3. thr")[:2]
    ('1. one\\n2. two\\n', '3. thr')
    >>> cut_block("```sh\\nls\\npw")[:2]
    ('```sh\\nls\\n', '```sh\\npw')
    >>> cut_block("- one\\n  - two\\n  - thr")
    Cut(done='- one\\n', rest='- - two\\n  - thr', on=('nbc-on nbc-in',))
    """
    from nbchat.render.markdown.parser import outline

    text = _BLANK.sub("", text)
    found = outline(text, {})
    if depth and len(found) > 1:
        return _before(text, found[-1].first, ())
    if len(found) != 1 or depth > DEEPEST:
        return None
    match found[0].kind:
        case "fence":
            return _code(text, text[: text.find("\n") + 1], line)
        case "code_block":
            return _code(text, "", line)
        case "bullet_list_open" | "ordered_list_open":
            return _items(text, found[0]) or _item(text, on, line, depth)
        case "table_open":
            return _rows(text, 2 if on else 0, line)
        case "blockquote_open":
            return _quoted(text, on, line, depth)
        case "heading_open" if opening := _HEADING.match(text):
            words = _words(text[opening.end() :], line)
            return words and Cut(opening[0] + words.done, opening[0] + words.rest)
        case "paragraph_open" | "footnote_reference_open":
            return _words(text, line)
    return None


def _before(text: str, number: int, on: tuple[str, ...] = (WENT_ON,)) -> Cut | None:
    lines = text.split("\n")
    return Cut("\n".join(lines[:number]) + "\n", "\n".join(lines[number:]), on) if number else None


def _code(text: str, opening: str, line: int) -> Cut | None:
    """Before the last line, which may still become the closing one.

    In it where there is no other.
    """
    done, _, last = text.rpartition("\n")
    if len(done) > len(opening) and (opening or last.startswith("    ")):
        return Cut(f"{done}\n", opening + last)
    end = (
        _place(last, line, _WORDS)
        if text.startswith(opening) and done + "\n" in (opening, "\n")
        else None
    )
    if not end:
        return None
    return Cut(f"{opening}{last[:end]}\n", (opening or "    ") + last[end:])


def _items(text: str, block: Block) -> Cut | None:
    starts = [
        t.map[0] for t in block.tokens if t.type == "list_item_open" and t.level == 1 and t.map
    ]
    found = _before(text, starts[-1])
    if found and block.kind == "ordered_list_open":
        number = int(block.tokens[0].attrs.get("start", 1)) + len(starts) - 1
        return Cut(found.done, _NUMBER.sub(str(number), found.rest, count=1))
    return found


def _item(text: str, on: tuple[str, ...], line: int, depth: int) -> Cut | None:
    """As what is in the only item would be cut."""
    text = _INDENT.sub(lambda tabs: tabs[0].expandtabs(4), text)
    marker = _MARKER.match(text)
    if not marker:
        return None
    first = marker[0] if marker[0].endswith(" ") else f"{marker[0]} "
    blank = re.compile(f" {{0,{len(first)}}}")
    lines = text.split("\n")
    inner = [lines[0][marker.end() :], *(blank.sub("", later, count=1) for later in lines[1:])]
    found = cut_block("\n".join(inner), on[1:], line=line, depth=depth + 1)
    return found and _around(found, lines[-1], inner[-1], first, " " * len(first), INSIDE)


def _quoted(text: str, on: tuple[str, ...], line: int, depth: int) -> Cut | None:
    """As what is quoted would be cut."""
    lines = text.split("\n")
    inner = [_QUOTE.sub("", one, count=1) for one in lines]
    found = cut_block("\n".join(inner), on[1:], line=line, depth=depth + 1)
    return found and _around(found, lines[-1], inner[-1], "> ", "> ", WENT_ON)


def _around(found: Cut, last: str, inner: str, first: str, later: str, mark: str) -> Cut:
    """A cut inside, with the marks of what is around it.

    `last` is the last line, `inner` without them.
    """
    done, rest = (_prefixed(part, first, later) for part in (found.done.rstrip("\n"), found.rest))
    if found.rest.endswith(
        f"\n{inner}"
    ):  # of which perhaps not even the mark or the indent has come
        rest = rest[: rest.rindex("\n") + 1] + last
    return Cut(f"{done}\n", rest, (mark, *found.on))


def _prefixed(text: str, first: str, later: str) -> str:
    return first + f"\n{later}".join(text.split("\n"))


def _rows(text: str, hidden: int, line: int) -> Cut | None:
    """Between two rows, or in the last cell; the rest gets the heading again, and two rows that
    keep columns wide.

    They are there to be measured, not to be seen. Stripes go on if the rows before are even in
    number.
    """
    from nbchat.render.markdown.parser import blocks

    lines = text.split("\n")
    whole = len(lines) - (3 if "|" in lines[-1] else 4)  # rows, without the last one
    number = 2 + whole // 2 * 2
    last = lines[number:]
    if number <= 2 + hidden:
        number, last, done = len(lines) - 1, *_cell(lines[-1], line)
        if not last or number < 2:
            return None
        lines[-1] = done
        number += 1
    done = "\n".join(lines[:number]) + "\n"
    table = blocks(done, {})[0].tokens
    rows = _cells(table)
    columns = list(zip(*rows, strict=True))
    if len(columns) > COLUMNS:
        return None
    heading = (
        _row([heading for (_, heading), *_ in columns])
        if len(lines[0]) > RULED * COLUMNS
        else lines[0]
    )
    ruler = [_rule(heading, is_marked=not table[0].attrs) for (heading, _), *_ in columns]
    longest = [max((content for _, content in column[1:]), key=len) for column in columns]
    words = [
        max((word for _, content in column for word in content.split() or [""]), key=len)
        for column in columns
    ]
    return Cut(done, "\n".join([heading, *map(_row, (ruler, longest, words)), *last]))


def _rule(heading: Token, *, is_marked: bool) -> str:
    """The delimiter of a column: where what stands on the right is not marked, or what stands on
    the left.
    """
    given = heading.attrs.get("style") or ("" if is_marked or "align" in heading.attrs else LEFT)
    return {LEFT: ":---", CENTRED: ":---:"}.get(str(given), "---:")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell[:RULED].replace('|', chr(92) + '|') for cell in cells)} |"


def _cells(tokens: list[Token]) -> Iterator[list[tuple[Token, str]]]:
    row: list[tuple[Token, str]] = []
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type in ("th_open", "td_open"):
            row.append((token, tokens[number + 1].content))
        elif token.type == "tr_close":
            yield row


def _cell(row: str, line: int) -> tuple[list[str], str]:
    """How a row goes on behind its last cell's cut, and the row before it.

    Nothing where that is not long.
    """
    bars = [bar.end() for bar in _BAR.finditer(row)]
    start = bars[-1] if bars else 0
    found = _words(row[start:], line)
    if not found:
        return [], ""
    before = len(bars) - row.lstrip().startswith("|")
    return [f"| {'| ' * before}{found.rest}"], f"{row[:start]}{found.done} |"


def _words(text: str, line: int) -> Cut | None:
    """Behind a sentence, a comma or a word."""
    from nbchat.render.streaming.half_markdown import complete_markdown

    end = _place(text, line, _SENTENCES, whole=True)
    if not end and len(text) >= OPEN * line:
        end = _place(text, line, _WORDS)
    done = complete_markdown(text[:end].rstrip()) if end else ""
    return (
        Cut(done, text[end:].lstrip()) if len(done) * 2 > (end or 0) else None
    )  # no half link that hides it all


def _place(
    text: str, line: int, patterns: list[re.Pattern[str]], *, whole: bool = False
) -> int | None:
    """Where a long line can end; `whole` means with no emphasis, code, link or formula open."""
    from nbchat.render.streaming.half_markdown import complete_markdown

    if len(text) < line:
        return None
    for pattern in patterns:
        ends = [
            found.end()
            for found in pattern.finditer(
                text, line // 2, len(text) - min(KEPT_CHARACTERS, line // 4)
            )
        ]
        for end in reversed(ends[-CANDIDATES:]):
            done = text[:end].rstrip()
            if not _BEGINS_A_BLOCK.match(text[end:].lstrip()) and (
                not whole or complete_markdown(done) == done
            ):
                return end
    return None
