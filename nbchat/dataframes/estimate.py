"""What a map will take: counted before anything is sent, and foretold from the first rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from nbchat.catalog.prices import Cost, usage_cost
from nbchat.context.tokens import estimate
from nbchat.dataframes.asking import Job, Outcome, RowQuestion
from nbchat.dataframes.here import MOST_AT_ONCE
from nbchat.events import Answer, Usage, summed
from nbchat.messages import Message
from nbchat.settings import Settings

FIRST_ROWS = 8  # that are asked before the others, to foretell what those take
LEAST_ROWS = 20  # below that nothing is foretold: it is over before
CACHED_TOKENS = 1024  # the shortest beginning that providers keep for later requests
MOST_COUNTED = 2000  # questions whose tokens are counted; of more, these stand for all
TWO_DIGITS = 2
LEAST_SPREAD, MOST_SPREAD = 0.1, 1.0  # of a cost that is foretold
MINUTE = 60.0
UNKNOWN_SUM = "an unknown sum (no price is known)"


def tokens_of(questions: Sequence[RowQuestion], shared: int) -> int:
    """About how many tokens these questions are, with what is `shared` by all of them in each."""
    if not questions:
        return 0
    step = max(1, len(questions) // MOST_COUNTED)
    counted = [estimate(words_of(question)) for question in questions[::step]]
    return round(len(questions) * (fmean(counted) + shared))


def words_of(question: RowQuestion) -> str:
    """The words of a question, without what is attached."""
    prompt = question.prompt
    return prompt if isinstance(prompt, str) else "".join(map(_text, prompt))


def _text(message: Message) -> str:
    return message.text


def rounded(number: float) -> int:
    """To two digits.

    >>> rounded(912345), rounded(87), rounded(0)
    (910000, 87, 0)
    """
    if number < 1:
        return 0
    return int(round(number, TWO_DIGITS - 1 - math.floor(math.log10(number))))


@dataclass(slots=True)
class Foretold:
    """What the rest will take, by the first rows."""

    cost: Cost
    spread: float  # of the cost, as a part of it
    seconds: float
    sample: int  # rows that this is from
    sent: int | None = None  # tokens, as the provider counts them

    @property
    def words(self) -> str:
        """As a person is told it.

        >>> Foretold(Cost({"USD": 0.31}), 0.2, 240.0, 8).words
        'about $0.31 ± 20 % and about 4 minutes (from the first 8 rows)'
        """
        time, rows = minutes(self.seconds), self.sample
        if str(self.cost):
            spread = f"{round(self.spread * 100)} %"
            return f"about {self.cost} ± {spread} and {time} (from the first {rows} rows)"
        if self.cost.complete:
            return f"{time} (from the first {rows} rows)"
        return f"an unknown sum (no price is known) and {time} (from the first {rows} rows)"


def foretell(
    job: Job,
    outcomes: Sequence[Outcome],
    questions: int,
    tokens: int,
    settings: Settings,
    rate: float | None,
    around: int = 0,
) -> Foretold | None:
    """What all questions take, where enough of the first ones were answered.

    `tokens` is what all of them are by our own count, each with the `around` that is sent along:
    the questions of the data may be longer than the first.
    """
    answered = [outcome for outcome in outcomes if outcome.error is None]
    answers = [outcome.answer for outcome in answered if outcome.answer is not None]
    if len(answers) < FIRST_ROWS // 2:
        return None
    seconds = fmean(outcome.seconds for outcome in answered)
    fastest = (job.at_once or MOST_AT_ONCE) / max(seconds, 1e-3)
    per_second = min(fastest, job.rate or rate or fastest)
    counted = sum(estimate(words_of(outcome.question)) + around for outcome in answered)
    longer = tokens / questions / max(counted / len(answered), 1.0)
    cost = _scaled_cost(answers, questions, longer, settings)
    seen = summed(answer.usage for answer in answers).input
    sent = None if seen is None else round(seen / len(answers) * longer * questions)
    return Foretold(cost, _spread(answers), questions / per_second, len(answers), sent)


def _scaled_cost(
    answers: Sequence[Answer],
    questions: int,
    longer: float,
    settings: Settings,
) -> Cost:
    """The cost of so many questions that are `longer` by a factor than those answered."""
    times = questions / len(answers)
    seen = summed(usage for answer in answers for usage in (answer.usage, *answer.lost))
    price = settings.price_of(answers[0])
    if price and seen.input is not None:
        many = Usage(
            input=round(seen.input * times * longer),
            output=None if seen.output is None else round(seen.output * times),
            cached=None if seen.cached is None else round(seen.cached * times),
        )
        amount = usage_cost(many, price)
        if amount is not None:
            return Cost({price.currency: amount})
    cost = settings.cost_of(answers)
    amounts = {currency: amount * times for currency, amount in cost.amounts.items()}
    return Cost(amounts, cost.complete)


def _spread(answers: Sequence[Answer]) -> float:
    """How far off the cost may be: two standard errors of what one answer is, to 5 %."""
    counts = [float(answer.usage.output or 0) for answer in answers]
    mean = fmean(counts)
    if not mean or len(counts) < TWO_DIGITS:
        return MOST_SPREAD
    error = 2 * stdev(counts) / math.sqrt(len(counts)) / mean
    return min(max(math.ceil(error * 20) / 20, LEAST_SPREAD), MOST_SPREAD)


def minutes(seconds: float) -> str:
    """How long it takes, as people say it."""
    if seconds < MINUTE:
        return "less than a minute"
    count = round(seconds / MINUTE)
    return "about 1 minute" if count == 1 else f"about {count:,} minutes"
