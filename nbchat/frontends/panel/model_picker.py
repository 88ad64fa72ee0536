"""The rows of the panel's model picker: what can be asked now first, by provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbchat.catalog import seen_names
from nbchat.catalog.rows import Model, Provider
from nbchat.languages import translated
from nbchat.settings import Settings

OBSTACLES = ("", "local", "needs", "retired")  # in the order in which models are offered

Row = tuple[str, str, str, str]


def model_rows(settings: Settings, here: Mapping[str, Sequence[Model]]) -> list[Row]:
    """`(name, provider, word, value)` of every model, a provider's own newest first.

    The word, of the panel's `words.json`, says what keeps the model from being used; the
    value is the variable that its key is missing from. `here` has the models of the servers that
    run on this machine, by the kind of server. Models that a provider has listed, or that have
    answered, stand behind those of the table.
    """
    catalog = settings.catalog
    rows: dict[str, Row] = {}
    for kind, models in here.items():
        for model in models:
            name = catalog.name_of(kind, model.sent_id) or f"{kind}:{model.sent_id}"
            rows[name] = (name, catalog.providers[kind].name, "", "")
    for model in catalog.models.values():
        provider = catalog.providers[model.type]
        rows.setdefault(model.id, (model.id, provider.name, *_obstacle(model, provider, settings)))
    for kind, seen in seen_names.pairs():
        known = catalog.name_of(kind, seen)
        if known:
            provider = catalog.providers[kind]
            obstacle = ("local", "") if provider.local else _missing_key(provider, settings)
            rows.setdefault(known, (known, provider.name, *obstacle))
    places = {row.name: place for place, row in enumerate(catalog.providers.values())}
    near = {catalog.providers[kind].name for kind, models in here.items() if models}
    ordered = sorted(
        rows.values(),
        key=lambda row: (OBSTACLES.index(row[2]), row[1] not in near, places[row[1]]),
    )
    # Of the providers only the demo's name is ours.
    return [(row[0], translated(row[1]), row[2], row[3]) for row in ordered]


def _obstacle(model: Model, provider: Provider, settings: Settings) -> tuple[str, str]:
    if model.status == "retired":
        return "retired", ""
    if provider.local:
        return "local", ""
    return _missing_key(provider, settings)


def _missing_key(provider: Provider, settings: Settings) -> tuple[str, str]:
    if provider.key_needed and not settings.key(provider):
        return "needs", provider.env_keys[0] if provider.env_keys else translated("key")
    return "", ""
