"""What Converse counts, and the exceptions that its stream may carry.

Facts: botocore 1.44.5 `bedrock-runtime/2023-09-30/service-2.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbchat.events import Usage
from nbchat.wire.problem import ProviderProblem
from nbchat.wire.shapes import count, string
from nbchat.wire.usage import output_count

STATUS = {  # of the exceptions that a stream may carry
    "internalServerException": 500,
    "modelStreamErrorException": 424,
    "modelTimeoutException": 408,
    "serviceUnavailableException": 503,
    "throttlingException": 429,
    "validationException": 400,
}


def raise_exception(value: Mapping[str, Any], name: str) -> None:
    """Raise what an exception in a stream means; `name` is its event's."""
    words = (string(value.get(member)) for member in ("message", "Message", "originalMessage"))
    message = next(filter(None, words), name)
    raise ProviderProblem(message, code=name, kind=name, status=STATUS.get(name))


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Converse's counts, in tokens. What is read from the cache and written to it is sent too.

    >>> cache = {"cacheReadInputTokens": 80, "cacheWriteInputTokens": 7}
    >>> usage_of({"inputTokens": 3, "outputTokens": 5, **cache})
    Usage(input=90, output=5, cached=80, written=7, reasoning=None)
    """
    sent, read, written = (
        count(usage.get(name))
        for name in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    )
    everything = None if sent is None else sent + (read or 0) + (written or 0)
    made = count(usage.get("outputTokens"))
    return Usage(
        everything,
        output_count(everything, made, total=usage.get("totalTokens"), reasoning=None),
        read,
        written,
    )
