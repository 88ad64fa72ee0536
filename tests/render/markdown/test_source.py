"""Markdown that leaves us: whoever renders it, nothing is loaded, nothing acts, nothing hides."""

from __future__ import annotations

import re

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nbchat.events import Answer
from nbchat.messages import Text
from nbchat.render import plain, to_markdown
from nbchat.render.characters import unmasked
from nbchat.render.markdown.parser import LONGEST_TEXT
from nbchat.render.markdown.source import joined

from ...nightly import examples
from ..payloads import EVERYTHING, HOST_SHOWN_ANYHOW
from ..sequences import CONTROLS, SEQUENCES

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


_SIGNS = (
    "`",
    "**",
    "|",
    "\n",
    "$",
    "[",
    "![",
    "](",
    ")",
    "<",
    "> ",
    "- ",
    "\\",
    "\\[",
    "\\]",
    "\t",
)


def others(source: str) -> list[str]:
    """What other programs see in it that loads or acts: pictures, and HTML."""
    md = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    found = with_bare_links(source)
    for token in md.parse(source):
        for one in [token, *(token.children or ())]:
            if one.type in ("image", "html_inline", "html_block"):
                found.append(one.content)
    return [one for one in found if not re.fullmatch(r"<br\s*/?>", one)]


def with_bare_links(source: str) -> list[str]:
    """The same of a program where an address is a link, with every sign up to its end."""
    found: list[str] = []
    read = mistune.create_markdown(renderer="ast", plugins=["url", "table", "strikethrough"])
    tokens = list(read(source))
    while tokens:
        token = tokens.pop()
        if token["type"] in ("image", "inline_html", "block_html"):
            found.append(token.get("raw", token["type"]))
        tokens += token.get("children", ())
    return found


def seen(words: str, host: str = "e.example") -> str:
    """What stands in the place of a picture."""
    return f"{words}image at {host} (not loaded)"


DEFINED = "\n\n[r]: http://e.example"
CHANGED = [
    ("![a](https://e.example/x.png)", f"[{seen('a: ')}](https://e.example/x.png)"),
    ("![](<https://e.example/a b>)", f"[{seen('')}](https://e.example/a%20b)"),
    (f"![a][r]{DEFINED}", f"[{seen('a: ')}](http://e.example){DEFINED}"),
    (f"![r][]{DEFINED}", f"[{seen('r: ')}](http://e.example){DEFINED}"),
    (f"![r]{DEFINED}", f"[{seen('r: ')}](http://e.example){DEFINED}"),
    (
        "[![a](https://i.example)](https://e.example)",
        f"[{seen('a: ', 'i.example')}](https://e.example)",
    ),
    ("![a](data:image/png;base64,AAAA)", "a: image (not loaded)"),
    ("![a](x.png)", "a: image x.png (not loaded)"),
    (
        "| ![a](http://e.example) | `x\\|y` <br>z |\n|---|---|",
        f"| [{seen('a: ')}](http://e.example) | `x\\|y` <br>z |\n|---|---|",
    ),
    ("- > ![a](http://e.example)", f"- > [{seen('a: ')}](http://e.example)"),
    ("<img src=//e.example> a < b", "\\<img src=//e.example> a < b"),
    ("<!-- --> <?x?> </p> \\<b> \\\\<b>", "\\<!-- --> \\<?x?> \\</p> \\<b> \\\\\\<b>"),
    ("wow![^1]\n\n[^1]: note", "wow\\![^1]\n\n[^1]: note"),
    (
        "[bank.com](https://evil.com/bank.com)",
        "[bank.com](https://evil.com/bank.com) (evil.com)",
    ),
    ("[a](javascript:alert(1))", "a (javascript:alert(1))"),
    ("$n![k]$ $x<y$", "$n! [k]$ $x< y$"),
    ("https://e.example/`<b>`", "https://e.example/ `<b>`"),
    ("See https://e.example/<b>", "See https://e.example/ \\<b>"),
    ("https://e.example/\\<b>", "https://e.example/ \\<b>"),
    ("https://e.example/\\\\<b>", "https://e.example/ \\\\\\<b>"),
    ("(https://e.example)<b>", "(https://e.example) \\<b>"),
    ("[a](https://e.example)<b>", "[a](https://e.example) \\<b>"),
    ("![a](https://e.example)\\<b>", f"[{seen('a: ')}](https://e.example) \\<b>"),
    ("www.e.example/<b>", "www.e.example/ \\<b>"),
    ("FTP://e.example/\u00a0<b>", "FTP://e.example/\u00a0 \\<b>"),
    ("**https://e.example/**`<b>`", "**https://e.example/** `<b>`"),
    (
        "```mermaid\nA@{img: 'https://e.example'}\n```",
        "```text\nA@{img: 'https://e.example'}\n```",
    ),
]
UNCHANGED = [
    "words *a* `![b](c) <d>`",
    "<https://a.example> <me@a.example>",
    "```rust\n#![allow(x)] <T>\n```",
    "```mermaid\ngraph TD; A-->B\n```",
    "    ![a](b)",
    "https://a.example <https://b.example>(https://c.example) `<b>`",
    "`https://a.example/\\<b>` and `<b>`",
    "| a \\| b | [c](https://a.example) |\n|---|---|",
    "1. a\n   - [b][r] <https://a.example>\n\n     c\n\n[r]: https://a.example 'title'",
]


