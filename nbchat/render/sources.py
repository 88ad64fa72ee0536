"""The sources of an answer: which number each has, where it stands in the words, and the list.

What a provider says of a source is as hostile as the model's words. Titles are escaped, an
address leads where a click may go or is not there, and its host is always shown.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from nbchat.languages.live import said
from nbchat.render import inline_style
from nbchat.render.characters import readable, undisguised_name
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.messages import Source
    from nbchat.render.markdown.marks import Marks

MOST_SHOWN = 200  # sources
MOST_MARKS = 500  # in one answer
LONGEST_TITLE = 120  # characters that are shown
LONGEST_MARKED = 200_000  # characters of an answer in which marks are placed
LONGEST_SHOWN_ADDRESS = 2_000  # characters
MOST_NUMBER = 999
ROOM_BEHIND = 30  # characters behind an address in a link: `?utm_source=openai))`
Span: TypeAlias = tuple[int, int]
_SIGNS = [chr(code) for code in range(0xE000, 0xE100)]  # of no meaning to anybody

# No mark stands inside of these, but behind them.
_WHOLE = re.compile(
    r"(`{1,3})[^`\n]{1,300}\1"
    r"|\$\$[^$]{1,1000}\$\$|\$[^$\n]{1,200}\$|\\\([^\n]{1,200}?\\\)|\\\[.{1,200}?\\\]"
    r"|!?\[[^\[\]\n]{0,300}\]\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?\)"
    r"|<https?://[^<>\s]{1,2000}>|https?://[^\s<>()\[\]]{1,2000}"
    r"|[A-Za-z0-9]{2,40}|\*{2,3}|_{2,3}|~~",
    re.S,
)
_FENCE = re.compile(r"[ \t>*+-]{0,20}(`{3,}|~{3,})")
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$!^&]")
_NO_WORDS = re.compile(r"[\s|:=*_+#>~`-]*")  # a line that draws something


@dataclass(slots=True, frozen=True)
class Numbered:
    """A source as it is shown."""

    number: int
    source: Source
    host: str  # where its address leads; empty where it may not be clicked

    @property
    def title(self) -> str:
        """Its title on one line, or what there is in place of it."""
        title = _one_line(self.source.title) or _one_line(self.source.quoted)
        if not title:
            return self.host or _one_line(self.source.url) or said("a document")
        return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def numbered(sources: Sequence[Source]) -> list[Numbered]:
    """The sources in the order of their numbers.

    Those that the words call by a number keep it. Then come those that passages rest on, in the
    order of these, and last what was found besides.
    """
    taken: set[int] = set()
    shown: list[Numbered] = []
    others: list[Source] = []
    for source in sources[:MOST_SHOWN]:
        number = next((n for n in source.numbers if 0 < n <= MOST_NUMBER and n not in taken), 0)
        if number:
            taken.add(number)
            shown.append(Numbered(number, source, _host(source)))
        else:
            others.append(source)
    free = (number for number in count(1) if number not in taken)
    by_place = sorted(others, key=lambda source: min(source.ends, default=MOST_MARKS**3))
    for source, number in zip(by_place, free, strict=False):
        shown.append(Numbered(number, source, _host(source)))
    return sorted(shown, key=lambda one: one.number)


def _host(source: Source) -> str:
    from nbchat.render.markdown.addresses import destination, is_mail

    if is_mail(source.url) or len(source.url) > LONGEST_SHOWN_ADDRESS:
        return ""
    return destination(source.url)


def _one_line(words: str) -> str:
    return undisguised_name(" ".join(readable(words[:2_000]).split()))


# --- in the words -----------------------------------------------------------------------------


def marked(text: str, sources: Sequence[Numbered]) -> tuple[str, Marks]:
    """The text with marks of ours where passages end, and where all numbers in it lead."""
    from nbchat.render.markdown.marks import Marks

    linked = [one for one in sources if one.host]
    written = {
        number: one.source.url for one in linked for number in one.source.numbers[:MOST_MARKS]
    }
    sign = next((sign for sign in _SIGNS if sign not in text), "")
    places = _places(text, sources) if sign else {}
    if not places:
        return text, Marks(written)
    placed = {one.number: one.source.url for one in linked}
    with_marks = _with(text, places, lambda number: Marks.written_as(sign, number))
    return with_marks, Marks(written, placed, sign)


def marked_in_words(text: str, sources: Sequence[Numbered]) -> str:
    """The text with `[1]` where passages end, for places without links.

    >>> from nbchat.messages import Source
    >>> fact = Source("https://a.example", ends=[16])
    >>> marked_in_words("Water is bluish. So is ice.", numbered([fact]))
    'Water is bluish.[1] So is ice.'
    """
    return _with(text, _places(text, sources), lambda number: f"[{number}]")


def _with(text: str, places: dict[int, list[int]], write: Callable[[int], str]) -> str:
    pieces = []
    start = 0
    for place, numbers in sorted(places.items()):
        pieces.append(text[start:place])
        pieces += map(write, numbers)
        start = place
    return "".join([*pieces, text[start:]])


def _places(text: str, sources: Sequence[Numbered]) -> dict[int, list[int]]:
    """The numbers that stand at each place of a text."""
    unnumbered = [one for one in sources if not one.source.numbers]
    ends = [(end, one) for one in unnumbered for end in one.source.ends[:MOST_MARKS]]
    if not ends or len(text) > LONGEST_MARKED or _is_json(text):
        return {}
    whole = [match.span() for match in _WHOLE.finditer(text)]
    fenced = [*_fenced(text)]
    places: dict[int, list[int]] = {}
    for end, one in sorted(ends, key=lambda each: (each[0], each[1].number))[:MOST_MARKS]:
        place = _place(text, end, whole, fenced)
        if place is None or _leads_there(text, place, one.source.url):
            continue
        numbers = places.setdefault(place, [])
        if one.number not in numbers:
            numbers.append(one.number)
    return places


def _place(text: str, end: int, whole: list[Span], fenced: list[Span]) -> int | None:
    """Where a mark can stand for a passage that ends there; None where it cannot."""
    place = max(min(end, len(text)), 0)
    place = _out_of(place, whole) or place
    place = len(text[:place].rstrip())
    first = text.rfind("\n", 0, place) + 1
    last = text.find("\n", place)
    line = text[first : last if last >= 0 else len(text)]
    if not place or _NO_WORDS.fullmatch(line) or _out_of(place, fenced):
        return None
    if line.lstrip().startswith("|") and text[place - 1] == "|":  # a cell of a table has ended
        place = len(text[: place - 1].rstrip())
    return place if place > first else None


def _out_of(place: int, spans: list[Span]) -> int:
    """The end of the span that the place is inside of; 0 where it is in none."""
    nth = bisect_left(spans, (place, 0)) - 1
    return spans[nth][1] if nth >= 0 and place < spans[nth][1] else 0


def _fenced(text: str) -> Iterator[Span]:
    """From where to where there are blocks of code."""
    opened, fence, at = 0, "", 0
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line)
        if match and not fence:
            opened, fence = at, match[1]
        elif match and match[1].startswith(fence):
            yield opened, at + len(line)
            fence = ""
        at += len(line)
    if fence:
        yield opened, at + 1


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]")


def _leads_there(text: str, place: int, url: str) -> bool:
    """Whether the words that end there are a link to the same page, as OpenAI's are."""
    return url != "" and url in text[max(place - len(url) - ROOM_BEHIND, 0) : place]


