"""Where a long block can be cut, and how it goes on behind the cut: Markdown in, Markdown out.

A cut between rows, items or lines of code is hardly seen. A block that has no
such place is cut inside a line: after a sentence if there is one, else after a
word, else anywhere. A quote, an item or details are cut where what is inside would be.
Used only while streaming; the final answer is rendered from the whole text. So a
cut may misread hostile text, but it must be quick.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nbchat.render.inline_style import CENTRED, LEFT
from nbchat.render.markdown.details import parts_of_open, place_of_last

if TYPE_CHECKING:
    from markdown_it.token import Token

    from nbchat.render.markdown.parser import Block

# Characters from which a paragraph, a cell or a line of code is cut; high, since that cut shows.
LONG_LINE = 3_000
# Characters at the end of such a line that stay open: emphasis or a link may begin in them.
OPEN_CHARACTERS = 200
# A line that is longer by this factor is cut even inside of emphasis, code or a link.
OPEN_ALLOWANCE = 1.5
PLACES_TRIED = 8  # places in a line that are tried, last first
DEEPEST_CUT = 6  # levels of quotes and items that are searched for a place
MOST_COLUMNS = 40  # a table with more columns is not cut
LONGEST_HIDDEN_CELL = 100  # characters of a cell that is there to keep its column as wide as before

WENT_ON = "nbc-on"  # the class of a block that continues the piece above it
WENT_ON_INSIDE = "nbc-on nbc-in"  # the class of a list whose first item continues it

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

    done: str  # Markdown of the part that is finished
    rest: str  # Markdown of the part that is still open
    # The classes of `rest`: of the block, of the first block in it, and so on.
    classes: tuple[str, ...] = (WENT_ON,)
    is_unfinished: bool = False  # whether `done` has details without their end


def cut_block(
    text: str, classes: tuple[str, ...] = (), *, line: int = LONG_LINE, depth: int = 0
) -> Cut | None:
    """Cut the Markdown of an open block in two; None where it cannot be cut.

    `classes` are those of the cut before, if the block went on from one.

    >>> cut_block("1. one\\n2. two\\n3. thr")[:2]
    ('1. one\\n2. two\\n', '3. thr')
    >>> cut_block("```sh\\nls\\npw")[:2]
    ('```sh\\nls\\n', '```sh\\npw')
    >>> cut_block("- one\\n  - two\\n  - thr")[:3]
    ('- one\\n', '- - two\\n  - thr', ('nbc-on nbc-in',))
    """
    from nbchat.render.markdown.parser import parse_outline

    text = _BLANK.sub("", text)
    blocks = parse_outline(text, {"unfinished": True})
    if depth and len(blocks) > 1:
        return _cut_before_line(text, blocks[-1].first, ())
    if len(blocks) != 1 or depth > DEEPEST_CUT:
        return None
    if (place := place_of_last(blocks[0].tokens, blocks[0].last)) > 0:
        return Cut(text[:place] + "\n", text[place:], ())
    match blocks[0].kind:
        case "fence":
            return _cut_code(text, text[: text.find("\n") + 1], line)
        case "code_block":
            return _cut_code(text, "", line)
        case "bullet_list_open" | "ordered_list_open":
            return _cut_items(text, blocks[0]) or _cut_item(text, classes, line, depth)
        case "table_open":
            return _cut_rows(text, 2 if classes else 0, line)
        case "blockquote_open":
            return _cut_quote(text, classes, line, depth)
        case "details_open":
            return _cut_details(text, blocks[0], line, depth)
        case "heading_open" if opening := _HEADING.match(text):
            return _cut_heading(text, opening[0], line)
        case "paragraph_open" | "footnote_reference_open":
            return _cut_words(text, line)
    return None


def _cut_before_line(text: str, number: int, classes: tuple[str, ...] = (WENT_ON,)) -> Cut | None:
    if number == 0:
        return None
    lines = text.split("\n")
    return Cut("\n".join(lines[:number]) + "\n", "\n".join(lines[number:]), classes)


def _cut_code(text: str, opening: str, line: int) -> Cut | None:
    """Cut before the last line, which may still become the closing one.

    Cut inside of the last line where it is the only one.
    """
    done, _, last = text.rpartition("\n")
    if len(done) > len(opening) and (opening or last.startswith("    ")):
        return Cut(f"{done}\n", opening + last)
    is_only_line = text.startswith(opening) and f"{done}\n" in (opening, "\n")
    end = _find_place(last, line, _WORDS) if is_only_line else None
    if end is None:
        return None
    return Cut(f"{opening}{last[:end]}\n", (opening or "    ") + last[end:])


def _cut_items(text: str, block: Block) -> Cut | None:
    """Cut before the last item of a list."""
    items = [token for token in block.tokens if token.type == "list_item_open" and token.level == 1]
    starts = [item.map[0] for item in items if item.map]
    cut = _cut_before_line(text, starts[-1])
    if cut and block.kind == "ordered_list_open":
        number = int(block.tokens[0].attrs.get("start", 1)) + len(starts) - 1
        return Cut(cut.done, _NUMBER.sub(str(number), cut.rest, count=1))
    return cut


def _cut_item(text: str, classes: tuple[str, ...], line: int, depth: int) -> Cut | None:
    """Cut the only item of a list where what is in it would be cut."""
    text = _INDENT.sub(lambda tabs: tabs[0].expandtabs(4), text)
    marker = _MARKER.match(text)
    if not marker:
        return None
    first = marker[0] if marker[0].endswith(" ") else f"{marker[0]} "
    indent = re.compile(f" {{0,{len(first)}}}")
    lines = text.split("\n")
    inner = [lines[0][marker.end() :], *(indent.sub("", later, count=1) for later in lines[1:])]
    cut = cut_block("\n".join(inner), classes[1:], line=line, depth=depth + 1)
    if cut is None:
        return None
    cut = _put_marks_around(cut, lines[-1], inner[-1], first, " " * len(first))
    return cut._replace(classes=(WENT_ON_INSIDE, *cut.classes))


def _cut_quote(text: str, classes: tuple[str, ...], line: int, depth: int) -> Cut | None:
    """Cut a quote where what is quoted would be cut."""
    lines = text.split("\n")
    inner = [_QUOTE.sub("", quoted, count=1) for quoted in lines]
    cut = cut_block("\n".join(inner), classes[1:], line=line, depth=depth + 1)
    if cut is None:
        return None
    cut = _put_marks_around(cut, lines[-1], inner[-1], "> ", "> ")
    return cut._replace(classes=(WENT_ON, *cut.classes))


def _cut_details(text: str, block: Block, line: int, depth: int) -> Cut | None:
    """Cut details where what is in them would be cut. Only the first piece shows the summary."""
    opening, inner = parts_of_open(block.tokens, text)
    cut = cut_block(inner, line=line, depth=depth + 1) if inner.strip() else None
    return cut and Cut(opening + cut.done, opening + cut.rest, is_unfinished=True)


def _put_marks_around(cut: Cut, last: str, inner: str, first: str, later: str) -> Cut:
    """The cut with the marks of the quote or item around it: `first` and `later` begin its lines.

    `last` is the last line of the quote or item as it was, `inner` the same without its marks.
    """
    done = _prefix_lines(cut.done.rstrip("\n"), first, later)
    rest = _prefix_lines(cut.rest, first, later)
    if cut.rest.endswith(f"\n{inner}"):  # perhaps even its mark or indent has not come yet
        rest = rest[: rest.rindex("\n") + 1] + last
    return cut._replace(done=f"{done}\n", rest=rest)


def _prefix_lines(text: str, first: str, later: str) -> str:
    return first + f"\n{later}".join(text.split("\n"))


def _cut_rows(text: str, hidden: int, line: int) -> Cut | None:
    """Cut between two rows, or in the last cell. `hidden` rows came from the cut before.

    An even number of rows is cut off, so that stripes go on.
    """
    lines = text.split("\n")
    whole = len(lines) - (3 if "|" in lines[-1] else 4)  # rows, without the last one
    number = 2 + whole // 2 * 2
    done_lines, rest_lines = lines[:number], lines[number:]
    if number <= 2 + hidden:
        cut = _cut_cell(lines[-1], line)
        if cut is None or len(lines) < 3:
            return None
        done_lines, rest_lines = [*lines[:-1], cut.done], [cut.rest]
    done = "\n".join(done_lines) + "\n"
    beginning = _begin_again(done, lines[0])
    if beginning is None:
        return None
    return Cut(done, "\n".join([*beginning, *rest_lines]))


def _begin_again(table: str, heading: str) -> list[str] | None:
    """Lines for a table that looks like this one: its heading, delimiters and two hidden rows.

    Those have the longest cells and words of each column, so that columns stay as wide as
    they were. None where there are too many columns.
    """
    from nbchat.render.markdown.parser import parse_blocks

    tokens = parse_blocks(table, {})[0].tokens
    columns = list(zip(*_cells(tokens), strict=True))
    if len(columns) > MOST_COLUMNS:
        return None
    if len(heading) > LONGEST_HIDDEN_CELL * MOST_COLUMNS:
        heading = _row([content for (_, content), *_ in columns])
    is_marked = not tokens[0].attrs
    delimiters = [_delimiter(opening, is_marked=is_marked) for (opening, _), *_ in columns]
    longest = [max((content for _, content in column[1:]), key=len) for column in columns]
    words = [_longest_word([content for _, content in column]) for column in columns]
    return [heading, _row(delimiters), _row(longest), _row(words)]


def _longest_word(cells: list[str]) -> str:
    return max((word for cell in cells for word in cell.split()), key=len, default="")


def _delimiter(heading: Token, *, is_marked: bool) -> str:
    """The delimiter of a column, `:---` on the left.

    A table is marked on the cells that stand on the left (`is_marked`) or on those on the right.
    """
    style = heading.attrs.get("style")
    if not style and not is_marked and "align" not in heading.attrs:
        style = LEFT
    return {LEFT: ":---", CENTRED: ":---:"}.get(str(style), "---:")


def _row(cells: list[str]) -> str:
    escaped = [cell[:LONGEST_HIDDEN_CELL].replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _cells(tokens: list[Token]) -> Iterator[list[tuple[Token, str]]]:
    row: list[tuple[Token, str]] = []
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type in ("th_open", "td_open"):
            row.append((token, tokens[number + 1].content))
        elif token.type == "tr_close":
            yield row


def _cut_cell(row: str, line: int) -> Cut | None:
    """Cut the last cell of a row, where it is long."""
    bars = [bar.end() for bar in _BAR.finditer(row)]
    start = bars[-1] if bars else 0
    cut = _cut_words(row[start:], line)
    if cut is None:
        return None
    before = len(bars) - row.lstrip().startswith("|")
    return Cut(f"{row[:start]}{cut.done} |", f"| {'| ' * before}{cut.rest}")


def _cut_heading(text: str, opening: str, line: int) -> Cut | None:
    cut = _cut_words(text[len(opening) :], line)
    return Cut(opening + cut.done, opening + cut.rest) if cut else None


def _cut_words(text: str, line: int) -> Cut | None:
    """Cut behind a sentence, a comma or a word."""
    from nbchat.render.streaming.half_markdown import complete_markdown

    end = _find_place(text, line, _SENTENCES, whole=True)
    if end is None and len(text) >= OPEN_ALLOWANCE * line:
        end = _find_place(text, line, _WORDS)
    if end is None:
        return None
    done = complete_markdown(text[:end].rstrip())
    if len(done) * 2 <= end:  # half a link that would hide most of it
        return None
    return Cut(done, text[end:].lstrip())


def _find_place(
    text: str, line: int, patterns: list[re.Pattern[str]], *, whole: bool = False
) -> int | None:
    """Where a long line can end; `whole` means with no emphasis, code, link or formula open."""
    if len(text) < line:
        return None
    last = len(text) - min(OPEN_CHARACTERS, line // 4)
    for pattern in patterns:
        ends = [match.end() for match in pattern.finditer(text, line // 2, last)]
        for end in reversed(ends[-PLACES_TRIED:]):
            if _BEGINS_A_BLOCK.match(text[end:].lstrip()):
                continue
            if not whole or _is_whole(text[:end].rstrip()):
                return end
    return None


def _is_whole(text: str) -> bool:
    from nbchat.render.streaming.half_markdown import complete_markdown

    return complete_markdown(text) == text
