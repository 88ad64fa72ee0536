"""Thinking that a host leaves inside the text, cut in every way."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.events import Answer, WasThought, is_shown
from nbchat.messages import Text, Thought
from nbchat.wire.think_tags import ThinkTags

from ..nightly import examples

CASES = {
    "<think>hm</think>Hi": ("hm", "Hi"),
    " \n<think>\n\nhm\n</think>\n\nHi <b> </think>": ("hm\n", "Hi <b> </think>"),
    "<think></think>Hi": ("", "Hi"),
    "<think>\n\n</think>\n\nHi": ("", "Hi"),
    "<think>hm": ("hm", ""),
    "<think>hm</thin": ("hm</thin", ""),
    "<think>\n": ("", ""),
    "<think>a < b </ c</think> ": ("a < b </ c", ""),
    "<thin": ("", "<thin"),
    "<thinking>hm</thinking>": ("", "<thinking>hm</thinking>"),
    " \n": ("", " \n"),
    " Hi": ("", " Hi"),
    "Hi <think>hm</think>": ("", "Hi <think>hm</think>"),
    "": ("", ""),
    # Only the tag that closes, where the template wrote the one that opens.
    "340+68 = 408</think>408": ("340+68 = 408", "408"),
    "hm\n</think>\n\nHi <b> </think> <think>": ("hm\n", "Hi <b> </think> <think>"),
    "</think>Hi": ("", "Hi"),
    "a < b</think>": ("a < b", ""),
    '"hm"</think>Hi': ('"hm"', "Hi"),
    '"hm"</think>': ('"hm"', ""),
    # Where somebody speaks of tags, they are words.
    "It ends with `</think>`, and <think> begins it.</think>": (
        "",
        "It ends with `</think>`, and <think> begins it.</think>",
    ),
    '"</think>" is a tag': ("", '"</think>" is a tag'),
    "```\n</think>\n```\nHi": ("", "```\n</think>\n```\nHi"),
    "so `</think>` it is</think>Hi": ("so `</think>` it is", "Hi"),
}


def sorted_out(*pieces: str) -> tuple[str, str]:
    """The thinking and the text, each joined."""
    tags = ThinkTags()
    answer = Answer()
    for event in [event for piece in pieces for event in tags.feed(piece)] + tags.finish():
        assert is_shown(event) or isinstance(event, WasThought)
        answer.add(event)
    return answer.thought, answer.text


@pytest.mark.parametrize("text", CASES)
def test_split_at_every_two_places_it_is_the_same(text: str) -> None:
    for first, second in combinations(range(len(text) + 1), 2):
        assert sorted_out(text[:first], text[first:second], text[second:]) == CASES[text]
    assert sorted_out(*text) == CASES[text]


def on_the_whole_text(text: str) -> tuple[str, str]:
    inside = re.fullmatch(r"\s*<think>\n*(.*?)(?:</think>\s*(.*))?", text, re.DOTALL)
    before, closed, after = text.partition("</think>")
    if inside is None and closed and "<think>" not in before:
        return before if before.strip() else "", after.lstrip()
    return (inside[1], inside[2] or "") if inside else ("", text)


PIECES = st.sampled_from(
    ["<think>", "</think>", "<", "/", "think", ">", "\n", " ", "hm", "</thi", "nk>", "\u2003"]
)


@settings(max_examples=examples(300))
@given(st.lists(PIECES, max_size=12))
def test_any_pieces_are_sorted_as_the_whole_text_would_be(pieces: list[str]) -> None:
    assert sorted_out(*pieces) == sorted_out("".join(pieces)) == on_the_whole_text("".join(pieces))


def test_thinking_is_shown_as_it_comes() -> None:
    """Only what may be the start of the closing tag is held back."""
    tags = ThinkTags()
    tags.feed("<think>")

    assert tags.feed("so <") == [Thought("so ")]
    assert tags.feed("b") == [Thought("<b")]


def test_text_is_shown_as_it_comes_once_it_is_known_to_be_text() -> None:
    tags = ThinkTags()
    assert tags.feed("<") == []
    assert tags.feed("b>") == [Text("<b>")]

    assert tags.feed("<think>") == [Text("<think>")]
