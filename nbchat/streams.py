"""Whoever answers, and what is held while an answer arrives: events that can be closed."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Protocol, Self, TypeAlias, Unpack

from nbchat.errors import BadCall
from nbchat.events import Answer, Event
from nbchat.messages import Message
from nbchat.options import RequestOptions

Announce: TypeAlias = Callable[[Any], None]  # takes a ConsentQuestion of `nbchat.tools`
Keep: TypeAlias = Callable[[], Awaitable[None]]


class Stream:
    """The events of one answer, in order; the last is its one Stop.

    Iterate over it, or await `answer()` for the whole. It is an async context
    manager; leaving it early, or `aclose()`, closes the connection.

    A failure before the first event is raised as an NbchatError; afterwards the
    stream ends with `Stop("broken", sentence)`.

    >>> import asyncio, nbchat
    >>> async def main():
    ...     async with nbchat.stream("demo", "What did I just ask?") as stream:
    ...         async for event in stream:
    ...             if isinstance(event, nbchat.Text):
    ...                 print(event.text, end="")
    >>> asyncio.run(main())
    This is the first question of our conversation.
    """

    def __init__(self, batches: AsyncGenerator[list[Event]], result: Answer) -> None:
        self._batches = batches
        self._ready: deque[Event] = deque()
        self._result = result

    @property
    def result(self) -> Answer:
        """The answer as far as it has arrived; when it has ended, a `str`."""
        if self._result.has_stopped:
            self._result = self._result.ended()
        return self._result

    def __repr__(self) -> str:
        whose = f" of {self.result.model}" if self.result.model else ""
        return (
            f"<Stream{whose}: read it with `async for event in stream`, or `await stream.answer()`>"
        )

    def __iter__(self) -> NoReturn:
        raise BadCall(
            "a stream is read with `async for`, not with `for`. "
            "For the whole answer at once: nbchat.ask()."
        )

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._ready:
            self._ready.extend(await self._batches.__anext__())
        return self._ready.popleft()

    async def batches(self) -> AsyncGenerator[list[Event]]:
        """The same events, as many at a time as arrived together."""
        if self._ready:
            ready, self._ready = list(self._ready), deque()
            yield ready
        async for batch in self._batches:
            yield batch

    async def answer(self) -> Answer:
        """Wait for the end and return the whole answer, also where it broke."""
        async with self:
            async for _ in self.batches():
                pass
        return self.result.ended()

    async def aclose(self) -> None:
        """Stop here. The connection is closed when this returns."""
        await self._batches.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


class LoopBridge(Protocol):
    """How a stream of the engine's loop is read from elsewhere."""

    def relay(self, stream: Stream) -> Stream:
        """The same stream, for whatever loop iterates over it."""
        ...

    def wait(self, stream: Stream) -> Answer:
        """The whole answer, for sync code."""
        ...


class PlannedOptions(RequestOptions, total=False):
    """The options of a question, and whether a plan comes first; for front-ends."""

    plan: bool  # the model writes what it would run, and one consent is asked for all of it


class SpentBy(NamedTuple):
    """Who a request is paid for, so that it can be counted."""

    conversation: str = ""  # its id
    name: str = ""  # of the conversation, or of the map
    turn: str = ""  # its id


@dataclass(slots=True, frozen=True)
class Pacing:
    """How fast requests may go out, where one of many is asked; see `nbchat.engine.gate`.

    `rate`, in requests a second, is where it starts and what it never goes over; a refusal slows
    it down all the same. With `at_once`, in requests on their way, no rate holds them until the
    first refusal. Where it `is_patient`, a request that is refused for coming too soon waits and
    is sent again, however often; a RateLimited that is raised all the same will not heal soon.
    """

    rate: float | None = None
    at_once: int | None = None
    is_patient: bool = False
    hear: Callable[[float], None] | None = None  # told the rate, whenever that changes


class SourceOptions(PlannedOptions, total=False):
    """What a source is told besides the options of a question."""

    spent_by: SpentBy
    purse: Any  # an `nbchat.middleware.purse.Purse` that it is paid from, too
    pacing: Pacing
    cache_key: str  # the same for every request of one conversation
    # How the question of every row of a map begins; "" where nothing of it is worth keeping in a
    # provider's cache. A conversation, which goes on from its end, has none.
    shared_start: str | None
    announce: Announce  # shows a question for consent to whoever watches the conversation
    keep: Keep  # puts what has come on disk: before a tool runs, and before the next request


class AnswerSource(Protocol):
    """Whoever answers: the engine, something that stands before it, somebody else's agent.

    Nothing is sent before the first event is asked for. What goes wrong until then is
    raised as an NbchatError; afterwards the stream ends with its one Stop. The stream's
    `result` belongs to whoever makes its events, who adds each right before handing it
    out: it is what a conversation shows and remembers.
    """

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask `model`; the events of its answer."""
        ...


Wrapper: TypeAlias = Callable[[AnswerSource], AnswerSource]


def wrap(source: AnswerSource, wrappers: Sequence[Wrapper]) -> AnswerSource:
    """The source behind these wrappers, of which the first is the outermost."""
    for wrapper in reversed(wrappers):
        source = wrapper(source)
    return source
