"""`<details>` folds blocks of Markdown, and nothing of it swallows, hides or acts."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from nbchat.render import Incremental, LongBlocks, to_html, to_markdown
from nbchat.render.markdown.details_end import DEEPEST_DETAILS, LONGEST_DETAILS
from nbchat.render.terminal import rich_page
from tests.render.dom import Page, words
from tests.render.markdown.test_source import others

from ...nightly import examples

USUAL = """\
Before:
<details>
<summary>Show *all*</summary>

Words **in** it, $x^2$:

- one
- two

```html
</details>
```

| a | b |
|---|---|
| 1 | 2 |

</details>
After
"""


def shape(html: str) -> str:
    """The tags of details and what stands in them, without the tags of other blocks."""
    html = html.replace(' class="nbc-fold"', "").replace(" class=nbc-fold", "")
    html = re.sub(r"</?(?:p|ul|ol|li|blockquote)\b[^>]*>|\n", " ", html)
    return " ".join(re.sub(r"(</?(?:details|summary)>)", r" \1 ", html).split())


def folded(summary: str, body: str) -> str:
    return f"<details> <summary> {summary} </summary> {body} </details>"


@pytest.mark.field("C14")
def test_all_of_markdown_may_stand_in_it() -> None:
    page = Page(to_html(USUAL))

    assert page.faults == []
    assert page.tags[:3] == ["p", "details", "summary"]
    assert {"em", "strong", "math", "ul", "li", "fieldset", "table"} <= set(page.tags)
    assert "html </details> a b 1 2 After" in words(to_html(USUAL))


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<details><summary>a</summary>b</details>c", folded("a", "b") + " c"),
        ("<details open>\n<summary>a</summary>\nb\n</details>", folded("a", "b")),
        ('<details open="" ><summary >a</summary >b</details >', folded("a", "b")),
        (
            "Text: <details><summary>a</summary>\n\nb\n</details>\nc",
            "Text: " + folded("a", "b") + " c",
        ),
        (
            "One\ntwo <details>\n<summary>a</summary>b</details> c\nd",
            f"One two {folded('a', 'b')} c d",
        ),
        ("- c <details><summary>a</summary>\n  b</details> d\n- e", f"c {folded('a', 'b')} d e"),
        ("> c <details><summary>a</summary>\n> b\n> </details>", f"c {folded('a', 'b')}"),
        (
            "<details><summary>a</summary>b</details><details><summary>c</summary>d</details>",
            f"{folded('a', 'b')} {folded('c', 'd')}",
        ),
        (
            "<details><summary>a</summary>b <details><summary>c</summary>d</details>e</details>f",
            folded("a", f"b {folded('c', 'd')} e") + " f",
        ),
        ("`</details>` <details><summary>a</summary>`</details>`</details>", None),
        ("<details><summary>a</summary>b</details>\nc", folded("a", "b") + " c"),
        ("<details> <summary> a </summary>\nb\nc</details>", folded("a", "b c")),
        ("<details>\n\n<summary>a</summary>\nb\n</details>", folded("a", "b")),
        ("<details>\n<summary>\na\n</summary>\n\nb\n</details>", folded("a", "b")),
        ("<DETAILS>\n<Summary>a</SUMMARY>\nb\n</Details>", folded("a", "b")),
        ("<details>\nb\n</details>", folded("Details", "b")),
        ("<details></details>", folded("Details", "").replace("  ", " ")),
        ("<details>\n<summary></summary>\nb\n</details>", folded("Details", "b")),
        ("<details><summary>&nbsp; &#8194;</summary>\nb\n</details>", None),
        (
            "<details>\n<summary><b>a</b> <i>b</i> <code>c</code></summary>\nd\n</details>",
            folded("<strong>a</strong> <em>b</em> <code>c</code>", "d"),
        ),
        ("   <details>\nb\n   </details>", folded("Details", "b")),
        ("- <details>\n  <summary>a</summary>\n\n  b\n  </details>\n- c", folded("a", "b") + " c"),
        ("> <details>\n> <summary>a</summary>\n> b\n> </details>\nc", folded("a", "b") + " c"),
        ("- c\n<details>\nb\n</details>", "c " + folded("Details", "b")),
        ("> c\n<details>\nb\n</details>", "c " + folded("Details", "b")),
        (
            "<details>\n<details>\n<summary>b</summary>\nc\n</details>\nd\n</details>",
            folded("Details", f"{folded('b', 'c')} d"),
        ),
        (
            "<details>\n- <details>\n  c\n  </details>\n</details>",
            folded("Details", folded("Details", "c")),
        ),
        ("<details>\n~~~\n```\n</details>\n~~~\n</details>", None),
    ],
)
def test_the_forms_that_models_write_are_read(markdown: str, html: str | None) -> None:
    drawn = to_html(markdown)

    assert Page(drawn).faults == []
    if html is not None:
        assert shape(drawn) == html


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    "markdown",
    [
        "<details>\na\n\nb",
        "<details>\n<summary>a</summary>\n\nb\n\n# c",
        "</details>\na",
        "a <details>\nb\n</details>",
        "    <details>\n\n    a\n\n    </details>",
        "```\n<details>\na\n</details>\n```",
        "<details class=x>\na\n</details>",
        "<details\n>a</details>",
        "\\<details>\na\n</details>",
        "- <details>\n\na\n\n</details>",
        "> <details>\n\na\n\n</details>",
        "<details>\n- </details>",
        "<details>\n```\n</details>",
        "<details>\n`</details>`",
        "<details>\na\n" + "b" * LONGEST_DETAILS + "\n</details>",
        "<summary>a</summary>",
        "<details><summary class=x>a</summary>b</details>",
        "<details>\n<summary>a\n</details>",
        "<details>\n<summary>\na\nb\n</summary>\n</details>",
        "<details>\n<b>",
        "Use <details> and </details> to fold.",
        "The <details> element",
        "`a <details><summary>a</summary>b</details>`",
        "a \\<details><summary>a</summary>b</details>",
        "a <details><summary>b",
        "- <details><summary>a</summary>\n  b",
        "<details onclick=x><summary>a</summary>b</details>",
        "a <details open=x><summary>a</summary>b</details>",
    ],
)
def test_what_is_not_balanced_stays_text_and_swallows_nothing(markdown: str) -> None:
    text = f"{markdown}\n\nAfter it."
    page = Page(to_html(text))

    assert "details" not in page.tags
    assert "summary" not in page.tags
    assert page.text.split()[-2:] == ["After", "it."]


CUT_OFF = [
    ("<details>\n<summary>a</summary>\n\nb\n\nhalf a sen", folded("a", "b half a sen")),
    ("Text <details open><summary>a</summary>b", "Text " + folded("a", "b")),
    ("<details>\n<summary>a</summary>\n\n- b\n- c", folded("a", "b c")),
    ("<details>\n<summary>a", folded("a", "").replace("  ", " ")),
    (
        "<details><summary>a</summary>\n<details><summary>c</summary>\nd\n</details>\ne",
        folded("a", folded("c", "d") + " e"),
    ),
]


@pytest.mark.field("C14")
@pytest.mark.parametrize(("markdown", "html"), CUT_OFF)
def test_where_the_answer_was_cut_off_it_stays_folded(markdown: str, html: str) -> None:
    assert shape(to_html(markdown)) == html
    assert Page(to_html(markdown)).faults == []
    for page in (Incremental(), LongBlocks()):
        page.feed(markdown)
        assert shape(page.html) == html
        page.finish()
        assert page.html == to_html(markdown)

    console = Console(width=60, file=io.StringIO(), theme=rich_page.THEME)
    with console.capture() as capture:
        console.print(rich_page.page(markdown))
    for shown in (capture.get(), to_markdown(markdown)):
        assert not re.search("[<>]|```", shown)


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    "summary",
    ["", " ", "&nbsp;", "\u3000", "\u2800", r"$\quad$", r"$\phantom{secret}$", "&#x2800;&#x3000;"],
)
def test_a_summary_that_nobody_sees_gets_a_name(summary: str) -> None:
    for markdown in (
        f"<details><summary>{summary}</summary>\nb\n</details>",
        f"<details>\n<summary>\n{summary}\n</summary>\n\nb\n</details>",
    ):
        assert "<summary>Details" in to_html(markdown)
        assert "Details" in to_markdown(markdown)


@pytest.mark.field("C14")
def test_it_is_shut_and_nothing_in_it_acts() -> None:
    for markdown in (
        USUAL,
        "<details open>\na\n</details>",
        "<details ontoggle=alert(1)>x</details>",
    ):
        html = to_html(markdown)
        assert not re.search(r"<details[^>]* (?:open|on)", html)
        assert Page(html).faults == []


LINES = [
    *("<details>", "<details>", "<details><summary>a</summary>", "<summary>b</summary>"),
    *("</details>", "</details>", "words</details>", "<summary>", "</summary>", "<details open>"),
    *("<summary x>", "words", "**bold", "", "", "- item", "  - in", "> quote", "> <details>"),
    *("> </details>", "</summary>", "text <details><summary>a</summary>", "a</details> b", "<br>"),
    *("- <details>", "  </details>", "1. one", "```", "~~~", "| a |", "|---|", "# h", "===", "---"),
    *("[r]: https://e.example", "[r]", "    code", "$$", "x<sub>2</sub>", "<details", "[^1]: n"),
    *("`</details>`", "<details></details>", "<details>a</details>", "[a]:", "\t<details>"),
]  # fmt: skip
documents = st.lists(st.sampled_from(LINES), max_size=16).map("\n".join)


@pytest.mark.field("C14")
@settings(max_examples=examples(600))
@given(documents, st.integers(1, 9))
@example("> </details>\n> <details>\n\n  </details>", 2)
def test_however_it_is_cut_it_ends_as_the_whole_and_is_safe(text: str, size: int) -> None:
    whole = to_html(text)
    assert Page(whole).faults == []
    page = Incremental()
    settled: list[str] = []
    for start in range(0, len(text), size):
        page.feed(text[start : start + size])
        assert page.settled[: len(settled)] == settled
        settled = list(page.settled)
        assert Page(page.html).faults == []
    page.finish()
    assert page.html == whole
    if not page.replaced:
        assert page.settled[: len(settled)] == settled


@settings(max_examples=examples(300))
@given(documents.filter(lambda text: not re.search(r"\[\^|\[a\]:|\t", text)))
def test_no_word_is_lost_and_what_is_copied_is_harmless(text: str) -> None:
    """But for notes without a mark, which nobody shows, and what mistune takes for an address."""
    source = to_markdown(text)
    assert others(source) == []

    typed = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for word in ("words", "bold", "item", "quote", "one"):
        assert words(to_html(text)).count(word) >= words(typed).count(word), word
        assert source.count(word) >= words(typed).count(word), word


@pytest.mark.field("C14")
def test_they_are_not_nested_without_end() -> None:
    html = to_html("<details>\n" * 100 + "a\n" + "</details>\n" * 100)

    assert html.count("<details ") == DEEPEST_DETAILS
    assert html.count("&lt;details&gt;") == 100 - DEEPEST_DETAILS


@pytest.mark.field("C14")
def test_while_it_streams_the_open_end_is_folded_already() -> None:
    page = Incremental()
    page.feed("Before\n\n<details>\n<summary>Sh")
    assert page.settled == ["<p>Before</p>\n"]
    assert "<summary>Sh</summary>" in page.tail

    page.feed("ow</summary>\n\nOne.\n\nTwo.\n\n")
    assert len(page.settled) == 1
    assert "<p>Two.</p>" in page.tail

    page.feed("</details>\n")
    assert len(page.settled) == 2
    assert page.tail == ""


@pytest.mark.field("C14")
def test_one_that_never_ends_settles_as_text_after_a_while() -> None:
    page = Incremental()
    page.feed("<details>\n\n")
    for _ in range(200):
        page.feed(f"{'words ' * 40}\n\n")

    assert len(page.settled) > 100
    assert page.settled[0] == "<p>&lt;details&gt;</p>\n"


@pytest.mark.field("C14")
def test_a_long_one_ends_in_a_cell_as_the_whole_does() -> None:
    body = "words and words\n\n" * 500
    text = f"<details>\n<summary>a</summary>\n\n{body}</details>\n\nAfter"
    pieces = LongBlocks()
    for start in range(0, len(text), 50):
        pieces.feed(text[start : start + 50])
        assert isinstance(pieces.tail, str)
    pieces.finish()

    assert pieces.html == to_html(text)


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    "body",
    [
        "Words and words.\n\n" * 500,
        "```python\n" + "x = f(1, 2)\n" * 700 + "```\n\n",
        "- an item of a list\n" * 400 + "\n",
        "> - ~~~\n" + ">   code\n" * 900 + ">   ~~~\n\n",
        "<details>\n<summary>b</summary>\n\n" + "More.\n\n" * 800 + "</details>\n\n",
    ],
    ids=["paragraphs", "code", "list", "quote", "details"],
)
def test_a_long_one_stays_folded_in_a_cell_while_it_streams(body: str) -> None:
    pieces = LongBlocks()
    text = f"Before\n\n<details>\n<summary>All</summary>\n\n{body}</details>\n\nAfter"
    longest = 0
    for start in range(0, len(text), 50):
        pieces.feed(text[start : start + 50])
        longest = max(longest, len(pieces.tail))
        assert "&lt;" not in pieces.html
    whole = re.sub(r"<details(?:.(?!<details))*?</details>", "", pieces.html, flags=re.DOTALL)

    assert longest < 4_000
    assert pieces.html.count("nbc-on") > 3
    assert words(whole).split()[:1] == ["Before"]
    assert words(whole).split()[-1:] == ["After"]


@pytest.mark.field("C14")
@pytest.mark.parametrize("text", ["<details>\n", "<details>\n\n", "- <details>\n", "> <details>\n"])
def test_many_that_never_end_are_read_quickly(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how many lines are looked at for an end."""
    from nbchat.render.markdown import details_end

    looks = [0]
    line = details_end.line_of

    def counting(state: object, number: int) -> str:
        looks[0] += 1
        return line(state, number)  # type: ignore[arg-type]

    monkeypatch.setattr(details_end, "line_of", counting)
    to_html(text * 1_000 + "x\n" * 1_000)

    assert looks[0] < 60_000


