"""What a provider's headers say that it allows, in requests and tokens a second.

Only what is beyond doubt: OpenAI's names say no length of time, and Groq's mean a day of requests
and a minute of tokens. How fast a limit comes back tells which.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from nbchat.engine.refusal_limits import wait_in_words

MINUTE = 60.0  # seconds
LONGEST_MINUTE = 90.0  # seconds; what comes back more slowly is the limit of an hour or a day
SECONDS = {"second": 1.0, "minute": MINUTE}  # by the word at the end of a header's name
PLAIN = ("x-ratelimit-limit-{}", "x-ratelimit-remaining-{}", "x-ratelimit-reset-{}")


class Allowance(NamedTuple):
    """What may be sent in a second; None where nothing is said."""

    requests: float | None = None
    tokens: float | None = None  # of questions and answers
    input: float | None = None  # tokens
    output: float | None = None  # tokens

    def requests_for(self, input: float | None, output: float | None) -> float | None:
        """Requests a second, where one takes so many tokens.

        >>> Allowance(requests=10, tokens=1000).requests_for(150, 50)
        5.0
        """
        both = None if input is None and output is None else (input or 0) + (output or 0)
        pairs = [(self.tokens, both), (self.input, input), (self.output, output)]
        rates = [limit / need for limit, need in pairs if limit is not None and need]
        if self.requests is not None:
            rates.append(self.requests)
        return min(rates, default=None)


NOTHING_SAID = Allowance()


def allowance_in(headers: Mapping[str, str]) -> Allowance | None:
    """What the headers of an answer say; None where they say nothing.

    >>> allowance_in({"anthropic-ratelimit-requests-limit": "300"})
    Allowance(requests=5.0, tokens=None, input=None, output=None)
    """
    said = {name.lower(): value for name, value in headers.items() if "ratelimit" in name.lower()}
    if not said:
        return None
    found = Allowance(
        requests=_least(_plain(said, "requests"), _claude(said, "requests"), _named(said, "req")),
        tokens=_least(_plain(said, "tokens"), _claude(said, "tokens"), _named(said, "tokens")),
        input=_claude(said, "input-tokens"),
        output=_claude(said, "output-tokens"),
    )
    return None if found == NOTHING_SAID else found


def _least(*rates: float | None) -> float | None:
    return min((rate for rate in rates if rate is not None), default=None)


def _plain(said: Mapping[str, str], what: str) -> float | None:
    """OpenAI's: a limit that comes back bit by bit, and how long that takes for what was used."""
    limit, left, reset = (said.get(name.format(what), "") for name in PLAIN)
    most, seconds = _number(limit), _seconds(reset)
    if not most or not seconds:
        return None
    used = most - (_number(left) or 0)
    if used <= 0 or most * seconds / used > LONGEST_MINUTE:
        return None
    return most / MINUTE


def _claude(said: Mapping[str, str], what: str) -> float | None:
    """Anthropic's, which are of a minute."""
    limit = _number(said.get(f"anthropic-ratelimit-{what}-limit", ""))
    return limit / MINUTE if limit else None


def _named(said: Mapping[str, str], what: str) -> float | None:
    """Those of Mistral, Cerebras and others, whose names end with a length of time."""
    rates = []
    for name, value in said.items():
        match = re.fullmatch(rf"x-ratelimit-limit-{what}\w*-(second|minute)", name)
        limit = _number(value)
        if match and limit:
            rates.append(limit / SECONDS[match[1]])
    return min(rates, default=None)


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds(text: str) -> float | None:
    """Such as `6m0s`, `12ms`, or a number of seconds."""
    number = _number(text)
    return wait_in_words(f"wait {text}") if number is None else number
