"""What a request will cost, before it is sent: rather too much than too little.

What is sent is estimated, and what comes back is at most what its request allows; where nothing
limits that, it is what answers of that model have had so far.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nbchat.catalog.catalog import Route
from nbchat.catalog.prices import WRITTEN_FACTOR, price_at
from nbchat.catalog.rows import Price
from nbchat.engine.estimates import estimate_tokens
from nbchat.engine.token_estimate import tokens_in
from nbchat.errors import NbchatError
from nbchat.messages import Message, Thought
from nbchat.middleware.most_made import most_made
from nbchat.option_values import as_tools
from nbchat.questions import as_messages
from nbchat.settings import Settings

FIRST_OUTPUT = 1000  # tokens of an answer, while none of its kind has been seen
FIRST_FACTOR = 1.5  # of the first answer's length, as long as it is the only one
WRITES_CACHE = ("anthropic-messages", "bedrock-converse")  # what these put into a cache costs more


@dataclass(slots=True, frozen=True)
class Expected:
    """The money for one request; `price` is None where none is known."""

    route: Route
    price: Price | None
    sent: int  # tokens
    made: int  # tokens
    may_be_more: str = ""  # why it may be more than that
    is_limited: bool = True  # by the request itself

    @property
    def is_free(self) -> bool:
        """Whether nothing is paid: a model of one's own, or one whose price is nothing."""
        return not self.route.provider.key_needed or (self.price is not None and self.amount == 0)

    @property
    def amount(self) -> float:
        """What it will cost, in the currency of its price."""
        price = self.price
        if price is None or price.input is None or price.output is None:
            return 0.0
        return (self.sent * self._dearest_input(price) + self.made * price.output) / 1e6

    def _dearest_input(self, price: Price) -> float:
        given = price.input or 0.0
        written = price.written_input
        if written is None and self.route.wire in WRITES_CACHE:
            written = given * WRITTEN_FACTOR
        return max(given, written or 0.0)


class SeenAnswers:
    """How long the answers of each kind were: those of a model, or of one map with it."""

    def __init__(self) -> None:
        self._sums: dict[Hashable, tuple[int, int, int]] = {}  # answers, tokens, their squares

    def note(self, kind: Hashable, made: int) -> None:
        """One more answer has ended, after so many tokens."""
        count, tokens, squares = self._sums.get(kind, (0, 0, 0))
        self._sums[kind] = count + 1, tokens + made, squares + made * made

    def has(self, kind: Hashable) -> bool:
        return kind in self._sums

    def cautious(self, kind: Hashable) -> int:
        """Tokens that few answers of the kind go beyond, as far as they are known.

        >>> seen = SeenAnswers()
        >>> for made in (100, 100, 130):
        ...     seen.note("a model", made)
        >>> seen.cautious("a model"), seen.cautious("another")
        (139, 1000)
        """
        count, tokens, squares = self._sums.get(kind, (0, 0, 0))
        if not count:
            return FIRST_OUTPUT
        mean = tokens / count
        if count == 1:
            return math.ceil(FIRST_FACTOR * mean)
        return math.ceil(mean + 2 * math.sqrt(max(0.0, squares / count - mean * mean)))


def kind_of(route: Route, options: Mapping[str, Any]) -> Hashable:
    """What answers are like one another: those of one map, or to a person's questions."""
    is_row = is_of_rows(options)
    return route.provider.type, route.model.id, options.get("cache_key", "") if is_row else ""


def is_of_rows(options: Mapping[str, Any]) -> bool:
    """Whether it is one question of many, for which nobody waits."""
    pacing = options.get("pacing")
    return pacing is not None and pacing.is_patient


def expected_cost(
    settings: Settings,
    model: str,
    messages: str | Sequence[Message],
    options: Mapping[str, Any],
    seen: SeenAnswers,
) -> Expected | None:
    """What asking so will cost; None where the engine will say what is wrong with it."""
    try:
        route = settings.catalog.find(model, options.get("wire"))
        conversation = as_messages(messages)
    except NbchatError:
        return None
    address = None
    with suppress(NbchatError):
        address = settings.base_url(route, options.get("base_url")).value
    sent = _tokens_sent(conversation, options)
    price = price_at(route, address, sent)
    if price is not None and (price.input is None or price.output is None):
        price = None
    most = most_made(settings, route, options)
    made = seen.cautious(kind_of(route, options)) if most.tokens is None else most.tokens
    return Expected(route, price, sent, made, most.may_be_more, most.tokens is not None)


def _tokens_sent(messages: Sequence[Message], options: Mapping[str, Any]) -> int:
    """An estimate, rather too high, of all that goes out."""
    thoughts = [
        part.text
        for message in messages
        for part in message.answer_parts
        if isinstance(part, Thought)
    ]
    declared = [options.get("schema"), options.get("extra")]
    tools: Sequence[Any] = ()
    with suppress(NbchatError):
        tools = as_tools(options.get("tools") or ())
    declared += [{"name": t.name, "about": t.description, "in": t.parameters} for t in tools]
    texts = [json.dumps(one, default=str) for one in declared if one]
    system = Message("user", str(options.get("system") or ""))
    return estimate_tokens([system, *messages]) + sum(map(tokens_in, [*texts, *thoughts]))
