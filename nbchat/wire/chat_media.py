"""Pictures and speech in an answer of chat completions, by the names that hosts have for them.

Facts: openrouter.ai/docs (`images`), docs.aihubmix.com (`multi_mod_content`), openai-python
3.54.0 (`audio`: its words come as a transcript). Some gateways send one `image`; One API and
New API write a picture into the words, as Markdown with all its bytes in one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbchat.events import Event, Notice
from nbchat.messages import Text
from nbchat.wire.pictures import Pictures
from nbchat.wire.shapes import mapping, string

PICTURES = ("images", "image", "multi_mod_content")
_NAMES = frozenset((*PICTURES, "audio"))
FEWEST = 1_000  # characters; no model writes so many of a picture in one piece
_IN_WORDS = re.compile(
    r"!\[[^\]\n]{0,200}\]"
    rf"\(\s*(data:image/[\w.+-]{{1,40}};base64,[\w+/=-]{{{FEWEST},}})\s*\)"
)
SPOKEN = "The answer is spoken, and sound is not played here."


def words_and_pictures(text: str) -> Iterator[tuple[str, str]]:
    """Words, each with the picture that a gateway has written behind them.

    >>> [*words_and_pictures("Hi")]
    [('Hi', '')]
    """
    end = 0
    if len(text) > FEWEST and "(data:image/" in text:
        for match in _IN_WORDS.finditer(text):
            yield text[end : match.start()], match[1]
            end = match.end()
    yield text[end:], ""


class ChatMedia:
    """What is no text in the deltas of one answer.

    >>> media = ChatMedia()
    >>> media.read({"audio": {"transcript": "Hi", "data": "UklGRg=="}}, has_words=False)
    [Text(text='Hi'), Notice(text='The answer is spoken, and sound is not played here.')]
    """

    def __init__(self) -> None:
        self.pictures = Pictures()
        self._is_told = False

    def read(self, delta: Mapping[str, Any], *, has_words: bool) -> list[Event]:
        """The events for a delta; `has_words`: the answer has words besides those spoken."""
        if _NAMES.isdisjoint(delta):
            return []
        events: list[Event] = []
        for name in PICTURES:
            if found := delta.get(name):
                events += self.pictures.read(found)
        if audio := mapping(delta.get("audio")):
            events += self._spoken(audio, has_words=has_words)
        return events

    def _spoken(self, audio: Mapping[str, Any], *, has_words: bool) -> list[Event]:
        words = "" if has_words else string(audio.get("transcript"))
        events: list[Event] = [Text(words)] if words else []
        if audio.get("data") and not self._is_told:
            self._is_told = True
            events.append(Notice(SPOKEN))
        return events
