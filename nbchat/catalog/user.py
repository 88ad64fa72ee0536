"""The user's own tables: models, providers and aliases, laid over those that are shipped.

They come from `nbchat.toml` or from a JSON file in the documented shape. A row that
names a model or a provider of the table changes only the fields it gives; any other
row is a new one. What is wrong is said with its file and row. Keys are never kept
in these files, and what looks like one is not repeated in a message.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from nbchat.catalog import Catalog, near
from nbchat.catalog.rows import Fields, Manner, Model, Price, Provider, Quirks, Row, ThinkingTable
from nbchat.errors import BadSettings, UnknownModel

TABLES = ("models", "providers", "aliases")
KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
KEYLIKE = re.compile(r"(?i)^(sk|pk|gsk|hf|xai|nvapi|ghp|bce)[-_]|^aiza|bearer|key|token|secret|passw|[@?]|[a-z0-9]{24}")
R = TypeVar("R", bound=Row)


@dataclass(slots=True, frozen=True)
class Given:
    """One row as the user wrote it: its values, and which of its fields were given."""

    where: str
    row: Any = None
    fields: Mapping[str, str] = field(default_factory=dict)  # the names in Python -> as they were written

    def refuse(self, wrong: str) -> NoReturn:
        raise BadSettings(f"{self.where}: {wrong.rstrip('.')}{'' if wrong.endswith('?') else '.'}")

    def over(self, row: R) -> R:
        """The row with the given fields changed, and inside quirks and price only the given ones too."""
        changes = {name: getattr(self.row, name) for name in self.fields}
        for name, value in changes.items():
            old = getattr(row, name)
            if isinstance(value, Row) and isinstance(old, type(value)):
                changes[name] = old.model_copy(update={n: getattr(value, n) for n in value.model_fields_set})
        return row.model_copy(update=changes)


@dataclass(slots=True, frozen=True)
class UserTables:
    """What one file says. `over` lays it on a catalog."""

    models: tuple[Given, ...] = ()
    providers: tuple[Given, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    def over(self, catalog: Catalog) -> Catalog:
        """The catalog with these rows on top. Raises BadSettings where a row does not fit it."""
        catalog = catalog.merged(providers=[_provider(given, catalog) for given in self.providers])
        catalog = catalog.merged(models=[_model(given, catalog) for given in self.models], aliases=self.aliases)
        for alias in self.aliases:
            try:
                catalog.find(alias)
            except UnknownModel as error:
                why, *_ = str(error).splitlines()
                raise BadSettings(f"alias {alias!r} of {self.origin}: {why}") from None
        return catalog


def read_file(path: Path) -> UserTables:
    """The tables of a TOML or JSON file. Other settings in a TOML file are not looked at."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSettings(f"{path} is not UTF-8 text (see byte {error.start}). Save it as UTF-8.") from None
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror or type(error).__name__}.") from None
    return read_tables(_json(text, path) if path.suffix.lower() == ".json" else _toml(text, path), str(path))


def read_tables(data: Mapping[str, Any], origin: str) -> UserTables:
    """The tables of a mapping: `models` and `providers`, lists of rows, and `aliases`.

    >>> tables = read_tables({"aliases": {"fast": "kimi-k2.6"}}, "nbchat.toml")
    >>> dict(tables.aliases)
    {'fast': 'kimi-k2.6'}
    """
    whole = Given(origin)
    if not isinstance(data, Mapping):
        whole.refuse(f"should be a table with {', '.join(TABLES)}, got {_shown(data)}")
    for name in data:
        if name not in TABLES:
            whole.refuse(f"{_shown(name)} is not one of {', '.join(TABLES)}.{near(str(name), TABLES)}")
    models = _rows("models", "id", Model, data, whole)
    providers = _rows("providers", "type", Provider, data, whole)
    return UserTables(models, providers, _aliases(data.get("aliases", {}), whole), origin)


# --- files -------------------------------------------------------------------------------------


