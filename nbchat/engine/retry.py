"""What is tried again, and when: one layer, at most three tries, never after the first event."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nbchat.errors import NbchatError, ServiceError

TRIES = 3
FIRST_DELAY = 0.5  # seconds; doubled for each further try
LONGEST_WAIT = (
    60.0  # seconds that a provider may ask for; above that, waiting is the user's decision
)


def retry_delay(error: NbchatError, tried: int) -> float | None:
    """Seconds to wait before try number `tried` + 1, or None where another try makes no sense.

    >>> from nbchat.errors import RateLimited
    >>> retry_delay(RateLimited("", retry_after=7.0), 1)
    7.0
    >>> retry_delay(RateLimited("", retry_after=3600.0), 1) is None
    True
    """
    if tried >= TRIES or not error.retryable:
        return None
    asked = error.retry_after if isinstance(error, ServiceError) else None
    if asked is not None:
        return asked if asked <= LONGEST_WAIT else None
    return math.ldexp(FIRST_DELAY, tried - 1) * random.uniform(0.75, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the provider asks to wait: `retry-after-ms`, seconds, or an HTTP date; nonsense is None.

    >>> retry_after({"retry-after-ms": "1500"}), retry_after({"retry-after": "2"}), retry_after({"retry-after": "soon"})
    (1.5, 2.0, None)
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        if (seconds := _number(headers.get(name, ""))) is not None:
            return seconds / unit
    return _until(headers.get("retry-after", ""))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value >= 0 else None  # which NaN is not either


def _until(text: str) -> float | None:
    """Seconds until an HTTP date; None where it has passed, or is none."""
    try:
        when = parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def spoken(seconds: float) -> str:
    """A length of time as people say it.

    >>> spoken(7.4), spoken(300), spoken(86400), spoken(float("inf"))
    ('8 s', '5 min', '24 h', 'without end')
    """
    if seconds > 100 * 86400:
        return "without end" if math.isinf(seconds) else f"{seconds / 86400:,.0f} days"
    if seconds <= 120:
        return f"{math.ceil(seconds)} s"
    if seconds <= 90 * 60:
        return f"{math.ceil(seconds / 60)} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"
