"""What a map will take, in one line: before it is asked, and better known after the first rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbchat.catalog.prices import Cost
from nbchat.context.tokens import estimate
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.estimate import UNKNOWN_SUM, foretell, minutes, rounded, tokens_of
from nbchat.engine.demo.instance import instance_of
from nbchat.errors import NbchatError
from nbchat.events import Answer, Usage
from nbchat.settings import Settings
from nbchat.wording import plural


@dataclass(frozen=True)
class Plan:
    """The questions that are about to be asked, and how."""

    job: Job
    settings: Settings
    questions: Sequence[RowQuestion]
    rows: int  # that ask them
    around: int = 0  # tokens that are sent with each
    schema: Mapping[str, Any] | None = None

    @property
    def line(self) -> str:
        """What is known before anything is sent."""
        rate = self.job.rate
        time = minutes(len(self.questions) / rate) if rate else ""
        least, most = self._limits
        return plan_line(self.rows, len(self.questions), self.tokens, least, time, most=most)

    def line_after(self, outcomes: Sequence[Outcome], rate: float | None) -> str:
        """What is known after the first rows; `rate` is how many may go out in a second."""
        count = len(self.questions)
        told = foretell(
            self.job, outcomes, count, self.tokens, self.settings, rate, around=self.around
        )
        if told is None:
            return self.line
        return plan_line(self.rows, count, told.sent or self.tokens, told.words)

    @cached_property
    def tokens(self) -> int:
        """About how many are sent."""
        return tokens_of(self.questions, self.around)

    @property
    def _limits(self) -> tuple[str, str]:
        """What it costs at least, in words, and at most; empty where it is free, or not known.

        What is sent is known, and how short an answer of a schema can be. How long answers are
        is not; with `max_tokens` how long they may be.
        """
        fewest = 1
        if self.schema is not None:
            fewest = estimate(json.dumps(instance_of(self.schema), default=str))
        try:
            least = self._cost(fewest)
            if not least.complete:
                return UNKNOWN_SUM, ""
            if not sum(least.amounts.values()):
                return "", ""
            most = self.job.options.get("max_tokens")
            if isinstance(most, int) and most > fewest:
                return str(least), str(self._cost(most))
            return f"at least {least}", ""
        except NbchatError:  # of a model that is not there: the first row says it
            return "", ""

    def _cost(self, made: int) -> Cost:
        """What all of it costs where each answer has so many tokens."""
        options = self.job.options
        route = self.settings.catalog.find(self.job.model, options.get("wire"))
        count = len(self.questions)
        usage = Usage(round(self.tokens / count), made)
        given_url = options.get("base_url") or ""
        answer = Answer(route.model.id, route.provider.type, usage, given_url=given_url)
        one = self.settings.cost_of([answer])
        amounts = {currency: amount * count for currency, amount in one.amounts.items()}
        return Cost(amounts, one.complete)


def plan_line(
    rows: int, questions: int, tokens: int, cost: str, time: str = "", *, most: str = ""
) -> str:
    """What is counted, and what else is known; with `most` the cost is from one sum to another.

    >>> plan_line(5000, 4312, 912345, "at least $0.27", "")
    '5,000 rows, 4,312 different, about 910,000 tokens in, at least $0.27.'
    """
    different = "" if questions == rows else f"{questions:,} different"
    sent = f"about {rounded(tokens):,} tokens in"
    if most:
        sent, cost = f"about {rounded(tokens):,} tokens in, {cost} to {most}", ""
    return f"{', '.join(filter(None, [plural(rows, 'row'), different, sent, cost, time]))}."
