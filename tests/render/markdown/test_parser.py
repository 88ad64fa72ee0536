"""Markdown as people read it, with raw HTML as text, and bounds for what is meant to break it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbchat.render import to_html
from nbchat.render.sanitise import CLASSES
from tests.render.dom import Page, words
from tests.waiting import no_hang


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Hi *there*", "<p>Hi <em>there</em></p>\n"),
        ("# Title", "<h1 style=font-size:1.4em><b>Title</b></h1>\n"),
        ("Title\n---", "<h2 style=font-size:1.3em><b>Title</b></h2>\n"),
        ("**b** ~~s~~ `c`", "<p><strong>b</strong> <s>s</s> <code>c</code></p>\n"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>\n"),
        ("3. a", "<ol start=3><li>a</li></ol>\n"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>\n"),
        ("---", "<hr>\n"),
        ("a  \nb", "<p>a<br>\nb</p>\n"),
        ("- [ ] to do\n- [x] done", "<ul><li>☐ to do</li><li>☑ done</li></ul>\n"),
        ("", ""),
        ("\n \n", ""),
    ],
)
def test_markdown_becomes_html(markdown: str, html: str) -> None:
    assert to_html(markdown) == html


@pytest.mark.parametrize(
    "raw",
    [
        "<span>x</span>",
        "<!-- c -->",
        "<div>\n*x*\n</div>",
        "a <br class=x> b",
        "&lt;b&gt;",
        "<https:x>",
    ],
)
def test_raw_html_is_text(raw: str) -> None:
    assert set(Page(to_html(raw)).tags) <= {"p", "em"}


def test_a_wide_table_scrolls_inside_itself_and_can_be_reached_by_keyboard() -> None:
    wide, narrow = (
        to_html(f"| a | {'b' * 50} |\n|---|---|\n| c | d |"),
        to_html("| a | b |\n|---|---|\n| c | d |"),
    )

    assert wide.startswith("<div class=nbc-wide tabindex=0 style=overflow:auto><table>")
    assert Page(narrow).tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]


def test_long_lines_of_code_can_be_reached_by_keyboard() -> None:
    assert "<pre tabindex=0 style=white-space:pre>" in to_html(f"```\n{'x' * 60}\n```")
    assert "<pre>" in to_html("```\nx\n```")


def test_columns_of_numbers_stand_on_the_right() -> None:
    rows = ["| a | 1,180 | < 10⁻⁹⁰ | 3 May |", "| b | −7.5 % | n/a | 4 May |"]
    table = "\n".join(["| name | n | p | when |", "|---|---|---|---|", *rows])
    html = to_html(table)

    left = "style=text-align:left"
    assert f"<th {left}>name</th><th>n</th><th>p</th><th {left}>when</th>" in html
    assert f"<td {left}>b</td><td>−7.5 %</td><td>n/a</td><td {left}>4 May</td>" in html


def test_a_long_table_of_words_has_its_marks_on_the_others() -> None:
    """What costs less is marked; JupyterLab has all cells on the right where our style is gone."""
    html = to_html("| a | b | c |\n|---|---|---|\n" + "| word | words | 1 |\n" * 60)

    assert html.startswith("<table class=nbc-words>")
    assert "<tr><td>word</td><td>words</td><td align=right>1</td></tr>" in html
    assert "text-align" not in html


def test_a_chosen_alignment_wins_over_ours() -> None:
    html = to_html("| l | c | r |\n|:--|:-:|--:|\n| 1 | 2 | x |")

    assert "<td style=text-align:left>1</td>" in html
    assert "<td style=text-align:center>2</td>" in html
    assert "<td>x</td>" in html


def test_a_cell_may_break_its_line() -> None:
    assert "x<br>\ny &lt;b&gt;</td>" in to_html("| a |\n|---|\n| x<br/>y <b> |")


def test_an_empty_heading_of_a_table_is_no_heading() -> None:
    assert Page(to_html("| | b |\n|---|---|\n| c | d |")).tags.count("th") == 1


def test_footnotes_are_marks_and_a_list_without_ids() -> None:
    html = to_html("See[^a] and[^b].\n\n[^a]: The *note*.\n[^b]: Another.\n")

    assert "See<sup>[1]</sup> and<sup>[2]</sup>." in html
    assert html.count("<li>") == 2
    assert "The <em>note</em>." in html
    assert "id=" not in html
    assert "#fn" not in html


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("[a](https://example.com/x?y=1#z)", "https://example.com/x?y=1#z"),
        ("<https://example.com>", "https://example.com"),
        ("[a][r]\n\n[r]: http://example.com", "http://example.com"),
        ("<me@example.com>", "mailto:me@example.com"),
        ("see https://example.com/a_(b), or", "https://example.com/a_(b)"),
        ("(https://example.com/x).", "https://example.com/x"),
        ("见https://example.com/x。", "https://example.com/x"),
        ("HTTPS://EXAMPLE.COM [x](HTTPS://EXAMPLE.COM)", "HTTPS://EXAMPLE.COM"),
    ],
)
def test_addresses_of_the_web_and_of_mail_are_links(markdown: str, address: str) -> None:
    assert Page(to_html(markdown)).links == [address]


@pytest.mark.parametrize(
    "markdown", ["[a](/x)", "[a](x.ipynb)", "[a](#part)", "[a](../x)", "[a]()", "[a](?q=1)"]
)
def test_an_address_of_this_machine_is_no_link(markdown: str) -> None:
    """In JupyterLab it would reach the server's own pages."""
    page = Page(to_html(markdown))

    assert page.links == []
    assert page.text.strip() == "a"


