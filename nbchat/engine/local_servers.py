"""Looks for a model server on this machine: at all the usual places at once, and briefly.

Asked only when no model is named and no key is set. A place is a provider whose row
says `local`; its address is the one that a chat with it would use.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from nbchat.catalog.rows import Model
from nbchat.errors import NbchatError
from nbchat.settings import Settings

SEARCH_SECONDS = 0.2  # for all of it: a server on this machine answers in a few milliseconds

# What servers list, but what cannot answer.
NO_CHAT = re.compile(r"embed|minilm|\bbge\b|paraphrase|rerank", re.I)

ListModels = Callable[[str], Awaitable[list[Model]]]


async def find_local_model(list_models: ListModels, settings: Settings) -> str:
    """The first model of the first server that answers, such as `ollama:qwen3:4b`, or ''."""
    kinds = [provider.type for provider in settings.catalog.providers.values() if provider.local]
    names = await asyncio.gather(*(_find_at(kind, list_models) for kind in kinds))
    return next(filter(None, names), "")


async def _find_at(kind: str, list_models: ListModels) -> str:
    try:
        async with asyncio.timeout(SEARCH_SECONDS):
            models = await list_models(kind)
    except (NbchatError, TimeoutError):
        return ""
    for model in models:
        if not NO_CHAT.search(model.sent_id):
            return f"{kind}:{model.sent_id}"
    return ""
