"""An answer on its way to the page: settled blocks once, the open end as a change to what was sent.

A whole answer sent at every word is quadratic in bytes and in the page's work.
Here a message carries new settled blocks, the piece of the tail that differs,
and a number; a view that misses a number asks for the whole turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nbchat.events import Event, Notice
from nbchat.messages import Image, Text, Thought, is_picture
from nbchat.picture_words import picture_words
from nbchat.render import Incremental
from nbchat.render.answer_body import body_html, has_results
from nbchat.render.characters import InPieces, readable, undisguised, undisguised_name
from nbchat.render.pictures import picture_place
from nbchat.turns import Turn

# Seconds between two messages: look continuous, and leave the page time for other work.
MESSAGE_GAP = 1 / 15
RENDER_SHARE = 0.25  # of the time, at most, is spent on rendering


class LiveTurn:
    """One turn while it is answered.

    `model` is who is asked, and `request_id` that of the panel's own message that asks it.
    """

    def __init__(self, turn: Turn, model: str = "", request_id: str = "") -> None:
        self.turn = turn
        self.model = model
        self.request_id = request_id
        self.seq = 0
        self._page = Incremental()
        self._settled = 0  # blocks that were sent
        self._tail = ""  # as it was sent
        self._thought: list[str] = []
        self._shown_thought = ""  # as it was sent
        self._thoughts = InPieces(undisguised)
        self._notices: list[str] = []
        self._fed = False
        self._whole = ""  # with its pictures, and the numbers of its sources as links
        self._words: list[str] = []  # that were fed

    def feed(self, events: Sequence[Event]) -> None:
        """Take what the watcher was told.

        The first time, take all that the turn has: a view may come late.
        """
        if not self._fed:
            self._fed = True
            answer = self.turn.answer
            events = [Thought(answer.thought), *map(Notice, answer.notices), Text(answer.text)]
        for event in events:
            match event:
                case Text() if event.text:
                    self._page.feed(event.spaced)
                    self._words.append(event.spaced)
                case Thought() if event.text:
                    self._thought.append(self._thoughts.feed(readable(event.spaced)))
                case Image() if is_picture(event):
                    self._page.feed(f"\n\n{picture_words(event)}")
                case Notice(text):
                    self._notices.append(undisguised_name(readable(text)))

    def delta(self) -> dict[str, Any] | None:
        """What is new since the last time, or None."""
        fields: dict[str, Any] = {}
        blocks = self._page.settled[self._settled :]
        if blocks:
            fields["settled"] = "".join(blocks)
            self._settled += len(blocks)
        tail = self._page.tail
        if tail != self._tail:
            fields["tail"] = splice(self._tail, tail)
            self._tail = tail
        if thought := "".join(self._thought):
            fields["thought"] = thought
            self._shown_thought += thought
            self._thought.clear()
        if self._notices:
            fields["notes"] = self._notices
            self._notices = []
        if not fields:
            return None
        self.seq += 1
        return {"kind": "delta", "id": self.turn.id, "seq": self.seq, **fields}

    def whole(self) -> dict[str, Any]:
        """Everything that was sent so far, for a view that has nothing of it."""
        answer = self.turn.answer
        return {
            "html": "".join(self._page.settled[: self._settled]),
            "tail": self._tail,
            "thought": self._shown_thought,
            "notes": [undisguised_name(readable(notice)) for notice in answer.notices],
            "seq": self.seq,
        }

    @property
    def fields(self) -> dict[str, str]:
        """What is told of it when it is asked."""
        return {"model": self.model, "request_id": self.request_id}

    def finish(self) -> bool:
        """Settle the rest. True where all of it has to be sent again, because blocks changed.

        So it is where words turned out to have been thinking.
        """
        answer = self.turn.answer
        text = answer.text
        is_retold = answer.has_stopped and "".join(self._words) != text
        if is_retold:
            self._page = Incremental()
            self._page.feed(text)
        self._page.finish()
        if answer.sources or answer.pictures or has_results(answer):
            self._whole = body_html(answer, picture_place)
        return is_retold or self._page.replaced or self._whole != ""

    @property
    def html(self) -> str:
        return self._whole or self._page.html


def splice(old: str, new: str) -> list[Any]:
    """How `old` becomes `new`: keep so much of its beginning, put this, keep so much of its end.

    Lengths are in UTF-16 units, which is how the page counts.

    >>> splice("<p>one</p>", "<p>one two</p>")
    [6, ' two', 4]
    """
    start = _shared_length(old, new)
    old_rest, new_rest = old[start:], new[start:]
    end = _shared_length(old_rest[::-1], new_rest[::-1])
    beginning = old[:start]
    middle = new_rest[: len(new_rest) - end]
    ending = old_rest[len(old_rest) - end :]
    return [units(beginning), middle, units(ending)]


def _shared_length(one: str, other: str) -> int:
    """How many characters two texts begin with in common.

    It is found by halving, since slices are compared at C speed.
    """
    same, end = 0, min(len(one), len(other))
    while same < end:
        middle = (same + end + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            end = middle - 1
    return same


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Coalescer:
    """Calls `flush` soon after `wake`, never more often than the page and the kernel can bear.

    The first piece goes at once; then at most one in MESSAGE_GAP, and fewer where
    rendering is slow, such as in a table of a thousand rows.
    """

    def __init__(
        self,
        flush: Callable[[], None],
        later: Callable[[float, Callable[[], None]], Any],
        clock: Callable[[], float],
    ) -> None:
        self._flush = flush
        self._later = later
        self._clock = clock
        self._next = 0.0
        self._waiting = False

    def wake(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._later(max(0.0, self._next - self._clock()), self._fire)

    def _fire(self) -> None:
        self._waiting = False
        started = self._clock()
        self._flush()
        elapsed = self._clock() - started
        self._next = started + max(MESSAGE_GAP, elapsed / RENDER_SHARE)
