"""The rows of the panel's model picker: those usable with the keys at hand first."""

from __future__ import annotations

from nbchat.settings import Settings


def model_rows(settings: Settings) -> list[list[str]]:
    """`[id, provider, what to know]` of every model; a model that lacks its key says which."""
    catalog = settings.catalog
    usable = {t for t, p in catalog.providers.items() if not p.key_needed or settings.key(p)}
    rows = sorted(catalog.models.values(), key=lambda m: (m.type not in usable, m.status == "retired"))
    made = []
    for model in rows:
        provider = catalog.providers[model.type]
        note = "" if model.type in usable else f"needs {provider.env_keys[0]}" if provider.env_keys else "needs a key"
        if model.status == "retired":
            note = "retired"
        made.append([model.id, provider.name, note])
    return made