def test_titles_of_links_are_dropped() -> None:
    assert "title" not in to_html('[a](https://example.com "title")').replace("example", "")


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ("<details><summary>s</summary>\n\n**md**\n\n</details>", "<strong>md</strong>"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (
            '<b style="color:red" class="x">t</b> <span>m</span> <kbd>k</kbd>',
            "&lt;span&gt;m&lt;/span&gt;",
        ),
        ("<style>x</style><svg></svg>", "&lt;svg&gt;"),
        ("[x](javascript:alert(1))", "x (javascript:alert(1))"),
        ("![](https://e.example/?q=1)", "image at e.example (not loaded)"),
        ("inline $x$ and $$y$$", "<math><mi>x</mi></math>"),
        (r"escaped \\(x\\)", r"escaped \(x\)"),
        (r"what models write: \(x\), \[y\]", "<math><mi>x</mi></math>"),
        ("cost $5 and $6", "cost $5 and $6"),
        (r"cost \$5 and \$6", "cost $5 and $6"),
        ("```mermaid\ngraph TD;A-->B\n```", "<pre>graph TD;A--&gt;B</pre>"),
        ("x[^1]\n\n[^1]: note", "<sup>[1]</sup>"),
        ("```python\nimport x\n```", "<b>import</b>"),
    ],
)
def test_what_jupyterlab_does_with_markdown_is_done_safely_here(row: str, check: str) -> None:
    """Every row of the table in facts/jupyter.md, section 10."""
    html = to_html(row)

    assert check in html
    assert Page(html).faults == []


@pytest.mark.parametrize("markdown", ["# {}", "{}", "- {}", "1. {}", "> {}", "|{}|\n|-|\n|b|"])
@pytest.mark.parametrize("words", ["שלום", "مرحبا world", "Hello سلام"])
def test_a_block_with_words_from_right_to_left_takes_its_direction_from_them(
    markdown: str, words: str
) -> None:
    assert "dir=auto" in to_html(markdown.format(words)).split(">")[0]


def test_a_paragraph_that_begins_from_right_to_left_stands_on_the_right() -> None:
    assert "style" in to_html("مرحبا world").split(">")[0]
    assert "style" not in to_html("Hello سلام").split(">")[0]


def test_other_blocks_do_not_pay_for_a_direction() -> None:
    assert "dir" not in to_html("# Title\n\nwords 中文\n\n- a\n")


def test_line_ends_and_characters_arrive_whole() -> None:
    assert to_html("a\r\n\r\nb\rc") == to_html("a\n\nb\nc")
    assert "😀" in to_html("\ud83d\ude00")
    assert "\ufffd" in to_html("a\ud83db")
    assert to_html("a\x00b\x1b[31m\x9b") == to_html("ab[31m")


