"""A picture where there is text alone."""

from __future__ import annotations

import struct

import pytest

from nbchat.media_types import picture_type
from nbchat.messages import Image
from nbchat.picture_words import can_be_drawn, picture_size, picture_words

from .pictures import GIF, HUGE, JPEG, SVG, WEBP, png


@pytest.mark.field("E17")
def test_a_picture_is_known_by_its_bytes_alone() -> None:
    kinds = [picture_type(data) for data in (png(), GIF, JPEG, WEBP, SVG, b"%PDF", b"", b"RIFF")]
    others = [picture_type(data) for data in (b"II*\0", b"\0\0\0\x18ftypheic")]

    assert kinds == ["image/png", "image/gif", "image/jpeg", "image/webp", "", "", "", ""]
    assert others == ["", ""]


@pytest.mark.field("E17")
def test_its_size_is_read_from_its_head() -> None:
    assert [picture_size(data) for data in (GIF, JPEG, WEBP)] == [(640, 480)] * 3
    assert picture_size(png(7, 5)) == (7, 5)
    lossy = (
        b"RIFF\0\0\0\0WEBPVP8 "
        + bytes(10)
        + (640).to_bytes(2, "little")
        + (480).to_bytes(2, "little")
    )
    assert picture_size(lossy) == (640, 480)
    lossless = b"RIFF\0\0\0\0WEBPVP8L" + bytes(5) + struct.pack("<I", 639 | 479 << 14) + bytes(9)
    assert picture_size(lossless) == (640, 480)


@pytest.mark.field("E17")
def test_a_file_that_is_cut_at_any_byte_breaks_nothing() -> None:
    for data in (png(), GIF[:40], JPEG, WEBP):
        for end in range(len(data)):
            picture_words(Image(data[:end]))


@pytest.mark.field("E17")
def test_it_is_told_with_its_size() -> None:
    assert picture_words(Image(GIF)) == "[picture, 640 × 480, 10 kB]"
    assert picture_words(Image(GIF + bytes(2_000_000))) == "[picture, 640 × 480, 2.0 MB]"
    assert picture_words(Image(b"GIF89a")) == "[picture, 6 bytes]"


@pytest.mark.field("E17")
def test_no_browser_is_given_more_pixels_than_it_can_hold() -> None:
    assert [can_be_drawn(Image(data)) for data in (png(), HUGE, SVG, b"GIF89a")] == [
        True,
        False,
        False,
        False,
    ]
