"""The line under an answer: who answered, how many tokens, what it cost, what was sent."""

from __future__ import annotations

from collections.abc import Iterable

from nbchat import runtime
from nbchat.catalog import prices
from nbchat.catalog.catalog import Route
from nbchat.catalog.prices import Cost
from nbchat.errors import BadSettings, NbchatError
from nbchat.events import Answer
from nbchat.turns import Turn


def footer(turn: Turn) -> list[str]:
    """The parts of the line; nothing in it changes from run to run."""
    answer = turn.answer
    facts = [answer.model, str(answer.usage), _cost(answer)]
    if turn.inserted:
        facts.append(f"sent {', '.join(turn.inserted)}")
    return [fact for fact in facts if fact]


def _cost(answer: Answer) -> str:
    try:
        return str(cost_by_settings([answer]))
    except BadSettings:  # the prices may be the user's own; whoever asks next is told what is wrong
        return ""


def cost_by_settings(answers: Iterable[Answer]) -> Cost:
    """What these answers cost, at the addresses that the settings name now."""
    settings = runtime.current().settings()

    def address_of(route: Route) -> str | None:
        try:
            return settings.base_url(route).value
        except NbchatError:  # the address was given with the question
            return None

    return prices.cost_of(answers, settings.catalog, address_of)
