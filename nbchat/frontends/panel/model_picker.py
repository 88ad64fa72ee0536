"""The rows of the panel's model picker: those usable with the keys at hand first."""

from __future__ import annotations

from nbchat.catalog.rows import Model
from nbchat.settings import Settings

OBSTACLES = ("", "local", "needs", "retired")  # in the order in which models are offered


def model_rows(settings: Settings) -> list[list[str]]:
    """`[id, provider, word, value]` of every model.

    The word, of the panel's `words.json`, says what keeps the model from being used; the
    value is the variable that its key is missing from.
    """
    catalog = settings.catalog
    rows = []
    for model in catalog.models.values():
        rows.append([model.id, catalog.providers[model.type].name, *_obstacle(model, settings)])
    rows.sort(key=lambda row: OBSTACLES.index(row[2]))
    return rows


def _obstacle(model: Model, settings: Settings) -> tuple[str, str]:
    provider = settings.catalog.providers[model.type]
    if model.status == "retired":
        return "retired", ""
    if provider.key_needed and not settings.key(provider):
        return "needs", provider.env_keys[0] if provider.env_keys else "key"
    if provider.local:
        return "local", ""
    return "", ""
