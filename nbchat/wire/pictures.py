"""The pictures in an answer, however its provider sends them.

Only their bytes count: what they are is told by how they begin, and an address of another
host is never asked. Facts: openrouter.ai/docs (`images` of a delta), openai-python 3.54.0
(`image_generation_call`), google-genai 3.4.0 (`inlineData`), botocore 1.44.5 (`ImageBlock`).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from nbchat.events import Event, Notice
from nbchat.media_types import picture_type
from nbchat.messages import AnswerPart, Image, Source, Thought
from nbchat.wire.shapes import string

MOST_PICTURES = 20  # of one answer
DEEPEST = 4  # objects in one another

_DATA_URL = re.compile(r"\s*data:[^,]{0,200},", re.I)
_INSIDE = ("image_url", "inlineData", "inline_data", "source", "image", "input_image")
_BYTES = ("b64_json", "data", "bytes", "result", "base64", "url")
NOT_SHOWN = "The answer holds a picture that is not shown: "
UNKNOWN_KIND = "it is no PNG, JPEG, GIF or WebP by its bytes."


class Pictures:
    """Makes the events for the pictures of one answer, each of which is shown once.

    >>> [picture] = Pictures().read([{"image_url": {"url": "data:image/x;base64,R0lGODlh"}}])
    >>> picture.media_type                              # by its bytes
    'image/gif'
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._said: set[str] = set()

    def read(self, value: Any) -> list[Event]:
        """The events for a picture, or for a list of them, in any of the shapes there are."""
        return [event for found in _found(value, DEEPEST) for event in self._events(found)]

    def _events(self, found: str) -> list[Event]:
        if hash(found) in self._seen:
            return []
        if len(self._seen) >= MOST_PICTURES:
            return self._say(f"The answer holds more than {MOST_PICTURES} pictures.")
        self._seen.add(hash(found))
        if found[:8].lower().startswith(("http://", "https://")):
            return self._elsewhere(found)
        data = _decoded(_DATA_URL.sub("", found, count=1))
        kind = picture_type(data)
        if kind:
            return [Image(data, kind)]
        return self._say(NOT_SHOWN + UNKNOWN_KIND)

    def _elsewhere(self, url: str) -> list[Event]:
        """A picture at another host, which would learn who reads the answer."""
        try:
            host = urlsplit(url).hostname or "another host"
        except ValueError:
            host = "another host"
        elsewhere = f"it is at {host[:100]}, which is not asked for it."
        notice = self._say(NOT_SHOWN + elsewhere)
        return [Source(url[:2_000], "Picture"), *notice]

    def _say(self, sentence: str) -> list[Event]:
        if sentence in self._said:
            return []
        self._said.add(sentence)
        return [Notice(sentence)]


# --- on their way back ----------------------------------------------------------------------------


def is_place(part: AnswerPart) -> bool:
    """Whether it says where its provider wants the picture back that follows, and with what."""
    data = part.state.data if isinstance(part, Thought) and part.state else None
    inline = data.get("inlineData") if isinstance(data, dict) else None
    return isinstance(inline, dict) and "data" not in inline


def with_places(parts: Iterable[AnswerPart]) -> Iterator[AnswerPart]:
    """The parts, each picture with what stands at its place."""
    place: AnswerPart | None = None
    for part in parts:
        if isinstance(part, Image) and isinstance(place, Thought):
            yield replace(part, state=place.state)
        elif not is_place(part):
            yield part
        place = part if is_place(part) else None


# --- shapes ---------------------------------------------------------------------------------------


def _found(value: Any, depth: int) -> Iterator[str]:
    """The bytes, as base64 or a data URL, or the address of each picture."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, list):
        for one in value[: 10 * MOST_PICTURES] if depth else ():
            yield from _found(one, depth - 1)
    elif isinstance(value, dict):
        inner = [value[name] for name in _INSIDE if isinstance(value.get(name), dict | str)]
        own = [text for text in (string(value.get(name)) for name in _BYTES) if text]
        if own:
            yield own[0]
        elif inner and depth:
            yield from _found(inner[0], depth - 1)


def _decoded(text: str) -> bytes:
    """The bytes of a base64 text, also of one on several lines, or in the form for addresses."""
    text = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (NotBase64, ValueError):
        return b""
