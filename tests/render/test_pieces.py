"""A block that goes on and on is shown in pieces: what is repainted stays short, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from nbchat.render import Pieces, to_html
from nbchat.render.pieces import LONG, LONG_PARAGRAPH, cut

from ..benchmarks.answers import SHAPES
from .dom import Page, words
from .test_incremental import documents

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
}


def streamed(text: str, piece: int = 7, look: Callable[[Pieces], None] = lambda page: None) -> Pieces:
    page = Pieces()
    for start in range(0, len(text), piece):
        page.feed(text[start : start + piece])
        look(page)
    return page


ON = r'class="[^"]*nbc-on[^"]*"[^>]*>'


def seen(html: str) -> str:
    """The words, without the rows and labels that only keep the look."""
    html = re.sub(rf"({ON}(?:<table>)?<thead>).*?(</thead><tbody>)(?:<tr>.*?</tr>\s*){{2}}", r"\1\2", html)
    html = re.sub(rf'({ON}\s*(?:<div class="nbc-code">)?)<div class="nbc-lang">.*?</div>', r"\1", html)
    return re.sub(r"\s+", "", words(html))


@pytest.mark.parametrize("shape", ENDLESS)
def test_an_endless_block_settles_piece_by_piece(shape: str) -> None:
    longest = [0]

    def look(page: Pieces) -> None:
        longest[0] = max(longest[0], page._open_size)

    page = streamed(ENDLESS[shape], look=look)

    assert len(page.settled) > 4
    assert longest[0] < 2 * (LONG_PARAGRAPH if "paragraph" in shape or shape in ("quote", "no spaces") else LONG)


@pytest.mark.parametrize("shape", ENDLESS)
def test_no_word_is_lost_or_said_twice_between_pieces(shape: str) -> None:
    page = streamed(ENDLESS[shape])

    assert seen(page.html) == seen(to_html(ENDLESS[shape]))


@pytest.mark.parametrize("shape", ENDLESS)
def test_pieces_are_marked_where_they_go_on(shape: str) -> None:
    page = streamed(ENDLESS[shape])
    pieces = [html for html in page.settled if "nbc-o" in html]

    assert all("nbc-off" in html for html in pieces)
    assert sum("nbc-on" in html for html in pieces) >= len(pieces) - 1
    assert page.tail.find("nbc-on") == page.tail.find("nbc-o")


def test_a_finished_text_has_no_pieces() -> None:
    page = streamed(ENDLESS["table"])
    page.finish()

    assert page.replaced
    assert page.html == to_html(ENDLESS["table"])


def test_headings_and_formulas_are_light_until_the_end() -> None:
    """JupyterLab would make its table of contents anew at every repaint; sources are for notebooks that were saved."""
    text = "# Title\n\nWords and $x^2$.\n\n$$y^2$$\n\n### Half"
    page = streamed(text)
    assert re.findall(r"<h[1-6][^>]*>", page.html) == ['<h1 class="tocSkip">', '<h3 class="tocSkip">']
    assert page.html.count("<math") == 2
    assert "hidden" not in page.html
    assert "$" not in page.html

    page.finish()
    assert page.html == to_html(text)


@settings(max_examples=100, deadline=None)
@given(documents)
def test_short_blocks_are_left_alone(text: str) -> None:
    page = streamed(text)
    page.finish()

    assert page.html == to_html(text)


@settings(max_examples=60, deadline=None)
@given(documents.map(lambda text: text * 20))
def test_no_state_on_the_way_has_a_fault(text: str) -> None:
    page = streamed(text, 97)

    assert Page(re.sub(r"nbc-(on|off) (?=nbc-)| class=\"tocSkip\"", "", page.html)).faults == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1. one\n2. two\n3. thr", "3. thr"),
        ("7) a\n7) b\n7) c", "9) c"),
        ("- a\n  - b\n- c\n  - d", "- c\n  - d"),
        ("```python\nx = 1\ny", "```python\ny"),
        ("~~~\nx = 1\n", "~~~\n"),
        ("> a\n>\n> b", "> b"),
        ("> - a\n> - b", "> - b"),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |\n| 33 | x y |\n| 5",
            "| a | b |\n| ---: | ---: |\n| 33 | x y |\n| 33 | b |\n| 5",
        ),
        ("# Title", None),
        ("- one giant item", None),
        ("| a |\n|---|\n| 1 |\n| 2", None),
        ("```\nx", None),
        ("> ```\n> x", None),
        ("short paragraph. Another sentence.", None),
        ("", None),
    ],
)
def test_where_a_block_is_cut(text: str, rest: str | None) -> None:
    found = cut(text)

    assert (found and found[1]) == rest


@pytest.mark.parametrize("opened", ["**bold ", "`code ", "[link](https://e.com/", r"$\frac{x ", r"\(x ", "*a `b` "])
def test_a_paragraph_is_not_cut_inside_what_is_open(opened: str) -> None:
    before = "Words and words. " * 150
    found = cut(before + opened + "go on. " * 300)

    assert found is None or opened.strip() not in found[0]