@pytest.mark.field("T4")
@pytest.mark.parametrize(
    ("markdown", "source"), [*CHANGED, *zip(UNCHANGED, UNCHANGED, strict=True)]
)
def test_it_stays_as_written_but_where_others_would_show_more(markdown: str, source: str) -> None:
    assert to_markdown(markdown) == source


@pytest.mark.field("T4")
def test_no_payload_loads_or_acts_wherever_its_source_is_rendered() -> None:
    for payload in EVERYTHING:
        words = payload.replace("\n", " ")
        for markdown in (
            payload,
            f"> - {words}\n\n**{words}** [{words}](x)",
            f"| {words} | b |\n|---|---|\n| 1 | {words} |",
            f"# {words}\n\n[^1]: {words}\n\n$$\n{words}\n$$",
        ):
            source = to_markdown(markdown)

            assert others(source) == [], payload
            assert not CONTROL.search(source)


@pytest.mark.field("T4")
@pytest.mark.parametrize(
    "markdown",
    [
        "\\[\n```\n\\]\n```\n![a](https://e.example)",
        "$$\n```\n$$\n```\n<img src=//e.example>",
        "\\( ` \\) ![a](https://e.example) `",
        '<a title="`">![a](https://e.example)`',
        "<div>\n```\n</div>\n![a](https://e.example)\n```",
        "[^1]: a\n\n        ![a](https://e.example)",
        "![a\n\nb](https://e.example)",
        "| a `|` ![b](https://e.example) |\n|---|",
        "> " * 60 + "![a](https://e.example)",
        "[" * 30 + "![a](https://e.example)" + "](x)" * 30,
        "![a](https://e.example)" * 2_000,
        "a" * 600_000 + "![a](https://e.example)",
        "https://e.example/`<img src=//e.example/q>`",
        "https://e.example/\\`<img src=//e.example/q>`",
        "https://e.example/$x$`<img src=//e.example/q>`",
        "https://e.example/` ![a](b)`",
        "https://e.example/[`<img src=//e.example/q>`](javascript:a)",
        "[http](#)s://e.example/\\<img src=//e.example/q>",
        "https://e.example/" + "a" * 3_000 + "`<img src=//e.example/q>`",
        "https://e.example/[a](javascript:a)<img src=//e.example/q>",
        "[r]: https://e.example/<img src=//e.example/q>",
        "| https://e.example/\\| `<img src=//e.example/q>` |\n|---|",
        "| a |\n|---|\nx\n::: note\nhttps://e.example|b<img src=//e.example/q>",
        "a | b\n:--|---\n<p>\nhttps://e.example/|b<img src=//e.example/q>",
        "# https://e.example/\\![a](b)",
        "\t- \t![a](https://e.example)\n\t\t![b](https://e.example)",
    ],
)
def test_what_others_read_in_another_way_loads_nothing_either(markdown: str) -> None:
    assert others(to_markdown(markdown)) == []


