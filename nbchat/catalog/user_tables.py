"""The user's own tables: models, providers and aliases, laid over those that are shipped.

They come from `nbchat.toml` or from a JSON file in the documented shape. A row that
names a model or a provider of the table changes only the fields it gives; any other
row is a new one. An error names the file and the row. Keys are never kept
in these files, and what looks like one is not repeated in a message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from nbchat.catalog.catalog import Catalog
from nbchat.catalog.rows import Model, ModelProfile, Provider, Row
from nbchat.catalog.user_mistakes import holds_no_key, safe_value, unknown_field, wrong_value
from nbchat.catalog.web_search import with_feature
from nbchat.errors import BadSettings, UnknownModel
from nbchat.hosts import host_of
from nbchat.private_hosts import is_private_host
from nbchat.wording import did_you_mean

TABLES = ("models", "providers", "aliases")
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization")
# These say where a request goes, and where it ends.
OWN_HEADERS = ("host", "content-length", "transfer-encoding", "connection")
R = TypeVar("R", bound=Row)


@dataclass(slots=True, frozen=True)
class UserRow:
    """One row as the user wrote it: its values, and which of its fields are there.

    `fields` are their names in Python, each with the user's spelling of it.
    """

    where: str
    row: Any = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, reason: str) -> NoReturn:
        """Raises BadSettings with the place and the reason, as a sentence."""
        end = "" if reason.endswith("?") else "."
        raise BadSettings(f"{self.where}: {reason.rstrip('.')}{end}")

    def over(self, row: R) -> R:
        """The row with the user's fields in place of its own.

        Of the objects in it, such as quirks and price, only the fields that the user wrote.
        """
        changes = {name: getattr(self.row, name) for name in self.fields}
        for name, value in changes.items():
            old = getattr(row, name)
            if isinstance(value, Row) and isinstance(old, type(value)):
                inner = {n: getattr(value, n) for n in value.model_fields_set}
                changes[name] = old.model_copy(update=inner)
        return row.model_copy(update=changes)


@dataclass(slots=True, frozen=True)
class UserTables:
    """What one file says. `over` lays it on a catalog."""

    models: tuple[UserRow, ...] = ()
    providers: tuple[UserRow, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    def over(self, catalog: Catalog) -> Catalog:
        """The catalog with these rows on top. Raises BadSettings where a row does not fit it."""
        return lay_over(catalog, [self])

    def joined(self, other: UserTables) -> UserTables:
        """These rows, and those of the other behind them."""
        return UserTables(
            (*self.models, *other.models),
            (*self.providers, *other.providers),
            {**self.aliases, **other.aliases},
            self.origin,
        )

    def pieces(self, table: str) -> Iterator[UserTables]:
        """Each row of one of the tables for itself."""
        if table == "providers":
            yield from (UserTables(providers=(row,), origin=self.origin) for row in self.providers)
        elif table == "models":
            yield from (UserTables(models=(row,), origin=self.origin) for row in self.models)
        else:
            for alias, name in self.aliases.items():
                yield UserTables(aliases={alias: name}, origin=self.origin)


def lay_over(catalog: Catalog, tables: Iterable[UserTables]) -> Catalog:
    """The catalog with the rows of these files on top, those of the last one uppermost.

    A model may be at a provider of any of the files, and an alias lead to any of the models.
    Raises BadSettings where a row does not fit.
    """
    tables = list(tables)
    for table in tables:
        providers = [_provider(row, catalog) for row in table.providers]
        catalog = catalog.merged(providers=providers)
    for table in tables:
        models = [_model(row, catalog) for row in table.models]
        catalog = catalog.merged(models=models)
    for table in tables:
        catalog = catalog.merged(aliases=table.aliases)
    for table in tables:
        for alias in table.aliases:
            _check_alias(alias, table.origin, catalog)
    return catalog


def _check_alias(alias: str, origin: str, catalog: Catalog) -> None:
    try:
        catalog.find(alias)
    except UnknownModel as error:
        why, *_ = str(error).splitlines()
        raise BadSettings(f"alias {alias!r} of {origin}: {why}") from None


def read_tables(data: Mapping[str, Any], origin: str, formats: Collection[str]) -> UserTables:
    """The tables of a mapping: `models` and `providers`, lists of rows, and `aliases`.

    `formats` are the wire formats that a row may name.

    >>> tables = read_tables({"aliases": {"fast": "kimi-k2.6"}}, "nbchat.toml", ["openai-chat"])
    >>> dict(tables.aliases)
    {'fast': 'kimi-k2.6'}
    """
    whole = UserRow(origin)
    names = ", ".join(TABLES)
    if not isinstance(data, Mapping):
        whole.refuse(f"should be a table with {names}, got {safe_value(data)}")
    for name in data:
        if name not in TABLES:
            near = did_you_mean(str(name), TABLES)
            unknown = f"{safe_value(name)} is not one of {names}."
            whole.refuse(f"{unknown}{near}")
    models = _TableReader("models", "id", Model, whole, formats).read(data)
    providers = _TableReader("providers", "type", Provider, whole, formats).read(data)
    return UserTables(models, providers, _aliases(data.get("aliases", {}), whole), origin)


# --- rows as they are written --------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class _TableReader:
    """Reads the rows of one of the tables; each has its name in the field `name_field`."""

    table: str
    name_field: str
    kind: type[Row]
    whole: UserRow
    formats: Collection[str]

    def read(self, data: Mapping[str, Any]) -> tuple[UserRow, ...]:
        """The rows of the table. Raises BadSettings for the first that cannot be used."""
        rows = data.get(self.table, [])
        if not isinstance(rows, list | tuple):
            rule = f"a list of rows ([[{self.table}]] in TOML)"
            self.whole.refuse(f"{self.table!r} should be {rule}, got {safe_value(rows)}")
        numbered = list(enumerate(rows, 1))
        self._check_names(numbered)
        return tuple(self._row(number, row) for number, row in numbered)

    def _check_names(self, rows: list[tuple[int, Any]]) -> None:
        first: dict[str, int] = {}
        for number, row in rows:
            name = row.get(self.name_field) if isinstance(row, Mapping) else None
            if isinstance(name, str) and first.setdefault(name, number) != number:
                reason = f"row {first[name]} has the same {self.name_field!r}. Keep one"
                UserRow(self._place(number, name)).refuse(reason)

    def _place(self, number: int, name: Any) -> str:
        if isinstance(name, str) and holds_no_key(name):
            return f"{self.table} row {number} ({safe_value(name)}) of {self.whole.where}"
        return f"{self.table} row {number} of {self.whole.where}"

    def _row(self, number: int, row: Any) -> UserRow:
        if not isinstance(row, Mapping):
            place = UserRow(self._place(number, None))
            place.refuse(f"should be a table of fields, got {safe_value(row)}")
        place = UserRow(self._place(number, row.get(self.name_field)))
        fields = self._fields(row, place)
        # A row may name one of the shipped table and leave these out: any text will do here.
        values = {"name": "-", "type": "x"}
        values |= {name: row[spelling] for name, spelling in fields.items()}
        try:
            checked = self.kind.model_validate(values, context={"formats": self.formats})
        except ValidationError as error:
            place.refuse(wrong_value(error.errors(include_url=False), fields))
        if isinstance(checked, Provider):
            _check_headers(checked, place)
        return UserRow(place.where, checked, fields)

    def _fields(self, row: Mapping[str, Any], place: UserRow) -> dict[str, str]:
        """The names of the row's fields, each with the spelling the user chose."""
        names = self.kind.model_fields
        known = {spelling: name for name in names for spelling in (name, to_camel(name))}
        fields: dict[str, str] = {}
        for spelling in row:
            if spelling not in known:
                place.refuse(unknown_field(spelling, known))
            name = known[spelling]
            if name in fields:
                place.refuse(f"{spelling!r} and {fields[name]!r} are the same field. Keep one")
            fields[name] = spelling
        if self.name_field not in fields:
            place.refuse(f"needs {self.name_field!r}")
        return fields


