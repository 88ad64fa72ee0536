"""Pictures and speech in an answer of chat completions, by the names that hosts have for them.

Facts: openrouter.ai/docs (`images`), docs.aihubmix.com (`multi_mod_content`), openai-python
3.54.0 (`audio`: its words come as a transcript). Some gateways send one `image`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.events import Event, Notice
from nbchat.messages import Text
from nbchat.wire.pictures import Pictures
from nbchat.wire.shapes import mapping, string

PICTURES = ("images", "image", "multi_mod_content")
_NAMES = frozenset((*PICTURES, "audio"))
SPOKEN = "The answer is spoken, and sound is not played here."


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
