"""A name that leads nowhere is answered with what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from nbchat import key_shapes
from nbchat.catalog import seen_names
from nbchat.catalog.models_hint import models_hint
from nbchat.catalog.rows import Model, Provider
from nbchat.catalog.typed_addresses import address_meant
from nbchat.wording import TO_TRUST, did_you_mean, nearest, shorten

MOST_SEEN = 3  # providers of a model that are offered
MOST_WORDS = 6  # that the name of a model may be typed as
SHORTEST_PART = 3  # letters of a provider's name by which it is recognised
# What providers are called otherwise: by a program of theirs, or by what they offer.
ALSO_CALLED = {
    "llama-server": "llamacpp",
    "文心一言": "ernie",
    "通义千问": "qwen",
    "豆包": "doubao",
    "混元": "hunyuan",
    "智谱": "glm",
    "月之暗面": "kimi",
}
FAMILIES = {"chatgpt": "gpt"}  # what a family of models is called otherwise
ORDER = "The order is nbchat.ask(MODEL, QUESTION), and chat.ask(QUESTION, MODEL) of a conversation."
# Each half is a sentence of its own in the tables of other languages.
NOT_IN_TABLE = (
    "One that is not in the table is asked for as PROVIDER:ITS-ID. "
    + "All names:\n%chat models all"
)
LOOKS_LIKE_A_KEY = f"the name of a model is expected, and this one looks like a key. {ORDER}"


class KnownNames(Protocol):
    """What a name can lead to: the tables of a catalog."""

    @property
    def models(self) -> Mapping[str, Model]: ...
    @property
    def providers(self) -> Mapping[str, Provider]: ...
    @property
    def aliases(self) -> Mapping[str, str]: ...
    @property
    def untrusted(self) -> Mapping[str, str]: ...


def no_such_model(name: str, catalog: KnownNames) -> str:
    """What to say of a name that has no route."""
    if key_shapes.is_in(name):
        return LOOKS_LIKE_A_KEY
    if address := address_meant(name, catalog):
        return address
    seen = _seen(name, catalog)
    if seen:
        return (
            f"no model is called {name!r} alone. Did you mean {' or '.join(map(repr, seen))}?\n"
            "Where two services may have a model of one name, its provider goes before it."
        )
    bare = _bare(name)
    meant = [known for known in (*catalog.models, *catalog.aliases) if _bare(known) == bare]
    if bare and meant:
        return f"no model is called {name!r}. Did you mean {' or '.join(map(repr, meant))}?"
    kind, colon, upstream = name.partition(":")
    if colon and kind in catalog.providers:
        example = catalog.providers[kind].default_model or "its-model-id"
        return f"{name!r} names no model. Say which, such as {kind}:{example}."
    if provider := provider_called(name, catalog):
        example = provider.default_model or "its-model-id"
        example = _name_of(provider.type, example, catalog)
        advice = f"Name a model of it, such as {example}."
        told = f"{name!r} is a provider."
        return f"{told} {advice} {models_hint(provider.type, catalog)}"
    if kind in catalog.untrusted:
        return _only_untrusted(name, catalog.untrusted[kind])
    if len(name.split()) > 1:
        apart, count = written_apart(name.split(), catalog)
        if count == len(name.split()):
            return f"no model is called {name!r}. Did you mean {apart!r}?"
        return f"{shorten(name, 40)!r} is not the name of a model. {ORDER}"
    if colon:
        return no_such_provider(kind, catalog, upstream)
    unknown = f"no model is called {name!r}."
    return f"{unknown}{_near_models(name, catalog)} {NOT_IN_TABLE}"


def provider_called(name: str, catalog: KnownNames) -> Provider | None:
    """The provider of that type or that name, however it is written, or what else it is called.

    >>> from nbchat.catalog.catalog import shipped
    >>> [provider_called(name, shipped()).type for name in ("LM Studio", "llama.cpp", "豆包")]
    ['lmstudio', 'llamacpp', 'doubao']
    """
    if name in catalog.providers:
        return catalog.providers[name]
    letters = _letters(ALSO_CALLED.get(name.lower(), name))
    for provider in catalog.providers.values():
        if letters and letters in (_letters(provider.type), _letters(provider.name)):
            return provider
    return None


def written_apart(words: Sequence[str], catalog: KnownNames) -> tuple[str, int]:
    """The model whose name the first of these words are together, and how many; "" for none.

    >>> from nbchat.catalog.catalog import shipped
    >>> written_apart(["Kimi", "K2.6", "why?"], shipped())
    ('kimi-k2.6', 2)
    """
    names = {_letters(f"{kind}:{id}"): f"{kind}:{id}" for kind, id in seen_names.pairs()}
    for row in catalog.models.values():
        names[_letters(f"{row.type}:{row.id}")] = row.id
    names |= {_letters(row.name): row.id for row in catalog.models.values()}
    names |= {_letters(name): name for name in (*catalog.models, *catalog.aliases)}
    for count in range(min(len(words), MOST_WORDS), 1, -1):
        name = names.get(_letters("".join(words[:count])))
        if name:
            return name, count
    return "", 0


def _seen(name: str, catalog: KnownNames) -> list[str]:
    """The names of the models that have answered, or were listed, under this one."""
    found = []
    for kind, id in seen_names.pairs():
        if id.lower() == name.lower() and kind in catalog.providers:
            found.append(_name_of(kind, id, catalog))
    return found[:MOST_SEEN]


def no_such_provider(kind: str, catalog: KnownNames, upstream: str = "") -> str:
    """What to say of a provider that nobody knows; `upstream` is the model asked of it, if any."""
    if key_shapes.is_in(kind):
        return "the name of a provider is expected, and this one looks like a key."
    if address := address_meant(kind, catalog):
        return address
    if kind in catalog.untrusted:
        return _only_untrusted(kind, catalog.untrusted[kind])
    near = did_you_mean(kind, catalog.providers)
    alike = _alike(kind, catalog)
    if alike:
        near = f" Did you mean {(f'{alike}:{upstream}' if upstream else alike)!r}?"
    elif not near:
        near = f"\nProviders: {', '.join(catalog.providers)}."
    unknown = f"no provider is called {kind!r}."
    return f"{unknown}{near}"


def _only_untrusted(name: str, file: str) -> str:
    """What to say of a name that only a file has which nobody has trusted."""
    return f"{name!r} is in {file}, which is not trusted.\n{TO_TRUST}"


def _near_models(name: str, catalog: KnownNames) -> str:
    """A question for a name such as moonshotai/kimi-k2, or one that is misspelt."""
    maker, slash, upstream = name.partition("/")
    alike = _alike(maker, catalog) if slash else ""
    if not alike:
        seen = {id: f"{kind}:{id}" for kind, id in seen_names.pairs() if kind in catalog.providers}
        family = FAMILIES.get(name.lower(), name)
        names = nearest(family, [*catalog.models, *catalog.aliases, *seen])
        meant = [
            repr(seen.get(near, near) if near not in catalog.models else near) for near in names
        ]
        return f" Did you mean {' or '.join(meant)}?" if meant else ""
    return f" Did you mean {_name_of(alike, upstream, catalog)!r}?"


def _name_of(kind: str, upstream: str, catalog: KnownNames) -> str:
    """The name of a provider's model, as short as it may be; another provider may have one alike.

    `Catalog.name_of` is the same where the names are known to lead somewhere.
    """
    known = catalog.models.get(upstream)
    is_own = known is not None and known.type == kind and upstream not in catalog.aliases
    return upstream if is_own else f"{kind}:{upstream}"


def _alike(word: str, catalog: KnownNames) -> str:
    """The provider type for a word that is its type, or part of its name.

    Such as moonshotai, zhipu or claude; empty where there is none.
    """
    word = _letters(word)
    if word in catalog.providers:
        return word
    for kind, provider in catalog.providers.items():
        if len(word) >= SHORTEST_PART and word in _letters(provider.name):
            return kind
    return ""


def _bare(name: str) -> str:
    """A name without capitals, and without the signs around it."""
    return re.sub(r"^\W+|\W+$", "", name).lower()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
