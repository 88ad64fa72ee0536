"""A block that goes on and on is shown in pieces: what is repainted is short, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from nbchat.render import LongBlocks, to_html
from nbchat.render.streaming.cuts import LONG_LINE, OPEN_ALLOWANCE
from nbchat.render.streaming.long_blocks import LONG_BLOCK, LONGEST_OPEN
from tests.benchmarks.answers import SHAPES
from tests.render.dom import Page, words
from tests.render.streaming.test_incremental import documents

from ...nightly import examples

ENDLESS = {
    **{name: SHAPES[name](20_000)[1] for name in ("table", "fence", "paragraph", "list", "quote")},
    "chinese paragraph": SHAPES["chinese"](20_000)[1].replace("\n", "").rpartition("。")[0],
    "numbered": "".join(f"1. item {n} with words\n" for n in range(900)),
    "loose": "".join(f"- item {n} with words\n\n" for n in range(900)),
    "indented code": "words\n\n" + "".join(f"    line {n} of code\n" for n in range(900)),
    "no spaces": "x" * 20_000,
    "aligned": "| a | b |\n|:-:|---|\n" + "".join(f"| {n} | {n}.5 |\n" for n in range(900)),
    "bars": "| a | b |\n|---|---|\n" + "".join(f"| `x \\| {n}` | y |\n" for n in range(900)),
    "quoted paragraphs": "".join(f"> words of paragraph {n}\n>\n" for n in range(900)),
    "quoted code": "> ```python\n" + "".join(f"> line {n} of code\n" for n in range(900)),
    "quoted table": "> | a | b |\n> |---|---|\n"
    + "".join(f"> | {n} | {n}.5 |\n" for n in range(900)),
    "nested list": "- a\n" + "".join(f"  - item {n} with words\n" for n in range(900)),
    "paragraphs of an item": "1. a\n\n"
    + "".join(f"   Words of paragraph {n}.\n\n" for n in range(900)),
    "code of an item": "1. a\n\n   ```python\n"
    + "".join(f"   line {n} of code\n" for n in range(900)),
    "table of an item": "- a\n\n  | a | b |\n  |---|---|\n"
    + "".join(f"  | {n} | {n}.5 |\n" for n in range(900)),
    "quote that goes on without marks": "> a\n" + "".join(f"lazy words {n}\n" for n in range(900)),
}
LINE = "The words of sentence {n} go on with *emphasis* and end. "
LINES = "".join(LINE.replace("{n}", str(n)) for n in range(350))
ONE_LINE = {  # that goes on and on, behind
    **{name: opening + LINES for name, opening in {
        "item": "- ", "numbered item": "7. ", "item of items": "- - 3. ",
        "quote of an item": "> - ", "heading": "## ",
        "cell": "| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | ",
        "first cell": "| a | b |\n|---|---|\n| ",
        "code": "```\n", "more code": "```sh\nls\n", "indented code": "    ",
        "code of an item": "- a\n\n  ```\n  ",
    }.items()},
    "no spaces": "- " + "x" * 20_000,
    "open emphasis": "**" + LINES.replace("*", ""),
    "open code": "`" + LINES.replace("*", ""),
    "open link": "[" + LINES,
}  # fmt: skip
TYPED = {  # since nothing better is known
    "formula": "$$\n" + "".join(f"x_{{{n}}} +\n" for n in range(3_000)),
    "definition": "[a]: " + "x" * 20_000,
    "brackets": "[" * 20_000,
    "deep quotes": ">" * 30 + " a\n" + "a\n" * 10_000,
    "columns": "|a" * 4_000 + "|\n" + "|-" * 4_000 + "|\n" + "|b" * 4_000,
    "hostile": "*_[![" * 4_000,
}


def stream(
    text: str, piece: int = 7, look: Callable[[LongBlocks], None] = lambda page: None
) -> LongBlocks:
    page = LongBlocks()
    for start in range(0, len(text), piece):
        page.feed(text[start : start + piece])
        look(page)
    return page


ON = r'class="[^"]*nbc-on[^"]*"[^>]*>'


def visible_words(html: str) -> str:
    """The words, without the rows and labels that only keep the look."""
    html = re.sub(
        rf"({ON}(?:<table>)?<thead>).*?(</thead><tbody>)(?:<tr>.*?</tr>\s*){{2}}", r"\1\2", html
    )
    html = re.sub(rf"({ON}\s*)<legend>.*?</legend>", r"\1", html)
    return re.sub(r"\s+", "", words(html))


def measure_open(text: str) -> tuple[LongBlocks, int]:
    longest = [0]

    def look(page: LongBlocks) -> None:
        longest[0] = max(longest[0], page.open_size)

    return stream(text, look=look), longest[0]


@pytest.mark.parametrize("shape", ENDLESS)
def test_an_endless_block_settles_piece_by_piece(shape: str) -> None:
    page, longest = measure_open(ENDLESS[shape])

    assert len(page.settled) > 3
    in_lines = shape in (
        "paragraph",
        "chinese paragraph",
        "quote",
        "quote that goes on without marks",
        "no spaces",
    )
    assert longest < 2 * (LONG_LINE if in_lines else LONG_BLOCK)


@pytest.mark.parametrize("shape", ONE_LINE)
def test_an_endless_line_settles_piece_by_piece(shape: str) -> None:
    page, longest = measure_open(ONE_LINE[shape])

    assert len(page.settled) > 2
    assert longest < 1.6 * (OPEN_ALLOWANCE if "open" in shape else 1) * LONG_LINE


@pytest.mark.parametrize("shape", TYPED)
def test_what_cannot_be_cut_is_shown_as_typed(shape: str) -> None:
    page, longest = measure_open(TYPED[shape])

    assert '<pre class="nbc-off nbc-plain">' in "".join(page.settled)
    assert longest < 1.6 * LONGEST_OPEN
    assert visible_words(page.html).count("x") == TYPED[shape].count("x")


@pytest.mark.parametrize("shape", [*ENDLESS, *ONE_LINE])
def test_no_word_is_lost_or_said_twice_between_pieces(shape: str) -> None:
    text = ENDLESS.get(shape) or ONE_LINE[shape]
    page = stream(text)

    # Emphasis or code that is open for too long is shown without its mark.
    assert visible_words(page.html) == visible_words(to_html(text)).lstrip("*`")


@pytest.mark.parametrize("shape", [*ENDLESS, *ONE_LINE])
def test_pieces_are_marked_where_they_go_on(shape: str) -> None:
    page = stream(ENDLESS.get(shape) or ONE_LINE[shape])
    pieces = [html for html in page.settled if "nbc-o" in html]

    assert all("nbc-off" in html for html in pieces)
    assert sum("nbc-on" in html for html in pieces) >= len(pieces) - 1
    assert page.tail.find("nbc-on") == page.tail.find("nbc-o")


def test_an_item_goes_on_without_a_second_bullet() -> None:
    page = stream(ONE_LINE["numbered item"])

    assert page.settled[0].startswith('<ol class="nbc-off" start=7><li>The words')
    assert page.tail.startswith('<ol class="nbc-on nbc-in" start=7><li>')


def test_only_a_table_that_goes_on_hides_its_heading() -> None:
    """A quote or an item that goes on may begin another table."""
    text = "> " + "words " * 200 + "\n>\n> | a | b |\n> |---|---|\n" + "> | 1 | 2 |\n" * 25
    page = stream(text)

    assert page.tail.startswith('<blockquote class="nbc-on">\n<table>')


def test_a_finished_text_has_no_pieces() -> None:
    page = stream(ENDLESS["table"])
    page.finish()

    assert page.replaced
    assert page.html == to_html(ENDLESS["table"])


def test_headings_and_formulas_are_light_until_the_end() -> None:
    """JupyterLab would make its table of contents anew; sources are for saved notebooks."""
    text = "# Title\n\nWords and $x^2$.\n\n$$y^2$$\n\n### Half"
    page = stream(text)
    assert re.findall(r"<h[1-6][^>]*>", page.html) == [
        '<h1 class="tocSkip" style=font-size:1.4em>',
        '<h3 class="tocSkip" style=font-size:1.2em>',
    ]
    assert page.html.count("<math") == 2
    assert "hidden" not in page.html
    assert "$" not in page.html

    page.finish()
    assert page.html == to_html(text)


@settings(max_examples=examples(100))
@given(documents)
def test_short_blocks_are_left_alone(text: str) -> None:
    page = stream(text)
    page.finish()

    assert page.html == to_html(text)


@settings(max_examples=60)
@given(documents.map(lambda text: text * 20))
def test_no_state_on_the_way_has_a_fault(text: str) -> None:
    page = stream(text, 97)

    assert Page(re.sub(r"nbc-(on|off) (?=nbc-)| class=\"tocSkip\"", "", page.html)).faults == []
