"""An answer while it streams: what a reader needs meanwhile, in a page that does not jump."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from nbchat.events import Answer
from nbchat.messages import Thought
from nbchat.render import (
    LIVE_STYLE,
    STYLE,
    Incremental,
    answer_html,
    folded_head,
    folded_html,
    live_html,
    thinking_head,
    whole_live_html,
)
from tests.render.dom import Page


def test_a_live_page_has_blocks_tail_caret_and_status() -> None:
    page = Incremental()
    page.feed("First.\n\nSecond **is")
    html = live_html(page.settled, page.tail, status="kimi · 3 s")

    assert "<p>First.</p>" in html
    assert "<strong>is</strong><span class=nbc-caret></span></p>" in html
    assert html.endswith(">kimi · 3 s</p></div></div>")


def test_what_is_still_open_is_marked_for_the_style_to_hide() -> None:
    """When the next output has begun, which shows it too, and this one is not yet painted again."""
    html = live_html(["<p>Settled.</p>"], "<p>open</p>", status="kimi · 3 s")

    assert "<p>Settled.</p><div class=nbc-open><p>open<" in html
    assert (
        ".jp-OutputArea-child:has(~.jp-OutputArea-child .nbc) .nbc-open{display:none}" in LIVE_STYLE
    )


def test_a_finished_output_has_its_blocks_alone() -> None:
    start = '<div class="nbc tex2jax_ignore mathjax_ignore">'
    assert live_html(["<p>Hi</p>"]) == f"{start}<p>Hi</p></div>"


def test_thinking_is_open_while_there_is_nothing_else_to_read_and_folds_as_it_will_stay() -> None:
    answer = Answer()
    answer.add(Thought("*hm*"))

    assert "<summary>Thinking, 1 word</summary>" in live_html([], status="kimi", thought="*hm*")
    folded = re.search("<details .*</details>", folded_html("*hm*"), re.DOTALL)
    assert folded
    assert folded[0].replace(">\n<", "><") in answer_html(answer)


def test_notices_are_there_from_the_start_and_stay() -> None:
    for html in (live_html([], status="kimi", notices=["busy <b>"]), folded_html("", ["busy <b>"])):
        assert 'font-size:13px">busy &lt;b&gt;</p>' in html
        assert Page(html, frame=True).faults == []


def test_only_the_end_of_long_thinking_is_sent_again_and_again() -> None:
    html = live_html([], status="", thought="early " * 1_000 + "late")

    assert len(html) < 1_500
    assert "late</div>" in html
    assert "Thinking, 1,001 words" in html


def test_the_lines_of_thinking_do_not_break_anew_at_every_word() -> None:
    """What is shown is cut at its beginning in steps; between them it only grows."""
    shown = [
        re.search(r"nbc-last[^>]*>(.*?)</div>", live_html([], thought="word " * n))
        for n in range(1, 2_000)
    ]
    texts = [found[1] for found in shown if found]

    assert sum(not after.startswith(before) for before, after in pairwise(texts)) <= 20


@pytest.mark.parametrize(
    "text",
    ["words", "- item", "| a |\n|---|\n| b", "```\ncode", "> quote", "# Title", "$x$", "**b**"],
)
def test_the_caret_stands_where_the_next_word_will(text: str) -> None:
    page = Incremental()
    page.feed(text)
    html = live_html([], page.tail, status="kimi")

    assert Page(html, frame=True).faults == []
    assert html.count("nbc-caret") == 1
    assert "<span class=nbc-caret></span><p class='nbc-note" not in html


def test_the_caret_stands_in_the_cell_of_a_table_that_is_written() -> None:
    """Not in the last cell of the row, which is there and empty."""
    for row, cell in (("| one", "one"), ("| one | two", "two"), ("|", ">")):
        page = Incremental()
        page.feed(f"| a | b | c |\n|---|---|---|\n{row}")
        html = live_html([], page.tail, status="kimi")

        assert f"{cell}<span class=nbc-caret></span></t" in html
        assert Page(html, frame=True).faults == []


def test_the_style_of_a_live_page_is_in_no_saved_one() -> None:
    assert LIVE_STYLE.startswith(STYLE)
    assert "nbc-open" not in STYLE
    assert "max-width:924px;overflow-wrap:break-word" in LIVE_STYLE
    assert "max-width" not in live_html(["<p>One.</p>"], status="kimi")
    assert "url(" not in LIVE_STYLE
    assert "@import" not in LIVE_STYLE


def test_a_page_by_itself_brings_the_style_it_needs_and_nothing_of_it_is_hidden() -> None:
    """It stands between other outputs of its cell."""
    thinking = whole_live_html(thinking_head("hm " * 900), [], "", status="kimi · 3 s")
    words = whole_live_html(folded_head("hm"), ["<p>One.</p>"], "<p>Two</p>", status="kimi · 3 s")

    assert ".nbc-last{" in thinking
    assert ".nbc-caret{" in words
    assert "<p>One.</p><p>Two<span class=nbc-caret></span></p><p class='nbc-note" in words
    assert words.endswith(">kimi · 3 s</p></div>")
    for html in (thinking, words):
        assert "nbc-open" not in html
        assert "display:none" not in html
