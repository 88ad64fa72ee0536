"""What is tried again, and when: one layer, at most three tries, never after the first event."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nbchat.errors import BadAnswer, NbchatError, RateLimited, ServiceDown, ServiceError, TimedOut, Unreachable

TRIES = 3
FIRST_DELAY = 0.5  # seconds; doubled for each further try
LONGEST_DELAY = 8.0  # seconds, of our own choosing
LONGEST_WAIT = 60.0  # seconds that a provider may ask for; above that, waiting is the user's decision


def delay(error: NbchatError, tried: int) -> float | None:
    """Seconds to wait before try number `tried` + 1, or None where another try makes no sense.

    >>> delay(RateLimited("", retry_after=7.0), 1)
    7.0
    >>> delay(RateLimited("", retry_after=3600.0), 1) is None
    True
    """
    if tried >= TRIES or not _passing(error):
        return None
    asked = error.retry_after if isinstance(error, ServiceError) else None
    if asked is not None:
        return asked if asked <= LONGEST_WAIT else None
    backoff = min(math.ldexp(FIRST_DELAY, tried - 1), LONGEST_DELAY)
    return backoff * random.uniform(0.75, 1.0)


def _passing(error: NbchatError) -> bool:
    """Whether the failure may be gone in a moment."""
    match error:
        case RateLimited() | ServiceDown():
            return True
        case ServiceError():
            return error.status in (408, 409)
        case TimedOut() | Unreachable():
            return type(error).__name__ != "UnknownHost"
        case BadAnswer():
            return False
        case _:
            return False


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the provider asks to wait: `retry-after-ms`, seconds, or an HTTP date; nonsense is None.

    >>> retry_after({"retry-after-ms": "1500"}), retry_after({"retry-after": "2"}), retry_after({"retry-after": "soon"})
    (1.5, 2.0, None)
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, "")) if name in headers else None
        if seconds is not None and seconds >= 0:
            return seconds / unit
    try:
        when = parsedate_to_datetime(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    seconds = (when - datetime.now(UTC)).total_seconds()
    return seconds if seconds > 0 else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if not math.isnan(value) else None  # NaN is no number of seconds
