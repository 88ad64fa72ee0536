"""The settings of each request: read anew, but not for each of the rows of a map."""

from __future__ import annotations

import time
from collections.abc import Callable

from nbchat.settings import Settings
from nbchat.streams import Pacing

SECONDS = 1.0  # for which the rows of a map are asked with the same settings


class RecentSettings:
    """What `load` gives, or has given a moment ago."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        self._load = load
        self._last: Settings | None = None
        self._read_at = 0.0

    def of_request(self, pacing: Pacing | None) -> Settings:
        """As they are now; for one of many rows, as they were a moment ago."""
        now = time.monotonic()
        is_one_of_many = pacing is not None and pacing.is_patient
        if self._last and is_one_of_many and now - self._read_at < SECONDS:
            return self._last
        self._last, self._read_at = self._load(), now
        return self._last
