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


class PartEvents:
    """Makes the events of an answer whose parts come one after the other.

    Words begin a part where the part before was of another kind. Formats that have one
    buffer of words and one of thinking do not use this: there both interleave at random.

    >>> parts = PartEvents()
    >>> events = [*parts.text("a"), *parts.text("b"), *parts.thought("hm"), *parts.text("c")]
    >>> [event.begins for event in events]
    [True, False, True, True]
    """

    def __init__(self) -> None:
        self._last: type[Text] | type[Thought] | type[ToolCall] | type[Image] | None = None
        self._pictures = Pictures()
        self.sources = Sources()
        self.answers = False  # words, a picture or a call have come

    def text(self, text: Any) -> list[Event]:
        """The event for a piece of text; none for what is empty or no text."""
        if not (isinstance(text, str) and text):
            return []
        event = Text(text)
        if self._last is not Text:
            event.begins = True
            self._last = Text
        self.answers = True
        return self.sources.hear([event])

    def next_text(self, text: Any) -> list[Event]:
        """The same for words that are a part of their own, also right behind others."""
        is_behind = self._last is Text
        events = self.text(text)
        return [Text("", begins=True), *events] if events and is_behind else events

    def thought(self, text: Any) -> list[Event]:
        """The event for a piece of thinking; none for what is empty or no text."""
        if not (isinstance(text, str) and text):
            return []
        event = Thought(text)
        if self._last is not Thought:
            event.begins = True
            self._last = Thought
        return [event]

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
