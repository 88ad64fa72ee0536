"""Which model answers where none is named, and why."""

from __future__ import annotations

from typing import Protocol

from nbchat.settings import Settings
from nbchat.turns import Turn

NO_KEY = "no key is set"
DEMO_NOTICE = (
    "No key is set, so the embedded demo answers. "
    "For a model, set its key, such as KIMI_API_KEY; %chat models lists them."
)


class Chooser(Protocol):
    """The conversation that a model is chosen for."""

    model: str | None

    @property
    def last(self) -> Turn | None: ...


def choose_model(conversation: Chooser, settings: Settings) -> tuple[str, str]:
    """The model where none is named, and why it is that one.

    NO_KEY is why where a server on this machine goes before it.
    """
    if conversation.model:
        return conversation.model, "chosen with %chat use"
    if settings.model:
        return settings.model, settings.origins.get("model", "settings")
    last = conversation.last.answer if conversation.last else None
    if last and DEMO_NOTICE not in last.notices:  # the demo that nobody asked for makes room
        return _name(last.provider, last.model, settings), "the model of the last answer"
    for provider in settings.catalog.providers.values():
        if not provider.default_model or provider.retired:
            continue
        if key := settings.key(provider):
            return _name(provider.type, provider.default_model, settings), f"{key.origin} is set"
    return "demo", NO_KEY


def _name(kind: str, model: str, settings: Settings) -> str:
    """The name by which a model of that provider is found again."""
    known = settings.catalog.models.get(model)
    return model if known and known.type == kind else f"{kind}:{model}"
