"""However a text is cut, the sources of its blocks come out whole and once."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.render.streaming.blocks import SourceBlocks
from tests.render.streaming.test_incremental import documents

from ...nightly import examples


@settings(max_examples=examples(200))
@given(documents, st.lists(st.integers(0, 10_000), max_size=30))
def test_blocks_are_cut_from_a_stream_without_losing_any(text: str, places: list[int]) -> None:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    blocks = SourceBlocks()
    taken: list[str] = []
    for start, end in itertools.pairwise(edges):
        taken += blocks.feed(text[start:end])
    taken += blocks.finish()

    whole = SourceBlocks()
    whole_taken = [*whole.feed(text), *whole.finish()]
    assert "".join("".join(taken).split()) == "".join("".join(whole_taken).split())
    assert blocks.open == ""


def test_a_source_comes_out_as_it_was_typed() -> None:
    blocks = SourceBlocks()

    assert blocks.feed("# One\r") == []  # half of a line end
    assert blocks.feed("\n\nTwo,\r\nthree.\r\n\r\nfou") == ["# One\n\nTwo,\nthree.\n"]
    assert blocks.open == "\nfou"
    assert blocks.feed("r") == []
    assert blocks.finish() == ["\nfour"]
    assert blocks.text == "# One\n\nTwo,\nthree.\n\nfour"


def test_what_is_fed_after_a_cut_belongs_to_the_rest() -> None:
    blocks = SourceBlocks()
    blocks.feed("1. one\n2. two\n3. thr")
    blocks.go_on("3. thr")

    assert blocks.feed("ee\n\nFour") == []
    assert blocks.open_size == len("3. three\n\nFour")
    assert blocks.finish() == ["3. three\n\nFour"]


def test_a_definition_tells_that_blocks_belong_together() -> None:
    blocks = SourceBlocks()
    blocks.feed("See [the docs][d].\n\n")
    assert not blocks.needs_whole

    blocks.feed("[d]: https://example.com\n")
    assert blocks.needs_whole
