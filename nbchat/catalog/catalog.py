"""The catalog knows: which models there are, who serves them, and how they are asked.

ADD A MODEL: a row in models.json. ADD A PROVIDER: a row in providers.json, as long
as it speaks a format of `nbchat.wire`. Nothing here sends anything or reads a key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pkgutil import get_data
from typing import Any

from nbchat.catalog.families import Family, family_of, laid_over, providers_family, quirks_over
from nbchat.catalog.lookup_errors import no_such_model, no_such_provider
from nbchat.catalog.rows import (
    Model,
    ModelProfile,
    Provider,
    Quirks,
    ThinkingFields,
    ThinkingTable,
)
from nbchat.catalog.thinking import nearest_fields
from nbchat.catalog.web_search import with_feature
from nbchat.errors import UnknownModel
from nbchat.options import OPTIONS, Thinking


@dataclass(slots=True, frozen=True)
class Route:
    """What a name leads to: the model's row, who serves it, and the format to speak."""

    model: Model
    provider: Provider
    wire: str

    @property
    def base_url(self) -> str:
        return (
            self.model.base_url or self.provider.base_urls.get(self.wire) or self.provider.base_url
        )

    def base_url_in(self, region: str) -> str:
        """The base URL in one of the provider's regions, where it has that one."""
        if self.model.base_url or self.wire in self.provider.base_urls:
            return self.base_url
        regions = self.provider.regions
        return regions.get(region) or regions.get("*") or self.base_url


