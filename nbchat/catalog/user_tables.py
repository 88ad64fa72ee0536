"""The user's own tables: models, providers and aliases, laid over those that are shipped.

They come from `nbchat.toml` or from a JSON file in the documented shape. A row that
names a model or a provider of the table changes only the fields it gives; any other
row is a new one. What is wrong is said with its file and row. Keys are never kept
in these files, and what looks like one is not repeated in a message.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from nbchat.catalog.catalog import Catalog
from nbchat.catalog.rows import Model, ModelProfile, Provider, Row
from nbchat.catalog.user_mistakes import holds_no_key, safe_value, unknown_field, wrong_value
from nbchat.errors import BadSettings, UnknownModel
from nbchat.wording import did_you_mean

TABLES = ("models", "providers", "aliases")
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
R = TypeVar("R", bound=Row)


@dataclass(slots=True, frozen=True)
class UserRow:
    """One row as the user wrote it: its values, and which of its fields were given."""

    where: str
    row: Any = None
    fields: Mapping[str, str] = field(
        default_factory=dict
    )  # the names in Python -> as they were written

    def refuse(self, said: str) -> NoReturn:
        raise BadSettings(f"{self.where}: {said.rstrip('.')}{'' if said.endswith('?') else '.'}")

    def over(self, row: R) -> R:
        """The row with the given fields changed, and inside quirks and price only the given ones
        too.
        """
        changes = {name: getattr(self.row, name) for name in self.fields}
        for name, value in changes.items():
            old = getattr(row, name)
            if isinstance(value, Row) and isinstance(old, type(value)):
                changes[name] = old.model_copy(
                    update={n: getattr(value, n) for n in value.model_fields_set}
                )
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
        catalog = catalog.merged(providers=[_provider(given, catalog) for given in self.providers])
        catalog = catalog.merged(
            models=[_model(given, catalog) for given in self.models], aliases=self.aliases
        )
        for alias in self.aliases:
            try:
                catalog.find(alias)
            except UnknownModel as error:
                why, *_ = str(error).splitlines()
                raise BadSettings(f"alias {alias!r} of {self.origin}: {why}") from None
        return catalog


def read_tables(data: Mapping[str, Any], origin: str, formats: Collection[str]) -> UserTables:
    """The tables of a mapping: `models` and `providers`, lists of rows, and `aliases`.

    `formats` are the wire formats that a row may name.

    >>> tables = read_tables({"aliases": {"fast": "kimi-k2.6"}}, "nbchat.toml", ["openai-chat"])
    >>> dict(tables.aliases)
    {'fast': 'kimi-k2.6'}
    """
    whole = UserRow(origin)
    if not isinstance(data, Mapping):
        whole.refuse(f"should be a table with {', '.join(TABLES)}, got {safe_value(data)}")
    for name in data:
        if name not in TABLES:
            whole.refuse(
                f"{safe_value(name)} is not one of {', '.join(TABLES)}.{did_you_mean(str(name), TABLES)}"
            )
    models = _rows("models", "id", Model, data, whole, formats)
    providers = _rows("providers", "type", Provider, data, whole, formats)
    return UserTables(models, providers, _aliases(data.get("aliases", {}), whole), origin)


# --- rows as they are written --------------------------------------------------------------------


def _rows(
    table: str,
    named_by: str,
    kind: type[Row],
    data: Mapping[str, Any],
    whole: UserRow,
    formats: Collection[str],
) -> tuple[UserRow, ...]:
    rows = data.get(table, [])
    if not isinstance(rows, list | tuple):
        whole.refuse(
            f"{table!r} should be a list of rows ([[{table}]] in TOML), got {safe_value(rows)}"
        )
    first: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        name = row.get(named_by) if isinstance(row, Mapping) else None
        if isinstance(name, str) and first.setdefault(name, number) != number:
            UserRow(_where(table, number, name, whole)).refuse(
                f"row {first[name]} has the same {named_by!r}. Keep one"
            )
    return tuple(
        _row(table, number, row, named_by, kind, whole, formats)
        for number, row in enumerate(rows, 1)
    )


def _where(table: str, number: int, name: Any, whole: UserRow) -> str:
    named = f" ({safe_value(name)})" if isinstance(name, str) and holds_no_key(name) else ""
    return f"{table} row {number}{named} of {whole.where}"


def _row(
    table: str,
    number: int,
    row: Any,
    named_by: str,
    kind: type[Row],
    whole: UserRow,
    formats: Collection[str],
) -> UserRow:
    if not isinstance(row, Mapping):
        UserRow(f"{table} row {number} of {whole.where}").refuse(
            f"should be a table of fields, got {safe_value(row)}"
        )
    given = UserRow(_where(table, number, row.get(named_by), whole))
    known = {spelling: name for name in kind.model_fields for spelling in (name, to_camel(name))}
    fields: dict[str, str] = {}
    for written in row:
        if written not in known:
            given.refuse(unknown_field(written, known))
        if (name := known[written]) in fields:
            given.refuse(f"{written!r} and {fields[name]!r} are the same field. Keep one")
        fields[name] = written
    if named_by not in fields:
        given.refuse(f"needs {named_by!r}")
    try:  # the rest of a row that names an old one comes from there
        values = {"name": "-", "type": "x"} | {
            name: row[written] for name, written in fields.items()
        }
        read = kind.model_validate(values, context={"formats": formats})
    except ValidationError as error:
        given.refuse(wrong_value(error.errors(include_url=False), fields))
    if isinstance(read, Provider) and (
        header := next((h for h in read.headers if h.lower() in KEY_HEADERS), None)
    ):
        given.refuse(
            f"header {header!r} would hold a key. Keys stay out of files: name their variable in 'envKeys'"
        )
    return UserRow(given.where, read, fields)


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


def _provider(given: UserRow, catalog: Catalog) -> Provider:
    new: Provider = given.row
    old = catalog.providers.get(new.type)
    if old is None and not new.base_url:
        given.refuse(
            f"needs 'baseUrl', the address of the service.{did_you_mean(new.type, catalog.providers)}"
        )
    provider = given.over(old or Provider(type=new.type, name=new.type))
    for manner in (ModelProfile(thinking=provider.thinking), *provider.families.values()):
        _check_thinking(given, manner, catalog)
    return provider


def _model(given: UserRow, catalog: Catalog) -> Model:
    new: Model = given.row
    old = catalog.models.get(new.id)
    if old and "type" in given.fields and new.type != old.type:
        old = catalog.models.get(f"{new.type}:{new.id}")
    if old is None:
        old = _like_its_kin(given, new, catalog)
    model = given.over(old).model_copy(update={"id": old.id})
    if "thinking" in given.fields and "supports_thinking_mode" not in given.fields:
        model = model.model_copy(update={"supports_thinking_mode": bool(model.thinking)})
    elif "thinking" not in given.fields and not model.supports_thinking_mode:
        model = model.model_copy(update={"thinking": ""})
    _check_thinking(given, model, catalog)
    return model


def _like_its_kin(given: UserRow, new: Model, catalog: Catalog) -> Model:
    """The row a new model starts from: what the table knows of such ids at its provider."""
    if "type" not in given.fields:
        given.refuse(
            f"needs 'type', the provider that serves it.{did_you_mean(new.id, catalog.models)}"
        )
    if new.type not in catalog.providers:
        given.refuse(
            f"no provider is of type {safe_value(new.type)}.{did_you_mean(new.type, catalog.providers)}"
        )
    sent = new.upstream or new.id.removeprefix(f"{new.type}:")
    row = catalog.row_of(catalog.providers[new.type], sent)
    status = "current" if row.status == "unlisted" else row.status
    upstream = sent if sent != new.id else ""
    return row.model_copy(
        update={"id": new.id, "name": new.id, "upstream": upstream, "status": status}
    )


def _check_thinking(given: UserRow, manner: ModelProfile, catalog: Catalog) -> None:
    name = manner.thinking
    if isinstance(name, str) and name and name not in catalog.thinking:
        given.refuse(
            f"'thinking': no thinking table is called {safe_value(name)}.{did_you_mean(name, catalog.thinking)}"
        )
