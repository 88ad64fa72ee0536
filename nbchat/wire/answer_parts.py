"""The parts of an answer as a format with blocks reads them.

Here it is decided where each begins, and what goes back with it.
"""

from __future__ import annotations

from typing import Any

from nbchat.events import Event
from nbchat.messages import Image, Text, Thought, ToolCall
from nbchat.provider_state import ProviderState
from nbchat.wire.pictures import Pictures
from nbchat.wire.sources import Sources


def state_of(data: Any) -> ProviderState:
    """What a provider wants back with a part. Whose it is, the engine knows."""
    return ProviderState("", "", data)


def begin(events: list[Event]) -> None:
    """Let the first words among these events begin a part."""
    for event in events:
        if isinstance(event, Text | Thought) and event.text:
            event.begins = True
            return


class TextRuns:
    """Which blocks of words are one text: those of a sentence that gives its sources.

    Every other block of words is a text of its own.
    """

    def __init__(self) -> None:
        self.number = 0
        self._is_cited = False

    def begin(self, *, is_cited: bool = False) -> None:
        """A block of words begins."""
        if not (is_cited or self._is_cited):
            self.number += 1
        self._is_cited = is_cited

    def cite(self) -> None:
        """The block that is open gives a source."""
        self._is_cited = True

    def leave(self) -> None:
        """Something other than words stands between."""
        self._is_cited = False


class PartEvents:
    """Makes the events of an answer whose parts come one after the other.

    Words begin a part where the part before was of another kind, or had another place.
    Formats that have one buffer of words and one of thinking do not use this: there both
    interleave at random.

    >>> parts = PartEvents()
    >>> events = [*parts.text("a"), *parts.text("b"), *parts.thought("hm"), *parts.text("c")]
    >>> [event.begins for event in events]
    [True, False, True, True]
    """

    def __init__(self) -> None:
        self._last: type[Text] | type[Thought] | type[ToolCall] | type[Image] | None = None
        self._place: Any = None  # of the words that came last
        self._pictures = Pictures()
        self.sources = Sources()
        self.answers = False  # words, a picture or a call have come

    def text(self, text: Any, place: Any = None) -> list[Event]:
        """The event for a piece of text; none for what is empty or no text.

        Words of another `place`, a block say, are a part of their own, also behind others.
        """
        if not (isinstance(text, str) and text):
            return []
        event = Text(text)
        event.begins = self._is_anew(Text, place)
        self.answers = True
        return self.sources.hear([event])

    def thought(self, text: Any, place: Any = None) -> list[Event]:
        """The event for a piece of thinking; none for what is empty or no text."""
        if not (isinstance(text, str) and text):
            return []
        event = Thought(text)
        event.begins = self._is_anew(Thought, place)
        return [event]

    def _is_anew(self, kind: type[Text] | type[Thought], place: Any) -> bool:
        is_anew = self._last is not kind or self._place != place
        self._last, self._place = kind, place
        return is_anew

    def thought_state(self, data: Any, *, shown: bool = False) -> list[Event]:
        """What goes back with a thought whose words were `shown`, or in place of one."""
        goes_on = shown and self._last is Thought
        self._last = Thought
        return [Thought("", state_of(data), begins=not goes_on)]

    def text_state(self, data: Any) -> list[Event]:
        """What goes back with the words that came last, if any did."""
        return [Text("", state_of(data))] if self._last is Text else []

    def pictures(self, value: Any) -> list[Event]:
        """The events for one picture or several, in any of the shapes there are."""
        events = self._pictures.read(value)
        if any(isinstance(event, Image) for event in events):
            self._last = Image
            self.answers = True
        return self.sources.hear(events)

    def call(self, call: ToolCall) -> list[Event]:
        """The event for a call that is whole."""
        self._last = ToolCall
        self.answers = True
        return [call]