HOSTILE = {
    "quotes": ">" * 10_000,
    "spaced quotes": "> " * 10_000,
    "brackets": "[" * 10_000,
    "pictures": "![" * 10_000,
    "links": "[a](" * 5_000,
    "stars": "*a " * 5_000,
    "underscores": "*_" * 5_000,
    "ticks": "".join("`" * size + " a " for size in range(150)),
    "angles": "<a " * 5_000,
    "lists": "- " * 10_000,
    "nested lists": "".join(" " * depth + "- a\n" for depth in range(150)),
    "notes": "[^a]: " * 3_000,
    "inline notes": "^[" * 5_000,
    "bars": "|" * 10_000,
    "wide table": "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + "a\n" * 200,
    "formulas": "$a$ " * 5_000,
    "openers": "\\(" * 10_000,
    "expanding reference": "[a]: http://x/" + "y" * 3_000 + "\n\n" + "[a]" * 3_000,
    "one line": "x" * 1_000_000,
    "words": "word " * 200_000,
    "a line of ideographs": "数" * 300_000,
    "quotes that begin again": "> # a\nb\n" * 12_000,
    "deep quotes that begin again": "> > > > # a\n> b\n" * 6_000,
    "quotes of formulas": "> $$\nb\n" * 14_000,
    "quotes in lists": "- > # a\n  b\n" * 9_000,
    "quoted, then not": "> " * 25_000 + "===\n" * 12_000,
    "deep quotes that go on without marks": ">" * 30 + " a\n" + "a\n" * 60_000,
    "notes without an end": "[^a]: b\n\n" + ("[^" * 9_000 + "\n\n") * 6,
    "inline notes without an end": "[^a]: b\n\n" + ("^[" * 9_000 + "\n\n") * 6,
    "an address and its brackets": "https://a" + ")" * 19_000 + "\n\n" + "https://a" + "]" * 19_000,
    "many narrow tables": "a|b\n-|-\n" * 12_000,
    "a megabyte of stars": "*" * 1_000_000,
    "a megabyte of brackets": "[" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_neither_hangs_nor_raises(name: str) -> None:
    """What needed minutes once."""
    with no_hang(20):
        html = to_html(HOSTILE[name])

    assert Page(html).faults == []
    assert len(html) < 70 * len(HOSTILE[name]) + 10_000


@pytest.mark.parametrize("depth", [70, 5_000])
def test_what_is_too_deep_keeps_its_words(depth: int) -> None:
    assert "the words" in words(to_html(">" * depth + " the words"))


def test_deep_but_sane_nesting_is_rendered() -> None:
    html = to_html("".join(f"{'  ' * depth}- level {depth}\n" for depth in range(12)))

    assert html.count("<ul") == 12


def test_every_class_that_may_pass_is_in_the_style() -> None:
    from nbchat.render import STYLE

    unstyled = {"nbc-tex"}  # looks like any code
    for names in CLASSES.values():
        for name in names - unstyled:
            assert f".{name}" in STYLE, name


def test_importing_the_renderer_imports_nothing_heavy() -> None:
    code = (
        "import sys, nbchat.render; "
        "heavy = ('markdown_it', 'pygments', 'nh3', 'latex2mathml', 'IPython'); "
        "print([name for name in heavy if name in sys.modules])"
    )

    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "[]\n"
    )


def test_formulas_and_lexers_are_imported_when_one_appears() -> None:
    code = (
        "import sys; from nbchat.render import to_html; to_html('*words*'); "
        "print([m for m in ('pygments', 'latex2mathml') if m in sys.modules])"
    )

    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "[]\n"
    )


def test_threads_may_draw_their_first_answers_at_once() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor; from nbchat.render import to_html; "
        "texts = ['**a** | b\\n\\n- c\\n\\n> d $x$'] * 32; "
        "made = list(ThreadPoolExecutor(8).map(to_html, texts)); "
        "print(len(set(made)), 'nbc-plain' in made[0], '<blockquote>' in made[0])"
    )

    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "1 False True\n"
    )
