"""The line under an answer: who answered and where, how many tokens, what it cost, how full the
model's window is, what was sent.

Where is said of a host that is not the provider's own.
"""

from __future__ import annotations

from nbchat import runtime
from nbchat.catalog.prices import row_of
from nbchat.costs import cost_by_settings
from nbchat.events import Answer
from nbchat.languages import listed, translated
from nbchat.middleware.spending import DEMO
from nbchat.turns import Turn

MILLION = 1_000_000


def footer(turn: Turn) -> list[str]:
    """The parts of the line; nothing in it changes from run to run."""
    sent = f"sent {', '.join(turn.inserted)}" if turn.inserted else ""
    return [*_facts(turn), *([sent] if sent else [])]


def told_footer(turn: Turn) -> list[str]:
    """The same in the person's language."""
    return [*map(translated, _facts(turn)), *sent_along(turn)]


def sent_along(turn: Turn) -> list[str]:
    """What was put into the question, in the person's language."""
    return [translated(f"sent {listed(turn.inserted)}")] if turn.inserted else []


def _facts(turn: Turn) -> list[str]:
    answer = turn.answer
    facts = [_who(turn), answer.host, str(answer.usage), str(cost_by_settings([answer]))]
    facts.append(_window_share(answer))
    return [fact for fact in facts if fact]


def _who(turn: Turn) -> str:
    """The model that answered, and the one before where it was another; a notice says whose."""
    model = turn.answer.model
    before = turn.parent.answer.model if turn.parent else ""
    return f"{model} (before: {before})" if before and before != model else model


def _window_share(answer: Answer) -> str:
    """How much of what the model can read is taken; nothing while that is little."""
    if answer.provider == DEMO:  # a script, which has no window to speak of
        return ""
    row = row_of(answer, runtime.current().usable_settings().catalog)
    taken = answer.filled
    if taken is None and answer.usage.input is not None:
        taken = answer.usage.input + (answer.usage.output or 0)
    if taken is None or row is None or not row.context_window:
        return ""
    share = round(100 * taken / row.context_window)
    return f"{share} % of {_short(row.context_window)}" if share >= 1 else ""


def _short(tokens: int) -> str:
    """A round number of tokens, as people say it.

    >>> _short(262_144), _short(1_048_576), _short(8192), _short(1_000_000)
    ('262k', '1.05M', '8.19k', '1M')
    """
    if tokens >= MILLION:
        return f"{tokens / MILLION:.3g}M"
    return f"{tokens / 1000:.3g}k"
