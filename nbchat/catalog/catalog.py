"""The catalog knows: which models there are, who serves them, and how they are asked.

ADD A MODEL: a row in models.json. ADD A PROVIDER: a row in providers.json, as long
as it speaks a format of `nbchat.wire`. Nothing here sends anything or reads a key.
`rows` says what a row may hold, `thinking` what is sent for a level of thinking,
`meant` what to say of a name that leads nowhere; `reading`, `user` and `mistakes` are
for the tables of a user's own, which go over these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

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
from nbchat.errors import UnknownModel
from nbchat.options import OPTIONS, Thinking


@dataclass(slots=True, frozen=True)
class Route:
    """A name, understood: the model's row, who serves it, and the format to speak."""

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

    # --- from a name to a route ------------------------------------------------------------

    def find(self, name: str, wire: str | None = None) -> Route:
        """The route for a table name, an alias, or `provider:any-model-id`.

        Raises UnknownModel, with near names.
        """
        if not isinstance(name, str):
            row = " Of a row of nbchat.models() it is row.id." if isinstance(name, Model) else ""
            raise UnknownModel(
                f"a model is asked for by its name, such as 'demo', not {type(name).__name__}.{row}"
            )
        name = self.aliases.get(name, name)
        model = self.models.get(name)
        if model is None:
            kind, _, upstream = name.partition(":")
            if not _is_id(upstream) or kind not in self.providers:
                raise UnknownModel(no_such_model(name, self))
            model = self.row_of(self.providers[kind], upstream)
        provider = self.providers[model.type]
        return Route(model, provider, wire or model.wire or provider.wire)

    def provider(self, kind: str) -> Provider:
        """The provider of that type. Raises UnknownModel, with near names."""
        if kind not in self.providers:
            raise UnknownModel(no_such_provider(kind, self))
        return self.providers[kind]

    def elsewhere(self, model: Model) -> list[str]:
        """The names under which other providers still serve a model.

        >>> shipped().elsewhere(shipped().models["kimi-k2-thinking"])[0]
        'openrouter:moonshotai/kimi-k2-thinking'
        """
        endings = tuple(f"{before}{model.id.lower()}" for before in "/.")
        others = (m for m in self.models.values() if m.type != model.type and m.status != "retired")
        return [f"{m.type}:{m.sent_id}" for m in others if m.sent_id.lower().endswith(endings)]

    def row_of(self, provider: Provider, upstream: str) -> Model:
        """The row for `provider:id`: the table's where it has one, else one made up for the
        occasion.
        """
        for row in (self.models.get(upstream), self.models.get(f"{provider.type}:{upstream}")):
            if row and row.type == provider.type:
                return row
        manner = self._manner(provider, upstream)
        return Model(
            id=upstream,
            name=upstream,
            type=provider.type,
            env_key=next(iter(provider.env_keys), ""),
            supports_thinking_mode=bool(manner.thinking),
            status="unlisted",
            **{name: getattr(manner, name) for name in ModelProfile.model_fields},
        )

    def _manner(self, provider: Provider, upstream: str) -> ModelProfile:
        """How to ask an id that is not in the table: like its next of kin, or as its provider's
        families say.

        A dated or sized id is kin to the one it begins with: claude-sonnet-5-5-20261101,
        gpt-5-nano.
        """
        kin = [
            m
            for m in self.models.values()
            if m.type == provider.type and _extends(upstream, m.sent_id)
        ]
        if kin:
            return max(kin, key=lambda m: len(m.sent_id))
        family = next(
            (f for pattern, f in provider.families.items() if fnmatchcase(upstream, pattern)),
            ModelProfile(),
        )
        if "thinking" in family.model_fields_set:
            return family
        return family.model_copy(update={"thinking": provider.thinking})

    # --- how a model is asked ----------------------------------------------------------------

    def quirks(self, model: Model, wire: str = "") -> Quirks:
        """The provider's quirks with the model's own on top.

        Without them over a format that is not its own.
        """
        quirks = self.providers[model.type].quirks
        if not self._native(model, wire):
            return Quirks(temperature_range=quirks.temperature_range)
        return quirks.model_copy(
            update={name: getattr(model.quirks, name) for name in model.quirks.model_fields_set}
        )

    def _native(self, model: Model, wire: str) -> bool:
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
        table = (
            self.thinking[model.thinking]
            if isinstance(model.thinking, str) and model.thinking
            else model.thinking
        )
        if not isinstance(table, ThinkingTable):
            if not asked:
                return ThinkingFields(), ""
            if model.supports_thinking_mode or model.status == "unlisted":
                return (
                    ThinkingFields(),
                    f"how {model.id} is told to think is not known here; nothing was sent for it.",
                )
            return ThinkingFields(), f"{model.id} does not think; the question was sent without."
        fields, notice = nearest_fields(table, asked, model.id)
        if fields.body and wire not in ("", model.wire or self.providers[model.type].wire):
            fields = ThinkingFields(effort=fields.effort, budget=fields.budget)
            if asked is not None and fields == ThinkingFields():
                notice = f"how {model.id} is told to think over {wire} is not known; nothing was sent for it."
        return fields, notice

    # --- what the rows look at ------------------------------------------------------------------

    @cached_property
    def key_variables(self) -> frozenset[str]:
        """The environment variables that hold keys."""
        models = {model.env_key for model in self.models.values()}
        return frozenset(models.union(*(p.env_keys for p in self.providers.values())) - {""})

    @cached_property
    def variables(self) -> frozenset[str]:
        """All environment variables that a row names: of keys, of base URLs, of parts of an
        address.
        """
        found = set(self.key_variables)
        for provider in self.providers.values():
            found |= {own_variable(provider), *provider.env_base_url}
            for named in provider.env_params.values():
                found.update(named.partition("=")[0].split("|"))
        return frozenset(found)

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
        )


def _extends(name: str, start: str) -> bool:
    return name.startswith(start) and name[len(start) : len(start) + 1] in ("-", ":", "@")


def _is_id(upstream: str) -> bool:
    """Whether a provider could know a model by it.

    Some formats put the id into the path of a URL.
    """
    words = upstream.split() == [upstream] and upstream.isprintable()
    return words and not {".", ".."} & set(upstream.split("/"))


def own_variable(provider: Provider) -> str:
    """The environment variable of nbchat's own that moves a provider's base URL.

    >>> own_variable(shipped().providers["kimi"])
    'KIMI_BASE_URL'
    """
    return f"{provider.type.upper().replace('-', '_')}_BASE_URL"


def _read(name: str) -> Any:
    return json.loads(files("nbchat.catalog").joinpath(name).read_text("utf-8"))


@cache
def shipped() -> Catalog:
    """The tables that come with nbchat."""
    rows = _read("providers.json")
    return Catalog(
        {row["id"]: Model(**row) for row in _read("models.json")["models"]},
        {row["type"]: Provider(**row) for row in rows["providers"]},
        {name: ThinkingTable(**table) for name, table in rows["thinking"].items()},
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
