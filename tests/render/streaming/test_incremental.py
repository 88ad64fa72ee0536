"""What streams in pieces ends as the whole text does, with each block rendered once."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbchat.render import Incremental, to_html
from nbchat.render.markdown import parser
from nbchat.render.markdown.elements import RenderState
from tests.render.dom import Page, words

from ...nightly import examples

# Lines that begin, end, continue or nearly are a construct; documents are any sequence of them.
LINES = [
    *("", "", "", "", " ", "  ", "words and *more* words", "a **bold", "text** end",
      "`code` here", "last `open"),
    *("# Title", "## Two", "#", "#not", "Setext", "===", "---", "--", "-", "***", "* * *",
      "  ---"),
    *("- item", "- ", "  - nested", "    - deeper", "* star", "1. one", "2) two", "10. ten",
      "   more of it", "+ plus"),
    *("- [ ] task", "- [x] done", "      far in", "    code", "\tcode", "    "),
    *("```", "```python", "````", "~~~", "~~~ sh", "   ```", "  ```", "    ```", "> ```",
      "- ```", "x = 1  # hi"),
    *("| a | b |", "|---|---|", "|:-:|--:|", "| 1 | 2 |", "a | b", "--- | ---", "|", "|a",
      "1 | 2 | 3", "|$x$|`a|b`|"),
    *("> quote", ">", "> - in quote", "> | a |", "> |---|", ">> two", "> # h", "lazy"),
    *("[ref]: https://example.com", "[ref]:", "https://example.com", "'title'", '"title',
      "[ref]", "[text][ref]"),
    *("[^1]: a note", "    more note", "see[^1]", "^[inline note]", "[^2]: [^1]",
      "> [^q]: quoted", "- [^l]: listed"),
    *("$$", "$$ x^2 $$", "$$x", "x = 1$$", "a $$x$$ b", "$x$ and $5", "$5 and $6", "$$ tail",
      "- $$", "  $$", "> $$"),
    *(r"\[", r"\]", r"\[ a_1 \]", r"\[ a", r"\(x\)", r"\] where $x$", r"\begin{align}",
      r"a &= b \\", r"\end{align}"),
    *(r"\end{align} tail", "a\\", "\\", r"\\", "two  ", "***b*i**", "_a_ __b__", "~~s~~", "~",
      "=="),
    *("<div>", "</div>", "<b>x</b>", "<!-- c", "-->", "<script>alert(1)</script>", "<?php",
      "&amp; &#0; &lt;"),
    *("![alt](https://e.com/i.png)", "[a](https://e.com)", "https://e.com/x", "[a](", "[a",
      "]: x"),
    *("你好，世界", "数学$x$好", "**中文**。", "שלום", "😀 emoji", "\u202ebidi", "\x00\x1b[31m",
      "\ud83d", "\ude00"),
    *("\u00a0", "\u2028", "\u3000x", "[label", ")", "1.", "1", "+", "*", "javascript:alert(1)"),
]  # fmt: skip
ENDS = ["\n"] * 6 + ["\n\n"] * 4 + ["\r\n", "\r", " ", ""]
documents = st.lists(
    st.tuples(st.sampled_from(LINES), st.sampled_from(ENDS)).map("".join), max_size=30
).map("".join)
plain_documents = st.lists(  # nothing in them that is defined for other blocks
    st.tuples(
        st.sampled_from([line for line in LINES if "[" not in line]), st.sampled_from(ENDS)
    ).map("".join),
    max_size=30,
).map("".join)
cuts = st.lists(st.integers(0, 10_000), max_size=40)

ANSWER = """\
Petal length **separates** the classes, $F = 1180$:

- one
- two

| feature | F |
|---|---|
| petal | 1180 |

$$
F = \\frac{a}{b}
$$

```python
df.describe()
```