@pytest.mark.field("C14")
def test_a_terminal_shows_the_summary_and_what_is_below_it() -> None:
    console = Console(width=40, file=io.StringIO(), theme=rich_page.THEME)
    with console.capture() as capture:
        console.print(
            rich_page.page("<details>\n<summary>A *b*</summary>\n\none\n\n- two\n\n</details>")
        )

    assert capture.get() == "▾ A b\n\n  one\n\n   • two\n"


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    ("markdown", "source"),
    [
        (
            "Text:\n<details>\n<summary>a *b*</summary>\n\nc\n\n</details>\nd",
            "Text:\n\na *b*\n\nc\n\n\nd",
        ),
        ("Text\n<details><summary>a</summary>a</details>\nd", "Text\n\n**a**\n\na\n\nd"),
        ("<details>\n<summary>\ns\n</summary>s\n</details>", "\n\n**s**\n\ns\n"),
        (
            "One <details><summary>a</summary>b</details> c\nd",
            "One \n\n**a**\n\nb\n\nc\nd",
        ),
        (
            "- c <details><summary>a</summary>b</details> d\n- e",
            "- c \n\n  **a**\n\n  b\n\n  d\n- e",
        ),
        (
            "<details><summary>a</summary>b</details><details><summary>a</summary>d</details>",
            "**a**\n\nb\n\n\n\n**a**\n\nd",
        ),
        ("<details><summary>a</summary>half", "**a**\n\nhalf"),
        ("> <details><summary>a</summary>\n> b\n> </details>", "> **a**\n>\n> b\n> "),
        ("- <details><summary>a</summary>\n  b\n  </details>", "- **a**\n\n  b\n  "),
        ("<details>\nb\n</details>", "**Details**\n\nb\n"),
        ("<details open>\nb\n</details>", "**Details**\n\nb\n"),
        ("<details id=x>\nb\n</details>", "\\<details id=x>\nb\n\\</details>"),
        ("<details>\n```\n<details>\n```\n</details>", "**Details**\n\n```\n<details>\n```\n"),
        (
            "<details><summary>a</summary>\n<img src=x>\n![a](http://e.example)\n</details>",
            "**a**\n\n\\<img src=x>\n[a: image at e.example (not loaded)](http://e.example)\n",
        ),
    ],
)
def test_what_is_copied_is_a_bold_line_and_the_rest(markdown: str, source: str) -> None:
    assert to_markdown(markdown) == source
    assert others(source) == []
