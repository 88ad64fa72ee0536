"""Which model answers where none is named, why, and what is said where it is another's."""

from __future__ import annotations

from typing import Protocol

from nbchat.catalog.catalog import Catalog
from nbchat.catalog.rows import Model
from nbchat.errors import BadSettings, MissingAddress, NbchatError, UnknownModel
from nbchat.events import Answer
from nbchat.settings import Settings
from nbchat.turns import Turn

NO_KEY = "no key is set"
GONE = "the model of the last answer, which nothing leads to any more"
ELSEWHERE = "the model of the last answer, which was asked at an address given in Python"
NO_CHOICE = "No key is set, so the embedded demo answers."
DEMO_NOTICE = (
    NO_CHOICE + " For a model, set its key, such as KIMI_API_KEY; %chat models all lists them."
)


class Chooser(Protocol):
    """The conversation that a model is chosen for."""

    model: str | None

    @property
    def last(self) -> Turn | None: ...


def choose_model(conversation: Chooser, settings: Settings) -> tuple[str, str]:
    """The model where none is named, and why it is that one.

    A conversation that has begun goes on with whom it asked: no setting sends what was said
    in it to somebody else. NO_KEY is why where a server on this machine goes before it, GONE
    where the model cannot be asked, ELSEWHERE where that needs an address.
    """
    if conversation.model:
        return conversation.model, "chosen with %chat use"
    last = conversation.last.answer if conversation.last else None
    if last and last.model and not makes_room(conversation.last):
        name = settings.catalog.name_of(last.provider, last.model)
        if name and not leads_back(name, last, settings):
            return name, ELSEWHERE
        return (name, "the model of the last answer") if name else (last.model, GONE)
    if settings.model:
        return settings.model, settings.origins.get("model", "settings")
    catalog = settings.catalog
    for provider in catalog.providers.values():
        if not provider.default_model or provider.retired:
            continue
        name = catalog.name_of(provider.type, provider.default_model)
        key = settings.key(provider)
        if name and key:
            return name, f"{key.origin} is set"
    return "demo", NO_KEY


def makes_room(turn: Turn | None) -> bool:
    """Whether the demo answered a turn because there was no key: with one, a model does."""
    if turn is None:
        return False
    said = any(notice.startswith(NO_CHOICE) for notice in turn.answer.notices)  # an older nbchat
    return turn.by_default or said


def leads_back(name: str, answer: Answer, settings: Settings) -> bool:
    """Whether a model is asked by itself at the place where an answer of it came from."""
    if not answer.given_url:
        return True
    try:
        return settings.base_url(settings.catalog.find(name)).value == answer.given_url
    except NbchatError:
        return False


def elsewhere(answer: Answer) -> BadSettings:
    """The error where the address of the last answer is not known by itself."""
    return MissingAddress(
        f"the last answer came from {answer.given_url}, an address that was given in Python, "
        "and none is given now.\n"
        "Give it again (base_url=), or name a model: %%chat MODEL, or %chat use MODEL for all "
        "that follows. Those you can ask:\n%chat models"
    )


def gone(answer: Answer) -> UnknownModel:
    """The error where the model of an answer cannot be asked again."""
    return UnknownModel(
        f"the last answer came from {answer.model!r} of {answer.provider!r}, which nothing leads "
        "to any more.\nName a model: %%chat MODEL, or %chat use MODEL for all that follows. "
        "Those you can ask:\n%chat models"
    )


def change_of_provider(turn: Turn, row: Model | None, catalog: Catalog) -> str:
    """What to say where the conversation so far goes to somebody else than before."""
    before = turn.parent.answer if turn.parent else None
    if row is None or before is None or before.provider in ("", row.type):
        return ""
    known = catalog.providers.get(before.provider)
    place = known.name if known else before.provider
    return (
        f"From here on {row.id} answers, at {catalog.providers[row.type].name}; "
        f"until now it was {before.model}, at {place}."
    )