def _json(text: str, path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadSettings(f"{path}: {_shown(twice)} is there twice in one object. Keep one of them.")
        return dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise BadSettings(f"{path} is not JSON at line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise BadSettings(f"{path} holds something too large for a table.") from None
    if isinstance(data, dict):
        data.pop("$schema", None)
    return data


def _toml(text: str, path: Path) -> Mapping[str, Any]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        raise BadSettings(f"{path} is not TOML at {place.rstrip(')')}: {what}.") from None
    except (ValueError, RecursionError):
        raise BadSettings(f"{path} holds something too large for a table.") from None
    # a misspelt [[modles]] is kept, to be refused; settings of other parts are not rows
    return {name: value for name, value in data.items() if name in TABLES or (value and isinstance(value, list))}


# --- rows as they are written --------------------------------------------------------------------


def _rows(table: str, named_by: str, kind: type[Row], data: Mapping[str, Any], whole: Given) -> tuple[Given, ...]:
    rows = data.get(table, [])
    if not isinstance(rows, list | tuple):
        whole.refuse(f"{table!r} should be a list of rows ([[{table}]] in TOML), got {_shown(rows)}")
    first: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        name = row.get(named_by) if isinstance(row, Mapping) else None
        if isinstance(name, str) and first.setdefault(name, number) != number:
            Given(_where(table, number, name, whole)).refuse(f"row {first[name]} has the same {named_by!r}. Keep one")
    return tuple(_row(table, number, row, named_by, kind, whole) for number, row in enumerate(rows, 1))


def _where(table: str, number: int, name: Any, whole: Given) -> str:
    named = f" ({_shown(name)})" if isinstance(name, str) and not KEYLIKE.search(name) else ""
    return f"{table} row {number}{named} of {whole.where}"


def _row(table: str, number: int, row: Any, named_by: str, kind: type[Row], whole: Given) -> Given:
    if not isinstance(row, Mapping):
        Given(f"{table} row {number} of {whole.where}").refuse(f"should be a table of fields, got {_shown(row)}")
    given = Given(_where(table, number, row.get(named_by), whole))
    known = {spelling: name for name in kind.model_fields for spelling in (name, to_camel(name))}
    fields: dict[str, str] = {}
    for written in row:
        if written not in known:
            given.refuse(_unknown(written, known))
        if (name := known[written]) in fields:
            given.refuse(f"{written!r} and {fields[name]!r} are the same field. Keep one")
        fields[name] = written
    if named_by not in fields:
        given.refuse(f"needs {named_by!r}")
    try:  # the rest of a row that names an old one comes from there
        read = kind.model_validate(
            {"name": "-", "type": "x"} | {name: row[written] for name, written in fields.items()}
        )
    except ValidationError as error:
        given.refuse(_wrong(error.errors(include_url=False), fields))
    if isinstance(read, Provider) and (header := next((h for h in read.headers if h.lower() in KEY_HEADERS), None)):
        given.refuse(f"header {header!r} would hold a key. Keys stay out of files: name their variable in 'envKeys'")
    return Given(given.where, read, fields)


def _aliases(aliases: Any, whole: Given) -> dict[str, str]:
    if not isinstance(aliases, Mapping):
        whole.refuse(f"'aliases' should be a table of names, got {_shown(aliases)}")
    for alias, name in aliases.items():
        if not alias.strip() or len(alias.split()) > 1:
            whole.refuse(f"alias {_shown(alias)} should be a name without spaces")
        if not isinstance(name, str) or not name:
            whole.refuse(f"alias {_shown(alias)} should be the name of a model, got {_shown(name)}")
    return dict(aliases)


# --- rows as they are used -----------------------------------------------------------------------


def _provider(given: Given, catalog: Catalog) -> Provider:
    new: Provider = given.row
    old = catalog.providers.get(new.type)
    if old is None and not new.base_url:
        given.refuse(f"needs 'baseUrl', the address of the service.{near(new.type, catalog.providers)}")
    provider = given.over(old or Provider(type=new.type, name=new.type))
    for manner in (Manner(thinking=provider.thinking), *provider.families.values()):
        _check_thinking(given, manner, catalog)
    return provider


def _model(given: Given, catalog: Catalog) -> Model:
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


def _like_its_kin(given: Given, new: Model, catalog: Catalog) -> Model:
    """The row a new model starts from: what the table knows of such ids at its provider."""
    if "type" not in given.fields:
        given.refuse(f"needs 'type', the provider that serves it.{near(new.id, catalog.models)}")
    if new.type not in catalog.providers:
        given.refuse(f"no provider is of type {_shown(new.type)}.{near(new.type, catalog.providers)}")
    sent = new.upstream or new.id.removeprefix(f"{new.type}:")
    row = catalog.row_of(catalog.providers[new.type], sent)
    status = "current" if row.status == "unlisted" else row.status
    upstream = sent if sent != new.id else ""
    return row.model_copy(update={"id": new.id, "name": new.id, "upstream": upstream, "status": status})


def _check_thinking(given: Given, manner: Manner, catalog: Catalog) -> None:
    name = manner.thinking
    if isinstance(name, str) and name and name not in catalog.thinking:
        given.refuse(f"'thinking': no thinking table is called {_shown(name)}.{near(name, catalog.thinking)}")


# --- what is wrong, in words -----------------------------------------------------------------------

NESTED = {to_camel(n): n for row in (Fields, Manner, Price, Quirks, ThinkingTable) for n in row.model_fields}
WANTED = (
    ("int_", "an integer"),
    ("float_", "a number"),
    ("finite", "a finite number"),
    ("bool_", "true or false"),
    ("string_", "text"),
    ("tuple_", "a list"),
    ("dict_", "a table"),
    ("model_", "a table"),
    ("greater_than_equal", "0 or more"),
    ("greater_than", "above 0"),
)


def _wrong(errors: list[ErrorDetails], fields: Mapping[str, str]) -> str:
    """The first of pydantic's errors as a sentence about the field as it was written."""
    error = next((e for e in errors if "str" not in e["loc"]), errors[0])  # thinking: a name, or better a table
    top, *inner = (str(part) for part in error["loc"] if part not in ("str", "ThinkingTable"))
    written = next((w for name, w in fields.items() if top in (name, to_camel(name))), top)
    path = ".".join((written, *inner))
    if error["type"] == "extra_forbidden":
        return _unknown(path, NESTED)
    if error["type"] == "value_error":
        return f"{path!r} {error['ctx']['error']}, got {_shown(error['input'])}"
    if error["type"] == "literal_error":
        return f"{path!r} should be {error['ctx']['expected']}, got {_shown(error['input'])}"
    wanted = next((words for kind, words in WANTED if error["type"].startswith(kind)), "something else")
    return f"{path!r} should be {wanted}, got {_shown(error['input'])}"


def _unknown(written: Any, known: Mapping[str, str]) -> str:
    if re.search(r"(?i)(api.?key|^key|token|secret|password)$", str(written)):
        return f"{written!r} is not a field. Keys stay out of files: name their variable in 'envKey' or 'envKeys'"
    shown = repr(written) if re.fullmatch(r"[A-Za-z_.]{1,40}", str(written)) else _shown(written)
    return f"{shown} is not a field here.{near(str(written).rpartition('.')[2], known)}"


def _shown(value: Any) -> str:
    """A value for a message, unless it is long or might be a key.

    >>> _shown("big"), _shown("sk-1234"), _shown([1])
    ("'big'", 'text that is not shown', 'a list')
    """
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int() | float():
            return repr(value) if abs(value) < 1e15 or value != value else "a very large number"
        case str():
            return repr(value) if len(value) <= 60 and not KEYLIKE.search(value) else "text that is not shown"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case date() | time():
            return "a date"
    return type(value).__name__
