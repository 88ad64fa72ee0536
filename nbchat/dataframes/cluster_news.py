"""What a worker tells the client while it works on a batch: what has come, and what it cost.

So whatever ends a batch, what had been answered by then is there. Answers that are too long for
the scheduler to pass on come with the end of the batch.
"""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary, ref

from nbchat.dataframes.asking import Outcome
from nbchat.middleware.spending import Spending
from nbchat.settings import Settings

SECONDS = 0.05  # between two news of a batch; the scheduler passes each on
LARGEST = 64 * 1024  # bytes of one; the scheduler keeps the last 1,000 of a client

Read = Callable[["News"], None]


@dataclass(slots=True)
class News:
    """What has come of a batch since the last news, or at its end all that has."""

    run: str
    batch: str
    outcomes: list[Outcome] = field(default_factory=list)
    spendings: list[Spending] = field(default_factory=list)
    first: int = 0  # which of the batch's spendings the first of these is
    rate: float | None = None  # requests a second that this worker has come to
    was_refused: bool = False  # it went too fast
    seconds: float = 0.0  # that the batch took so far
    is_last: bool = False


# --- on a worker -----------------------------------------------------------------------------


class Teller:
    """Collects what comes of a batch, on the engine's loop, and sends it to the client."""

    def __init__(self, run: str, batch: str, send: Callable[[bytes], None]) -> None:
        self.all = News(run, batch)
        self._send = send
        self._untold: list[Outcome] = []
        self._told = 0  # of the spendings
        self._timer: asyncio.TimerHandle | None = None

    def note(self, outcome: Outcome) -> None:
        """A question has ended; the outcome can travel."""
        self.all.outcomes.append(outcome)
        self._untold.append(outcome)
        self._tell_soon()

    def pay(self, spending: Spending, settings: Settings) -> None:
        """A request has ended; called by a ledger."""
        self.all.spendings.append(spending)
        self._tell_soon()

    def hear(self, rate: float) -> None:
        """The rate that is allowed has changed."""
        before = self.all.rate
        self.all.was_refused = self.all.was_refused or (before is not None and rate < before)
        self.all.rate = rate

    def _tell_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self.tell)

    def tell(self, *, is_last: bool = False) -> None:
        """Send what was not sent before."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        outcomes, self._untold = self._untold, []
        spendings = self.all.spendings[self._told :]
        first, self._told = self._told, len(self.all.spendings)
        news = replace(
            self.all, outcomes=outcomes, spendings=spendings, first=first, is_last=is_last
        )
        packed = pickle.dumps(news)
        if len(packed) <= LARGEST:
            self._send(packed)
            return
        for outcome in outcomes:
            packed = pickle.dumps(replace(news, outcomes=[outcome], spendings=[], is_last=False))
            if len(packed) <= LARGEST:
                self._send(packed)
        self._send(pickle.dumps(replace(news, outcomes=[])))


# --- at the client ---------------------------------------------------------------------------


class Desk:
    """Gives what a client is told to the run that it is of."""

    def __init__(self, client: Any) -> None:
        self._client = ref(client)
        self._readers: dict[str, Read] = {}
        self._lock = threading.Lock()

    def open(self, run: str, read: Read) -> None:
        """From now on `read` is called with the news of a run, on the client's thread."""
        client = self._client()
        with self._lock:
            if client is not None and not self._readers:
                client.subscribe_topic(client.id, self.take)
            self._readers[run] = read

    def close(self, run: str) -> None:
        """Nobody reads of this run any more."""
        client = self._client()
        with self._lock:
            self._readers.pop(run, None)
            if client is not None and client.status == "running" and not self._readers:
                client.unsubscribe_topic(client.id)

    def take(self, event: tuple[float, Any]) -> None:
        """Called on the client's thread, with everything that its topic is told."""
        _, told = event
        if not isinstance(told, bytes):  # what the scheduler itself says of a client
            return
        news = pickle.loads(told)
        if isinstance(news, News) and news.run in self._readers:
            self._readers[news.run](news)


_desks: WeakKeyDictionary[Any, Desk] = WeakKeyDictionary()
_lock = threading.Lock()


def desk_of(client: Any) -> Desk:
    """The desk of a `dask.distributed.Client`; news come under its id, and go when it does."""
    with _lock:
        if client not in _desks:
            _desks[client] = Desk(client)
        return _desks[client]
