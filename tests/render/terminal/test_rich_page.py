"""What rich draws in a terminal: the words of the answer, whole and clean."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render.terminal.clean import columns
from nbchat.render.terminal.rich_page import LONGEST_BLOCK_DRAWN

from ...nightly import examples
from ..payloads import EVERYTHING, HOST_SHOWN_ANYHOW
from ..sequences import CONTROLS, SEQUENCES
from ..streaming.test_incremental import documents
from .drawing import CONTROL, PAGE, draw


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# Title", "Title\n"),
        ("*a* **b** `c` ~~d~~", "a b c d\n"),
        ("- a\n- b", " • a\n • b\n"),
        ("3. a\n4. b", " 3 a\n 4 b\n"),
        ("- [x] done", " • ☑ done\n"),
        ("> quote", "▌ quote\n"),
        ("```python\nx = 1\n\ny = 2\n```", "  python\n  x = 1\n\n  y = 2\n"),
        ("    indented", "  indented\n"),
        ("a $x_1 * y_1$ b", "a $x_1 * y_1$ b\n"),
        (r"a \(x\) b", "a \\(x\\) b\n"),
        ("$$\nx^2\n$$", "  $$\n  x^2\n  $$\n"),
        ("costs $5 and $6", "costs $5 and $6\n"),
        ("[docs](https://a.example/x)", "docs (https://a.example/x)\n"),
        ("<https://a.example>", "https://a.example\n"),
        ("see https://a.example/x.", "see https://a.example/x.\n"),
        ("<me@a.example>", "me@a.example\n"),
        ("[x](javascript:alert(1))", "x (javascript:alert(1))\n"),
        (
            "![plot](https://a.example/p.png)",
            "plot: image at a.example (not loaded) (https://a.example/p.png)\n",
        ),
        ("<span>raw</span>", "<span>raw</span>\n"),
        ("[bold]no markup[/bold] :smile:", "[bold]no markup[/bold] :smile:\n"),
        ("[link=https://a.example]no link[/link]", "[link=https://a.example]no link[/link]\n"),
        ("[^1]: A note.", "[1] A note.\n"),
        ("[d]: https://a.example", "[d]: https://a.example\n"),
        ("# One\nwords\n***\n", "One\n\nwords\n\n" + "─" * 80 + "\n"),
        ("- ", "-\n"),
        ("- a\n\n  b\n- c\n  1. d", " • a\n   b\n • c\n    1 d\n"),
        ("| a | n |\n|---|---|\n| b | 1 |", " a   n\n ─────\n b   1\n"),
    ],
)
def test_markdown_is_drawn(markdown: str, shown: str) -> None:
    assert draw(markdown, width=80) == shown


@pytest.mark.field("T5")
@pytest.mark.parametrize(("markdown", "host"), HOST_SHOWN_ANYHOW)
def test_a_misleading_link_says_where_it_leads(markdown: str, host: str) -> None:
    assert f"({host})" in draw(markdown, width=200).replace("\n", " ")


def test_what_is_wide_goes_on_below_and_loses_nothing() -> None:
    cell = "花瓣宽度，这是一个比较长的单元格用来测试换行"
    code = "x = '" + "y" * 90 + "'"
    table = f"| a | b |\n|---|---|\n| {cell} | {'word ' * 12} |"
    shown = draw(table, f"```\n{code}\n```", width=40)

    assert set(cell) <= set(shown)
    assert shown.count("word") == 12
    assert "".join(shown.split()).endswith(code.replace(" ", ""))
    assert all(len(line) <= 40 for line in shown.split("\n"))


def test_code_has_the_terminals_own_colours() -> None:
    shown = draw("```python\ndef f():\n    return 'a'\n```", styles=True)

    assert "\x1b[1mdef\x1b[0m" in shown
    assert "\x1b[32m'a'\x1b[0m" in shown


EVERYWHERE = """\
# {0}

