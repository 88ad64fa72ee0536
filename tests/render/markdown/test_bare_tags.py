"""`H<sub>2</sub>O` and `<kbd>Esc</kbd>` are drawn; every other tag stays what was typed."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from nbchat.render import Incremental, to_html, to_markdown
from nbchat.render.terminal import rich_page
from tests.render.dom import Page, words
from tests.render.markdown.test_source import others

from ...nightly import examples

DRAWN = [
    ("H<sub>2</sub>O", "H<sub>2</sub>O"),
    ("10<sup>−9</sup> m", "10<sup>−9</sup> m"),
    ("<kbd>Ctrl</kbd>+<kbd>C</kbd>", "<kbd>Ctrl</kbd>+<kbd>C</kbd>"),
    ("<u>under</u>", "<u>under</u>"),
    ("<SUB>2</Sub>", "<sub>2</sub>"),
    ("x<sup>*a* `b` $y$</sup>", "x<sup><em>a</em> <code>b</code>"),
    ("**a<sub>**b**</sub>**", "<strong>a<sub><strong>b</strong></sub></strong>"),
    ("<u>a<sub>1</sub></u>", "<u>a<sub>1</sub></u>"),
    ("<u>[a](https://e.example)</u>", "<u><a href="),
    ("[x<sup>2</sup>](https://e.example)", "x<sup>2</sup></u></a>"),
    ("a < b, c<sub>1</sub> > d", "a &lt; b, c<sub>1</sub> &gt; d"),
    ("| a<sup>2</sup> |\n|---|\n| <u>b</u><br>c |", "<u>b</u><br>"),
    ("# x<sup>2</sup>", "x<sup>2</sup>"),
    ("<b>a</b> <strong>b</strong>", "<strong>a</strong> <strong>b</strong>"),
    ("<i>a</i> <em>b</em>", "<em>a</em> <em>b</em>"),
    ("<s>a</s> <del>b</del> <ins>c</ins>", "<s>a</s> <s>b</s> <u>c</u>"),
    ("**<b>b</b>**", "<strong><strong>b</strong></strong>"),
    ("<sub>\na\n</sub>", "<sub>\na\n</sub>"),
    ("H<sub >2</sub\t>O", "H<sub>2</sub>O"),
    ("<B >a</b > <KBD>b</Kbd >", "<strong>a</strong> <kbd>b</kbd>"),
    ("<mark>a</mark> <small>b</small> <strike>c</strike>", "<mark>a</mark> <small>b</small> <s>"),
    ("a<br>b<br/>c<BR />d", "a<br>\nb<br>\nc<br>\nd"),
    ("**a<br >b**", "<strong>a<br>\nb</strong>"),
    ("# a<br>b", "a<br>\nb"),
    ("- a<br>\n  b", "a<br>\nb"),
    ("[a<br>b](https://e.example)", "a<br>\nb</u></a>"),
]  # fmt: skip
TEXT = [
    "<sub class=x>2</sub>",
    "<sub/>2</sub>",
    "<sub>2",
    "2</sub>",
    "<sub></sub>",
    "<u><sub></sub></u",
    "</sub>2<sub>",
    "<sub>2</sup>",
    "**<sub>2**</sub>",
    "`<sub>2</sub>`",
    "\\<sub>2</sub>",
    "<sub>2\n\n</sub>",
    "< sub>2</ sub>",
    "<code>2</code> <span>2</span> <b class=x>2</b>",
    "<subx>2</subx>",
    "<a title='<u>x</u>'>",
    '<img alt="<u>x</u>" src=x>',
    "<style><u>*{display:none}</u",
    "`a<br>b` \\<br> <br class=x> < br> <a title='<br>'>",
]
ATTRIBUTES = [
    "onclick=alert(1)",
    "style=position:fixed",
    "class=nbc-asked",
    "id=x",
    "hidden",
    "open",
    "title=x",
    "tabindex=0",
    "contenteditable",
    "popover",
    "/",
]


def without_space(text: str) -> str:
    return "".join(text.split())


@pytest.mark.field("C14")
@pytest.mark.parametrize(("markdown", "html"), DRAWN)
def test_a_bare_tag_with_its_partner_is_drawn(markdown: str, html: str) -> None:
    assert html in to_html(markdown)
    assert Page(to_html(markdown)).faults == []


@pytest.mark.field("C14")
@pytest.mark.parametrize("markdown", TEXT)
def test_everything_else_stays_text(markdown: str) -> None:
    page = Page(to_html(markdown))
    typed = MarkdownIt("commonmark", {"html": False}).render(markdown)

    assert not {"sub", "sup", "kbd"} & set(page.tags)
    assert without_space(page.text) == without_space(Page(typed).text)


@pytest.mark.field("C14")
@pytest.mark.parametrize("attribute", ATTRIBUTES)
@pytest.mark.parametrize("tag", ["sub", "sup", "kbd", "u", "b", "i", "del", "details", "summary"])
def test_a_tag_with_anything_in_it_is_text(tag: str, attribute: str) -> None:
    if (tag, attribute) == ("details", "open"):
        attribute = "open onclick"  # alone it is read over: see test_details.py
    html = to_html(f"<{tag} {attribute}>x</{tag}>\n\n<{tag}{attribute.strip()}x>y</{tag}>")

    assert set(Page(html).tags) <= {"p", "br"}
    assert Page(html).text.count(f"</{tag}>") == 2


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    "markdown", [markdown for markdown, _ in DRAWN if "$" not in markdown and "\n" not in markdown]
)
def test_no_tag_is_seen_while_it_streams(markdown: str) -> None:
    page = Incremental()
    for character in markdown:
        page.feed(character)
        assert not re.search(r"<[/\w]|[*`]", words(page.html)), page.html
    page.finish()

    assert page.html == to_html(markdown)


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("H<sub>2</sub>O, 10<sup>-9</sup>", "H₂O, 10⁻⁹"),
        ("x<sup>n/2</sup>, y<sub>β</sub>", "x^(n/2), y_β"),
        ("x<sup>*n*</sup>", "x^(\x1b[3mn\x1b[0m)"),
        ("<kbd>Esc</kbd>", "Esc"),
        ("<b>a</b> <i>b</i>", "\x1b[1ma\x1b[0m \x1b[3mb\x1b[0m"),
        ("<u>under</u>", "\x1b[4munder\x1b[0m"),
        ("<mark>a</mark> <small>b</small>", "\x1b[7ma\x1b[0m \x1b[2mb\x1b[0m"),
        ("a<br>\nb<br/>c", "a\nb\nc"),
    ],
)
def test_a_terminal_has_letters_for_them(markdown: str, shown: str) -> None:
    console = Console(force_terminal=True, width=80, file=io.StringIO(), theme=rich_page.THEME)
    with console.capture() as capture:
        console.print(rich_page.page(markdown))

    assert capture.get() == f"{shown}\n"


@pytest.mark.field("C14")
@pytest.mark.parametrize(
    ("markdown", "source"),
    [
        ("H<sub>2</sub>O, 10<sup>−9</sup>", "H₂O, 10⁻⁹"),
        ("x<sup>n/2</sup>, y<sub>a*b</sub>", "x^(n/2), y\\_(a\\*b)"),
        ("x<sub>*a*</sub>", "x\\_(*a*)"),
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd> <u>a **b**</u>", "Ctrl+C a **b**"),
        ("| a<sup>2</sup><br>b |\n|---|", "| a²<br>b |\n|---|"),
        ("<b>a</b> <del>b</del>", "**a** ~~b~~"),
        ("<b>a</b>c <i>d</i>, <mark>e</mark>", "**a**c *d*, e"),
        ("x <b>(a)</b>c <b>a</b><i>b</i> <b>x <i>y</i></b>", "x (a)c ab x y"),
        ("*a* <b>b</b>", "*a* b"),
        ("a<br/>b<br>\nc", "a<br>b<br>\nc"),
        ("a\n\n<br>\n\nb", "a\n\n\n\nb"),
        ("<br># a", "\\<br># a"),
        ("<br>", ""),
        ("| a\\<br>b |\n|---|", "| a\\<br>b |\n|---|"),
        ("<<b>img src=x></b>", "<\\<b>img src=x>\\</b>"),
        ("<<u>img src=x></u>", "<\\<u>img src=x>\\</u>"),
        ("!<u>[a](https://e.example)</u>", "!\\<u>[a](https://e.example) \\</u>"),
        ("[bank.example]<u>(https://evil.example)</u>", None),
        ("&<u>#x202e;</u>", "&\\<u>#x202e;\\</u>"),
        ("<u># a</u>", "\\<u># a\\</u>"),
    ],
)
def test_what_is_copied_has_no_tags_and_shows_no_more(markdown: str, source: str | None) -> None:
    written = to_markdown(markdown)

    if source is not None:
        assert written == source
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(written)
    assert not re.search("<(?:u|sub|sup|kbd|img)", shown)
    assert set(re.findall('<a href="([^"]*)"', shown)) <= set(Page(to_html(markdown)).links)


@pytest.mark.field("C14")
def test_a_thousand_tags_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: what is looked at for each tag grows with the text, not faster."""
    from nbchat.render.markdown import bare_tags

    looks = [0]
    take = bare_tags._take_partner

    def counting(name: str, opened: list[tuple[str, int]]) -> int:
        looks[0] += len(opened)
        return take(name, opened)

    monkeypatch.setattr(bare_tags, "_take_partner", counting)
    to_html("<u>" * 2_000 + "x" + "</sub>" * 1_000)

    assert looks[0] <= 1_000 * bare_tags.MOST_OPEN


