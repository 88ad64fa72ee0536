"""A name that leads nowhere is answered with what was probably meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nbchat.catalog.rows import Model, Provider
from nbchat.wording import did_you_mean, shorten

ORDER = "The order is nbchat.ask(MODEL, QUESTION), and chat.ask(QUESTION, MODEL) of a conversation."


class KnownNames(Protocol):
    """What a name can lead to: the tables of a catalog."""

    @property
    def models(self) -> Mapping[str, Model]: ...
    @property
    def providers(self) -> Mapping[str, Provider]: ...
    @property
    def aliases(self) -> Mapping[str, str]: ...


def no_such_model(name: str, catalog: KnownNames) -> str:
    """What to say of a name that has no route."""
    kind, colon, upstream = name.partition(":")
    if kind in catalog.providers:
        example = catalog.providers[kind].default_model or "its-model-id"
        if colon:
            return f"{name!r} names no model. Say which, such as {kind}:{example}."
        return f"{name!r} is a provider. Name a model of it, such as {example}. Its models: %chat models {kind}"
    if len(name.split()) > 1:
        return f"{shorten(name, 40)!r} is not the name of a model. {ORDER}"
    if colon:
        return no_such_provider(kind, catalog, upstream)
    maker, slash, upstream = name.partition("/")
    guess = did_you_mean(name, [*catalog.models, *catalog.aliases])
    if slash and (alike := _alike(maker, catalog)):
        guess = (
            f" Did you mean '{upstream if upstream in catalog.models else f'{alike}:{upstream}'}'?"
        )
    return (
        f"no model is called {name!r}.{guess}\n"
        "All names: %chat models. A model that is not among them: PROVIDER:ITS-ID."
    )


def no_such_provider(kind: str, catalog: KnownNames, upstream: str = "") -> str:
    """What to say of a provider that nobody knows, asked for by itself or for a model of its own.
    """
    if alike := _alike(kind, catalog):
        guess = f" Did you mean {(f'{alike}:{upstream}' if upstream else alike)!r}?"
    else:
        guess = (
            did_you_mean(kind, catalog.providers) or f"\nProviders: {', '.join(catalog.providers)}."
        )
    return f"no provider is called {kind!r}.{guess}"


def _alike(word: str, catalog: KnownNames) -> str:
    """The provider type for a word that is its type, or part of its name: moonshotai, zhipu,
    claude.
    """
    word = _letters(word)
    named = (
        kind for kind, p in catalog.providers.items() if len(word) > 2 and word in _letters(p.name)
    )
    return word if word in catalog.providers else next(named, "")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