Done.
"""


def feed_in_pieces(text: str, places: list[int], *, look: bool = False) -> Incremental:
    page = Incremental()
    before = 0
    for place in [*sorted(place % (len(text) + 1) for place in places), len(text)]:
        page.feed(text[before:place])
        before = place
        if look:
            assert isinstance(page.tail, str)
    page.finish()
    return page


@settings(max_examples=examples(500))
@given(documents, cuts, st.booleans())
@example("para\n- item\n- item\n\npara\n---\n", [5, 6, 7, 8], True)
@example("[a]\n\n[a]: https://example.com\n", [4, 9], True)
@example("[a\n===\n==\n]: https://example.com\nwords", [8, 11], True)
@example("words\n\u00a0\nmore", [6, 8], True)
@example("a\r\n\r\nb", [2, 3, 4], True)
@example("x\ud83d\ude00", [2], True)
def test_any_cutting_ends_as_the_whole(text: str, places: list[int], look: bool) -> None:
    page = feed_in_pieces(text, places, look=look)

    assert page.html == to_html(text)
    assert page.tail == ""


@settings(max_examples=examples(500))
@given(plain_documents, cuts)
def test_without_definitions_settled_blocks_are_never_exchanged(
    text: str, places: list[int]
) -> None:
    page = Incremental()
    settled: list[str] = []
    for start in range(0, len(text), 7):
        page.feed(text[start : start + 7])
        assert page.settled[: len(settled)] == settled
        settled = list(page.settled)
    page.finish()

    assert page.settled[: len(settled)] == settled
    assert not page.replaced
    assert page.html == to_html(text)


@settings(max_examples=examples(100))
@given(documents)
def test_no_state_on_the_way_has_a_fault(text: str) -> None:
    page = Incremental()
    for start in range(0, len(text), 11):
        page.feed(text[start : start + 11])
        assert Page(page.html).faults == []


def test_no_line_of_these_documents_makes_the_whole_text_plain() -> None:
    """The fallback for hostile text would make every property above hold for nothing."""
    for line in LINES:
        assert to_html(f"first\n\n{line}\n\nlast").startswith("<p>first</p>\n"), line


def test_a_definition_at_the_end_exchanges_what_was_settled_once() -> None:
    page = feed_in_pieces(
        "See [the docs][d] and a note[^1].\n\nMore.\n\n[d]: https://example.com\n[^1]: The note.\n",
        [20, 40],
    )

    assert page.replaced
    assert '<a href="https://example.com"' in page.settled[0]
    assert "<sup>[1]</sup>" in page.settled[0]


def test_a_block_settles_with_the_line_that_closes_it() -> None:
    page = Incremental()
    seen = []
    for line in (
        "# Title\n",
        "words\n",
        "\n",
        "```\n",
        "code\n",
        "```\n",
        "$$\n",
        "x\n",
        "$$\n",
        "- item\n",
        "---\n",
    ):
        page.feed(line)
        seen.append(len(page.settled))

    assert seen == [1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 6]


def test_each_block_is_rendered_once_and_parsing_is_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: what is read again and again is what makes long answers slow."""
    rendered: list[str] = []
    read = [0]
    render, parse, outline = parser.block_html, parser.parse_blocks, parser.parse_outline

    def counting_render(block: parser.Block, lines: list[str], env: RenderState) -> str:
        rendered.append("\n".join(lines[block.first : block.end]))
        return render(block, lines, env)

    def counting_parse(text: str, env: RenderState) -> list[parser.Block]:
        read[0] += len(text)
        return parse(text, env)

    def counting_outline(text: str, env: RenderState) -> list[parser.Block]:
        read[0] += len(text)
        return outline(text, env)

    monkeypatch.setattr(parser, "block_html", counting_render)
    monkeypatch.setattr(parser, "parse_blocks", counting_parse)
    monkeypatch.setattr(parser, "parse_outline", counting_outline)
    costs = []
    for sections in (20, 80):
        text = ANSWER.replace("Done", "Done {}") * sections
        rendered.clear()
        read[0] = 0
        page = Incremental()
        for start in range(0, len(text), 5):
            page.feed(text[start : start + 5])
        page.finish()
        assert len(rendered) == len(page.settled)
        costs.append(read[0] / len(text))

    assert costs[1] < 12
    assert costs[1] < 1.2 * costs[0]


