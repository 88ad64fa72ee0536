"""Looks for a model server on this machine: at all the usual places at once, and briefly.

Asked when no model is named and no key is set, and when a person wants to know what there is.
A place is a provider whose row says `local`; its address is the one that a chat with it would use.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from nbchat.addresses import TABLE
from nbchat.catalog.rows import Model
from nbchat.errors import NbchatError
from nbchat.settings import Settings

SEARCH_SECONDS = 0.2  # for all of it: a server on this machine answers in a few milliseconds

# What servers list, but what cannot answer.
NO_CHAT = re.compile(r"embed|minilm|\bbge\b|paraphrase|rerank", re.I)

ListModels = Callable[[str], Awaitable[list[Model]]]


def is_named(settings: Settings) -> bool:
    """Whether the user has said where such a server is."""
    catalog = settings.catalog
    kinds = [provider.type for provider in catalog.providers.values() if provider.local]
    addresses = [settings.base_url(catalog.find(f"{kind}:any")) for kind in kinds]
    return any(address.origin != TABLE for address in addresses)


async def find_local_model(list_models: ListModels, settings: Settings) -> str:
    """The first model of the first server that answers, such as `ollama:qwen3:4b`, or ''."""
    for kind, models in (await find_all(list_models, settings)).items():
        for model in models:
            return f"{kind}:{model.sent_id}"
    return ""


async def find_all(
    list_models: ListModels, settings: Settings, seconds: float | None = None
) -> dict[str, list[Model]]:
    """The models that can answer, by the kind of server; none of one that does not run.

    Each has SEARCH_SECONDS for that, or as many as are given.
    """
    kinds = [provider.type for provider in settings.catalog.providers.values() if provider.local]
    found = await asyncio.gather(*(find_at(kind, list_models, seconds) for kind in kinds))
    return dict(zip(kinds, found, strict=True))


async def find_at(kind: str, list_models: ListModels, seconds: float | None = None) -> list[Model]:
    """The models of one kind of server that can answer; none where it does not run."""
    try:
        async with asyncio.timeout(SEARCH_SECONDS if seconds is None else seconds):
            models = await list_models(kind)
    except (NbchatError, TimeoutError):
        return []
    return [model for model in models if not NO_CHAT.search(model.sent_id)]