@pytest.mark.field("C14")
@pytest.mark.parametrize("line_end", ["<br>", "\n", "<br/>\n"])
def test_an_address_on_a_line_of_its_own_does_not_hide_in_the_words_of_a_link(
    line_end: str,
) -> None:
    markdown = f"[bank.com{line_end}x](https://evil.com)"

    assert words(to_html(markdown)).endswith("(evil.com)")
    assert to_markdown(markdown).endswith("(evil.com)")


PIECES = [
    *("<sub>", "</sub>", "<u>", "</u>", "<kbd>", "</kbd>", "<sup>", "</sup>", "<b>", "</b>"),
    *("<sub >", "</u\t>", "<mark>", "</mark>", "<br/>"),
    *("<i>", "</i>", "<del>", "</del>", "<strong>", "</em>"),
    *("*", "**", "`", "[", "](https://e.example)", "![", "<", ">", "a", " ", "\n", "\n\n", "\\"),
    *("| ", "|---|\n", "- ", "> ", "# ", "<img src=x onerror=alert(1)>", "&lt;", "$", "https://"),
    *("<u onclick=alert(1)>", "<br>", "<script>alert(1)</script>", "']=\"", "<a title='"),
]


@settings(max_examples=examples(300))
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_mixture_is_safe_in_a_page_and_a_copy(text: str) -> None:
    html = to_html(text)
    assert Page(html).faults == []
    page = Incremental()
    for character in text:
        page.feed(character)
    page.finish()
    assert page.html == html

    assert others(to_markdown(text)) == []
