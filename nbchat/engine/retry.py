"""What is tried again, and when: one layer, at most three tries, never after the first event."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nbchat.engine.refusal_limits import wait_in_words
from nbchat.errors import NbchatError, ServiceError
from nbchat.network.failures import ConnectionLost
from nbchat.wire.problem import ProviderProblem

TRIES = 3
FIRST_DELAY = 0.5  # seconds; doubled for each further try
# Seconds that a provider may ask for; above that, waiting is the user's decision.
LONGEST_WAIT = 60.0


def went_stale(error: NbchatError) -> bool:
    """Whether the server had closed a connection while it was idle: it has not seen the request."""
    return isinstance(error, ConnectionLost) and error.stale


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
    if isinstance(error, ServiceError) and error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT else None
    return math.ldexp(FIRST_DELAY, tried - 1) * random.uniform(0.75, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the provider asks to wait; None where it does not, or what it says is nonsense.

    >>> retry_after({"retry-after-ms": "1500"}), retry_after({"retry-after": "2"})
    (1.5, 2.0)
    >>> retry_after({"retry-after": "soon"}) is None
    True
    """
    milliseconds = _number_in(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    header = headers.get("retry-after", "")
    seconds = _number_in(header)
    return _seconds_until(header) if seconds is None else seconds


def asked_wait(headers: Mapping[str, str], problem: ProviderProblem) -> float | None:
    """Seconds the provider asks to wait: in a header, in the error's members, or in its words."""
    for told in (headers, problem.headers):
        seconds = retry_after(told)
        if seconds is not None:
            return seconds
    if problem.retry_after is not None:
        return problem.retry_after
    seconds = wait_in_words(problem.message)
    return _until_reset(problem.headers) if seconds is None else seconds


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until OpenRouter's X-RateLimit-Reset, which is in milliseconds since 1970."""
    moment = _number_in(headers.get("x-ratelimit-reset", ""))
    if moment is None or not math.isfinite(moment):
        return None
    seconds = moment / 1000 if moment > 1e11 else moment
    left = seconds - datetime.now(UTC).timestamp()
    return left if left > 0 else None


def should_retry(headers: Mapping[str, str], retryable: bool) -> bool:
    """Whether another try makes sense; a server's own word for it goes before ours."""
    word = headers.get("x-should-retry", "").strip().lower()
    return word == "true" if word in ("true", "false") else retryable


def _number_in(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value >= 0 else None  # NaN is not either


def _seconds_until(text: str) -> float | None:
    """Seconds until an HTTP date; None where it has passed, or is none."""
    try:
        when = parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def in_words(seconds: float) -> str:
    """A length of time as people say it.

    >>> in_words(7.4), in_words(300), in_words(86400), in_words(float("inf"))
    ('8 s', '5 min', '24 h', 'without end')
    """
    if math.isinf(seconds):
        return "without end"
    if seconds <= 120:
        return f"{math.ceil(seconds)} s"
    if seconds <= 90 * 60:
        return f"{math.ceil(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:,.0f} days"
