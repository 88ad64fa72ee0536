"""Which command shows the models of a provider: those of the table, or what it lists itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nbchat.catalog.rows import Model, Provider

NO_LIST = "none"  # in a row: this provider has no list


class Tables(Protocol):
    """The tables of a catalog."""

    @property
    def models(self) -> Mapping[str, Model]: ...
    @property
    def providers(self) -> Mapping[str, Provider]: ...


def has_rows(kind: str, catalog: Tables) -> bool:
    """Whether the table has models of a provider."""
    return any(model.type == kind for model in catalog.models.values())


def models_hint(kind: str, catalog: Tables) -> str:
    """Where to see a provider's models: a sentence, and below it the command where there is one.

    >>> from nbchat.catalog.catalog import shipped
    >>> print(models_hint("kimi", shipped()))
    Its models:
    %chat models kimi
    >>> print(models_hint("vllm", shipped()))
    Its models:
    %chat models --live vllm
    """
    if has_rows(kind, catalog):
        return f"Its models:\n%chat models {kind}"
    provider = catalog.providers.get(kind)
    if provider and provider.models_url != NO_LIST and not provider.retired:
        return f"Its models:\n%chat models --live {kind}"
    return "Its documentation names its models."


def models_of_table(kind: str, catalog: Tables) -> str:
    """Where to see those of the table, for a provider that does not list its own."""
    if has_rows(kind, catalog):
        return f"Those of the table:\n%chat models {kind}"
    return f"The table has none of them; ask for one as {kind}:ITS-ID."
