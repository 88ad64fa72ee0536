"""Brackets mean what they mean to the parser, and a paragraph of them is read in about one go."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote import footnote_plugin

from nbchat.render import to_html
from nbchat.render.markdown.brackets import DEEPEST_BRACKETS, brackets
from nbchat.render.markdown.parser import parser

from ...nightly import examples

PIECES = [
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "](x)",
    "[a]",
    "[^1]",
    "a",
    "*b*",
    "`",
    "\\",
    " ",
    "\n",
    "<",
    "![p](q)",
]
ENDS = ["", "\n\n[a]: https://example.com\n", "\n\n[^1]: A note.\n"]

HOSTILE = ["[", "![", "*_[![", "[^a", "[a][b", "[a](", "[a](<b", "[[]", "[![a](b)", "`[", "[a][a] "]


def count_reads(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many times the parser looked at a character in search of the end of a bracket."""
    count = [0]
    skip = parser().inline.skipToken

    def counting(state: StateInline) -> None:
        count[0] += 1
        skip(state)

    with monkeypatch.context() as patched:
        patched.setattr(parser().inline, "skipToken", counting)
        to_html(text)
    return count[0]


@settings(max_examples=examples(500))
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.sampled_from(ENDS))
def test_brackets_mean_what_they_mean_to_the_parser(text: str, end: str) -> None:
    if text.count("[") <= DEEPEST_BRACKETS:
        plain = MarkdownIt("commonmark").use(footnote_plugin, inline=False)
        ours = MarkdownIt("commonmark").use(footnote_plugin, inline=False).use(brackets)

        assert ours.render(text + end) == plain.render(text + end)


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("end", ["", "](x)", "]" * 50, "\n\n[a]: x"])
def test_a_paragraph_of_brackets_is_read_a_few_times(
    piece: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = ((piece * (size // len(piece))) + end for size in (1_000, 4_000))

    assert count_reads(long, monkeypatch) < 3 * DEEPEST_BRACKETS * len(long)
    assert count_reads(long, monkeypatch) < 6 * count_reads(short, monkeypatch) + 1_000


def test_a_link_keeps_its_brackets() -> None:
    words = "[" * 3 + "words" + "]" * 3
    assert to_html(f"[{words}](https://example.com)") == (
        '<p><a href="https://example.com" target="_blank" rel="noopener noreferrer">'
        f"<u>{words}</u></a></p>\n"
    )
    assert "<a " in to_html("[0, 1), " * 30 + "[docs](https://example.com)")