def _check_headers(provider: Provider, place: UserRow) -> None:
    for header in provider.headers:
        if header.strip().lower() in KEY_HEADERS:
            advice = "Keys stay out of files: name their variable in 'envKeys'"
            place.refuse(f"header {header!r} would hold a key. {advice}")
        if header.strip().lower() in OWN_HEADERS:
            place.refuse(f"header {header!r} is the request's own. Leave it out")


def _aliases(aliases: Any, whole: UserRow) -> dict[str, str]:
    if not isinstance(aliases, Mapping):
        whole.refuse(f"'aliases' should be a table of names, got {safe_value(aliases)}")
    for alias, name in aliases.items():
        if not alias.strip() or len(alias.split()) > 1:
            whole.refuse(f"alias {safe_value(alias)} should be a name without spaces")
        if not isinstance(name, str) or not name:
            whole.refuse(
                f"alias {safe_value(alias)} should be the name of a model, got {safe_value(name)}"
            )
    return dict(aliases)


# --- rows as they are used -----------------------------------------------------------------------


def _provider(user_row: UserRow, catalog: Catalog) -> Provider:
    new: Provider = user_row.row
    old = catalog.providers.get(new.type)
    if old is None and not new.base_url:
        near = did_you_mean(new.type, catalog.providers)
        user_row.refuse("needs 'baseUrl', the address of the service." + near)
    provider = user_row.over(old or Provider(type=new.type, name=new.type))
    if "key_needed" not in user_row.fields and not provider.env_keys:
        # Of a server on this machine or in its network, a row without a variable means no key.
        needed = provider.key_needed and not is_private_host(host_of(provider.base_url))
        provider = provider.model_copy(update={"key_needed": needed})
    for profile in (ModelProfile(thinking=provider.thinking), *provider.families.values()):
        _check_thinking(user_row, profile, catalog)
    return provider