@pytest.mark.parametrize(
    "line", ["- item {}\n", "| {} | b |\n", "> quote {}\n", "words {}\n", "    code {}\n"]
)
def test_a_block_that_never_closes_is_not_read_at_every_line(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = [0]
    outline = parser.parse_outline

    def counting(text: str, env: RenderState) -> list[parser.Block]:
        read[0] += len(text)
        return outline(text, env)

    monkeypatch.setattr(parser, "parse_outline", counting)
    page = Incremental()
    page.feed("| a | b |\n|---|---|\n" if line.startswith("|") else "")
    size = 0
    for number in range(2_000):
        piece = line.format(number)
        size += len(piece)
        page.feed(piece)

    assert read[0] < 12 * size


def test_the_tail_is_rendered_once_until_more_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Incremental()
    page.feed("some *words")
    first = page.tail
    monkeypatch.delattr(parser, "parse_blocks")

    assert page.tail is first


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a **bold", "<strong>bold</strong>"),
        ("a **bold*", "<strong>bold</strong>"),
        ("a *slanted", "<em>slanted</em>"),
        ("a __bold _both", "<strong>bold <em>both</em></strong>"),
        ("a ~~gone", "<s>gone</s>"),
        ("a `code", "<code>code</code>"),
        ("a [link](https://exam", "a link<"),
        ("a ![picture](https://exam", ">a<"),
        ("- item **bold", "<li>item <strong>bold</strong></li>"),
        ("# Title *it", "<b>Title <em>it</em></b></h1>"),
        ("a $x^2", "<p>a</p>"),
        (r"a \(x", "<p>a</p>"),
        ("costs $5 and", "costs $5 and"),
        ("a claim[^1", "<p>a claim</p>"),
        ("a claim[^1]", "<p>a claim<sup>[1]</sup></p>"),
        ("a claim[^12]: so", "<p>a claim<sup>[12]</sup>: so</p>"),
        ("letters [^a-z] and", "letters [^a-z] and"),
        ("2 * 3", "2 * 3"),
        ("snake_case", "snake_case"),
        ("$$\nx^2", "<p class=nbc-grows>a formula…</p>"),
        ("$$ x^2", "<p class=nbc-grows>a formula…</p>"),
        (r"\[ x^2", "<p class=nbc-grows>a formula…</p>"),
        ("words\n\n$$\n\\frac{a", "<p class=nbc-grows>a formula…</p>"),
        ("- item\n  $$\n  x", "<li>item<p class=nbc-grows>a formula…</p></li>"),
        ("```math\nx^2", "<p class=nbc-grows>a formula…</p>"),
        ("| a | b |", ">b</th>"),
        ("| a | b |\n|--", ">b</th>"),
        ("| a | b |\n|---|---|\n| **c", "<strong>c</strong>"),
        ("```py", "<pre></pre>"),
        ("```python\nx = 1", "<legend>python</legend><pre>x = 1</pre>"),
        ("```python\nx = 1\n``", "<pre>x = 1</pre>"),
        ("- a\n  ```\n  x", "<pre>x</pre>"),
    ],
)
def test_half_typed_markdown_looks_like_what_it_is_becoming(typed: str, shown: str) -> None:
    page = Incremental()
    page.feed(typed)

    assert shown in page.tail


@pytest.mark.parametrize(
    "held",
    [
        "\n-",
        "\n--",
        "\n==",
        "\n*",
        "\n1",
        "\n2.",
        "\n#",
        "\n>",
        "\n``",
        "\n|",
        "\n**",
        "\n$",
        "\n[^",
        "\n[^1",
        "\n[^1]",
        "\n[^1]:",
    ],
)
def test_a_line_that_could_become_anything_waits(held: str) -> None:
    """`words` over `-` is a heading, over `- a` a paragraph: it must not jump."""
    page = Incremental()
    page.feed("words")
    before = page.tail
    page.feed(held)

    assert page.tail == before


def test_no_marker_flickers_while_a_whole_answer_streams() -> None:
    page = Incremental()
    for character in ANSWER:
        page.feed(character)
        shown = words(page.html).replace("$F", "").replace("$$", "").replace("$", "")
        assert not any(marker in shown for marker in ("**", "```", "|", "- ", "`")), page.html


def test_a_mark_whose_note_never_comes_ends_as_typed() -> None:
    page = Incremental()
    page.feed("A claim[^1].\n\n")
    assert page.settled == ["<p>A claim<sup>[1]</sup>.</p>\n"]

    page.finish()
    assert page.html == to_html("A claim[^1].\n\n") == "<p>A claim[^1].</p>\n"


def test_code_is_coloured_as_it_comes() -> None:
    """It was black until its fence was closed, and then changed all at once."""
    page = Incremental()
    page.feed("```python\nimport math\nx = 'a")
    tail = page.tail
    page.feed("'\n```\n")

    assert "<b>import</b>" in tail
    assert "<font color=#d43>'a</font>" in tail
    assert "<b>import</b>" in page.settled[0]


def test_half_a_formula_is_shown_where_the_answer_ends_in_it() -> None:
    page = Incremental()
    page.feed("$$\nx^2")
    page.finish()

    assert page.html == to_html("$$\nx^2") == "<pre class=nbc-plain>$$\nx^2</pre>\n"


@pytest.mark.parametrize("size", [200_000, 600_000])
def test_a_huge_block_streams_without_hanging(size: int) -> None:
    page = Incremental()
    for _ in range(10):
        page.feed("x " * (size // 20))
        assert "x x x" in page.tail
    page.finish()

    assert page.html == to_html("x " * (size // 20) * 10)
