"""The rows of the panel's model picker: those usable with the keys at hand first."""

from __future__ import annotations

from nbchat.catalog.rows import Model
from nbchat.settings import Settings


def model_rows(settings: Settings) -> list[list[str]]:
    """`[id, provider, word, value]` of every model: what keeps it from being used, as a word of the panel's table."""
    lacks = {model.id: _lacks(model, settings) for model in settings.catalog.models.values()}
    ranks = ["", "local", "needs", "retired"]
    rows = sorted(
        settings.catalog.models.values(), key=lambda model: ranks.index(lacks[model.id][0])
    )
    return [
        [model.id, settings.catalog.providers[model.type].name, *lacks[model.id]] for model in rows
    ]


def _lacks(model: Model, settings: Settings) -> tuple[str, str]:
    provider = settings.catalog.providers[model.type]
    if model.status == "retired":
        return "retired", ""
    if provider.key_needed and not settings.key(provider):
        return "needs", provider.env_keys[0] if provider.env_keys else "key"
    return ("local", "") if provider.local else ("", "")
