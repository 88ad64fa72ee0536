"""An answer on its way to the page: settled blocks once, the open end as a change to what was sent.

A whole answer sent at every word is quadratic in bytes and in the page's work.
Here a message carries new settled blocks, the piece of the tail that differs,
and a number; a view that misses a number asks for the whole turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from nbchat.events import Answer, Event, Notice, Partial
from nbchat.frontends.cells.tool_output import ToolOutput
from nbchat.frontends.panel.live_body import LiveBody
from nbchat.languages import translated
from nbchat.languages.live import live
from nbchat.messages import AnswerPart, Image, Text, Thought, ToolCall, ToolResult, is_picture
from nbchat.render.answer_body import body_html, has_results
from nbchat.render.characters import InPieces, readable, undisguised, undisguised_name
from nbchat.render.pictures import picture_place
from nbchat.turns import Turn
from nbchat.wording import token_count

# Seconds between two messages: look continuous, and leave the page time for other work.
MESSAGE_GAP = 1 / 15
RENDER_SHARE = 0.25  # of the time, at most, is spent on rendering


State: TypeAlias = Literal["asking", "held", "running"]


class LiveTurn:
    """One turn while it is answered.

    `model` is who is asked, and `request_id` that of the panel's own message that asks it.
    """

    def __init__(self, turn: Turn, model: str = "", request_id: str = "") -> None:
        self.turn = turn
        self.model = model
        self.request_id = request_id
        self.seq = 0
        self._states: dict[str, State] = {}  # of calls that do not simply run, by id
        self._heard: dict[str, ToolOutput] = {}  # of running calls, as far as it is not drawn
        self._body = LiveBody()
        self._settled: list[str] = []  # as it was sent
        self._tail = ""  # as it was sent
        self._doing: list[str] = []  # as it was sent
        self._thought: list[str] = []
        self._shown_thought = ""  # as it was sent
        self._thoughts = InPieces(undisguised)
        self._notices: list[str] = []
        self._tokens = 0.0
        self._fed = False
        self._whole: str | None = None  # where it is not what was sent
        self._words: list[str] = []  # that were fed

    def feed(self, events: Sequence[Event]) -> None:
        """Take what the watcher was told.

        The first time, take all that the turn has: a view may come late.
        """
        if not self._fed:
            self._fed = True
            answer = self.turn.answer
            for part in (*map(Notice, answer.notices), *_shown_parts(answer)):
                self._take(part)
            events = [event for event in events if isinstance(event, Partial)]
        for event in events:
            self._take(event)

    def _take(self, event: Event | AnswerPart) -> None:
        match event:
            case Text() if event.text:
                self._tokens += token_count(event.text)
                self._body.feed_words(event.spaced)
                self._words.append(event.spaced)
            case Partial():
                self._body.feed_value(event.value)
            case Thought() if event.text:
                self._tokens += token_count(event.text)
                self._thought.append(self._thoughts.feed(readable(event.spaced)))
            case Image() if is_picture(event):
                self._body.feed_picture(event)
            case ToolCall():
                self._body.feed_call(event)
            case ToolResult():
                self._body.feed_result(event)
            case Notice(text):
                self._notices.append(_shown_notice(text))

    def note(self, call_id: str, state: State, heard: ToolOutput | None = None) -> None:
        """What happens to a call before it has its result, and what it has shown so far."""
        self._states[call_id] = state
        if heard:
            self._heard[call_id] = heard

    def delta(self) -> dict[str, Any] | None:
        """What is new since the last time, or None."""
        fields: dict[str, Any] = {}
        self._draw_heard()
        blocks = self._body.take_settled()
        if blocks:
            fields["settled"] = "".join(blocks)
            self._settled += blocks
        tail = self._body.tail
        if tail != self._tail:
            fields["tail"] = splice(self._tail, tail)
            self._tail = tail
        doing = self._what_it_does()
        if doing != self._doing:
            fields["doing"] = self._doing = doing
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
        facts = {"seq": self.seq, "tokens": round(self._tokens)}
        return {"kind": "delta", "id": self.turn.id, **facts, **fields}

    def _draw_heard(self) -> None:
        for call_id, heard in self._heard.items():
            shown = "\n".join(output.text for output in heard.outputs)
            self._body.feed_output(call_id, shown)
        self._heard.clear()

    def _what_it_does(self) -> list[str]:
        """What is waited for, and of which tool; nothing while words come."""
        for call in self._body.waiting:
            return [self._states.get(call.id, "running"), undisguised_name(readable(call.name))]
        return ["waiting", ""] if self._body.ends_in_a_result else []

    def whole(self) -> dict[str, Any]:
        """Everything that was sent so far, for a view that has nothing of it."""
        answer = self.turn.answer
        return {
            "html": "".join(self._settled),
            "tail": self._tail,
            "doing": self._doing,
            "thought": self._shown_thought,
            "notes": [*map(_shown_notice, answer.notices)],
            "seq": self.seq,
            "tokens": round(self._tokens),
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
        self._body.finish()
        said = "".join(part.spaced for part in answer.parts if isinstance(part, Text))
        is_retold = answer.has_stopped and "".join(self._words) != said
        calls_are_below = bool(answer.tool_calls) and not has_results(answer)
        if answer.valued is not None or is_retold or calls_are_below or answer.sources:
            with live():
                self._whole = body_html(answer, picture_place)
        return self._body.replaced or self._whole is not None

    @property
    def html(self) -> str:
        """All of it, once it is finished."""
        return self._body.html if self._whole is None else self._whole


def _shown_notice(text: str) -> str:
    return undisguised_name(readable(translated(text)))


def _shown_parts(answer: Answer) -> list[AnswerPart]:
    """The parts so far; of a value, its words are held back while they come."""
    if answer.valued is None:
        return answer.parts
    before = 0
    for place, part in enumerate(answer.parts, 1):
        if isinstance(part, ToolCall | ToolResult):
            before = place
    behind = [part for part in answer.parts[before:] if not isinstance(part, Text)]
    return [*answer.parts[:before], *behind]


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
