"""Who may send when: one gate for each provider, key and family of models, for all who ask.

It stands below retry, where a refusal for coming too soon is seen. Before a limit is known, a
question of its own goes at once, and only the rows of a map, which would come by the thousand,
are held to a rate. Where requests wait, questions go before rows. A gate belongs to one loop.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from types import TracebackType
from typing import Self

from nbchat.engine.demo.service import HOST
from nbchat.engine.limit_headers import allowance_in
from nbchat.engine.pace import Pace
from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.retry import LONGEST_WAIT
from nbchat.errors import NbchatError, RateLimited, ServiceDown
from nbchat.events import Notice, Usage
from nbchat.hosts import host_of
from nbchat.keys import Secret
from nbchat.streams import Pacing

OVERLOADED = (503, 529)  # what says of a server that it has too much to do
SECONDS_BETWEEN_READINGS = 5.0  # of what the headers say is allowed
SECONDS_REMEMBERED = 60.0  # for which a gate that nobody uses knows what it has found out
SHORTEST_PAUSE_TOLD = 1.0  # seconds
MOST_GATES = 100
_DATE = re.compile(r"[-@:](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")

Name = tuple[str, str, Secret, str]  # the provider, where it is asked, the key, the family


def without_date(model: str) -> str:
    """The model without the day of its making, since such share a limit.

    >>> without_date("gpt-4o-2024-08-06"), without_date("claude-sonnet-4-20250514")
    ('gpt-4o', 'claude-sonnet-4')
    """
    return _DATE.sub("", model)


class Gates:
    """The gates of one engine."""

    def __init__(self) -> None:
        self._gates: dict[Name, Gate] = {}

    def passage(self, request: PreparedRequest, pacing: Pacing | None) -> Passage:
        """A way for this request through its gate."""
        model, provider = request.route.model, request.route.provider
        place = request.base_url.value
        name = (provider.type, place, request.key.secret, without_date(model.sent_id))
        gate = self._gates.get(name)
        if gate is None:
            self._drop_unused()
            gate = self._gates[name] = Gate(has_limit=host_of(place) != HOST)
        return gate.passage(pacing)

    def _drop_unused(self) -> None:
        if len(self._gates) >= MOST_GATES:
            self._gates = {name: gate for name, gate in self._gates.items() if gate.is_in_use}


@dataclass(slots=True, eq=False)
class Passage:
    """One request on its way through a gate; each try goes through anew, at the same place."""

    gate: Gate
    pacing: Pacing | None
    place: int  # in the order of asking
    sent_at: float = 0.0
    was_paced: bool = False  # the rate was asked whether it may go
    has_waited: bool = False
    turn: asyncio.Future[None] | None = field(default=None, repr=False)

    @property
    def rank(self) -> tuple[bool, int]:
        return (self.is_patient, self.place)

    @property
    def is_patient(self) -> bool:
        """Whether it is one of many, which waits for as long as it takes."""
        return self.pacing is not None and self.pacing.is_patient

    @property
    def highest(self) -> float | None:
        """The rate that a person has given."""
        return self.pacing.rate if self.pacing else None

    @property
    def at_once(self) -> int | None:
        """How many a person wants on their way."""
        return self.pacing.at_once if self.pacing else None

    def waits_out(self, failure: NbchatError) -> bool:
        """Whether a refusal only means that it came too soon, so that it does not count."""
        if not self.is_patient or not isinstance(failure, RateLimited) or not failure.retryable:
            return False
        return (failure.retry_after or 0.0) <= LONGEST_WAIT and not self.gate.is_hopeless

    async def __aenter__(self) -> Self:
        await self.gate.enter(self)
        return self

    def accept(self, headers: Mapping[str, str]) -> None:
        """The provider has begun to answer."""
        self.gate.accept(self, headers)

    def note_usage(self, usage: Usage) -> None:
        self.gate.pace.note_usage(usage)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.gate.leave(self, error)


class Gate:
    """Lets requests go as fast as one key may ask one family of models."""

    def __init__(self, *, has_limit: bool = True) -> None:
        self.pace = Pace()
        self._has_limit = has_limit  # the embedded demo has none
        self._places = count()
        self._waiting: list[tuple[tuple[bool, int], Passage]] = []  # a heap
        self._out: Counter[Pacing | None] = Counter()  # requests on their way
        self._used_at = math.inf  # nothing is known that could be forgotten
        self._read_at = -math.inf
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_in_use(self) -> bool:
        return bool(self._waiting) or self._out.total() > 0

    @property
    def is_hopeless(self) -> bool:
        """Whether everything has been refused for so long that waiting is no use."""
        return self.pace.is_hopeless(_now())

    def passage(self, pacing: Pacing | None) -> Passage:
        """A way through for one request."""
        now = _now()
        if not self.is_in_use and now - self._used_at > SECONDS_REMEMBERED:
            self.pace = Pace()
            self._read_at = -math.inf
        self._used_at = now
        return Passage(self, pacing, next(self._places))

    def pause_left(self) -> float:
        """Seconds until which the provider has asked everybody to wait."""
        return max(0.0, self.pace.paused_until - _now())

    # --- in ----------------------------------------------------------------------------------

    async def enter(self, passage: Passage) -> None:
        """Wait until the request may be sent."""
        if passage.highest is not None:
            self.pace.start_at(passage.highest)
        passage.has_waited = False
        if not self._waiting and self._seconds_to_wait(passage) <= 0:
            self._send(passage)
            return
        passage.has_waited = True
        turn = passage.turn = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (passage.rank, passage))
        self._let_go()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was let go in the same moment
                self._end(passage)
            self._let_go()
            raise

    def _let_go(self) -> None:
        """Let those go whose turn it is, and come back when it is the next one's."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            _, passage = self._waiting[0]
            turn = passage.turn
            if turn is None or turn.done():  # who asked is gone
                heappop(self._waiting)
                continue
            seconds = self._seconds_to_wait(passage)
            if seconds > 0:
                self._come_back_in(seconds)
                return
            heappop(self._waiting)
            self._send(passage)
            turn.set_result(None)

    def _come_back_in(self, seconds: float) -> None:
        if math.isfinite(seconds):  # else an answer has to end first
            self._timer = asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _seconds_to_wait(self, passage: Passage) -> float:
        now = _now()
        if self.pace.paused_until > now:
            return self.pace.paused_until - now
        if self._out[passage.pacing] >= self._room(passage):
            return math.inf
        return self.pace.next_at - now if self._is_held(passage) else 0.0

    def _is_held(self, passage: Passage) -> bool:
        """Whether the rate is asked before it goes."""
        if passage.highest is not None:
            return True
        if passage.is_patient and passage.at_once is None:
            return self._has_limit
        return self.pace.is_known

    def _room(self, passage: Passage) -> float:
        """How many of its kind may be on their way."""
        if passage.at_once is not None:
            return passage.at_once
        is_bounded = passage.is_patient and self._is_held(passage)
        return self.pace.room() if is_bounded else math.inf

    def _send(self, passage: Passage) -> None:
        passage.sent_at = self._used_at = _now()
        passage.was_paced = self._is_held(passage)
        self._out[passage.pacing] += 1
        if passage.was_paced:
            self.pace.take(passage.sent_at, passage.highest)

    # --- out -----------------------------------------------------------------------------------

    def accept(self, passage: Passage, headers: Mapping[str, str]) -> None:
        """A request was not refused: more may go."""
        pace, before = self.pace, self.pace.rate
        pace.succeed()
        self._read_headers(headers)
        if passage.has_waited and passage.was_paced:
            pace.grow(passage.highest)
        if pace.rate != before:
            self._tell(passage)

    def _read_headers(self, headers: Mapping[str, str]) -> None:
        """Note what they allow; not each time, since it hardly changes."""
        now = _now()
        if now - self._read_at < SECONDS_BETWEEN_READINGS:
            return
        allowance = allowance_in(headers)
        if allowance is not None:
            self._read_at = now
            self.pace.hear(allowance)

    def leave(self, passage: Passage, error: BaseException | None) -> None:
        """A try has ended, and how."""
        now = _now()
        if error is None:
            self.pace.note_answer(now - passage.sent_at)
        elif _is_too_much(error):
            self.pace.cut(passage.sent_at, now, was_paced=passage.was_paced)
            seconds = getattr(error, "retry_after", None)
            if seconds is not None and seconds <= LONGEST_WAIT:
                self.pace.pause(now + seconds)
            self._tell(passage)
        self._end(passage)
        self._let_go()

    def _end(self, passage: Passage) -> None:
        self._out[passage.pacing] -= 1
        if not self._out[passage.pacing]:
            del self._out[passage.pacing]

    def _tell(self, passage: Passage) -> None:
        if passage.pacing and passage.pacing.hear:
            passage.pacing.hear(self.pace.rate)


def pause_notice(passage: Passage, provider: str) -> Notice | None:
    """What a person is told who has to wait because the provider has asked everybody to."""
    seconds = passage.gate.pause_left()
    if passage.is_patient or seconds < SHORTEST_PAUSE_TOLD:
        return None
    return Notice(f"{provider} has asked to wait. Asking in {seconds:.1f} s.")


def _is_too_much(error: BaseException) -> bool:
    """Whether the provider says that it is asked too much."""
    match error:
        case RateLimited():
            return error.retryable
        case ServiceDown():
            return error.status in OVERLOADED
    return False


def _now() -> float:
    return asyncio.get_running_loop().time()