{0} `{0}` **{0}** [{0}](https://a.example/{0}) <https://a.example/{0}> ![{0}](https://a.example/{0})

- {0}
  1. {0}

> {0}

| {0} | a |
|---|---|
| {0} | [{0}](https://a.example/{0}) |

$$
{0}
$$

[^1]: {0}

[{0}]: https://a.example/{0}

    {0}

```{0}
{0}
```
"""


@pytest.mark.parametrize("hostile", [*CONTROLS, *SEQUENCES])
def test_no_control_of_the_model_is_printed(hostile: str) -> None:
    """Not in any kind of block, not as entities, and not by rich's own way of reading words."""
    entities = "".join(f"&#{ord(c)};" for c in hostile)
    for words in (hostile, entities):
        source = EVERYWHERE.format(words)
        assert not CONTROL.search(draw(source))
        assert not CONTROL.search(draw(source[:-4], tail=True))


def test_a_link_is_words_and_the_same_each_time() -> None:
    """No escape sequence, and no number by chance in one, as in rich's own links."""
    source = "[docs](https://a.example/x) and <https://a.example/y>"

    assert "\x1b]" not in draw(source, styles=True)
    assert draw(source, styles=True) == draw(source, styles=True)


def test_no_payload_breaks_it() -> None:
    for payload in EVERYTHING:
        shown = draw(payload) + draw(payload, tail=True)

        assert not CONTROL.search(shown), payload
        assert shown.strip()


@settings(max_examples=examples(150))
@given(documents)
def test_any_document_can_be_drawn(text: str) -> None:
    assert not CONTROL.search(draw(text) + draw(text, tail=True))


def test_lines_go_on_below_where_their_words_began() -> None:
    lines = draw(PAGE, width=24).split("\n")

    assert lines[lines.index(" • an item that is too") + 1] == "   long for its line"
    assert lines[lines.index("    1 another,") + 1] == "      中文也要能够正确地"
    assert lines[lines.index("▌ a quote that is too") + 1] == "▌ long for its line"
    assert max(map(columns, lines)) <= 24


PIECES = [*("a", "b", " ", "word ", "0", "，", "。", "中", "\n", "\n\n", "😀", "é", "(x)")]
BEGINS = st.sampled_from(["", "- ", "1. ", "> ", "# ", "- 1. > "])


@settings(max_examples=examples(300))
@given(BEGINS, st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.integers(20, 40))
def test_wrapping_loses_no_word_and_keeps_to_the_width(begin: str, text: str, width: int) -> None:
    shown = draw(f"{begin}x{text}", width=width)
    words = re.sub(r"^[ •▌1]+", "", shown, flags=re.M)

    assert "".join(words.split()) == "".join(f"x{text}".split())
    assert all(columns(line) <= width for line in shown.split("\n"))


def test_headings_are_bold_and_the_language_of_code_is_dim() -> None:
    shown = draw(PAGE, styles=True)

    assert "\x1b[1;4mTitle\x1b[0m\n" in shown
    assert "\x1b[1mTwo\x1b[0m\n" in shown
    assert "\x1b[2mpython\x1b[0m\n" in shown
    assert "\x1b[2;3m# no heading\x1b[0m\n" in shown
    assert "\n#hashtag\n" in shown


@pytest.mark.parametrize(
    ("hard", "width"),
    [
        ("|word" * 100 + "|\n" + "|-" * 100 + "|\n" + "|other" * 100 + "|\n", 80),
        ("> " * 12 + "deep", 20),
        ("> " * 60 + "deep", 80),
        ("\n".join("  " * n + f"- level{n}" for n in range(45)), 80),
        ("999999999. " * 3 + "far in", 20),
        ("| a | b |\n|---|---|\n" + "| 1 | two |\n" * (LONGEST_BLOCK_DRAWN // 10), 80),
    ],
    ids=["wide table", "narrow quotes", "deep quotes", "deep lists", "long numbers", "long table"],
)
def test_what_cannot_be_drawn_is_shown_as_typed(hard: str, width: int) -> None:
    """Where rich would leave words out, or need seconds."""
    shown = draw(f"before\n\n{hard}\n\nAfter", width=width)

    assert "".join(shown.split()) == "".join(f"before{hard}After".split())
    assert all(len(line) <= width for line in shown.split("\n"))


def test_words_are_shown_whatever_breaks_while_they_are_drawn() -> None:
    """Here the stack ends, at every depth of the parser and of rich where it could."""
    quotes = "> " * 25 + "deep"
    whole = draw(quotes)
    seen = set()
    for room in range(300, 0, -1):
        try:
            draw_within(room, "plain")
        except RecursionError:
            break
        shown = draw_within(room, quotes)
        seen.add(shown)
        assert "deep" in shown

    assert seen == {whole, f"{quotes}\n"}


def draw_within(frames: int, source: str) -> str:
    """What is drawn with so many frames left on the stack."""
    frame, depth = sys._getframe(), 1
    while frame.f_back:
        frame, depth = frame.f_back, depth + 1
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + frames)
    try:
        return draw(source)
    finally:
        sys.setrecursionlimit(limit)
