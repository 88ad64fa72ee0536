"""How much one client may ask: so many requests a minute, so many answers at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nbchat.frontends.server.http_errors import TooMany

MOST_BUCKETS = 4096  # clients; with more, the buckets that are full again are dropped


class Limits:
    """Counts per client address, in this process.

    A bucket fills evenly and holds one minute's worth.
    """

    def __init__(
        self, rate: int, at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._at_once = at_once
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # requests left, and when that was so
        self._running: Counter[str] = Counter()

    def count(self, client: str) -> None:
        """Count one request. Raises TooMany when the client's bucket is empty."""
        now = self._clock()
        left = self._requests_left(client, now)
        if left < 1:
            wait = (1 - left) * 60 / self._rate
            raise TooMany(
                f"more than {self._rate} requests a minute. Wait {wait:.1f} s.", retry_after=wait
            )
        if len(self._buckets) >= MOST_BUCKETS:
            self._drop_full_buckets(now)
        self._buckets[client] = (left - 1, now)

    def _drop_full_buckets(self, now: float) -> None:
        for client in tuple(self._buckets):
            if self._requests_left(client, now) >= self._rate:
                del self._buckets[client]

    def _requests_left(self, client: str, now: float) -> float:
        left, when = self._buckets.get(client, (float(self._rate), now))
        return min(float(self._rate), left + (now - when) * self._rate / 60)

    @contextmanager
    def slot(self, client: str) -> Iterator[None]:
        """Room for one answer while the block lasts. Raises TooMany when there is none."""
        if self._running[client] >= self._at_once:
            raise TooMany(
                f"more than {self._at_once} answers at once. Let one end first.", retry_after=1.0
            )
        self._running[client] += 1
        try:
            yield
        finally:
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
