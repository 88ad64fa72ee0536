"""A question as it goes out: the words first, and what goes along in parts of its own."""

from __future__ import annotations

from nbchat.context.excerpts import Excerpt
from nbchat.context.question import compose
from nbchat.context.shown import block_name
from nbchat.messages import Image

from .notebooks import Variables

PICTURE = Image(b"\x89PNG", "image/png")


def test_words_alone_are_a_text() -> None:
    got = compose("\nIs {x} prime?\n", Variables({"x": 7}))

    assert got.content == "Is 7 prime?"
    assert len(got.inserted) == 1


def test_blocks_excerpts_and_images_follow_the_words() -> None:
    notebook = Variables({"log": "one\ntwo"})
    excerpt = Excerpt("Cell 3:\n```\nx\n```", "1 cell above (~9 tokens)", (PICTURE,))

    got = compose("Why {log}?", notebook, excerpts=[excerpt], images=[Image(b"own")])

    words, value, above, *images = got.content
    assert words == "Why log?"
    assert isinstance(value, str)
    assert block_name(value.lstrip()) == "log"
    assert above == f"\n\n{excerpt.text}"
    assert images == [PICTURE, Image(b"own")]
    assert got.inserted[-1] == excerpt.label


def test_raw_words_go_as_they_are() -> None:
    got = compose("{x} {y.z}", Variables({"x": 7, "y": 1}), raw=True)

    assert (got.content, got.inserted) == ("{x} {y.z}", [])


def test_under_schema_no_image_goes_along_and_it_is_told() -> None:
    excerpt = Excerpt("Cell 3", "1 cell above", (PICTURE,))

    got = compose("Why?", Variables({}), data="schema", excerpts=[excerpt], images=[PICTURE])

    assert got.content == ["Why?", "\n\nCell 3"]
    assert got.inserted == ["1 cell above", '2 images not sent (data = "schema")']
    assert got.data == "schema"
