"""The pictures of an answer: as data from here, so that nobody is asked for them."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from nbchat.languages.live import said
from nbchat.media_types import picture_type
from nbchat.picture_words import can_be_drawn, picture_words
from nbchat.render import inline_style

if TYPE_CHECKING:
    from nbchat.messages import Image


def picture_html(picture: Image) -> str:
    """The picture itself; in words where a browser could not hold it."""
    if not can_be_drawn(picture):
        return picture_in_words(picture)
    words = said(picture_words(picture))
    return f'<p><img src="{picture_url(picture)}" alt="{words}" style={inline_style.PICTURE}></p>'


def picture_in_words(picture: Image) -> str:
    """The picture where there is no room for it."""
    return f"<p>{said(picture_words(picture))}</p>"


def picture_place(picture: Image) -> str:
    """Where the panel's page puts the picture, whose bytes it asks for."""
    mark = " class=nbc-picture" if can_be_drawn(picture) else ""
    return f"<p{mark}>{said(picture_words(picture))}</p>"


def picture_markdown(picture: Image) -> str:
    """The picture in Markdown, with its bytes."""
    words = picture_words(picture).strip("[]")
    return f"![{words}]({picture_url(picture)})" if can_be_drawn(picture) else f"[{words}]"


def picture_url(picture: Image) -> str:
    """The bytes as an address, whose type is what they are."""
    return f"data:{picture_type(picture.data)};base64,{b64encode(picture.data).decode()}"
