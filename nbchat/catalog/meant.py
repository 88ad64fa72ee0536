"""A name that leads nowhere is answered with what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbchat.catalog import Catalog

ORDER = "The order is nbchat.ask(MODEL, QUESTION), and chat.ask(QUESTION, MODEL) of a conversation."


def near(name: str, known: Iterable[str], least: float = 0.6) -> str:
    """The names at least this much like this one (1: the same), as a question to go after "no such name".

    >>> near("Kimi-k2-thinkng", ["kimi-k2-thinking", "glm-4"])
    " Did you mean 'kimi-k2-thinking'?"
    """
    by_lower = {other.lower(): other for other in known}
    found = [by_lower[match] for match in get_close_matches(name.lower(), by_lower, n=3, cutoff=least)]
    return f" Did you mean {' or '.join(map(repr, found))}?" if found else ""


def unknown(name: str, catalog: Catalog) -> str:
    """What to say of a name that has no route."""
    kind, colon, upstream = name.partition(":")
    if kind in catalog.providers:
        example = catalog.providers[kind].default_model or "its-model-id"
        if colon:
            return f"{name!r} names no model. Say which, such as {kind}:{example}."
        return f"{name!r} is a provider. Name a model of it, such as {example}. Its models: %chat models {kind}"
    if len(name.split()) > 1:
        shown = name if len(name) <= 40 else f"{name[:39]}…"
        return f"{shown!r} is not the name of a model. {ORDER}"
    if colon:
        return no_provider(kind, catalog, upstream)
    maker, slash, upstream = name.partition("/")
    guess = near(name, [*catalog.models, *catalog.aliases])
    if slash and (alike := _alike(maker, catalog)):
        guess = f" Did you mean '{upstream if upstream in catalog.models else f'{alike}:{upstream}'}'?"
    return (
        f"no model is called {name!r}.{guess}\n"
        "All names: %chat models. A model that is not among them: PROVIDER:ITS-ID."
    )


def no_provider(kind: str, catalog: Catalog, upstream: str = "") -> str:
    """What to say of a provider that nobody knows, asked for by itself or for a model of its own."""
    if alike := _alike(kind, catalog):
        guess = f" Did you mean {(f'{alike}:{upstream}' if upstream else alike)!r}?"
    else:
        guess = near(kind, catalog.providers) or f"\nProviders: {', '.join(catalog.providers)}."
    return f"no provider is called {kind!r}.{guess}"


def _alike(word: str, catalog: Catalog) -> str:
    """The provider type for a word that is its type, or part of its name: moonshotai, zhipu, claude."""
    word = _letters(word)
    named = (kind for kind, p in catalog.providers.items() if len(word) > 2 and word in _letters(p.name))
    return word if word in catalog.providers else next(named, "")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