@dataclass
class Catalog:
    """The tables, and the way from a name to a Route.

    >>> shipped().find("kimi-k2-thinking").provider.type
    'kimi'
    >>> shipped().find("openai:some-new-model").model.id
    'some-new-model'
    """

    models: dict[str, Model]
    providers: dict[str, Provider]
    thinking: dict[str, ThinkingTable] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    # Names that a file would make known, were it trusted, and the file of each.
    untrusted: Mapping[str, str] = field(default_factory=dict)
    families: Sequence[Family] = ()  # what holds for a model wherever it is served

    # --- from a name to a route ------------------------------------------------------------

    def find(self, name: str, wire: str | None = None) -> Route:
        """The route for a table name, an alias, or `provider:any-model-id`.

        Raises UnknownModel, with near names.
        """
        if not isinstance(name, str):
            hint = " Of a row of nbchat.models() it is row.id." if isinstance(name, Model) else ""
            kind = type(name).__name__
            rule = f"a model is asked for by its name, such as 'demo', not {kind}."
            raise UnknownModel(f"{rule}{hint}")
        name = self.aliases.get(name, name)
        model = self._row(name)
        if model is None:
            raise UnknownModel(no_such_model(name, self))
        provider = self.providers[model.type]
        return Route(model, provider, wire or model.wire or provider.wire)

    def leads(self, name: object) -> bool:
        """Whether `find` has a route for it.

        >>> shipped().leads("kimi-k2.6"), shipped().leads("kimi:new-model"), shipped().leads("kimi")
        (True, True, False)
        """
        return isinstance(name, str) and self._row(self.aliases.get(name, name)) is not None

    def _row(self, name: str) -> Model | None:
        """The row for a table name or `provider:any-model-id`."""
        if name in self.models:
            return self.models[name]
        kind, _, upstream = name.partition(":")
        if not _is_id(upstream) or kind not in self.providers:
            return None
        return self.row_of(self.providers[kind], upstream)

    def provider(self, kind: str) -> Provider:
        """The provider of that type. Raises UnknownModel, with near names."""
        if kind not in self.providers:
            raise UnknownModel(no_such_provider(kind, self))
        return self.providers[kind]

    def name_of(self, kind: str, model: str) -> str | None:
        """The name that leads to a provider's model; None where none does any more.

        >>> shipped().name_of("kimi", "kimi-k2.6"), shipped().name_of("azure", "gpt-4.1")
        ('kimi-k2.6', 'azure:gpt-4.1')
        """
        for name in (model, f"{kind}:{model}"):
            row = self._row(self.aliases.get(name, name))
            if row and row.type == kind and model in (row.id, row.sent_id):
                return name
        return None

    def elsewhere(self, model: Model) -> list[str]:
        """The names under which other providers still serve a model.

        >>> shipped().elsewhere(shipped().models["kimi-k2-thinking"])[0]
        'openrouter:moonshotai/kimi-k2-thinking'
        """
        name = model.id.lower()
        endings = (f"/{name}", f".{name}")
        others = [m for m in self.models.values() if m.type != model.type and m.status != "retired"]
        return [f"{m.type}:{m.sent_id}" for m in others if m.sent_id.lower().endswith(endings)]

    def row_of(self, provider: Provider, upstream: str) -> Model:
        """The row for `provider:id`: the table's, or a new one where the table has none."""
        for row in (self.models.get(upstream), self.models.get(f"{provider.type}:{upstream}")):
            if row and row.type == provider.type:
                return row
        profile = self._profile(provider, upstream)
        return Model(
            id=upstream,
            name=upstream,
            type=provider.type,
            env_key=next(iter(provider.env_keys), ""),
            supports_thinking_mode=bool(profile.thinking),
            status="unlisted",
            **{name: getattr(profile, name) for name in ModelProfile.model_fields},
        )

    def _profile(self, provider: Provider, upstream: str) -> ModelProfile:
        """How to ask an id that is not in the table.

        Like the row with the longest id that it begins with (claude-sonnet-5-5-20261101,
        gpt-5-nano); without one, as the provider's families say, then as its family does
        everywhere.
        """
        relatives = [
            model
            for model in self.models.values()
            if model.type == provider.type and _extends(upstream, model.sent_id)
        ]
        if relatives:
            return max(relatives, key=lambda model: len(model.sent_id))
        profile = providers_family(provider, upstream)
        if "thinking" in profile.model_fields_set:
            return profile
        family = family_of(self.families, upstream)
        thinking = family.thinking if family and family.thinking else provider.thinking
        return profile.model_copy(update={"thinking": thinking})

    # --- how a model is asked ----------------------------------------------------------------

    def quirks(self, model: Model, wire: str = "") -> Quirks:
        """What the model's family has everywhere, then the provider's quirks, then the model's own.

        Over a format that is not its own, only the provider's range of temperatures holds. What
        speaks Anthropic's and is no Claude leaves out a schema without a word.
        """
        provider = self.providers[model.type]
        family = family_of(self.families, model.sent_id)
        everywhere = quirks_over(family, wire or model.wire or provider.wire)
        if not self._is_own_format(model, wire):
            limits = Quirks(temperature_range=provider.quirks.temperature_range)
            if wire == "anthropic-messages" and "claude" not in model.sent_id:
                limits = limits.model_copy(update={"schema_mode": "none"})
            return laid_over([everywhere, limits])
        of_kind = providers_family(provider, model.sent_id).quirks
        return laid_over([everywhere, provider.quirks, of_kind, model.quirks])

    def _is_own_format(self, model: Model, wire: str) -> bool:
        """Whether `wire` is a format the rows were written for."""
        return wire in ("", model.wire, self.providers[model.type].wire)

    def thinking_fields(
        self, model: Model, asked: Thinking, wire: str = ""
    ) -> tuple[ThinkingFields, str]:
        """What to send for `thinking=asked`, and a notice where the model cannot do just that.

        >>> fields, notice = shipped().thinking_fields(shipped().models["kimi-k2-thinking"], False)
        >>> notice
        'kimi-k2-thinking always thinks; it cannot be asked not to.'
        """
        asked = OPTIONS["thinking"].checked(asked)
        nothing = ThinkingFields()
        table = self._thinking_table(model)
        if table is None:
            return nothing, _no_table_notice(model) if asked else ""
        fields, notice = nearest_fields(table, asked, model.id)
        if fields.body and wire not in ("", model.wire or self.providers[model.type].wire):
            fields = ThinkingFields(effort=fields.effort, budget=fields.budget)
            if asked is not None and fields == nothing:
                notice = (
                    f"how {model.id} is told to think over {wire} is not known; "
                    "nothing was sent for it."
                )
        return fields, notice

    def _thinking_table(self, model: Model) -> ThinkingTable | None:
        if isinstance(model.thinking, ThinkingTable):
            return model.thinking
        return self.thinking[model.thinking] if model.thinking else None

    # --- the environment variables that rows name -----------------------------------------------

    @cached_property
    def key_variables(self) -> frozenset[str]:
        """The environment variables that hold keys."""
        names = {model.env_key for model in self.models.values()}
        for provider in self.providers.values():
            names |= {*provider.env_keys, *provider.header_variables}
        return frozenset(names - {""})

    @cached_property
    def variables(self) -> frozenset[str]:
        """All of them: of keys, of base URLs, of parts of an address."""
        names = set(self.key_variables)
        for provider in self.providers.values():
            names.update(provider.address_variables)
            for parameter in provider.env_params.values():
                names.update(parameter.partition("=")[0].split("|"))
        return frozenset(names)

    # --- more rows ------------------------------------------------------------------------------

    def merged(
        self,
        models: Iterable[Model] = (),
        providers: Iterable[Provider] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> Catalog:
        """This catalog with rows added; a row of the same name takes the place of the old one."""
        return Catalog(
            {**self.models, **{m.id: m for m in models}},
            {**self.providers, **{p.type: p for p in providers}},
            self.thinking,
            {**self.aliases, **(aliases or {})},
            self.untrusted,
            self.families,
        )


def _no_table_notice(model: Model) -> str:
    if model.supports_thinking_mode or model.status == "unlisted":
        return f"how {model.id} is told to think is not known here; nothing was sent for it."
    return f"{model.id} does not think; the question was sent without."


def _extends(name: str, start: str) -> bool:
    return name.startswith(start) and name[len(start) : len(start) + 1] in ("-", ":", "@")


def _is_id(upstream: str) -> bool:
    """Whether a provider could know a model by it.

    Some formats put the id into the path of a URL, where `..` would lead elsewhere.
    """
    is_word = upstream.split() == [upstream] and upstream.isprintable()
    if upstream.lower().startswith(("http:", "https:")):
        return False
    return is_word and not {".", ".."} & set(upstream.split("/"))


def _read(name: str) -> Any:
    # Not through importlib.resources, which imports more when it is called: a thread may call this,
    # and a process that is forked in the middle of an import waits for it for ever.
    return json.loads(get_data("nbchat.catalog", name) or b"")


@cache
def shipped() -> Catalog:
    """The tables that come with nbchat."""
    tables = _read("providers.json")
    providers = {row["type"]: Provider(**row) for row in tables["providers"]}
    models = [Model(**row) for row in _read("models.json")["models"]]
    return Catalog(
        {model.id: with_feature(model, providers[model.type]) for model in models},
        providers,
        {name: ThinkingTable(**table) for name, table in tables["thinking"].items()},
        families=tuple(Family(**row) for row in _read("families.json")["families"]),
    )


def get_model_type(name: str, catalog: Catalog | None = None) -> str:
    """The provider type that serves a model.

    >>> get_model_type("kimi-k2-thinking")
    'kimi'
    """
    return (catalog or shipped()).find(name).provider.type


def get_model_id(name: str, catalog: Catalog | None = None) -> str:
    """The id the provider itself uses for a model.

    >>> get_model_id("openrouter:moonshotai/kimi-k2-thinking")
    'moonshotai/kimi-k2-thinking'
    """
    return (catalog or shipped()).find(name).model.sent_id
