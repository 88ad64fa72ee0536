"""How much one client may ask: so many requests a minute, so many answers at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nbchat.frontends.server.http_errors import TooMany

MOST_BUCKETS = 4096  # clients; with more, the buckets that are full again are dropped
MOST_TRIES = 60  # wrong tokens a minute


class Buckets:
    """One bucket for each name. A bucket fills evenly and holds one minute's worth."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}  # what is left, and when that was so

    def wait(self, name: str) -> float:
        """Seconds until there is one in the bucket; 0 where there is one now."""
        left = self._in(name, self._clock())
        return 0.0 if left >= 1 else (1 - left) * 60 / self._rate

    def take(self, name: str) -> None:
        """Take one out."""
        now = self._clock()
        if len(self._left) >= MOST_BUCKETS:
            self._drop_full(now)
        self._left[name] = (max(0.0, self._in(name, now) - 1), now)

    def __len__(self) -> int:
        return len(self._left)

    def _drop_full(self, now: float) -> None:
        for name in tuple(self._left):
            if self._in(name, now) >= self._rate:
                del self._left[name]

    def _in(self, name: str, now: float) -> float:
        left, when = self._left.get(name, (float(self._rate), now))
        return min(float(self._rate), left + (now - when) * self._rate / 60)


class Limits:
    """Counts per client address, in this process."""

    def __init__(
        self, rate: int, at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._at_once = at_once
        self._requests = Buckets(rate, clock)
        self._tries = Buckets(MOST_TRIES, clock)
        self._running: Counter[str] = Counter()

    def count(self, client: str) -> None:
        """Count one request. Raises TooMany when the client's bucket is empty."""
        wait = self._requests.wait(client)
        if wait:
            raise TooMany(
                f"more than {self._rate} requests a minute. Wait {wait:.1f} s.", retry_after=wait
            )
        self._requests.take(client)

    def check_tries(self, client: str, place: str) -> None:
        """Raise TooMany where too many tokens of that client were wrong lately.

        What stands in an address is counted apart: a foreign page can make a browser open one.
        """
        wait = self._tries.wait(f"{client} {place}")
        if wait:
            raise TooMany(f"too many wrong tokens. Wait {wait:.1f} s.", retry_after=wait)

    def count_try(self, client: str, place: str) -> None:
        """Count one token that was wrong."""
        self._tries.take(f"{client} {place}")

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