@pytest.mark.field("T3")
@pytest.mark.parametrize(
    ("markdown", "source"),
    [
        ("a &#x202e;moc.knab", "a \\u202emoc.knab"),
        ("a&#8238;b &#X000202E; &#x202E", "a\\u202eb \\u202e \\u202e"),
        ("&#xE0041;&#917570;x", "\\U000e0041\\U000e0042x"),
        ("a&ZeroWidthSpace;b &NoBreak;c", "a\\u200bb \\u2060c"),
        ("a&#x1b;[31m &#155;31m", "a\\x1b[31m \\x9b31m"),
        ("\\\\&#x202e;a", "\\\\\\u202ea"),
        ("https://e.example/\\&#x202e;a", "https://e.example/ \\&#x202e;a"),
        ("| &#x202e;a |\n|---|", "| \\u202ea |\n|---|"),
        ("[a&#x202e;](https://e.example)", "[a\\u202e](https://e.example) (e.example)"),
        ("[a](https://e.example 'b&#x202e;')", "[a](https://e.example)"),
        ("[a](https://e.example/&#x202e;)", "[a](https://e.example/%E2%80%AE)"),
        ("[r]\n\n[r]: https://e.example '&#x202e;'", "[r]\n\n[r]: https://e.example '\\u202e'"),
        ("$x&#x202e;$", "$x\\u202e$"),
        ("\u0645\u06cc&zwnj;\u062e", "\u0645\u06cc\u200c\u062e"),
    ],
)
def test_a_reference_to_what_nobody_sees_is_written_out(markdown: str, source: str) -> None:
    assert to_markdown(markdown) == source
    assert to_markdown(f"{markdown}\n\n![]()").startswith(source)


@pytest.mark.field("T3")
@pytest.mark.parametrize(
    "markdown",
    [
        "AT&T &lt;b&gt; &amp;#x202e; &nbsp;&#160; &copy &#x41; &#9; &Tab;",
        "`&#x202e;` \\&#x202e;\n\n```\n&ZeroWidthSpace;\n```",
        "&#x99999999; &#" + "9" * 5_000 + "; &unknown;",
    ],
)
def test_other_references_stay_as_written(markdown: str) -> None:
    assert to_markdown(markdown) == markdown
    assert to_markdown(f"<b>\n\n{markdown}") == f"\\<b>\n\n{markdown}"


@pytest.mark.field("T4")
def test_a_piece_cannot_disarm_what_follows() -> None:
    pieces = ["```\ncode", "```\n![a](https://e.example)\n```", "~~~~\nx", "end"]

    assert others(joined(list(map(to_markdown, pieces)))) == []
    assert "```\ncode\n```" in joined(pieces[:1] + pieces[2:])


@pytest.mark.field("T4")
@pytest.mark.parametrize("sequence", [*CONTROLS, *SEQUENCES])
def test_nothing_is_left_that_a_terminal_obeys(sequence: str) -> None:
    for markdown in (f"a{sequence}b", f"`a{sequence}b` ![a](b)", f"```\na{sequence}b\n```"):
        assert not CONTROL.search(to_markdown(markdown))


@pytest.mark.field("T4")
@pytest.mark.parametrize(("markdown", "host"), HOST_SHOWN_ANYHOW)
def test_a_misleading_link_says_so_there_too(markdown: str, host: str) -> None:
    assert f"({host})" in to_markdown(markdown).replace("\\", "")


@pytest.mark.field("T3")
def test_code_is_told_from_prose_also_in_a_source() -> None:
    heart = "\u2764\ufe0f"
    markdown = f"{heart} `{heart}` $x$ **{heart}**\n\n- ``{heart}\n{heart}``\n\n```\n{heart}\n```"
    source = to_markdown(markdown)
    answer = Answer()
    answer.add(Text(markdown))

    assert source == plain(answer)
    assert source.count(heart) == 2
    assert source.count(unmasked(heart)) == 4


@settings(max_examples=examples(200))
@given(
    st.lists(
        st.sampled_from(
            [
                *(*EVERYTHING, *_SIGNS),
                *("[^1]", "[^1]: ", "    ", "\n\n", "<!--", "|---|\n", "```\n"),
                *("https://e.example/", "<img src=//e.example/q>"),
            ]
        ),
        max_size=10,
    )
)
def test_no_mixture_loads_or_acts(pieces: list[str]) -> None:
    source = to_markdown("".join(pieces))

    assert others(source) == []
    assert others(joined([source, source])) == []


@pytest.mark.parametrize(("ticks", "fence"), [("", "```"), ("``", "```"), ("````", "`````")])
def test_what_is_too_long_stands_between_as_many_ticks_as_it_needs(ticks: str, fence: str) -> None:
    text = f"a {ticks} <b>" + "x" * LONGEST_TEXT

    assert to_markdown(text) == f"{fence}\n{text}\n{fence}"
