"""Every value that counts, and where it came from: the lines of `%chat settings`.

Of a key it is said that it is set, never what it is; an address is shown without its user,
its password and its query.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from nbchat import addresses, key_policy, known_keys
from nbchat.addresses import Setting
from nbchat.catalog.amounts import amounts_text
from nbchat.catalog.catalog import Catalog, shipped
from nbchat.catalog.rows import Provider
from nbchat.catalog.user_tables import UserRow, UserTables
from nbchat.environment import variable_value
from nbchat.errors import BadSettings
from nbchat.folders import data_folder
from nbchat.settings_file import FILE
from nbchat.settings_values import (
    LIMITS,
    TIMEOUTS,
    TOOL_LIMITS,
    Budgets,
    Data,
    ErrorsGo,
    LabHabits,
    Limits,
    NextCell,
    Timeouts,
    ToolLimits,
    Unpriced,
)
from nbchat.trust.beside import FileState
from nbchat.wording import first_line, shorten, size_text, written_out

LONGEST_VALUE = 300  # characters
MOST_NAMES = 3  # models that are named beside a key they share
DEFAULT = "default"
DATA_WORDS: Mapping[Data, str] = {
    "brief": "brief: tables by columns and a few rows",
    "schema": "schema: no value is sent",
    "all": "all: values are sent whole",
}
UNPRICED_WORDS: Mapping[Unpriced, str] = {
    "refuse": "refuse: with a budget, nothing is asked whose price is not known",
    "allow": "allow: what has no known price is asked, whatever the budget says",
}
NEXT_CELL_WORDS: Mapping[NextCell, str] = {
    "asked": "asked: JupyterLab proposes the next cell when you ask for it",
    "always": "always: JupyterLab asks for the next cell by itself when one has run",
}
ERRORS_WORDS: Mapping[ErrorsGo, str] = {
    "cell": "cell: Explain and Fix below an error ask in a new cell",
    "panel": "panel: Explain and Fix below an error ask in the chat panel",
}


class Decided(Protocol):
    """What is shown here: the settings."""

    @property
    def model(self) -> str | None: ...
    @property
    def display(self) -> str | None: ...
    @property
    def history(self) -> str | None: ...
    @property
    def plain_http(self) -> Sequence[str]: ...
    @property
    def data(self) -> Data: ...
    @property
    def cell_budget(self) -> int: ...
    @property
    def timeouts(self) -> Timeouts: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def tools(self) -> ToolLimits: ...
    @property
    def budgets(self) -> Budgets: ...
    @property
    def jupyterlab(self) -> LabHabits: ...
    @property
    def catalog(self) -> Catalog: ...
    @property
    def own_files(self) -> Sequence[Path]: ...
    @property
    def files(self) -> Sequence[FileState]: ...
    @property
    def tables(self) -> Sequence[UserTables]: ...
    @property
    def origins(self) -> Mapping[str, str]: ...
    @property
    def faults(self) -> Sequence[str]: ...


def setting_rows(settings: Decided) -> list[Setting]:
    """Every value with its origin; of a key only that it is set."""
    rows = [
        *_faults(settings),
        *_values(settings),
        *_own_rows(settings),
        *_base_urls(settings.catalog),
        *_address_parts(settings.catalog),
        *_keys(settings),
        *_files(settings),
    ]
    return [_noted(row, settings.files) for row in rows]


def shown_address(url: str) -> str:
    """An address without what may be secret in it.

    >>> shown_address("https://me:secret@llm.example/v1?key=secret")
    'https://…@llm.example/v1?…'
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "", url
    _user, at, place = rest.rpartition("@")
    rest = f"…@{place}" if at else rest
    for mark in "?#":
        start, found, _ = rest.partition(mark)
        rest = f"{start}{mark}…" if found else rest
    return shown(f"{scheme}{separator}{rest}")


def shown(text: str) -> str:
    """A value as it may be shown: on one line, and with no key in it."""
    return shorten(written_out(known_keys.hide(text)), LONGEST_VALUE)


# --- values --------------------------------------------------------------------------------------


def _faults(settings: Decided) -> Iterator[Setting]:
    for fault in settings.faults:
        yield Setting("fault", shown(first_line(fault)), "nothing is asked until it is corrected")


def _values(settings: Decided) -> Iterator[Setting]:
    def row(name: str, value: str) -> Setting:
        return Setting(name, value, settings.origins.get(name, DEFAULT))

    model = settings.model
    yield row("model", shown(model) if model else "chosen by the keys that are set")
    yield row("display", settings.display or "live, or static where nobody watches")
    yield row("history", _history(settings))
    hosts = ", ".join(map(shown, settings.plain_http))
    yield row("plain_http", hosts or "only on this machine and, without a key, in its network")
    yield row("data", DATA_WORDS[settings.data])
    yield row("context.cells", f"{settings.cell_budget:,} tokens")
    for name in TIMEOUTS:
        yield row(f"timeouts.{name}", f"{getattr(settings.timeouts, name):g} s")
    for name in TOOL_LIMITS:
        yield row(f"tools.{name}", f"{getattr(settings.tools, name):,} for one question")
    for name in ("notebook", "day"):
        yield row(f"budget.{name}", amounts_text(getattr(settings.budgets, name)) or "no limit")
    yield row("budget.unpriced", UNPRICED_WORDS[settings.budgets.unpriced])
    yield row("jupyterlab.next_cell", NEXT_CELL_WORDS[settings.jupyterlab.next_cell])
    yield row("jupyterlab.errors", ERRORS_WORDS[settings.jupyterlab.errors])
    for name in LIMITS:
        yield row(f"limits.{name}", size_text(getattr(settings.limits, name)))


