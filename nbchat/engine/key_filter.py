"""No key leaves the engine in an answer, however its pieces were cut.

The last letters of what has arrived are held back as long as a key could be beginning
with them; nothing else waits.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbchat.events import Event, Notice, Stop, Usage
from nbchat.known_keys import Mask
from nbchat.masked_parts import Seen, mask_event
from nbchat.messages import Source, Text, Thought

_WORDS = (Text, Thought)
_BESIDE = (Usage, Notice, Source)  # behind these, words go on where they stood


class KeyFilter:
    """For the events of one answer, a batch at a time.

    >>> batches = [Text("Use sk-4dG"), Text("7hQ2xW9pL.")], [Stop("end")]
    >>> keys = KeyFilter(Mask({"sk-4dG7hQ2xW9pL": "KIMI_API_KEY"}))
    >>> [event.text for event in keys.feed(batches[0])]
    ['Use ', '[KIMI_API_KEY].']
    >>> keys.feed(batches[1])[0].text
    'KIMI_API_KEY stood in the answer and was masked.'
    """

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._seen: Seen = {}
        self._lanes = {kind: _Lane(kind, mask, self._seen) for kind in _WORDS}

    def feed(self, batch: Sequence[Event]) -> list[Event]:
        """The events as they may be shown, without those that are held back."""
        if not self._mask:
            return [*batch]
        words = [e for e in batch if type(e) is Text and not e.begins and e.state is None]
        if len(words) == len(batch):  # as most batches are
            self._lanes[Text].feed(words)
            return [*words]
        out: list[Event] = []
        for event in batch:
            if isinstance(event, _WORDS) and not event.begins and event.state is None:
                self._lanes[type(event)].feed([event])
                out.append(event)
            else:
                out += self._other(event)
        return out

    def _other(self, event: Event) -> list[Event]:
        """An event that is no words, or words that begin anew or end."""
        before = [] if isinstance(event, _BESIDE) else self.flush()
        mask_event(event, self._mask, self._seen)
        if isinstance(event, _WORDS) and event.text:
            return [*before, *self._lanes[type(event)].begin(event)]
        if isinstance(event, Stop):
            before += self.notices()
        return [*before, event]

    def flush(self) -> list[Event]:
        """What is held back, as it may be shown."""
        return [event for lane in self._lanes.values() for event in lane.flush()]

    def notices(self) -> list[Event]:
        """What to say of the keys that were masked."""
        if not self._seen:
            return []
        *others, last = self._seen
        self._seen.clear()
        if not others:
            return [Notice(f"{last} stood in the answer and was masked.")]
        return [Notice(f"{' and '.join(others)} and {last} stood in the answer and were masked.")]


class _Lane:
    """The words of one kind. An answer joins them, also over words of the other in between."""

    def __init__(self, kind: type[Text] | type[Thought], mask: Mask, seen: Seen) -> None:
        self.kind = kind
        self._mask = mask
        self._seen = seen
        self._held = ""
        self._begins = False  # what is held back begins a part

    def feed(self, events: Sequence[Text | Thought]) -> None:
        """Take the keys out of words that follow one another; the events are changed."""
        text = self._held + "".join([event.text for event in events])
        if self._mask.is_in(text):
            for event in events:
                self._feed_one(event)
        else:
            start = self._mask.start_in(text)
            if self._held:
                events[0].text = self._held + events[0].text
            self._held = text[start:]
            if self._held:
                _cut(events, len(self._held))
        if self._begins:
            self._begin_first(events)

    def _feed_one(self, event: Text | Thought) -> None:
        text = self._mask.hide(self._held + event.text, self._seen)
        start = self._mask.start_in(text)
        event.text, self._held = text[:start], text[start:]

    def _begin_first(self, events: Sequence[Text | Thought]) -> None:
        """Let the first words that are shown begin the part."""
        shown = [event for event in events if event.text]
        if shown:
            shown[0].begins = True
            self._begins = False

    def begin(self, event: Text | Thought) -> list[Event]:
        """Words that begin a part, or are one with its end. Nothing is held back before them."""
        self._feed_one(event)
        if event.state is not None:
            event.text += "".join(rest.text for rest in self.flush())
        elif not event.text:
            self._begins = event.begins
            return []
        return [event]

    def flush(self) -> list[Text | Thought]:
        """What is held back, as it may be shown where it does not go on."""
        if not self._held:
            return []
        text, self._held = self._mask.hide_start(self._held, self._seen), ""
        begins, self._begins = self._begins, False
        return [self.kind(text, begins=begins)]


def _cut(events: Sequence[Text | Thought], surplus: int) -> None:
    """Take so many characters from the end of the words."""
    for event in reversed(events):
        size = len(event.text)
        event.text = event.text[: max(size - surplus, 0)]
        surplus -= size
        if surplus <= 0:
            return