# --- below the words --------------------------------------------------------------------------


def sources_summary(sources: Sequence[Numbered]) -> str:
    """What stands on the fold.

    >>> from nbchat.messages import Source
    >>> sources_summary(numbered([Source("https://a.example")]))
    '1 source'
    """
    return said(plural(len(sources), "source"))


def sources_html(sources: Sequence[Numbered]) -> str:
    """The sources as a numbered list."""
    from nbchat.render.sanitise import sanitise

    lists: list[str] = []
    for nth, one in enumerate(sources):
        if not nth or one.number != sources[nth - 1].number + 1:
            start = f' start="{one.number}"' if one.number > 1 else ""
            lists.append(f'<ol{start} style="{inline_style.SOURCES}">')
        lists.append(f"<li>{_item(one)}</li>")
        if nth + 1 == len(sources) or sources[nth + 1].number != one.number + 1:
            lists.append("</ol>")
    return sanitise("".join(lists))


def _item(one: Numbered) -> str:
    title = escape(one.title, quote=False)
    if not one.host:
        return title
    link = f'<a href="{escape(one.source.url)}"><u>{title}</u></a>'
    return link if one.title == one.host else f"{link} · {escape(one.host, quote=False)}"


def sources_markdown(sources: Sequence[Numbered]) -> str:
    r"""The sources as a numbered list in Markdown.

    >>> from nbchat.messages import Source
    >>> print(sources_markdown(numbered([Source("https://a.example/ice", "Ice_9")])))
    Sources:
    <BLANKLINE>
    1. Ice\_9 · <https://a.example/ice>
    """
    lines = []
    for one in sources:
        facts = [_MARKUP.sub(r"\\\g<0>", one.title)] if one.title != one.host else []
        if one.host:
            facts.append(f"<{_one_line(one.source.url)}>")
        lines.append(f"{one.number}. {' · '.join(facts)}")
    return "\n".join(["Sources:", "", *lines])


def source_lines(sources: Sequence[Numbered]) -> list[str]:
    """The sources as lines of text.

    >>> from nbchat.messages import Source
    >>> source_lines(numbered([Source("https://a.example/ice", "Ice")]))
    ['[1] Ice · https://a.example/ice']
    """
    lines = []
    for one in sources:
        facts = [one.title] if one.title != one.host else []
        if one.host:
            facts.append(_one_line(one.source.url))
        lines.append(f"[{one.number}] {' · '.join(facts)}")
    return lines