def _model(user_row: UserRow, catalog: Catalog) -> Model:
    new: Model = user_row.row
    old = catalog.models.get(new.id)
    if old and "type" in user_row.fields and new.type != old.type:
        old = catalog.models.get(f"{new.type}:{new.id}")
    if old is None:
        old = _row_to_start_from(user_row, new, catalog)
    model = user_row.over(old).model_copy(update={"id": old.id})
    if "thinking" in user_row.fields and "supports_thinking_mode" not in user_row.fields:
        model = model.model_copy(update={"supports_thinking_mode": bool(model.thinking)})
    elif "thinking" not in user_row.fields and not model.supports_thinking_mode:
        model = model.model_copy(update={"thinking": ""})
    _check_thinking(user_row, model, catalog)
    return with_feature(model, catalog.providers[model.type])


def _row_to_start_from(user_row: UserRow, new: Model, catalog: Catalog) -> Model:
    """The row that a new model changes: what the table knows of such ids at its provider."""
    if "type" not in user_row.fields:
        near = did_you_mean(new.id, catalog.models, least=0.85)
        user_row.refuse("needs 'type', the provider that serves it." + near)
    if new.type not in catalog.providers:
        near = did_you_mean(new.type, catalog.providers)
        user_row.refuse(f"no provider is of type {safe_value(new.type)}." + near)
    sent_id = new.upstream or new.id.removeprefix(f"{new.type}:")
    row = catalog.row_of(catalog.providers[new.type], sent_id)
    changes = {"id": new.id, "name": new.id, "upstream": sent_id if sent_id != new.id else ""}
    if row.status == "unlisted":
        changes["status"] = "current"
    return row.model_copy(update=changes)


def _check_thinking(user_row: UserRow, profile: ModelProfile, catalog: Catalog) -> None:
    name = profile.thinking
    if isinstance(name, str) and name and name not in catalog.thinking:
        near = did_you_mean(name, catalog.thinking)
        user_row.refuse(f"'thinking': no thinking table is called {safe_value(name)}." + near)
