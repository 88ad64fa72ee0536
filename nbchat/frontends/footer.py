"""The line under an answer: who answered and where, how many tokens, what it cost, what was sent.

Where is said of a host that is not the provider's own.
"""

from __future__ import annotations

from nbchat.costs import cost_by_settings
from nbchat.turns import Turn


def footer(turn: Turn) -> list[str]:
    """The parts of the line; nothing in it changes from run to run."""
    answer = turn.answer
    facts = [_who(turn), answer.host, str(answer.usage), str(cost_by_settings([answer]))]
    if turn.inserted:
        facts.append(f"sent {', '.join(turn.inserted)}")
    return [fact for fact in facts if fact]


def _who(turn: Turn) -> str:
    """The model that answered, and the one before where it was another; a notice says whose."""
    model = turn.answer.model
    before = turn.parent.answer.model if turn.parent else ""
    return f"{model} (before: {before})" if before and before != model else model