def _history(settings: Decided) -> str:
    history = settings.history
    if history and history.strip().lower() == "off":
        return "off"
    if settings.faults:
        return "in memory only"
    if history:
        return shown(history)
    try:
        return f"in {shown(str(data_folder()))}"
    except RuntimeError:
        return "in memory only: there is no home folder"


# --- rows of the user's files --------------------------------------------------------------------


def _own_rows(settings: Decided) -> Iterator[Setting]:
    aliases = {alias: table.origin for table in settings.tables for alias in table.aliases}
    for alias, origin in aliases.items():
        name = settings.catalog.aliases.get(alias, "")
        yield Setting(f"alias {shown(alias)}", shown(name), origin)
    for table in settings.tables:
        for row in table.providers:
            yield Setting(f"provider {shown(row.row.type)}", _provider(row), table.origin)
    for table in settings.tables:
        for row in table.models:
            value = _model(row, settings.catalog)
            yield Setting(f"model {shown(row.row.id)}", value, table.origin)


def _provider(row: UserRow) -> str:
    """What a row says of a provider, in the fields that it has."""
    provider: Provider = row.row
    words = []
    if "name" in row.fields:
        words.append(shown(provider.name))
    if "base_url" in row.fields:
        words.append(shown_address(provider.base_url))
    if "env_keys" in row.fields:
        words.append(f"key in {' or '.join(provider.env_keys) or 'no variable'}")
    return _with_others(words, row, "type", "name", "base_url", "env_keys")


def _model(row: UserRow, catalog: Catalog) -> str:
    words = []
    if "type" in row.fields:
        provider = catalog.providers.get(row.row.type)
        words.append(f"at {shown(provider.name if provider else row.row.type)}")
    if "base_url" in row.fields:
        words.append(shown_address(row.row.base_url))
    if row.row.env_key:
        words.append(f"key in {row.row.env_key}")
    return _with_others(words, row, "id", "name", "type", "base_url", "env_key")


def _with_others(words: list[str], row: UserRow, *told: str) -> str:
    others = [spelling for name, spelling in row.fields.items() if name not in told]
    if others:
        words.append(f"sets {shown(', '.join(others))}")
    return ", ".join(words) or "as in the table"


# --- addresses -----------------------------------------------------------------------------------


def _base_urls(catalog: Catalog) -> Iterator[Setting]:
    """The base URLs that a variable names."""
    is_moved = False
    for provider in catalog.providers.values():
        try:
            moved = addresses.moved_by_environment(provider)
        except BadSettings as error:
            moved = Setting("", f"not used: {error.happened}", "the environment")
        if moved is not None:
            is_moved = True
            value = shown_address(moved.value)
            yield Setting(f"{provider.type} base URL", value, moved.origin)
    if not is_moved:
        yield Setting("base URLs", "as in the table; KIMI_BASE_URL, … move one", DEFAULT)


def _address_parts(catalog: Catalog) -> Iterator[Setting]:
    """What the environment says of parts of an address: a region, an endpoint.

    A file can name any variable; what is in one that the shipped table does not name is not shown.
    """
    for provider in catalog.providers.values():
        for name, variables in provider.env_params.items():
            for variable in variables.partition("=")[0].split("|"):
                if value := variable_value(variable):
                    is_known = variable in shipped().variables - shipped().key_variables
                    words = shown_address(value) if is_known else "set"
                    yield Setting(f"{provider.type} {shown(name)}", words, variable)
                    break


# --- keys ----------------------------------------------------------------------------------------


def _keys(settings: Decided) -> Iterator[Setting]:
    """Which variable holds the key of each provider and of each model that has one of its own."""
    catalog = settings.catalog
    own = {row.row.type for table in settings.tables for row in table.providers}
    for provider in catalog.providers.values():
        if found := key_policy.find_key(provider):
            yield Setting(f"{provider.type} key", "set", found.origin)
        elif provider.type in own and provider.env_keys and provider.key_needed:
            yield Setting(f"{provider.type} key", "not set", " or ".join(provider.env_keys))
    for variable, models in own_keys(catalog).items():
        is_set = bool(variable_value(variable))
        names = ", ".join(map(shown, models[:MOST_NAMES]))
        more = f" and {len(models) - MOST_NAMES:,} more" if len(models) > MOST_NAMES else ""
        yield Setting(f"key of {names}" + more, "set" if is_set else "not set", variable)


def own_keys(catalog: Catalog) -> Mapping[str, list[str]]:
    """The models by the variable of their key, where that is none of their provider's."""
    models: dict[str, list[str]] = {}
    for model in catalog.models.values():
        if model.env_key and model.env_key not in catalog.providers[model.type].env_keys:
            models.setdefault(model.env_key, []).append(model.id)
    return models


# --- files ---------------------------------------------------------------------------------------


def _files(settings: Decided) -> Iterator[Setting]:
    named = os.environ.get("NBCHAT_CONFIG")
    if named:
        yield Setting("NBCHAT_CONFIG", shown(named), "the environment")
    for state in settings.files:
        yield Setting("file", state.file.shown_path, state.state)
    for number, path in enumerate(settings.own_files):
        is_named = bool(named) and number == 0
        origin = "your own, named by NBCHAT_CONFIG" if is_named else "your own"
        yield Setting("file", shown(str(path)), origin)
    if not settings.files and not settings.own_files:
        yield Setting("file", f"no {FILE} found", DEFAULT)


def _noted(row: Setting, files: Sequence[FileState]) -> Setting:
    """The row, with a note where it comes from a file that is not trusted, or is not in force."""
    for state in files:
        path = state.file.shown_path
        if row.origin == path and not state.is_trusted:
            return Setting(row.name, row.value, row.origin, "not trusted")
        if row.name in state.without:
            return Setting(row.name, row.value, row.origin, f"that of {path} is left out")
    return row
